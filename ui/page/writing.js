// What a model wrote beside the quotes of an answer: a block of its own, so that nobody takes its words for an
// article's. Its words are text nodes like all others: nothing of it is run or linked. While it writes, each sentence
// that was checked is added, so that a screen reader reads it once.

import { button, fill, findMaybe, h, said } from "./elements.js";
import { status } from "./status.js";
import { isBeingWritten, stopWriting, writingChanged, writingOf } from "./talk.js";
import { sentence, t } from "./words.js";

/** @import { SentenceJson, WritingJson } from "./types" */
/** @import { Turn } from "./kept.js" */
/** @typedef {(number: number) => HTMLElement} Marker */

/** @param {(turn: Turn) => Marker | null} markerOf */
export function beginWriting(markerOf) {
  writingChanged.on((turn) => {
    const place = findMaybe(`[data-turn="${turn.id}"] .writing-place`);
    const marker = markerOf(turn);
    if (place && marker) update(place, turn, marker);
  });
}

/**
 * @param {Turn} turn
 * @param {Marker} marker
 */
export function renderWriting(turn, marker) {
  const place = h("div", { class: "writing-place" });
  update(place, turn, marker);
  return place;
}

/**
 * @param {HTMLElement} place
 * @param {Turn} turn
 * @param {Marker} marker
 */
function update(place, turn, marker) {
  const writing = writingOf(turn);
  const isGoingOn = isBeingWritten(turn);
  if (!place.childElementCount) place.append(h("div", { class: "writing-told" }));
  if (writing && !("error" in writing)) updateSentences(place, writing, marker);
  const told = /** @type {HTMLElement} */ (place.querySelector(".writing-told"));
  if (isGoingOn && told.querySelector(".pending")) return; // the button may be under somebody's finger
  if (isGoingOn) fill(told, renderPending(turn));
  else fill(told, toldOf(writing).map((line) => h("p", { class: "quiet" }, line)));
}

/** @param {Turn} turn */
function renderPending(turn) {
  const words = t("page.writing", { writer: status().writer?.name ?? "" });
  return h("p", { class: "pending" }, words, " ", button("link", () => stopWriting(turn), t("page.stop")));
}

/**
 * What is told of what a model wrote and is not shown, or could not write.
 * @param {Turn["writing"] | null} writing
 * @returns {string[]}
 */
export function toldOf(writing) {
  if (!writing) return [];
  if ("error" in writing) return [sentence(writing.error)];
  const { sentences, struck, unwritten } = writing;
  return [
    ...(struck ? [t(sentences.length ? "answer.struck" : "answer.withdrawn", { count: struck })] : []),
    ...(unwritten ? [sentence({ code: unwritten })] : []),
  ];
}

/**
 * Adds the sentences that are new; none is left where they are taken back.
 * @param {HTMLElement} place
 * @param {WritingJson} writing
 * @param {Marker} marker
 */
function updateSentences(place, { sentences, writer }, marker) {
  const shown = place.querySelectorAll(".sentence").length;
  if (shown > sentences.length) place.querySelector(".writing")?.remove();
  if (!sentences.length) return;
  if (!place.querySelector(".writing")) place.prepend(renderBlock(writer));
  const block = /** @type {HTMLElement} */ (place.querySelector(".written"));
  block.append(...sentences.slice(block.childElementCount).map((one) => renderSentence(one, marker)));
}

/** @param {string} writer */
function renderBlock(writer) {
  const label = t("page.written", { writer });
  return h(
    "section",
    { class: "writing", "aria-label": label },
    h("h3", {}, label),
    h("p", { class: "written" }),
    h("p", { class: "quiet" }, t("page.written_means")),
  );
}

/**
 * @param {SentenceJson} one
 * @param {Marker} marker
 */
function renderSentence({ text, markers }, marker) {
  return h("span", { class: "sentence" }, said(text), h("span", { class: "tail" }, " ", markers.map(marker)), " ");
}
