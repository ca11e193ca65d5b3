// What the browser remembers. It may forbid that, or have no room left: then nothing is remembered,
// and all else works.
//
// Conversations are kept here and not on the server, so that no two people see each other's. Each
// stands under a key of its own; what two windows add to the same one is merged turn by turn.

const KEPT = "khamtop.conversation.1."; // another number when what a turn holds changes
const MOST_KEPT = 50;
const MOST_TURNS = 100;

function recall(storage, key) {
  try {
    return JSON.parse(window[storage].getItem(key));
  } catch {
    return null;
  }
}

// True if it will be remembered.
function remember(storage, key, value) {
  try {
    window[storage].setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

function forget(storage, key) {
  try {
    window[storage].removeItem(key);
  } catch {
    // nothing was remembered
  }
}

// A name that no other thing of this browser has.
function newId() {
  return Date.now().toString(36) + Math.random().toString(36).slice(2, 8);
}

function keptIds() {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(KEPT))
      .map((key) => key.slice(KEPT.length));
  } catch {
    return [];
  }
}

// {id, turns}, or null if it is not kept.
function keptConversation(id) {
  const turns = recall("localStorage", KEPT + id);
  return Array.isArray(turns) && turns.length ? { id, turns } : null;
}

// The one that was last asked in first.
function keptConversations() {
  const lastAsked = ({ turns }) => turns.at(-1).asked;
  return keptIds()
    .map(keptConversation)
    .filter(Boolean)
    .sort((one, other) => lastAsked(other) - lastAsked(one));
}

// Adds what `turns` holds to the kept conversation; the oldest others make room. Gives false if there is none.
function keepConversation(id, turns) {
  const merged = mergeTurns(keptConversation(id)?.turns ?? [], turns).slice(-MOST_TURNS);
  const oldest = () => keptConversations().findLast((kept) => kept.id !== id);
  if (keptIds().filter((other) => other !== id).length >= MOST_KEPT) forgetConversation(oldest()?.id);
  const gone = [];
  while (!remember("localStorage", KEPT + id, merged)) {
    const kept = oldest();
    if (!kept) {
      for (const { id, turns } of gone) remember("localStorage", KEPT + id, turns); // they went in vain
      return false;
    }
    gone.push(kept);
    forgetConversation(kept.id);
  }
  return true;
}

function forgetConversation(id) {
  forget("localStorage", KEPT + id);
}

// Turns of both, in the order in which they were asked; where both hold the same one, the newer's.
function mergeTurns(older, newer) {
  const turns = new Map([...older, ...newer].map((turn) => [turn.id, turn]));
  return [...turns.values()].sort((one, other) => one.asked - other.asked);
}
