// A whole article, opened where it was quoted or found, at an address of its own. The arrow keys turn to the
// other places of the same answer or search, whichever article they stand in.

import { renderParts } from "./cards.js";
import { copyAddress } from "./copy.js";
import { renderDate } from "./dates.js";
import { closeOutside } from "./dialogs.js";
import { button, fill, find, findMaybe, h, linkOut, PAGE_BREAK, said, signButton } from "./elements.js";
import { renderAsked } from "./pointing.js";
import { addressOfOriginal, call } from "./server.js";
import { indexChanged } from "./status.js";
import { renderSummary } from "./summary.js";
import { isAddressed, leavePlace, openPlace, placeAt, placeShown } from "./tabs.js";
import { show, talk } from "./talk.js";
import { sentence, t } from "./words.js";

/** @import { Card, OpenArticle, Summary } from "./types" */
/** @import { Here, Turn } from "./kept.js" */
/** @import { Place } from "./tabs.js" */
/**
 * A place that can be turned to.
 * @typedef {{ article_id: string, number: number, start: number, end: number, quote: string,
 *   page?: number | null }} Stop
 */

const BAR_HEIGHT = 60;

const reading = {
  /** @type {Stop[]} */
  stops: [],
  place: -1, // the one that is shown
  /** @type {"page.quote_of" | "page.passage_of" | "page.sentence_of"} */
  words: "page.quote_of", // the text that tells which one it is of how many
  alone: true, // whether it is marked alone, or with the others of its article
  article_id: "", // the article that is open
  begin: 0, // where in it begins what is shown
  /** @type {Summary | null} */
  summary: null, // that of the article that was summed up last
  /** @type {object | null} */
  run: null, // the look-up that is under way or was the last one
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
  openPlace({ article: article_id });
  showArticle(article_id, [], null);
}

/**
 * Opens an article at a sentence that sums it up; the others are shown above it, and one key away.
 * @param {Summary} summary
 * @param {number} place
 */
export function readSummary(summary, place) {
  const stops = summary.quotes.map((quote) => ({ article_id: summary.article_id, ...quote }));
  read({ stops, place, words: "page.sentence_of", alone: false, summary });
}

export function beginReader() {
  reader().addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") turnPage(-1);
    if (event.key === "ArrowRight") turnPage(1);
  });
  closeOutside(reader());
  reader().addEventListener("close", leavePlace);
  placeShown.on(followAddress);
  indexChanged.on(() => (reading.summary = null)); // its article may say something else now
}

/**
 * Back, a reload or a link came to a place, or left it.
 * @param {Place | null} place
 */
function followAddress(place) {
  if (!place) {
    reader().close();
    return;
  }
  const { article, start = 0, end = 0, begins = "" } = place;
  const at = reading.stops.findIndex((stop) => stop.article_id === article && stop.start === start && stop.end === end);
  if (reader().open && article === reading.article_id && at === reading.place) return;
  if (at >= 0) {
    reading.place = at;
  } else {
    const stop = { article_id: article, number: 1, start, end, quote: begins };
    Object.assign(reading, { stops: begins ? [stop] : [], place: begins ? 0 : -1, words: "page.quote_of", alone: true });
  }
  showPlace(article);
}

/** @param {Partial<typeof reading>} opened */
function read(opened) {
  Object.assign(reading, opened);
  const { article_id, start, end, quote } = reading.stops[reading.place];
  openPlace(placeAt(article_id, start, end, quote));
  showPlace(article_id);
}

/** @param {string} article */
function showPlace(article) {
  const { stops, place, alone } = reading;
  if (place < 0) {
    showArticle(article, [], null);
    return;
  }
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
  const run = (reading.run = {});
  reading.article_id = article_id;
  const article = await call("article", { article_id, quotes });
  if (reading.run !== run || !isAddressed()) return; // it was closed, or another one was opened
  if ("error" in article) fill(reader(), readerTools(""), h("p", { class: "error" }, sentence(article.error)));
  else {
    const page = stops.find(({ number }) => number === current)?.page;
    reading.begin = article.begin;
    const asked = renderAsked(article_id, stops.find(({ number }) => number === current), chosenWords);
    fill(reader(), readerTools(article.title, asked), renderArticle(article, current, page ?? null));
  }
  nameBarBelow(reader().querySelector("h2"));
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
      h("div", { class: "summed-up" }, renderSummedUp(article.article_id)),
    ),
    current === null || article.found.includes(current) ? "" : h("p", { class: "error" }, t("page.quote_gone")),
    h("div", { class: "text" }, h("bdi", { lang: "th" }, renderText(article, current))),
  ];
}

/**
 * What sums an article up, or the button for it.
 * @param {string} article_id
 */
function renderSummedUp(article_id) {
  const { summary, stops, place } = reading;
  if (summary?.article_id !== article_id) return button("tool sum-up", () => sumUp(article_id), t("page.sum_up"));
  const { start, end } = stops[place] ?? {};
  const current = summary.quotes.findIndex((quote) => quote.start === start && quote.end === end);
  return [h("h3", {}, t("page.summary")), renderSummary(summary, (at) => readSummary(summary, at), current)];
}

/** @param {string} article_id */
async function sumUp(article_id) {
  find(".reader .sum-up", HTMLButtonElement).disabled = true;
  const told = await call("summary", { article_id });
  const place = findMaybe(".reader .summed-up");
  if (!place || reading.article_id !== article_id) return; // another one was opened
  if ("error" in told) {
    fill(place, h("p", { class: "error" }, sentence(told.error)));
    return;
  }
  reading.summary = told;
  fill(place, renderSummedUp(article_id));
  findMaybe(".reader .summary-quote")?.focus({ preventScroll: true });
}

/**
 * The bar names the article while its headline is out of sight.
 * @param {Element | null} headline
 */
function nameBarBelow(headline) {
  if (!headline) return;
  const bar = find(".reader-tools");
  const watch = new IntersectionObserver(([seen]) => bar.classList.toggle("named", !seen.isIntersecting), {
    root: reader(),
    rootMargin: `-${BAR_HEIGHT}px 0px 0px`,
  });
  watch.observe(headline);
}

/**
 * @param {string} title
 * @param {HTMLElement | null} [asked] what was asked, where the article may answer it
 */
function readerTools(title, asked = null) {
  const { stops, place, words } = reading;
  const turning = stops.length > 1;
  return h(
    "div",
    { class: "reader-tools" },
    h(
      "p",
      { class: "where" },
      h("span", { class: "name", "aria-hidden": "true" }, said(title)), // the headline says it to those who listen
      h("span", { class: "quiet" }, turning ? t(words, { number: place + 1, count: stops.length }) : ""),
    ),
    signButton("tool link-to", t("page.copy_link"), copyAddress),
    turning ? signButton("tool previous", t("page.previous"), () => turnPage(-1), "←") : null,
    turning ? signButton("tool next", t("page.next"), () => turnPage(1), "→") : null,
    signButton("tool close", t("page.close"), () => reader().close(), "✕"),
    asked,
  );
}

/**
 * The words that the reader marked in the article, and about where they begin; null for none.
 * @returns {Here | null}
 */
function chosenWords() {
  const selection = getSelection();
  const text = findMaybe(".reader .text");
  if (!selection?.rangeCount || !text) return null;
  const range = selection.getRangeAt(0);
  const quote = range.toString().trim();
  if (!quote || !text.contains(range.commonAncestorContainer)) return null;
  const before = new Range();
  before.setStart(text, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const start = reading.begin + [...before.toString()].length;
  return { article_id: reading.article_id, start, end: start + [...quote].length, quote };
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
 * An address is a link, and so is the path of a PDF that the server gives, both to the page; anything else, a path or a
 * `javascript:` trap, is plain text.
 * @param {OpenArticle} article
 * @param {number | null} page
 */
function renderOrigin(article, page) {
  const { article_id, published, source } = article;
  const words = said(source, { class: "source" });
  const isAddress = /^https?:\/\//i.test(source);
  const address = isAddress ? source : addressOfOriginal(article_id);
  const link = linkOut(address, page);
  return [
    published && [renderDate(article), " · "],
    isAddress || article.original ? h("a", link, words) : words,
    page && ` · ${t("answer.page", { page })}`,
  ];
}
