// How a question was understood, where that is not plain: what it goes on from, and the time that it names. Each can be
// taken off, and the question is then asked again without it.

import { button, h, said } from "./elements.js";
import { answer } from "./talk.js";
import { dayWords, t, tWith } from "./words.js";

/** @import { UnderstoodJson } from "./types" */
/** @import { Answered, Turn } from "./kept.js" */

/**
 * Null where a question was taken as it stands.
 * @param {Turn} turn
 * @param {Answered} reply
 */
export function renderUnderstood(turn, reply) {
  const { understood } = reply; // kept conversations may be older
  if (!understood) return null;
  const chips = [
    understood.earlier &&
      renderChip(tWith("page.goes_on", { question: said(understood.earlier) }), t("page.ask_alone"), () => {
        turn.alone = true;
        answer(turn);
      }),
    (understood.time || understood.newest) &&
      renderChip(timeWords(understood), t("page.any_time"), () => {
        turn.anyTime = true;
        answer(turn);
      }),
  ].filter(Boolean);
  return chips.length ? h("p", { class: "understood" }, chips) : null;
}

/** @param {UnderstoodJson} understood */
function timeWords({ time, since, until, newest }) {
  if (!time) return t("page.newest_first");
  const days = [since, until].map((day) => day && dayWords(day));
  const period = since === until ? days[0] : days.map((day) => day ?? "").join(" – ");
  const words = tWith("page.of_time", { time: said(time), period: h("span", {}, period) });
  return newest ? [...words, " · ", t("page.newest_first")] : words;
}

/**
 * @param {import("./elements.js").Child} words
 * @param {string} label
 * @param {() => void} takeOff
 */
function renderChip(words, label, takeOff) {
  const off = button("take-off", takeOff, "✕");
  off.title = label;
  off.setAttribute("aria-label", label);
  return h("span", { class: "chip" }, h("span", {}, words), off);
}
