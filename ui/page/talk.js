// The conversation of this window: its turns, and asking. Only this module changes it; `turns.js` and
// `sources.js` show it.

import { notice } from "./elements.js";
import { given } from "./given.js";
import { isOf, keepConversation, keptConversation, mergeTurns } from "./kept.js";
import { newId, recall, remember } from "./memory.js";
import { narrowed } from "./narrow.js";
import { call, follow } from "./server.js";
import { signal } from "./signal.js";
import { status } from "./status.js";
import { t } from "./words.js";

/** @import { WritingJson } from "./types" */
/** @import { Failure, Kept, Opinion, Turn } from "./kept.js" */
/**
 * `shown` is the turn whose sources are beside the chat.
 * @typedef {{ id: string, turns: Turn[], shown: Turn | null }} Talk
 */

const BEGINNING_CHARS = 200; // what is shown and kept of a question that is too long to be asked
const CONVERSATION_KEY = "khamtop.conversation"; // which one this window shows, so that a reload shows it again

/** @type {Talk} */
const own = { id: newId(), turns: [], shown: null };

export const talk = /** @type {Readonly<Talk>} */ (own);

/** Another conversation is shown. */
export const talkOpened = /** @type {ReturnType<typeof signal<void>>} */ (signal());
/** Another window changed this one. */
export const talkChanged = /** @type {ReturnType<typeof signal<void>>} */ (signal());
/** A turn came, or has another reply. */
export const turnChanged = /** @type {ReturnType<typeof signal<Turn>>} */ (signal());
/** A turn has questions to go on with. */
export const followUpsCame = /** @type {ReturnType<typeof signal<Turn>>} */ (signal());
/** A model begins or ends to write beside a turn's quotes, or has another sentence. */
export const writingChanged = /** @type {ReturnType<typeof signal<Turn>>} */ (signal());
/** The sources of another turn are shown. */
export const shownChanged = /** @type {ReturnType<typeof signal<void>>} */ (signal());
/** A reader thinks something of a turn. */
export const opinionChanged = /** @type {ReturnType<typeof signal<Turn>>} */ (signal());
/** Other conversations are kept. */
export const keptChanged = /** @type {ReturnType<typeof signal<void>>} */ (signal());

// -- Asking ---------------------------------------------------------------------------------------

export const awaited = () => own.turns.find((turn) => turn.reply === null);

/**
 * `more` is what a link brings along: what narrows it, what was asked before it, and the index that answered.
 * @param {string} question
 * @param {Pick<Turn, "filters" | "after" | "index" | "anyTime" | "order">} [more]
 */
export async function ask(question, more = { filters: narrowed() }) {
  if (awaited()) return;
  const letters = [...question];
  const limit = given.limits.question_chars;
  const isLong = letters.length > limit;
  const shown = isLong ? `${letters.slice(0, BEGINNING_CHARS).join("")}…` : question;
  /** @type {Turn} */
  const turn = { id: newId(), asked: Date.now(), question: shown, reply: null, ...more };
  own.turns.push(turn);
  if (isLong) reply(turn, { error: { code: "question.too_long", facts: { limit } } });
  else await answer(turn);
}

/** @param {Turn} turn */
export async function answer(turn) {
  const history = turn.alone ? [] : earlierQuestions(turn);
  turn.reply = null;
  leaveWriting(turn);
  turn.writing = undefined;
  turnChanged.tell(turn);
  const { question, filters, index } = turn;
  const asked = { question, history, ...filters, any_time: Boolean(turn.anyTime), order: turn.order ?? "" };
  const told = await call("ask", { ...asked, index: index ?? "" });
  if (!own.turns.includes(turn) || turn.reply !== null) return; // stopped, or a new chat was begun
  if ("error" in told) {
    reply(turn, told);
    return;
  }
  const { passages, ...rest } = told; // `cards` tells the same
  reply(turn, rest);
  show(turn);
  if (!rest.abstained && !index) await Promise.all([write(turn, asked, rest.index), suggestFollowUps(turn, asked)]);
}

export function stop() {
  const turn = awaited();
  if (!turn) return;
  turn.reply = { error: { code: "page.stopped", facts: {} } };
  turnChanged.tell(turn);
}

/**
 * @param {Turn} turn
 * @param {NonNullable<Turn["reply"]>} given
 */
function reply(turn, given) {
  turn.reply = given;
  keep();
  turnChanged.tell(turn);
}

/**
 * The questions that a turn goes on from, the oldest first.
 * @param {Turn} turn
 */
export function earlierQuestions(turn) {
  const earlier = own.turns.slice(0, own.turns.indexOf(turn) + 1);
  return earlier.flatMap((before) => [
    ...(before.after ?? []),
    ...(before !== turn && before.reply && !("error" in before.reply) ? [before.question] : []),
  ]);
}

/**
 * Only when the answer stands there: each one is tried before it is offered, which takes a moment.
 * @param {Turn} turn
 * @param {Record<string, unknown>} asked
 */
async function suggestFollowUps(turn, asked) {
  const told = await call("follow_ups", asked);
  if ("error" in told || !told.questions.length) return;
  turn.followUps = told.questions;
  keep();
  followUpsCame.tell(turn);
}

/**
 * What a model writes just now: what stands of it, and how to leave it.
 * @type {Map<Turn, { standing: WritingJson | null, leaving: AbortController }>}
 */
const beingWritten = new Map();

/** @param {Turn} turn */
export const isBeingWritten = (turn) => beingWritten.has(turn);

/**
 * What a model wrote beside the quotes of a turn, or what stands of it so far.
 * @param {Turn} turn
 */
export const writingOf = (turn) => beingWritten.get(turn)?.standing ?? turn.writing ?? null;

/**
 * Only when the quotes stand there: a model takes its time. What it has said is kept when it is done: until then, some
 * of it may be taken back.
 * @param {Turn} turn
 * @param {Record<string, unknown>} asked
 * @param {string} index
 */
async function write(turn, asked, index) {
  if (!status().writer) return;
  const leaving = new AbortController();
  beingWritten.set(turn, { standing: null, leaving });
  writingChanged.tell(turn);
  for await (const told of follow("write", { ...asked, index }, leaving.signal)) {
    if (leaving.signal.aborted) return;
    if ("error" in told) return endWriting(turn, told);
    beingWritten.set(turn, { standing: told, leaving });
    writingChanged.tell(turn);
  }
  if (!leaving.signal.aborted) endWriting(turn, null);
}

/**
 * What stands by then stays, with what ended it.
 * @param {Turn} turn
 * @param {Failure | null} failure
 */
function endWriting(turn, failure) {
  const standing = beingWritten.get(turn)?.standing;
  const unwritten = failure ? failure.error.code : (standing?.unwritten ?? null);
  beingWritten.delete(turn);
  turn.writing = standing ? { ...standing, unwritten } : (failure ?? undefined);
  keep();
  writingChanged.tell(turn);
}

/** @param {Turn} turn */
export function stopWriting(turn) {
  beingWritten.get(turn)?.leaving.abort();
  endWriting(turn, { error: { code: "page.stopped", facts: {} } });
}

/** @param {Turn} turn */
function leaveWriting(turn) {
  beingWritten.get(turn)?.leaving.abort();
  beingWritten.delete(turn);
}

// -- What else happens to it ----------------------------------------------------------------------

/**
 * Shows the sources of a turn beside the chat; of none, if it has none.
 * @param {Turn | undefined} turn
 */
export function show(turn) {
  own.shown = turn && hasCards(turn) ? turn : null;
  shownChanged.tell();
}

/**
 * Notes what the reader thinks of a turn.
 * @param {Turn} turn
 * @param {Opinion} opinion
 */
export function judge(turn, opinion) {
  turn.feedback = opinion;
  keep();
  opinionChanged.tell(turn);
}

/**
 * Shows a kept conversation, or begins a new one.
 * @param {Kept | null} kept
 */
export function openTalk(kept) {
  own.turns.forEach(leaveWriting);
  own.id = kept?.id ?? newId();
  own.turns = kept?.turns ?? [];
  remember("sessionStorage", CONVERSATION_KEY, own.id);
  show(own.turns.findLast(hasCards));
  talkOpened.tell();
}

/** Shows what this window showed before it was loaded again. */
export function reopenTalk() {
  openTalk(keptConversation(recall("sessionStorage", CONVERSATION_KEY)));
}

export function beginTalk() {
  addEventListener("storage", followOtherWindow);
}

/** @param {Turn} turn */
function hasCards({ reply }) {
  return reply !== null && !("error" in reply) && reply.cards.length > 0;
}

function keep() {
  const answered = own.turns.filter((turn) => turn.reply !== null);
  if (answered.length && !keepConversation(own.id, answered)) notice(t("page.not_kept"));
  remember("sessionStorage", CONVERSATION_KEY, own.id);
  keptChanged.tell();
}

/**
 * Another window added to this conversation, or deleted it.
 * @param {StorageEvent} event
 */
function followOtherWindow(event) {
  keptChanged.tell();
  if (!isOf(event, own.id)) return;
  const theirs = keptConversation(own.id);
  if (!theirs) {
    if (own.turns.length) openTalk(null);
    return;
  }
  const mine = new Map(own.turns.map((turn) => [turn.id, turn]));
  const missing = own.turns.some((turn) => turn.reply && !theirs.turns.some(({ id }) => id === turn.id));
  // A turn stays the same object: its answer may still be on the way.
  own.turns = mergeTurns(
    own.turns,
    theirs.turns.map((turn) => Object.assign(mine.get(turn.id) ?? {}, turn)),
  );
  if (missing) keep(); // both windows wrote in the same moment
  talkChanged.tell();
  shownChanged.tell();
}
