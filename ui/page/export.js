// A conversation as a file to take along: Markdown to read, JSON for programs.

import { clean, h } from "./elements.js";
import { citationOf } from "./kept.js";
import { momentWords, sentence, t } from "./words.js";

/** @import { Kept, Reply } from "./kept.js" */

// Everything that Markdown could take for markup, a link, an image or HTML, wherever it stands in a line.
const MARKDOWN = /[\\`*_{}[\]<>#+\-=~|!$^&@:]/g;

/** @param {Kept} kept */
export function toMarkdown({ turns }) {
  const lines = turns.flatMap(({ question, asked, reply }) => [
    `## ${inMarkdown(question)}`,
    `*${inMarkdown(momentWords(asked))}*`,
    ...(reply ? answerInMarkdown(reply) : []),
  ]);
  return `# ${inMarkdown(turns[0].question)}\n\n${lines.join("\n\n")}\n`;
}

/** @param {Kept} kept */
export function toJson({ turns }) {
  const conversation = turns.map(({ question, asked, reply, writing, feedback }) => {
    const about = { question, asked: new Date(asked).toISOString() };
    if (!reply || "error" in reply) return { ...about, error: reply?.error, feedback };
    const { short_answer, answer, verdict, abstained, confidence, citations } = reply;
    return { ...about, short_answer, answer, verdict, abstained, confidence, citations, writing, feedback };
  });
  return `${JSON.stringify({ program: "khamtop", conversation }, null, 2)}\n`;
}

/**
 * @param {Kept} kept
 * @param {string} ending
 * @param {string} type
 * @param {string} words
 */
export function download({ turns }, ending, type, words) {
  save(turns[0].asked, ending, type, words);
}

/**
 * Hands a file to the browser, named by the day of a moment.
 * @param {number} moment
 * @param {string} ending
 * @param {string} type
 * @param {string} words
 */
export function save(moment, ending, type, words) {
  const day = new Date(moment).toISOString().slice(0, 10);
  const address = URL.createObjectURL(new Blob([words], { type: `${type};charset=utf-8` }));
  h("a", { href: address, download: `khamtop-${day}.${ending}` }).click();
  URL.revokeObjectURL(address);
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

/** @param {Reply} reply */
function answerInMarkdown(reply) {
  if ("error" in reply) return [`*${inMarkdown(sentence(reply.error))}*`];
  const lines = reply.lines ?? []; // a refusal of an earlier version has none
  const sources = reply.citations.map(({ number, title, published, source, page }) => {
    const where = [title, published, source, page && t("answer.page", { page })].flatMap((part) => (part ? [inMarkdown(part)] : [])).join(", ");
    return `- \\[${number}\\] ${where}`;
  });
  return [
    reply.abstained && `*${inMarkdown(reply.refusal ?? reply.answer)}*`,
    reply.short_answer && `**${inMarkdown(reply.short_answer)}** \\[${reply.lines[0].number}\\]`,
    ...lines.map(({ lead, number }) => {
      return `> ${inMarkdown(lead)} “${inMarkdown(citationOf(reply, number).quote)}” \\[${number}\\]`;
    }),
    sources.join("\n"),
  ].filter(Boolean);
}
