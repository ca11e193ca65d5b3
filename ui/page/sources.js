// The sources of an answer, beside it.

import { renderCards } from "./cards.js";
import { fill, find, findAll, frame, h, said } from "./elements.js";
import { renderTimeline, timelineChanged } from "./picture.js";
import { isRefused, renderPointer } from "./pointing.js";
import { readPassages, readQuote } from "./reader.js";
import { shownChanged, talk } from "./talk.js";
import { languageChanged, t, tWith } from "./words.js";

/** @import { Card } from "./types" */
/** @import { Turn } from "./kept.js" */

export function beginSources() {
  frame().addEventListener("mouseover", point);
  frame().addEventListener("focusin", point);
  for (const news of [shownChanged, timelineChanged, languageChanged]) news.on(renderSources);
}

function renderSources() {
  const sources = find(".sources");
  const { shown, turns } = talk;
  const reply = shown?.reply;
  sources.hidden = !shown;
  frame().classList.toggle("with-sources", !sources.hidden);
  for (const turn of findAll(".turn")) turn.classList.toggle("sources-shown", turn.dataset.turn === shown?.id);
  if (!shown || !reply || "error" in reply) return;
  const cited = reply.cards.filter((card) => card.numbers.length);
  const others = reply.cards.filter((card) => !card.numbers.length);
  /** @param {Card} card */
  const open = (card) => (card.numbers.length ? readQuote(shown, card.numbers[0]) : readPassages([card], 0));
  /** @param {Card[]} list */
  const cards = (list) => renderCards(list, reply.cards, open, (card) => pointer(shown, card));
  fill(
    sources,
    h("h2", {}, t(reply.abstained ? "page.nearest" : "page.sources")),
    turns.length > 1 ? h("p", { class: "quiet" }, tWith("page.sources_of", { question: said(shown.question) })) : null,
    renderTimeline(reply.citations),
    cards(cited.length ? cited : others),
    cited.length && others.length
      ? h("details", {}, h("summary", {}, `${t("page.others")} (${others.length})`), cards(others))
      : null,
  );
  sources.scrollTop = 0;
}

/**
 * Where the question was refused, a passage can be pointed at as its answer.
 * @param {Turn} turn
 * @param {Card} card
 */
function pointer(turn, { article_id, start, end, text }) {
  if (!isRefused(turn)) return null;
  return h("p", { class: "pointing" }, renderPointer(turn, { article_id, start, end, quote: text }));
}

/**
 * A marker and its card point at each other under the pointer and under the keyboard's focus.
 * @param {Event} event
 */
function point({ target }) {
  if (!(target instanceof Element)) return;
  const number = numbersAt(target, ".turn [data-number]", "number");
  const numbers = numbersAt(target, ".card", "numbers");
  for (const card of findAll(".sources .card")) {
    card.classList.toggle("pointed", Boolean(number) && Boolean(card.dataset.numbers?.includes(` ${number} `)));
  }
  for (const quote of findAll(".sources-shown blockquote")) {
    quote.classList.toggle("pointed", Boolean(numbers?.includes(` ${quote.dataset.number} `)));
  }
}

/**
 * @param {Element} target
 * @param {string} selector
 * @param {string} name
 */
function numbersAt(target, selector, name) {
  const found = target.closest(selector);
  return found instanceof HTMLElement ? found.dataset[name] : undefined;
}
