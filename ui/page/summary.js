// An article summed up in its own words: the sentences that carry most of it, each a way to where it stands.

import { button, h, said } from "./elements.js";

/** @import { Summary } from "./types" */

/**
 * The sentences as a list; a click on one opens it.
 * @param {Summary} summary
 * @param {(place: number) => void} open
 * @param {number} [current] the place of the one that is open
 */
export function renderSummary({ quotes }, open, current = -1) {
  const items = quotes.map(({ quote }, place) => {
    const sentence = button("summary-quote", () => open(place), said(quote.trim()));
    if (place === current) sentence.setAttribute("aria-current", "true");
    return h("li", {}, sentence);
  });
  return h("ol", { class: "summary" }, items);
}
