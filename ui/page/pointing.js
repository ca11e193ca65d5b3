// "The answer is here": a reader whose question was refused points at a passage, at words or at an article that
// answers it. It is kept with what they think of the reply.

import { button, findAll, fill, h, said } from "./elements.js";
import { giveOpinion } from "./feedback.js";
import { opinionChanged, talk } from "./talk.js";
import { sentence, t, tWith } from "./words.js";

/** @import { Here, Turn } from "./kept.js" */

/** A whole article is named by no words of it. */
const NO_WORDS = { start: 0, end: 0, quote: "" };

export function beginPointing() {
  opinionChanged.on((turn) => {
    for (const pointer of findAll(`.point[data-asked="${turn.id}"]`)) press(pointer, turn);
  });
}

/**
 * Whether nothing was found to answer a turn's question.
 * @param {Turn} turn
 */
export function isRefused({ reply }) {
  return Boolean(reply && !("error" in reply) && reply.abstained && reply.kind !== "smalltalk");
}

/**
 * The button that points at a place for a turn that was refused; pressed again, it takes that back.
 * @param {Turn} turn
 * @param {Here} place
 * @param {() => Here | null} [chosen] what the reader marked themselves, which goes before
 */
export function renderPointer(turn, place, chosen = () => null) {
  const told = h("span", { class: "quiet", role: "status" });
  /** @type {Here | null} */
  let marked = null;
  const act = () => {
    const pointed = marked ?? chosen() ?? place;
    marked = null;
    return pointAt(turn, pointed, told);
  };
  const pointer = button("link point", act, t("page.here"));
  // The button must not take the mark away before it is looked at.
  pointer.addEventListener("pointerdown", () => (marked = chosen()));
  pointer.addEventListener("mousedown", (event) => event.preventDefault());
  Object.assign(pointer.dataset, { asked: turn.id, place: nameOf(place) });
  press(pointer, turn);
  return [pointer, " ", told];
}

/**
 * In the reader: what was asked and refused, and the button that points at the article or at what is marked in it.
 * Null where the question that is looked at was answered.
 * @param {string} article_id
 * @param {Omit<Here, "article_id"> | undefined} stop the place that is shown
 * @param {() => Here | null} chosen
 */
export function renderAsked(article_id, stop, chosen) {
  const turn = talk.shown ?? talk.turns.at(-1);
  if (!turn || !isRefused(turn)) return null;
  const { start, end, quote } = stop ?? NO_WORDS;
  return h(
    "p",
    { class: "asked" },
    h("span", { class: "quiet" }, tWith("page.asked", { question: said(turn.question) })),
    renderPointer(turn, { article_id, start, end, quote }, chosen),
  );
}

/**
 * @param {Turn} turn
 * @param {Here} place
 * @param {HTMLElement} told
 */
async function pointAt(turn, place, told) {
  const before = turn.feedback?.here ?? [];
  const others = before.filter((other) => nameOf(other) !== nameOf(place));
  const isNew = others.length === before.length;
  fill(told); // so that the same words are said again
  const kept = await giveOpinion(turn, { good: false, here: isNew ? [...others, place] : others });
  if ("error" in kept) fill(told, sentence(kept.error));
  else fill(told, t(isNew ? "page.here_noted" : "page.here_taken_back"));
}

/**
 * @param {HTMLElement} pointer
 * @param {Turn} turn
 */
function press(pointer, turn) {
  const isPressed = turn.feedback?.here?.some((place) => nameOf(place) === pointer.dataset.place);
  pointer.setAttribute("aria-pressed", String(Boolean(isPressed)));
}

/** @param {Here} place */
const nameOf = ({ article_id, start, end }) => `${start}-${end} ${article_id}`;
