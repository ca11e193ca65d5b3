// The date of an article: its day as the page's language writes days, or as it was printed where no day can be told.

import { h, said } from "./elements.js";
import { dayWords } from "./words.js";

/** @typedef {{ day?: string | null, published: string | null }} Dated */

/**
 * In words; nothing for none.
 * @param {Dated} article
 */
export const dateWords = ({ day, published }) => (day ? dayWords(day) : (published ?? ""));

/**
 * As an element, which has the date as it was printed for those who hover; null for none.
 * @param {Dated} article
 */
export function renderDate({ day, published }) {
  if (!day) return published ? said(published, { class: "date" }) : null;
  return h("time", { class: "date", datetime: day, title: published }, dayWords(day));
}
