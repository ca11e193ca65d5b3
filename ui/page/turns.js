// What the conversation looks like: each question with its answer, a refusal or what went wrong.

import { stopAsking } from "./box.js";
import { copyQuote, share } from "./copy.js";
import { renderDate } from "./dates.js";
import { button, fill, find, findMaybe, frame, h, said, signButton } from "./elements.js";
import { download } from "./export.js";
import { renderFeedback } from "./feedback.js";
import { citationOf, ORDERS } from "./kept.js";
import { exampleQuestions, questionList } from "./questions.js";
import { renderAnew, renderNote } from "./link.js";
import { filterWords } from "./narrow.js";
import { leadWords, noteOf } from "./paper.js";
import { renderSpread } from "./picture.js";
import { isRefused, renderPointer } from "./pointing.js";
import { readQuote } from "./reader.js";
import { answer, ask, followUpsCame, show, talk, talkChanged, talkOpened, turnChanged } from "./talk.js";
import { renderUnderstood } from "./understood.js";
import { languageChanged, sentence, t } from "./words.js";
import { beginWriting, renderWriting } from "./writing.js";

/** @import { Answer, Line } from "./types" */
/** @import { Order, Turn } from "./kept.js" */
/** @typedef {Omit<Answer, "passages">} Answered */

// What may go better a second time.
const PASSING = new Set(["page.disconnected", "page.stopped", "internal", "index.building"]);

export function beginTurns() {
  turnChanged.on(renderTurnAgain);
  followUpsCame.on(addFollowUps);
  beginWriting(markers);
  talkChanged.on(renderTurns);
  languageChanged.on(renderTurns);
  talkOpened.on(() => {
    renderTurns();
    findMaybe(".turn:last-child")?.scrollIntoView({ block: "start" });
  });
}

function renderTurns() {
  fill(find(".turns"), talk.turns.map(renderTurn));
}

/**
 * One turn alone, so that a screen reader is told of what is new and not of the whole conversation.
 * @param {Turn} turn
 */
function renderTurnAgain(turn) {
  const made = renderTurn(turn);
  const old = shownTurn(turn);
  if (old) old.replaceWith(made);
  else find(".turns").append(made);
  made.scrollIntoView({ block: "start" });
}

/** @param {Turn} turn */
const shownTurn = (turn) => findMaybe(`[data-turn="${turn.id}"]`);

/** @param {Turn} turn */
function renderTurn(turn) {
  return h(
    "article",
    { class: turn === talk.shown ? "turn sources-shown" : "turn", "data-turn": turn.id },
    turn.question.trim() ? h("h2", { class: "question" }, said(turn.question)) : null,
    h("p", { class: "quiet used-filters" }, filterWords(turn.filters ?? {})),
    renderReply(turn),
  );
}

/** @param {Turn} turn */
function renderReply(turn) {
  const { reply } = turn;
  if (reply === null) {
    return h("p", { class: "pending" }, t("page.searching"), " ", button("link", stopAsking, t("page.stop")));
  }
  if ("error" in reply) {
    const again = PASSING.has(reply.error.code) && button("link again", () => answer(turn), t("page.again"));
    const anew = reply.error.code === "answer.gone" && renderAnew(turn);
    return h("p", { class: "error" }, sentence(reply.error), " ", again, anew);
  }
  return [renderNote(turn), reply.abstained ? renderRefusal(turn, reply) : renderAnswer(turn, reply), renderFootnotes(reply)];
}

/**
 * @param {Turn} turn
 * @param {Answered} reply
 */
function renderRefusal(turn, reply) {
  const examples = exampleQuestions();
  const isTalk = reply.kind === "smalltalk";
  return [
    h("p", { class: "abstained" }, said(reply.refusal ?? reply.answer)), // kept conversations may be older
    renderUnderstood(turn, reply),
    renderLines(turn, reply),
    isTalk ? null : h("p", { class: "quiet here-how" }, t("page.here_how")),
    isTalk ? null : renderActions(turn, reply),
    examples.length ? h("h3", {}, t("page.answerable")) : null,
    questionList(examples),
  ];
}

/**
 * @param {Turn} turn
 * @param {Answered} reply
 */
function renderAnswer(turn, reply) {
  const short = reply.short_answer;
  return [
    short ? h("p", { class: "short" }, said(short), " ", marker(turn, reply, reply.lines[0].number)) : null,
    reply.opening ? h("p", { class: "opening" }, said(reply.opening)) : null,
    renderUnderstood(turn, reply),
    reply.kind === "overview" && reply.lines.length > 1 ? renderOrder(turn) : null,
    reply.spread ? renderSpread(reply.spread, (period) => narrowTo(turn, period)) : null,
    renderLines(turn, reply),
    renderWriting(turn, (number) => marker(turn, reply, number)),
    renderActions(turn, reply),
    h("div", { class: "follow-ups" }, renderFollowUps(turn)),
  ];
}

/**
 * In which order an overview stands: the other one is a click away.
 * @param {Turn} turn
 */
function renderOrder(turn) {
  const choices = ORDERS.map((order) => {
    const label = t(order === "newest" ? "page.by_date" : "page.by_relevance");
    const choice = button("choice", () => reorder(turn, order), label);
    choice.setAttribute("aria-pressed", String((turn.order ?? "newest") === order));
    return choice;
  });
  return h("p", { class: "order", role: "group", "aria-label": t("page.order") }, choices);
}

/**
 * @param {Turn} turn
 * @param {Order} order
 */
function reorder(turn, order) {
  if (turn.order === order) return;
  turn.order = order;
  answer(turn);
}

/** @param {Turn} turn */
function renderFollowUps({ followUps }) {
  return followUps ? [h("h3", {}, t("page.follow_ups")), questionList(followUps)] : [];
}

/** @param {Turn} turn */
function addFollowUps(turn) {
  const place = shownTurn(turn)?.querySelector(".follow-ups");
  if (!place) return;
  const { scrollHeight, scrollTop, clientHeight } = find(".talk");
  const isAtEnd = scrollHeight > clientHeight && scrollHeight - scrollTop - clientHeight < 2;
  fill(place, renderFollowUps(turn));
  if (isAtEnd) shownTurn(turn)?.scrollIntoView({ block: "start" }); // nobody has scrolled since, and there is more
}

/**
 * Asks the same of a period alone, as a question of its own.
 * @param {Turn} turn
 * @param {string} period
 */
function narrowTo(turn, period) {
  ask(turn.question, { filters: { ...turn.filters, since: period, until: period } });
}

/**
 * The quotes of a reply, one below the other; the sides of a comparison beside each other.
 * @param {Turn} turn
 * @param {Answered} reply
 */
function renderLines(turn, reply) {
  const lines = (reply.lines ?? []).map((line) => renderLine(turn, reply, line));
  return reply.kind === "comparison" ? h("div", { class: "columns" }, lines) : lines;
}

/**
 * @param {Turn} turn
 * @param {Answered} reply
 * @param {Line} line
 */
function renderLine(turn, reply, line) {
  const quote = line.parts.map((part) => (part.short ? h("strong", {}, part.text) : part.text));
  const citation = citationOf(reply, line.number);
  const { article_id, title, published, source, start, end, quote: words } = citation;
  // an overview's and a summary's own leads say it already
  const isNamed = reply.kind === "overview" || reply.kind === "summary";
  return h(
    "blockquote",
    { "data-number": line.number },
    said(leadWords(reply, line), { class: "lead" }),
    " ",
    "“",
    h("bdi", { class: "quote", lang: "th" }, quote),
    // kept on one line, so that a marker never stands alone at a line's beginning
    h(
      "span",
      { class: "tail" },
      "” ",
      marker(turn, reply, line.number),
      signButton("copy", t("page.copy"), () => copyQuote(citationOf(reply, line.number))),
    ),
    isRefused(turn) ? h("p", { class: "pointing" }, renderPointer(turn, { article_id, start, end, quote: words })) : null,
    isNamed ? null : h("footer", { class: "origin quiet" }, said(title || source), published && [" · ", renderDate(citation)]),
  );
}

/**
 * On paper alone: where each quote stands, with the address at which it is read there.
 * @param {Answered} reply
 */
function renderFootnotes(reply) {
  const notes = (reply.lines ?? []).map(({ number }) => {
    const { words, address } = noteOf(citationOf(reply, number));
    return h("li", {}, `[${number}] `, said(words), " ", h("a", { href: address }, t("page.open_passage")));
  });
  return h("ul", { class: "footnotes" }, notes);
}

/**
 * Prints a turn alone.
 * @param {Turn} turn
 */
function printTurn(turn) {
  const printed = shownTurn(turn);
  const mark = (/** @type {boolean} */ on) => {
    frame().classList.toggle("one-turn", on);
    printed?.classList.toggle("printed", on);
  };
  mark(true);
  addEventListener("afterprint", () => mark(false), { once: true });
  print();
}

/**
 * @param {Turn} turn
 * @param {Answered} reply
 * @param {number} number
 */
function marker(turn, reply, number) {
  const label = t("page.open_source", { number, title: citationOf(reply, number).title });
  const made = signButton("marker", label, () => readQuote(turn, number), `[${number}]`);
  made.dataset.number = String(number);
  return made;
}

/**
 * What makes the markers of a turn; null for one that is not answered.
 * @param {Turn} turn
 */
function markers(turn) {
  const { reply } = turn;
  return reply && !("error" in reply) ? (/** @type {number} */ number) => marker(turn, reply, number) : null;
}

/**
 * @param {Turn} turn
 * @param {Answered} reply
 */
function renderActions(turn, reply) {
  return h(
    "div",
    { class: "actions" },
    reply.cards.length ? button("link show-sources", () => goToSources(turn), t("page.show_sources")) : null,
    button("link share", () => share(turn), t("page.share")),
    h(
      "details",
      { class: "take" },
      h("summary", {}, t("page.take_along")),
      button("link word", () => download([turn], "docx"), "Word"),
      button("link markdown", () => download([turn], "md"), "Markdown"),
      button("link print", () => printTurn(turn), t("page.print")),
    ),
    renderFeedback(turn),
  );
}

/** @param {Turn} turn */
function goToSources(turn) {
  show(turn);
  const sources = find(".sources");
  sources.scrollIntoView({ block: "nearest" });
  sources.focus({ preventScroll: true });
}
