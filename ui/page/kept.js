// The kept conversations. They are kept in the browser and not on the server, so that no two people see
// each other's. Each stands under a key of its own; what two windows add to the same one is merged turn by turn.

import { forget, recall, remember } from "./memory.js";

/** @import { Answer, Citation, ErrorJson, WritingJson } from "./types" */
/** @typedef {{ error: ErrorJson }} Failure */
/**
 * What an earlier version kept does not say which index answered.
 * @typedef {Omit<Answer, "passages"> & { index?: string, built?: string }} Answered
 * @typedef {Answered | Failure} Reply
 */
/** @typedef {{ since?: string, until?: string, source?: string, name?: string }} Filters */
/**
 * Where a reader says that an answer stands: words of an article, or all of it if there are none.
 * @typedef {{ article_id: string, start: number, end: number, quote: string }} Here
 * @typedef {{ good: boolean, remark: string, here?: Here[], id?: string }} Opinion
 */
/**
 * A question with its reply, which is null while it is awaited. A link brings along `after`, what was asked before
 * it, and the stamp of the `index` that answered. It is asked `alone` where the reader says that it goes on from
 * nothing, and at `anyTime` where its time is to be passed over. An overview stands in `order`.
 * @typedef {{ id: string, asked: number, question: string, reply: Reply | null, followUps?: string[],
 *   writing?: WritingJson | Failure,
 *   feedback?: Opinion, filters?: Filters, after?: string[], index?: string,
 *   alone?: boolean, anyTime?: boolean, order?: Order }} Turn
 */
/** @typedef {{ id: string, turns: Turn[] }} Kept */
/** @typedef {"relevance" | "newest"} Order */

/**
 * Of an overview; the server has one of its own where none is chosen.
 * @type {Order[]}
 */
export const ORDERS = ["relevance", "newest"];

const KEPT = "khamtop.conversation.1."; // another number when what a turn holds changes
const MOST_TURNS = 100;

export const MOST_KEPT = 50;

/** @returns {string[]} */
export function keptIds() {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(KEPT))
      .map((key) => key.slice(KEPT.length));
  } catch {
    return [];
  }
}

/**
 * Null if it is not kept.
 * @param {unknown} id
 * @returns {Kept | null}
 */
export function keptConversation(id) {
  const turns = recall("localStorage", `${KEPT}${id}`);
  return Array.isArray(turns) && turns.length ? { id: String(id), turns } : null;
}

/**
 * The one that was last asked in first.
 * @returns {Kept[]}
 */
export function keptConversations() {
  const lastAsked = (/** @type {Kept} */ { turns }) => turns[turns.length - 1].asked;
  return keptIds()
    .map(keptConversation)
    .filter((kept) => kept !== null)
    .sort((one, other) => lastAsked(other) - lastAsked(one));
}

/**
 * Adds what `turns` holds to the kept conversation; the oldest others make room. Gives false if there is none.
 * @param {string} id
 * @param {Turn[]} turns
 */
export function keepConversation(id, turns) {
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

/** @param {string | undefined} id */
export function forgetConversation(id) {
  forget("localStorage", `${KEPT}${id}`);
}

/**
 * Whether a change of what the browser remembers may be one of that conversation.
 * @param {StorageEvent} event
 * @param {string} id
 */
export function isOf(event, id) {
  return event.key === null || event.key === KEPT + id;
}

/**
 * Turns of both, in the order in which they were asked; where both hold the same one, the newer's.
 * @param {Turn[]} older
 * @param {Turn[]} newer
 */
export function mergeTurns(older, newer) {
  const turns = new Map([...older, ...newer].map((turn) => [turn.id, turn]));
  return [...turns.values()].sort((one, other) => one.asked - other.asked);
}

/**
 * A quote of an answer by its number.
 * @param {Pick<Answer, "citations">} reply
 * @param {number} number
 */
export function citationOf(reply, number) {
  return /** @type {Citation} */ (reply.citations.find((citation) => citation.number === number));
}
