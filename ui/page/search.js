// The search tab: passages without an answer, narrowed by date and source. What is asked stands in
// the address (tabs.js).

import { renderCards } from "./cards.js";
import { button, fill, find, findAll, h, HAS_KEYBOARD } from "./elements.js";
import { given } from "./given.js";
import { readPassages } from "./reader.js";
import { call } from "./server.js";
import { openTab, tabShown } from "./tabs.js";
import { languageChanged, sentence, t } from "./words.js";

/** @import { Card, Cards } from "./types" */
/** @import { Failure } from "./kept.js" */

const FIRST_FOUND = 10;
const MORE_FOUND = 20;

const searching = {
  asked: "", // the address's words for what was searched last
  /** @type {object | null} */
  run: null, // the search that is under way or was the last one
  k: 0,
  /** @type {Cards | Failure | null} */
  reply: null,
};

export function beginSearch() {
  find(".search-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const facts = new URLSearchParams();
    for (const { name, value } of fields()) if (value.trim()) facts.set(name, value.trim());
    if (facts.has("question") && facts.toString() !== searching.asked) {
      openTab("search", facts);
      return;
    }
    searching.asked = facts.toString();
    search(FIRST_FOUND); // the same again, or nothing, for which the server has a sentence
  });
  tabShown.on(({ name, facts }) => name === "search" && showSearch(facts));
  languageChanged.on(renderFound);
}

const fields = () => /** @type {HTMLInputElement[]} */ (findAll(".search-form input[name]"));

const found = () => (searching.reply && !("error" in searching.reply) ? searching.reply.cards : []);

/** @param {URLSearchParams} facts */
function showSearch(facts) {
  if (facts.toString() !== searching.asked) {
    for (const field of fields()) field.value = facts.get(field.name) ?? "";
    Object.assign(searching, { asked: facts.toString(), run: null, reply: null });
    renderFound();
    if (facts.has("question")) search(FIRST_FOUND);
  }
  if (HAS_KEYBOARD && document.activeElement === document.body) find("[name=question]").focus();
}

/** @param {number} k */
async function search(k) {
  const run = (searching.run = {});
  const facts = { question: "", ...Object.fromEntries(new URLSearchParams(searching.asked)) };
  const reply = await call("search", { ...facts, k });
  if (searching.run !== run) return; // a later one overtook it
  const shown = found().length;
  Object.assign(searching, { k, reply });
  renderFound();
  if (k > FIRST_FOUND) findAll(".found .title")[shown]?.focus();
}

function renderFound() {
  const { reply, k } = searching;
  const most = given.limits.passages;
  const cards = found();
  let told = "";
  if (reply && "error" in reply) told = sentence(reply.error);
  else if (reply) told = cards.length ? t("page.found", { count: cards.length }) : t("search.none");
  fill(find(".found-count"), told && h("h2", {}, told));
  /** @param {Card} card */
  const open = (card) => readPassages(cards, cards.indexOf(card));
  const more = () => search(Math.min(k + MORE_FOUND, most));
  fill(
    find(".found"),
    renderCards(cards, cards, open),
    cards.length && cards.length === k && k < most ? button("tool more", more, t("page.more")) : null,
  );
}
