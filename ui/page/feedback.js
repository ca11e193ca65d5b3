// What the reader thinks of an answer: a thumb, and a remark if they like.

import { fill, h, signButton } from "./elements.js";
import { given } from "./given.js";
import { call } from "./server.js";
import { judge } from "./talk.js";
import { sentence, t } from "./words.js";

/** @import { Answer } from "./types" */
/** @import { Opinion, Turn } from "./kept.js" */

/**
 * @param {Turn} turn
 * @param {Omit<Answer, "passages">} reply
 */
export function renderFeedback(turn, reply) {
  const thumbs = [true, false].map((good) =>
    signButton(good ? "thumb up" : "thumb down", t(good ? "page.good" : "page.bad"), () => give({ good })),
  );
  const label = t("page.remark");
  const maxlength = given.limits.remark_chars;
  const remark = h("input", { type: "text", maxlength, "aria-label": label, placeholder: label });
  const send = h("button", { type: "submit", class: "tool" }, t("page.send_remark"));
  const form = h("form", { class: "remark", hidden: true, onsubmit }, remark, send);
  const told = h("p", { class: "told quiet", role: "status" });

  function press() {
    for (const [place, thumb] of thumbs.entries()) {
      thumb.setAttribute("aria-pressed", String(turn.feedback?.good === (place === 0)));
    }
  }

  /** @param {Partial<Opinion>} changed */
  async function give(changed) {
    const opinion = { good: true, remark: "", ...turn.feedback, ...changed };
    const { short_answer, answer, citations } = reply;
    const kept = await call("feedback", { question: turn.question, short_answer, answer, citations, ...opinion });
    if ("error" in kept) {
      fill(told, sentence(kept.error));
      return;
    }
    judge(turn, { ...opinion, id: kept.id });
    press();
    form.hidden = "remark" in changed;
    fill(told, t("remark" in changed ? "page.thanks_remark" : "page.thanks"));
    if (form.hidden) thumbs[opinion.good ? 0 : 1].focus();
  }

  /** @param {SubmitEvent} event */
  function onsubmit(event) {
    event.preventDefault();
    if (remark.value.trim()) give({ remark: remark.value.trim() });
  }

  press();
  return h("div", { class: "feedback" }, h("span", { class: "thumbs" }, thumbs), told, form);
}
