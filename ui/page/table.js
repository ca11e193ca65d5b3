// What a search found as a file to take along: CSV for spreadsheets, JSON for programs.

import { clean } from "./elements.js";
import { hrefOf, placeAt } from "./tabs.js";

/** @import { Card, Findings, FoundArticle } from "./types" */

const COLUMNS = ["title", "published", "day", "source", "text", "address", "article_id", "start", "end", "score"];
// A spreadsheet takes a cell that begins so for a formula, in full-width signs too.
const FORMULA = /^[\s\p{C}]*[=+\-@＝＋－＠]/u;
const BYTE_ORDER_MARK = "\ufeff"; // without it some spreadsheets take Thai for another alphabet

/** @param {Findings} found */
export function findingsToCsv({ articles }) {
  const lines = [COLUMNS, ...articles.flatMap((article) => article.cards.map((card) => rowOf(article, card)))];
  return BYTE_ORDER_MARK + lines.map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
}

/**
 * @param {Findings} found
 * @param {URLSearchParams} asked
 */
export function findingsToJson({ articles, total }, asked) {
  const shown = articles.map(({ article_id, title, source, published, day, cards }) => {
    const passages = cards.map((card) => {
      const { start, end, text, score } = card;
      return { address: addressOf(card), start, end, text, score };
    });
    return { article_id, title, source, published, day, passages };
  });
  return `${JSON.stringify({ program: "khamtop", search: Object.fromEntries(asked), total, articles: shown }, null, 2)}\n`;
}

/**
 * @param {FoundArticle} article
 * @param {Card} card
 */
function rowOf({ title, published, day, source, article_id }, card) {
  const { start, end, text, score } = card;
  return [title, published, day, source, text, addressOf(card), article_id, start, end, score];
}

/**
 * Where a passage is read.
 * @param {Card} card
 */
function addressOf({ article_id, start, end, text }) {
  return hrefOf("search", new URLSearchParams(), placeAt(article_id, start, end, text));
}

/** @param {string | number | null} value */
function cell(value) {
  if (typeof value === "number") return String(value);
  const words = clean(value ?? "");
  return `"${(FORMULA.test(words) ? `'${words}` : words).replaceAll('"', '""')}"`;
}
