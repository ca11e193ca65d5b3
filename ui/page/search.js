// The search tab: articles with their passages, without an answer, narrowed by date, source and name. What is asked
// stands in the address (tabs.js).

import { renderParts, renderPassage } from "./cards.js";
import { renderDate } from "./dates.js";
import { button, fill, find, findAll, h, HAS_KEYBOARD, said } from "./elements.js";
import { save } from "./export.js";
import { given } from "./given.js";
import { readPassages } from "./reader.js";
import { call } from "./server.js";
import { findingsToCsv, findingsToJson } from "./table.js";
import { openTab, tabShown } from "./tabs.js";
import { languageChanged, sentence, t } from "./words.js";

/** @import { Card, Findings, FoundArticle, Key } from "./types" */
/** @import { Failure } from "./kept.js" */

const FIRST_FOUND = 10; // articles
const MORE_FOUND = 20;
const PASSAGES_SHOWN = 3; // of an article; the others unfold

const searching = {
  asked: "", // the address's words for what was searched last
  /** @type {object | null} */
  run: null, // the search that is under way or was the last one
  k: 0,
  hasMore: false, // whether there are more articles than `k`
  /** @type {Findings | Failure | null} */
  reply: null,
};

export function beginSearch() {
  const form = find(".search-form", HTMLFormElement);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const facts = filledIn();
    if (facts.has("question") && facts.toString() !== searching.asked) {
      openTab("search", facts);
      return;
    }
    searching.asked = facts.toString();
    search(FIRST_FOUND); // the same again, or nothing, for which the server has a sentence
  });
  find("[name=order]").addEventListener("change", () => searching.reply && form.requestSubmit());
  find(".to-csv").addEventListener("click", () => saveFound("csv", "text/csv;charset=utf-8", findingsToCsv));
  find(".to-json").addEventListener("click", () => saveFound("json", "application/json;charset=utf-8", findingsToJson));
  tabShown.on(({ name, facts }) => name === "search" && showSearch(facts));
  languageChanged.on(renderFound);
}

const fields = () =>
  /** @type {Array<HTMLInputElement | HTMLSelectElement>} */ (findAll(".search-form [name]"));

/** @param {HTMLInputElement | HTMLSelectElement} field */
const firstValue = (field) => (field instanceof HTMLSelectElement ? field.options[0].value : "");

/** What is filled in, but for what stands there anyway. */
function filledIn() {
  const facts = new URLSearchParams();
  for (const field of fields()) {
    const value = field.value.trim();
    if (value && value !== firstValue(field)) facts.set(field.name, value);
  }
  return facts;
}

const findings = () => (searching.reply && !("error" in searching.reply) ? searching.reply : null);

/** @param {URLSearchParams} facts */
function showSearch(facts) {
  if (facts.toString() !== searching.asked) {
    for (const field of fields()) field.value = facts.get(field.name) ?? firstValue(field);
    Object.assign(searching, { asked: facts.toString(), run: null, hasMore: false, reply: null });
    renderFound();
    if (facts.has("question")) search(FIRST_FOUND);
  }
  if (HAS_KEYBOARD && document.activeElement === document.body) find("[name=question]").focus();
}

/** @param {number} k */
async function search(k) {
  const run = (searching.run = {});
  const facts = { question: "", ...Object.fromEntries(new URLSearchParams(searching.asked)) };
  const reply = await call("search", { ...facts, k: Math.min(k + 1, given.limits.passages) });
  if (searching.run !== run) return; // a later one overtook it
  const shown = findings()?.articles.length ?? 0;
  const hasMore = !("error" in reply) && reply.articles.length > k;
  if (!("error" in reply)) reply.articles = reply.articles.slice(0, k);
  Object.assign(searching, { k, hasMore, reply });
  renderFound();
  if (k > FIRST_FOUND) findAll(".found .title")[shown]?.focus();
}

function renderFound() {
  const { reply, k, hasMore } = searching;
  const articles = findings()?.articles ?? [];
  const cards = articles.flatMap((article) => article.cards);
  const best = Math.max(...cards.map((card) => card.score));
  fill(find(".found-count"), reply && "error" in reply ? h("h2", {}, sentence(reply.error)) : reply && renderCount(reply));
  find(".found-tools").hidden = !articles.length;
  const more = () => search(Math.min(k + MORE_FOUND, given.limits.passages));
  fill(
    find(".found"),
    articles.map((article) => renderArticle(article, best, (card) => readPassages(cards, cards.indexOf(card)))),
    hasMore ? button("tool more", more, t("page.more")) : null,
  );
}

/**
 * How much holds every word, how much of all is shown, and what was understood.
 * @param {Findings} found
 */
function renderCount({ articles, total, phrases, without }) {
  const shown = articles.length;
  if (!shown) return h("h2", {}, t("search.none"));
  const { articles: all, passages } = total;
  const words = all ? t(total.all ? "search.total" : "search.at_least", { articles: all, passages }) : t("search.nearest");
  return [
    h("h2", {}, words),
    h("p", { class: "quiet" }, t("page.shown", { shown }), quoted("page.exactly", phrases), quoted("page.without", without)),
  ];
}

/**
 * How words were understood; nothing for none.
 * @param {Key} key
 * @param {string[]} all
 */
function quoted(key, all) {
  return all.flatMap((words, place) => [place ? ", " : ` · ${t(key)} `, "“", said(words), "”"]);
}

/**
 * @param {FoundArticle} article
 * @param {number} best
 * @param {(card: Card) => void} open
 */
function renderArticle(article, best, open) {
  const { title, title_parts, source, published, cards } = article;
  /** @param {Card} card */
  const passage = (card) => {
    /** @param {MouseEvent} event */
    const onclick = ({ target }) => {
      const onControl = target instanceof Element && target.closest("button, a, summary");
      if (!onControl && getSelection()?.isCollapsed) open(card);
    };
    return h("div", { class: "found-passage", onclick }, renderPassage(card, best), openButton(card, open));
  };
  const rest = cards.slice(PASSAGES_SHOWN);
  const name = said(title || source);
  if (title) fill(name, renderParts(title_parts));
  const headline = button("title", () => open(cards[0]), name);
  headline.title = t("page.open_article");
  return h(
    "article",
    { class: "card" },
    h("h3", {}, headline),
    h("p", { class: "quiet" }, published && [renderDate(article), " · "], said(source)),
    cards.slice(0, PASSAGES_SHOWN).map(passage),
    rest.length
      ? h("details", {}, h("summary", {}, t("page.more_passages", { count: rest.length })), rest.map(passage))
      : null,
  );
}

/**
 * For the keyboard: a click anywhere on the passage does the same.
 * @param {Card} card
 * @param {(card: Card) => void} open
 */
const openButton = (card, open) => button("link open-passage", () => open(card), t("page.open_passage"));

/**
 * @param {string} ending
 * @param {string} type
 * @param {(found: Findings, asked: URLSearchParams) => string} written
 */
function saveFound(ending, type, written) {
  const found = findings();
  if (found) save(Date.now(), ending, type, written(found, new URLSearchParams(searching.asked)));
}
