// Makes elements and finds them. Whatever an article, a file name or a person wrote reaches the document
// through `h` alone, as text nodes: nothing here parses markup.

import { element } from "./given.js";

/** @typedef {Node | string | number | boolean | null | undefined} Leaf */
/** @typedef {Leaf | Array<Leaf | Array<Leaf | Leaf[]>>} Child */
/**
 * What `h` makes of a tag.
 * @template {string} Tag
 * @typedef {Tag extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[Tag]
 *   : Tag extends `svg:${string}` ? SVGElement : HTMLElement} Made
 */

const NOTICE_MS = 5000;
// Characters that turn the writing direction around: shown, they could make a text read as another.
const OVERRIDES = /[\u202a-\u202e\u2066-\u2069]/g;
// Some sources put one of these between all words: a line may end after it, or it would end within a word.
const AFTER_NO_BREAK = /(?<=[\u00a0\u2007\u202f])(?=.)/su;
// What stands between two pages of a PDF.
export const PAGE_BREAK = "\f";

// Where there is none, focusing a box would cover half the screen with one.
export const HAS_KEYBOARD = matchMedia("(hover: hover)").matches;

/**
 * The one element that page.html has for a selector.
 * @template {Element} [Kind=HTMLElement]
 * @param {string} selector
 * @param {new () => Kind} [kind]
 * @returns {Kind}
 */
export function find(selector, kind) {
  const found = element.querySelector(selector);
  if (!(found instanceof (kind ?? HTMLElement))) throw new TypeError(`page.html has no ${selector}`);
  return /** @type {Kind} */ (found);
}

/**
 * An element that may be there or not.
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export const findMaybe = (selector) => element.querySelector(selector);

/**
 * @param {string} selector
 * @returns {HTMLElement[]}
 */
export const findAll = (selector) => [.../** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll(selector))];

/** The element that holds the whole page. */
export const frame = () => find(".khamtop");

/**
 * The attributes of a link that leads away: it opens beside the page, a PDF at one of its own pages.
 * @param {string} address
 * @param {number | null} page
 */
export const linkOut = (address, page) => ({
  href: page ? `${address.split("#")[0]}#page=${page}` : address,
  target: "_blank",
  rel: "noopener noreferrer",
});

/**
 * h("p", {class: "lead"}, "text", child): attributes starting with "on" are listeners, and a tag such as
 * "svg:rect" is one of a picture.
 * @template {string} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...Child} children
 * @returns {Made<Tag>}
 */
export function h(tag, attributes = {}, ...children) {
  const made = tag.startsWith("svg:")
    ? document.createElementNS("http://www.w3.org/2000/svg", tag.slice(4))
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, clean(value));
  }
  fill(made, ...children);
  return /** @type {Made<Tag>} */ (made);
}

/**
 * Puts children, nested lists of them too, in the place of what `node` held; nothing for null, true, false and "".
 * @param {Element} node
 * @param {...Child} children
 */
export function fill(node, ...children) {
  const flat = /** @type {unknown[]} */ (children.flat(Infinity));
  const shown = flat.filter((child) => child !== null && child !== undefined && typeof child !== "boolean" && child !== "");
  node.replaceChildren(
    ...shown.flatMap((child) => (child instanceof Node ? [child] : textNodes(clean(child)))),
  );
}

/**
 * The words as they are, whoever copies them, with places where a line may end.
 * @param {string} words
 */
function textNodes(words) {
  return words.split(AFTER_NO_BREAK).flatMap((piece, place) => {
    const text = document.createTextNode(piece);
    return place ? [document.createElement("wbr"), text] : [text];
  });
}

/** @param {unknown} value */
export function clean(value) {
  return String(value).replace(OVERRIDES, "").replaceAll(PAGE_BREAK, " ");
}

/**
 * Words that are not the page's own, in their own language and direction whatever stands around them.
 * @param {string} words
 * @param {Record<string, unknown>} [attributes]
 */
export function said(words, attributes = {}) {
  return h("bdi", { lang: languageOf(words), ...attributes }, words);
}

/**
 * The language of words that are not the page's own, as far as their letters tell it.
 * @param {string} words
 */
export const languageOf = (words) => (/[\u0e01-\u0e5b]/.test(words) ? "th" : "en");

/**
 * @param {string} className
 * @param {() => unknown} onclick
 * @param {...Child} children
 */
export function button(className, onclick, ...children) {
  return h("button", { type: "button", class: className, onclick: () => onclick() }, ...children);
}

/**
 * A button that shows a sign, with its meaning for those who hover and those who listen.
 * @param {string} className
 * @param {string} label
 * @param {() => unknown} onclick
 * @param {...Child} children
 */
export function signButton(className, label, onclick, ...children) {
  const made = button(className, onclick, ...children);
  made.setAttribute("aria-label", clean(label));
  made.title = clean(label);
  return made;
}

/**
 * A short word at the bottom of the page.
 * @param {string} words
 */
export function notice(words) {
  const shown = find(".notice");
  shown.textContent = clean(words);
  setTimeout(() => shown.textContent === clean(words) && fill(shown), NOTICE_MS);
}

/**
 * For screen readers alone: what the eye sees for itself.
 * @param {string} words
 */
export function announce(words) {
  find(".unseen").textContent = clean(words);
}
