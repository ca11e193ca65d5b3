// A whole article, opened where it was quoted or found. The arrow keys turn to the other places of the
// same answer or search, whichever article they stand in.

import { renderParts } from "./cards.js";
import { closeOutside } from "./dialogs.js";
import { fill, find, h, PAGE_BREAK, said, signButton } from "./elements.js";
import { call } from "./server.js";
import { tabShown } from "./tabs.js";
import { show, talk } from "./talk.js";
import { sentence, t } from "./words.js";

/** @import { Card, OpenArticle } from "./types" */
/** @import { Turn } from "./kept.js" */
/**
 * A place that can be turned to.
 * @typedef {{ article_id: string, number: number, start: number, end: number, quote: string,
 *   page?: number | null }} Stop
 */

const reading = {
  /** @type {Stop[]} */
  stops: [],
  place: -1, // the one that is shown
  /** @type {"page.quote_of" | "page.passage_of"} */
  words: "page.quote_of", // the text that tells which one it is of how many
  alone: true, // whether it is marked alone, or with the others of its article
};

const reader = () => find(".reader", HTMLDialogElement);

/**
 * All quotes of the article are marked, for they make the answer together.
 * @param {Turn} turn
 * @param {number} number
 */
export function readQuote(turn, number) {
  const { reply } = turn;
  if (!reply || "error" in reply) return;
  if (turn !== talk.shown) show(turn);
  const place = reply.citations.findIndex((citation) => citation.number === number);
  read({ stops: reply.citations, place, words: "page.quote_of", alone: false });
}

/**
 * @param {Card[]} cards
 * @param {number} place
 */
export function readPassages(cards, place) {
  const stops = cards.map(({ article_id, page, start, end, text }, at) => ({
    article_id,
    page,
    number: at + 1,
    start,
    end,
    quote: text,
  }));
  read({ stops, place, words: "page.passage_of", alone: true });
}

/** @param {string} article_id */
export function readArticle(article_id) {
  Object.assign(reading, { stops: [], place: -1 });
  showArticle(article_id, [], null);
}

export function beginReader() {
  reader().addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") turnPage(-1);
    if (event.key === "ArrowRight") turnPage(1);
  });
  closeOutside(reader());
  tabShown.on(() => reader().close());
}

/** @param {Partial<typeof reading>} opened */
function read(opened) {
  Object.assign(reading, opened);
  const { stops, place, alone } = reading;
  const { article_id, number } = stops[place];
  const quotes = stops.filter((stop) => (alone ? stop === stops[place] : stop.article_id === article_id));
  showArticle(article_id, quotes, number);
}

/** @param {number} step */
function turnPage(step) {
  const { stops, place } = reading;
  if (stops.length > 1) read({ place: (place + step + stops.length) % stops.length });
}

/**
 * @param {string} article_id
 * @param {Stop[]} stops
 * @param {number | null} current
 */
async function showArticle(article_id, stops, current) {
  const quotes = stops.map(({ number, start, end, quote }) => ({ number, start, end, quote }));
  const article = await call("article", { article_id, quotes });
  if ("error" in article) fill(reader(), readerTools(), h("p", { class: "error" }, sentence(article.error)));
  else {
    const page = stops.find(({ number }) => number === current)?.page;
    fill(reader(), readerTools(), renderArticle(article, current, page ?? null));
  }
  if (!reader().open) reader().showModal();
  reader().scrollTop = 0;
  const mark = reader().querySelector("mark.current");
  find(mark ? ".reader mark.current" : ".reader .close").focus({ preventScroll: true });
  mark?.scrollIntoView({ block: "center" });
}

/**
 * @param {OpenArticle} article
 * @param {number | null} current
 * @param {number | null} page
 */
function renderArticle(article, current, page) {
  return [
    h(
      "div",
      { class: "reader-head" },
      h("h2", { id: "khamtop-reading" }, said(article.title)),
      h("p", { class: "quiet" }, renderOrigin(article, page)),
    ),
    current === null || article.found.includes(current) ? "" : h("p", { class: "error" }, t("page.quote_gone")),
    h("div", { class: "text" }, h("bdi", { lang: "th" }, renderText(article, current))),
  ];
}

function readerTools() {
  const { stops, place, words } = reading;
  const turning = stops.length > 1;
  return h(
    "div",
    { class: "reader-tools" },
    h("span", { class: "quiet" }, stops.length ? t(words, { number: place + 1, count: stops.length }) : ""),
    turning ? signButton("tool previous", t("page.previous"), () => turnPage(-1), "←") : null,
    turning ? signButton("tool next", t("page.next"), () => turnPage(1), "→") : null,
    signButton("tool close", t("page.close"), () => reader().close(), "✕"),
  );
}

/**
 * An article with pages has the number of each before it.
 * @param {OpenArticle} article
 * @param {number | null} current
 */
function renderText({ parts, page }, current) {
  if (page === null) return renderParts(parts, current);
  let number = page;
  /** @param {string} text */
  const show = (text) =>
    text.split(PAGE_BREAK).flatMap((words, place) => (place ? [renderPageNumber((number += 1)), words] : [words]));
  return [renderPageNumber(number), ...renderParts(parts, current, show)];
}

/** @param {number} page */
function renderPageNumber(page) {
  return h("span", { class: "quiet page-number" }, t("answer.page", { page }));
}

/**
 * An address is a link, of a PDF to the page; anything else, a path or a `javascript:` trap, is plain text.
 * @param {OpenArticle} article
 * @param {number | null} page
 */
function renderOrigin({ published, source }, page) {
  const words = said(source, { class: "source" });
  const link = { href: page ? `${source.split("#")[0]}#page=${page}` : source, target: "_blank", rel: "noopener noreferrer" };
  return [
    published && [said(published), " · "],
    /^https?:\/\//i.test(source) ? h("a", link, words) : words,
    page && ` · ${t("answer.page", { page })}`,
  ];
}
