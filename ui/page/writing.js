// What a model wrote beside the quotes of an answer: a block of its own, so that nobody takes its words for an
// article's. Its words are text nodes like all others: nothing of it is run or linked.

import { button, fill, findMaybe, h, said } from "./elements.js";
import { status } from "./status.js";
import { isBeingWritten, stopWriting, writingChanged } from "./talk.js";
import { sentence, t } from "./words.js";

/** @import { SentenceJson } from "./types" */
/** @import { Turn } from "./kept.js" */
/** @typedef {(number: number) => HTMLElement} Marker */

/** @param {(turn: Turn) => Marker | null} markerOf */
export function beginWriting(markerOf) {
  writingChanged.on((turn) => {
    const place = findMaybe(`[data-turn="${turn.id}"] .writing-place`);
    const marker = markerOf(turn);
    if (place && marker) fill(place, renderWriting(turn, marker));
  });
}

/**
 * @param {Turn} turn
 * @param {Marker} marker
 */
export function renderWriting(turn, marker) {
  const { writing } = turn;
  if (isBeingWritten(turn)) {
    const writer = status().writer?.name ?? "";
    return h("p", { class: "pending" }, t("page.writing", { writer }), " ", button("link", () => stopWriting(turn), t("page.stop")));
  }
  if (!writing) return null;
  if ("error" in writing) return h("p", { class: "quiet" }, sentence(writing.error));
  const { sentences, struck, unwritten, writer } = writing;
  const told = [
    struck ? t("answer.struck", { count: struck }) : null,
    unwritten ? sentence({ code: unwritten }) : null,
  ].filter((line) => line !== null);
  const below = told.map((line) => h("p", { class: "quiet" }, line));
  if (!sentences.length) return below;
  const label = t("page.written", { writer });
  return h(
    "section",
    { class: "writing", "aria-label": label },
    h("h3", {}, label),
    h("p", { class: "written" }, sentences.map((one) => renderSentence(one, marker))),
    h("p", { class: "quiet" }, t("page.written_means")),
    below,
  );
}

/**
 * @param {SentenceJson} one
 * @param {Marker} marker
 */
function renderSentence({ text, markers }, marker) {
  return [said(text), h("span", { class: "tail" }, " ", markers.map(marker)), " "];
}
