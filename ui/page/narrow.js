// What narrows the questions that are asked: dates, a source and a name. It holds until it is taken off.

import { find, findAll, said } from "./elements.js";
import { languageChanged, t } from "./words.js";

/** @import { Filters } from "./kept.js" */
/** @import { Key } from "./types" */

/** @type {Array<[keyof Filters, Key]>} */
const LABELS = [
  ["since", "page.since"],
  ["until", "page.until"],
  ["source", "page.source"],
  ["name", "page.name"],
];

export function beginNarrow() {
  for (const field of fields()) {
    field.addEventListener("input", renderSummary);
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault(); // it is set; nothing was asked yet
      find(".ask textarea").focus();
    });
  }
  find(".ask").addEventListener("submit", () => find(".narrow").removeAttribute("open")); // what is set stands in its line
  find(".widen").addEventListener("click", () => {
    for (const field of fields()) field.value = "";
    renderSummary();
    fields()[0].focus();
  });
  languageChanged.on(renderSummary);
  renderSummary();
}

/** @returns {Filters} */
export function narrowed() {
  const filled = fields().filter(({ value }) => value.trim());
  return Object.fromEntries(filled.map(({ dataset, value }) => [dataset.filter, value.trim()]));
}

/**
 * Filters in words; nothing for none.
 * @param {Filters} filters
 */
export function filterWords(filters) {
  const told = LABELS.flatMap(([name, label]) => {
    const value = filters[name];
    return value ? [[`${t(label)} `, said(value)]] : [];
  });
  return told.map((words, place) => [place ? " · " : "", words]);
}

const fields = () => /** @type {HTMLInputElement[]} */ (findAll(".narrow [data-filter]"));

function renderSummary() {
  const filters = narrowed();
  const isNarrowed = Object.keys(filters).length > 0;
  find(".narrowed").replaceChildren(...(isNarrowed ? [": ", ...filterWords(filters).flat(2)] : []));
  find(".widen").hidden = !isNarrowed;
}
