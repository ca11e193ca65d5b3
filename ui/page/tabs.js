// The three tabs, and the article that is open over them. The address says which, and what of it is shown
// (#search?question=...&article=...), so that a reload, the back button and a link bring it back.

import { findAll, frame } from "./elements.js";
import { signal } from "./signal.js";

/** @typedef {{ name: string, facts: URLSearchParams }} Tab */
/**
 * An article, and the characters of a quote in it with the words that it begins with: it may have moved.
 * @typedef {{ article: string, start?: number, end?: number, begins?: string }} Place
 */

const TABS = ["ask", "search", "articles"];
const BEGINS_CHARS = 24; // enough to find a quote again where it has moved
const PLACE = ["article", "start", "end", "begins"];
/** @type {Record<string, URLSearchParams>} */
const visited = {}; // the facts with which each was last open
let shown = ""; // the address of the tab as it is shown

/** A tab is shown, perhaps the same one with other facts. */
export const tabShown = /** @type {ReturnType<typeof signal<Tab>>} */ (signal());
/** Another place of an article is to be read; null for none. */
export const placeShown = /** @type {ReturnType<typeof signal<Place | null>>} */ (signal());

/** The name of the tab that is shown. */
export const shownTab = () => frame().dataset.tab;

/**
 * Goes to a tab; what is shown of it goes along in the address, so that it can be gone back to.
 * @param {string} name
 * @param {URLSearchParams} [facts]
 */
export function openTab(name, facts = visited[name]) {
  location.hash = hashOf(name, facts); // `hashchange` shows it
}

/**
 * Notes in the address what is shown of the open tab, without another step to go back.
 * @param {URLSearchParams} facts
 */
export function noteFacts(facts) {
  const { name } = addressed();
  visited[name] = facts;
  shown = hashOf(name, facts);
  history.replaceState(history.state, "", pathTo(shown));
}

/**
 * Puts the place that is read into the address: one step, which Back takes back, however many pages are turned.
 * @param {Place} place
 */
export function openPlace(place) {
  const { name, facts, place: before } = addressed();
  const address = pathTo(hashOf(name, facts, place));
  if (before) history.replaceState(history.state, "", address);
  else history.pushState({ opened: true }, "", address);
}

/** Takes it out again; where a link led to it, there is nothing to go back to. */
export function leavePlace() {
  const { name, facts, place } = addressed();
  if (!place) return;
  if (history.state?.opened) history.back();
  else history.replaceState(null, "", pathTo(hashOf(name, facts)));
}

/** Whether the address names a place. */
export const isAddressed = () => addressed().place !== null;

export function showAddress() {
  const { name, facts, place } = addressed();
  if (hashOf(name, facts) !== shown) {
    shown = hashOf(name, facts);
    showTab(name, facts);
  }
  placeShown.tell(place);
}

export function beginTabs() {
  const tabs = findAll("[role=tab]");
  for (const [at, tab] of tabs.entries()) {
    tab.addEventListener("click", () => openTab(tab.dataset.tab ?? ""));
    tab.addEventListener("keydown", (event) => {
      /** @type {Record<string, number>} */
      const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -at, End: tabs.length - 1 - at };
      if (!(event.key in steps)) return;
      event.preventDefault();
      const next = tabs[(at + steps[event.key] + tabs.length) % tabs.length];
      next.focus();
      next.click();
    });
  }
  addEventListener("hashchange", showAddress);
}

/**
 * @param {string} name
 * @param {URLSearchParams} facts
 */
function showTab(name, facts) {
  visited[name] = facts;
  for (const tab of findAll("[role=tab]")) {
    const chosen = tab.dataset.tab === name;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1; // the arrow keys lead to the others
  }
  for (const panel of findAll("[role=tabpanel]")) panel.hidden = panel.dataset.tab !== name;
  frame().dataset.tab = name;
  tabShown.tell({ name, facts });
}

/** @returns {Tab & { place: Place | null }} */
function addressed() {
  const [name, told] = location.hash.slice(1).split("?");
  const facts = new URLSearchParams(told ?? "");
  const place = placeOf(facts);
  for (const fact of PLACE) facts.delete(fact);
  return { name: TABS.includes(name) ? name : "ask", facts, place };
}

/**
 * @param {URLSearchParams} facts
 * @returns {Place | null}
 */
function placeOf(facts) {
  const article = facts.get("article");
  const [start, end] = [facts.get("start"), facts.get("end")].map((at) => (/^\d{1,9}$/.test(at ?? "") ? Number(at) : NaN));
  const begins = facts.get("begins");
  if (!article) return null;
  return start < end && begins ? { article, start, end, begins } : { article };
}

/**
 * @param {string} name
 * @param {URLSearchParams} [facts]
 * @param {Place} [place]
 */
function hashOf(name, facts, place) {
  const all = new URLSearchParams(facts);
  for (const [fact, value] of Object.entries(place ?? {})) all.set(fact, String(value));
  const told = all.toString();
  return told ? `${name}?${told}` : name;
}

/**
 * The address of a tab with facts, and of a place, as it is passed on.
 * @param {string} name
 * @param {URLSearchParams} facts
 * @param {Place} [place]
 */
export function hrefOf(name, facts, place) {
  return new URL(`${location.pathname}#${hashOf(name, facts, place)}`, location.origin).href;
}

/**
 * The place of a quote.
 * @param {string} article
 * @param {number} start
 * @param {number} end
 * @param {string} quote
 * @returns {Place}
 */
export const placeAt = (article, start, end, quote) => ({
  article,
  start,
  end,
  begins: [...quote].slice(0, BEGINS_CHARS).join(""),
});

/** @param {string} hash */
const pathTo = (hash) => `${location.pathname}${location.search}#${hash}`;
