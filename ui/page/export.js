// A conversation, or one answer of it, as a file to take along: Markdown and Word to read, JSON for programs.

import { DOCX, toDocx } from "./docx.js";
import { clean, h } from "./elements.js";
import { paperOf } from "./paper.js";
import { t } from "./words.js";

/** @import { Turn } from "./kept.js" */
/** @import { Note, Paragraph } from "./paper.js" */
/** @typedef {"md" | "docx" | "json"} Ending */

// Everything that Markdown could take for markup, a link, an image or HTML, wherever it stands in a line.
const MARKDOWN = /[\\`*_{}[\]<>#+\-=~|!$^&@:]/g;

/** @type {Record<Ending, { type: string, written: (turns: Turn[]) => BlobPart }>} */
const KINDS = {
  md: { type: "text/markdown;charset=utf-8", written: toMarkdown },
  docx: { type: DOCX, written: toDocx },
  json: { type: "application/json;charset=utf-8", written: toJson },
};

/**
 * @param {Turn[]} turns
 * @param {Ending} ending
 */
export function download(turns, ending) {
  const { type, written } = KINDS[ending];
  save(turns[0].asked, ending, type, written(turns));
}

/**
 * Hands a file to the browser, named by the day of a moment.
 * @param {number} moment
 * @param {string} ending
 * @param {string} type
 * @param {BlobPart} content
 */
export function save(moment, ending, type, content) {
  const day = new Date(moment).toISOString().slice(0, 10);
  const address = URL.createObjectURL(new Blob([content], { type }));
  h("a", { href: address, download: `khamtop-${day}.${ending}` }).click();
  URL.revokeObjectURL(address);
}

/** @param {Turn[]} turns */
function toMarkdown(turns) {
  /** @type {Note[]} */
  const notes = [];
  const mark = (/** @type {Note} */ note) => `[^${notes.includes(note) ? notes.indexOf(note) + 1 : notes.push(note)}]`;
  const paragraphs = paperOf(turns).map((paragraph) => styled(paragraph) + (paragraph.notes ?? []).map(mark).join(""));
  const footnotes = notes.map(({ words, address }, place) => {
    return `[^${place + 1}]: ${inMarkdown(words)} [${inMarkdown(t("page.open_passage"))}](<${address}>)`;
  });
  return `${[...paragraphs, ...footnotes].join("\n\n")}\n`;
}

/** @param {Paragraph} paragraph */
function styled({ style, words }) {
  const text = inMarkdown(words);
  if (style === "title") return `# ${text}`;
  if (style === "question") return `## ${text}`;
  if (style === "remark" || style === "written") return `*${text}*`;
  if (style === "short") return `**${text}**`;
  return style === "quote" ? `> ${text}` : text;
}

/**
 * One line in which nothing is markup: no text of ours ever stands where a line begins.
 * @param {string} words
 */
function inMarkdown(words) {
  return clean(words)
    .replace(/\s+/g, " ")
    .trim()
    .replace(MARKDOWN, "\\$&")
    .replace(/www\./gi, (found) => `${found.slice(0, -1)}\\.`);
}

/** @param {Turn[]} turns */
function toJson(turns) {
  const conversation = turns.map(({ question, asked, reply, writing, feedback }) => {
    const about = { question, asked: new Date(asked).toISOString() };
    if (!reply || "error" in reply) return { ...about, error: reply?.error, feedback };
    const { short_answer, answer, verdict, abstained, confidence, citations } = reply;
    return { ...about, short_answer, answer, verdict, abstained, confidence, citations, writing, feedback };
  });
  return `${JSON.stringify({ program: "khamtop", conversation }, null, 2)}\n`;
}
