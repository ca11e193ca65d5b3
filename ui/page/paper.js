// A conversation as a paper: its questions, what was answered, and a footnote for each quote with the address at which
// it is read. What a model wrote stands below the quotes, is told to be a model's, and names their footnotes. `export.js`
// and `docx.js` write it down; `turns.js` prints its footnotes.

import { dateWords } from "./dates.js";
import { citationOf } from "./kept.js";
import { hrefOf, placeAt } from "./tabs.js";
import { momentWords, sentence, t } from "./words.js";
import { toldOf } from "./writing.js";

/** @import { Citation, Line } from "./types" */
/** @import { Answered, Reply, Turn } from "./kept.js" */
/**
 * @typedef {{ words: string, address: string }} Note
 * A note is the same object wherever it is named again.
 * @typedef {"title" | "question" | "remark" | "short" | "text" | "quote" | "written"} Style
 * @typedef {{ style: Style, words: string, notes?: Note[] }} Paragraph
 */

/**
 * @param {Turn[]} turns
 * @returns {Paragraph[]}
 */
export function paperOf(turns) {
  return [
    { style: "title", words: turns[0].question },
    ...turns.flatMap(({ question, asked, reply, writing }) => [
      ...(turns.length > 1 ? [/** @type {Paragraph} */ ({ style: "question", words: question })] : []),
      /** @type {Paragraph} */ ({ style: "remark", words: momentWords(asked) }),
      ...(reply ? paragraphsOf(reply, writing) : []),
    ]),
  ];
}

/**
 * @param {Reply} reply
 * @param {Turn["writing"]} writing
 * @returns {Paragraph[]}
 */
function paragraphsOf(reply, writing) {
  if ("error" in reply) return [{ style: "remark", words: sentence(reply.error) }];
  const { short_answer, opening } = reply;
  const lines = reply.lines ?? []; // a refusal of an earlier version has none
  const notesOf = noting(reply);
  /** @type {Paragraph[]} */
  const paragraphs = [];
  if (reply.abstained) paragraphs.push({ style: "remark", words: reply.refusal ?? reply.answer });
  if (short_answer) paragraphs.push({ style: "short", words: short_answer });
  if (opening) paragraphs.push({ style: "text", words: opening });
  for (const line of lines) {
    const words = `${leadWords(reply, line)} “${citationOf(reply, line.number).quote}”`;
    paragraphs.push({ style: "quote", words, notes: notesOf([line.number]) });
  }
  return [...paragraphs, ...writtenParagraphs(writing, notesOf)];
}

/**
 * What a model wrote, and what is told of the rest.
 * @param {Turn["writing"]} writing
 * @param {(numbers: number[]) => Note[]} notesOf
 * @returns {Paragraph[]}
 */
function writtenParagraphs(writing, notesOf) {
  if (!writing) return [];
  const told = toldOf(writing).map((words) => /** @type {Paragraph} */ ({ style: "remark", words }));
  if ("error" in writing || !writing.sentences.length) return told;
  return [
    { style: "remark", words: t("answer.written", { writer: writing.writer }) },
    ...writing.sentences.map(({ text, markers }) => {
      return /** @type {Paragraph} */ ({ style: "written", words: text, notes: notesOf(markers) });
    }),
    ...told,
  ];
}

/**
 * What gives the notes of quotes by their numbers.
 * @param {Answered} reply
 */
function noting(reply) {
  const notes = new Map(reply.citations.map((citation) => [citation.number, noteOf(citation)]));
  return (/** @type {number[]} */ numbers) => numbers.flatMap((number) => notes.get(number) ?? []);
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
