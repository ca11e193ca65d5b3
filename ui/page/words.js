// The page's words, days and numbers in the language that the reader chose.

import { given } from "./given.js";
import { recall, remember } from "./memory.js";
import { signal } from "./signal.js";

/** @import { Key } from "./types" */
/** @typedef {Partial<Record<string, unknown>>} Facts */

const LANGUAGE_KEY = "khamtop.language";

let chosen = "";

/** The reader chose another language. */
export const languageChanged = /** @type {ReturnType<typeof signal<void>>} */ (signal());

export const language = () => chosen;

/** @param {string} code */
export function chooseLanguage(code) {
  chosen = code;
  remember("localStorage", LANGUAGE_KEY, code);
  languageChanged.tell();
}

/**
 * @param {Key} key
 * @param {Facts} [facts]
 */
export function t(key, facts = {}) {
  return wordsOf(key).replace(/\{(\w+)\}/g, (_, name) => {
    const fact = facts[name] ?? "";
    return typeof fact === "number" ? numberWords(fact) : String(fact);
  });
}

/**
 * The same with elements in the places of facts, such as what `said` makes of words that are not the page's.
 * @param {Key} key
 * @param {Record<string, Node>} elements
 */
export function tWith(key, elements) {
  return wordsOf(key)
    .split(/(\{\w+\})/)
    .map((piece) => elements[piece.slice(1, -1)] ?? piece);
}

/**
 * Words in a language that the reader may not have chosen.
 * @param {string} code
 * @param {Key} key
 */
export const wordsIn = (code, key) => given.words[code][key];

/**
 * What went wrong, in one sentence. Facts that are codes themselves, such as a reason, get their words.
 * @param {{ code: string, facts?: Facts }} error
 */
export function sentence({ code, facts }) {
  return isKey(code) ? t(code, facts) : t("internal");
}

/**
 * A day such as "2022-06-29" as people write it, of the era that the language counts in.
 * @param {string} day
 * @param {Intl.DateTimeFormatOptions} [parts]
 */
export function dayWords(day, parts = { dateStyle: "medium" }) {
  return written(new Date(`${day}T00:00Z`), { ...parts, timeZone: "UTC" });
}

/** @param {number} milliseconds */
export function momentWords(milliseconds) {
  return written(new Date(milliseconds), { dateStyle: "medium", timeStyle: "short" });
}

/** @param {number} number */
export function numberWords(number) {
  return number.toLocaleString("en-US").replaceAll(",", wordsOf("language.thousands"));
}

/** The language that the reader chose once, else the first of the browser's that the page has. */
export function beginWords() {
  const ofBrowser = navigator.languages.flatMap((name) => [name, name.split("-")[0]]); // "en-GB" is "en" too
  const wanted = [String(recall("localStorage", LANGUAGE_KEY)), ...ofBrowser];
  chosen = wanted.find((code) => given.languages.includes(code)) ?? given.first;
}

/** @param {Key} key */
const wordsOf = (key) => wordsIn(chosen, key);

/**
 * @param {string} code
 * @returns {code is Key}
 */
const isKey = (code) => Object.hasOwn(given.words[chosen], code);

/**
 * @param {Date} date
 * @param {Intl.DateTimeFormatOptions} parts
 */
function written(date, parts) {
  return new Intl.DateTimeFormat(wordsOf("language.dates"), parts).format(date);
}
