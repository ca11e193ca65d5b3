// The three tabs. The address says which one is open (#search?question=...), so that a reload, the back
// button and a bookmark bring it back.

import { findAll, frame } from "./elements.js";
import { signal } from "./signal.js";

/** @typedef {{ name: string, facts: URLSearchParams }} Tab */

const TABS = ["ask", "search", "articles"];
/** @type {Record<string, URLSearchParams>} */
const visited = {}; // the facts with which each was last open

/** A tab is shown, perhaps the same one with other facts. */
export const tabShown = /** @type {ReturnType<typeof signal<Tab>>} */ (signal());

/** The name of the tab that is shown. */
export const shownTab = () => frame().dataset.tab;

/**
 * Goes to a tab; a search goes along in the address, so that it can be gone back to.
 * @param {string} name
 * @param {URLSearchParams} [facts]
 */
export function openTab(name, facts = visited[name]) {
  const query = facts?.toString();
  location.hash = query ? `${name}?${query}` : name; // `hashchange` shows it
}

export function showTab() {
  const { name, facts } = addressed();
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

export function beginTabs() {
  const tabs = findAll("[role=tab]");
  for (const [place, tab] of tabs.entries()) {
    tab.addEventListener("click", () => openTab(tab.dataset.tab ?? ""));
    tab.addEventListener("keydown", (event) => {
      /** @type {Record<string, number>} */
      const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -place, End: tabs.length - 1 - place };
      if (!(event.key in steps)) return;
      event.preventDefault();
      const next = tabs[(place + steps[event.key] + tabs.length) % tabs.length];
      next.focus();
      next.click();
    });
  }
  addEventListener("hashchange", showTab);
}

/** @returns {Tab} */
function addressed() {
  const [name, facts] = location.hash.slice(1).split("?");
  return { name: TABS.includes(name) ? name : "ask", facts: new URLSearchParams(facts ?? "") };
}
