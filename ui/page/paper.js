// A conversation as a paper: its questions, what was answered, and a footnote for each quote with the address at which
// it is read. `export.js` and `docx.js` write it down; `turns.js` prints its footnotes.

import { dateWords } from "./dates.js";
import { citationOf } from "./kept.js";
import { hrefOf, placeAt } from "./tabs.js";
import { momentWords, sentence, t } from "./words.js";

/** @import { Citation, Line } from "./types" */
/** @import { Answered, Reply, Turn } from "./kept.js" */
/**
 * @typedef {{ words: string, address: string }} Note
 * @typedef {{ style: "title" | "question" | "remark" | "short" | "text" | "quote", words: string, note?: Note }} Paragraph
 */

/**
 * @param {Turn[]} turns
 * @returns {Paragraph[]}
 */
export function paperOf(turns) {
  return [
    { style: "title", words: turns[0].question },
    ...turns.flatMap(({ question, asked, reply }) => [
      ...(turns.length > 1 ? [/** @type {Paragraph} */ ({ style: "question", words: question })] : []),
      /** @type {Paragraph} */ ({ style: "remark", words: momentWords(asked) }),
      ...(reply ? paragraphsOf(reply) : []),
    ]),
  ];
}

/**
 * @param {Reply} reply
 * @returns {Paragraph[]}
 */
function paragraphsOf(reply) {
  if ("error" in reply) return [{ style: "remark", words: sentence(reply.error) }];
  const { short_answer, opening } = reply;
  const lines = reply.lines ?? []; // a refusal of an earlier version has none
  /** @type {Paragraph[]} */
  const paragraphs = [];
  if (reply.abstained) paragraphs.push({ style: "remark", words: reply.refusal ?? reply.answer });
  if (short_answer) paragraphs.push({ style: "short", words: short_answer });
  if (opening) paragraphs.push({ style: "text", words: opening });
  for (const line of lines) {
    const citation = citationOf(reply, line.number);
    const words = `${leadWords(reply, line)} “${citation.quote}”`;
    paragraphs.push({ style: "quote", words, note: noteOf(citation) });
  }
  return paragraphs;
}

/**
 * Where a quote stands, and the address at which it is read there.
 * @param {Citation} citation
 * @returns {Note}
 */
export function noteOf(citation) {
  const { article_id, title, source, page, start, end, quote } = citation;
  const where = [title, dateWords(citation), source, page && t("answer.page", { page })];
  const address = hrefOf("ask", new URLSearchParams(), placeAt(article_id, start, end, quote));
  return { words: where.filter(Boolean).join(", "), address };
}

/**
 * What leads to a quote. An overview's names the article, with its date as the page writes dates.
 * @param {Answered} reply
 * @param {Line} line
 */
export function leadWords(reply, { lead, number }) {
  if (reply.kind !== "overview") return lead;
  const citation = citationOf(reply, number);
  return `${[dateWords(citation), citation.title || citation.source].filter(Boolean).join(" · ")}:`;
}
