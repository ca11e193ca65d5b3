// The list of the articles: looking through them, and taking one out.

import { renderDate } from "./dates.js";
import { confirmed } from "./dialogs.js";
import { button, clean, fill, find, findAll, h, said } from "./elements.js";
import { given } from "./given.js";
import { readArticle } from "./reader.js";
import { call } from "./server.js";
import { signal } from "./signal.js";
import { followBuild, indexChanged } from "./status.js";
import { noteFacts, shownTab, tabShown } from "./tabs.js";
import { languageChanged, sentence, t, tWith } from "./words.js";

/** @import { ErrorJson, Row } from "./types" */

const LISTED_AT_ONCE = 50;
const TYPING_MS = 200;

const listing = {
  /** @type {object | null} */
  run: null, // the look-up that is under way or was the last one
  total: 0,
  /** @type {Row[]} */
  articles: [],
  /** @type {ErrorJson | null} */
  error: null,
};

/** The list is narrowed otherwise; told with the name that it is narrowed by, or "". */
export const nameListed = /** @type {ReturnType<typeof signal<string>>} */ (signal());

export function beginArticles() {
  let typing = 0;
  find(".find").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(noteAndList, TYPING_MS);
  });
  find(".find").addEventListener("submit", (event) => {
    event.preventDefault();
    noteAndList();
  });
  find(".list-more").addEventListener("click", () => listArticles(true));
  tabShown.on(({ name, facts }) => name === "articles" && showList(facts));
  indexChanged.on(() => listing.run && listArticles());
  languageChanged.on(() => listing.run && renderList());
}

const fields = () => /** @type {Array<HTMLInputElement | HTMLSelectElement>} */ (findAll(".find [data-list]"));

/**
 * The list as an address tells it.
 * @param {URLSearchParams} facts
 */
function showList(facts) {
  if (listing.run && facts.toString() === wanted().toString()) return;
  for (const field of fields()) field.value = facts.get(field.dataset.list ?? "") ?? firstValue(field);
  listArticles();
}

/**
 * Narrows the list to the articles that name somebody; "" to those of any name.
 * @param {string} name
 */
export function listNaming(name) {
  const field = fields().find(({ dataset }) => dataset.list === "name");
  if (field) field.value = name;
  noteAndList();
}

function noteAndList() {
  if (shownTab() === "articles") noteFacts(wanted());
  listArticles();
}

/** What is filled in, but for what stands there anyway. */
function wanted() {
  const facts = new URLSearchParams();
  for (const field of fields()) {
    const value = field.value.trim();
    if (value && value !== firstValue(field)) facts.set(field.dataset.list ?? "", value);
  }
  return facts;
}

/** @param {HTMLInputElement | HTMLSelectElement} field */
const firstValue = (field) => (field instanceof HTMLSelectElement ? field.options[0].value : "");

async function listArticles(more = false) {
  const run = (listing.run = {});
  const offset = more ? listing.articles.length : 0;
  const limit = Math.min(LISTED_AT_ONCE, given.limits.listed);
  nameListed.tell(wanted().get("name") ?? "");
  const told = await call("articles", { ...Object.fromEntries(wanted()), offset, limit });
  if (listing.run !== run) return; // a later one overtook it
  if ("error" in told) {
    Object.assign(listing, { error: told.error, total: 0, articles: [] });
  } else {
    listing.error = null;
    listing.total = told.total;
    listing.articles = more ? [...listing.articles, ...told.articles] : told.articles;
  }
  renderList();
  if (more) findAll(".list .title")[offset]?.focus();
}

function renderList() {
  const { error, total, articles } = listing;
  const shown = articles.length;
  const told = error ? sentence(error) : total ? t("page.listed", { shown, total }) : t("page.none_listed");
  fill(find(".list-count"), told);
  fill(find(".list"), articles.map(renderRow));
  find(".list-more").hidden = Boolean(error) || shown >= total;
}

/** @param {Row} row */
function renderRow(row) {
  const { article_id, title, source, chars, passages } = row;
  const date = renderDate(row);
  return h(
    "li",
    {},
    h(
      "div",
      {},
      button("title", () => readArticle(article_id), said(title || source)),
      h("p", { class: "quiet" }, date && [date, " · "], t("page.length", { chars, passages })),
    ),
    row.removable ? removeButton(row) : null,
  );
}

/** @param {Row} row */
function removeButton(row) {
  const made = button("tool remove", () => remove(row), t("page.remove"));
  made.setAttribute("aria-label", clean(t("page.remove_this", { title: row.title })));
  return made;
}

/** @param {Row} row */
async function remove({ article_id, title }) {
  const question = tWith("page.remove_question", { title: said(title) });
  if (!(await confirmed(question, t("page.remove_means"), t("page.remove")))) return;
  const told = await call("remove", { article_id });
  if ("error" in told) {
    fill(find(".changed"), sentence(told.error));
    return;
  }
  fill(find(".changed"), tWith("page.removed", { title: said(title), path: said(told.moved_to) }));
  followBuild(told);
}
