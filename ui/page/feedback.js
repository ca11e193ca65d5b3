// What the reader thinks of an answer: a thumb, and a remark if they like.

import { fill, findAll, h, signButton } from "./elements.js";
import { given } from "./given.js";
import { call } from "./server.js";
import { judge, opinionChanged } from "./talk.js";
import { sentence, t } from "./words.js";

/** @import { Kept } from "./types" */
/** @import { Failure, Opinion, Turn } from "./kept.js" */

export function beginFeedback() {
  opinionChanged.on((turn) => {
    const thumbs = findAll(`[data-turn="${turn.id}"] .thumb`);
    for (const [place, thumb] of thumbs.entries()) thumb.setAttribute("aria-pressed", isGiven(turn, place === 0));
  });
}

/**
 * Has the server keep what is thought of a turn, with what was thought of it before.
 * @param {Turn} turn
 * @param {Partial<Opinion>} changed
 * @returns {Promise<Kept | Failure>}
 */
export async function giveOpinion(turn, changed) {
  const { reply, question } = turn;
  if (!reply) throw new TypeError("nothing was said yet");
  if ("error" in reply) return reply;
  const opinion = { good: true, remark: "", ...turn.feedback, ...changed };
  const { short_answer, answer, citations } = reply;
  const kept = await call("feedback", { question, short_answer, answer, citations, ...opinion });
  if (!("error" in kept)) judge(turn, { ...opinion, id: kept.id });
  return kept;
}

/** @param {Turn} turn */
export function renderFeedback(turn) {
  const thumbs = [true, false].map((good) => {
    const thumb = signButton(good ? "thumb up" : "thumb down", t(good ? "page.good" : "page.bad"), () => give({ good }));
    thumb.setAttribute("aria-pressed", isGiven(turn, good));
    return thumb;
  });
  const label = t("page.remark");
  const maxlength = given.limits.remark_chars;
  const remark = h("input", { type: "text", maxlength, "aria-label": label, placeholder: label });
  const send = h("button", { type: "submit", class: "tool" }, t("page.send_remark"));
  const form = h("form", { class: "remark", hidden: true, onsubmit }, remark, send);
  const told = h("p", { class: "told quiet", role: "status" });

  /** @param {Partial<Opinion>} changed */
  async function give(changed) {
    const kept = await giveOpinion(turn, changed);
    if ("error" in kept) {
      fill(told, sentence(kept.error));
      return;
    }
    form.hidden = "remark" in changed;
    fill(told, t("remark" in changed ? "page.thanks_remark" : "page.thanks"));
    if (form.hidden) thumbs[turn.feedback?.good ? 0 : 1].focus();
  }

  /** @param {SubmitEvent} event */
  function onsubmit(event) {
    event.preventDefault();
    if (remark.value.trim()) give({ remark: remark.value.trim() });
  }

  return h("div", { class: "feedback" }, h("span", { class: "thumbs" }, thumbs), told, form);
}

/**
 * Whether that thumb was given, as an attribute tells it.
 * @param {Turn} turn
 * @param {boolean} good
 */
const isGiven = (turn, good) => String(turn.feedback?.good === good);
