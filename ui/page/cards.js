// Passages as cards: an answer's sources, and what a search found.

import { dateWords, renderDate } from "./dates.js";
import { button, h, linkOut, said } from "./elements.js";
import { addressOfOriginal } from "./server.js";
import { t } from "./words.js";

/** @import { Child, Leaf } from "./elements.js" */
/** @import { Card, DatedArticle, Part } from "./types" */

// The score of a passage that surely answers: of 45 questions on 250 articles the answered ones had 0.8 to 6.8, the
// refused ones at most 0.3. A bar is a share of it, or else the best of a poor lot would look like an answer.
const FULL_SCORE = 5;

/**
 * `all` are the cards found together, by the best of which a score is shown; `more` is what else a card offers.
 * @param {Card[]} cards
 * @param {Card[]} all
 * @param {(card: Card) => void} open
 * @param {(card: Card) => Child} [more]
 */
export function renderCards(cards, all, open, more = () => null) {
  const best = Math.max(...all.map((card) => card.score));
  return cards.map((card) => renderCard(card, best, () => open(card), more(card)));
}

/**
 * Text whose quotes are marked; `current` is the number of the one that is looked at. `show` gives what is shown of a
 * text, from the first on.
 * @param {Part[]} parts
 * @param {number | null} [current]
 * @param {(text: string) => Leaf | Leaf[]} [show]
 */
export function renderParts(parts, current = null, show = (text) => text) {
  return parts.map((part) => {
    if (part.term) return h("mark", { class: "term" }, part.text);
    const shown = show(part.text);
    if (part.number === undefined) return shown;
    const isCurrent = part.number === current;
    return h(
      "mark",
      { "data-number": part.number, class: isCurrent && "current", tabindex: isCurrent && "-1" },
      shown,
    );
  });
}

/**
 * @param {Card} card
 * @param {number} best
 * @param {() => void} open
 * @param {Child} more
 */
function renderCard(card, best, open, more) {
  const title = button("title", open, said(card.title || card.source));
  title.title = t("page.open_article");
  /** @param {MouseEvent} event */
  const onclick = ({ target }) => {
    const onControl = target instanceof Element && target.closest("button, a");
    if (!onControl && getSelection()?.isCollapsed) open();
  };
  return h(
    "article",
    { class: "card", "data-numbers": ` ${card.numbers.join(" ")} `, onclick },
    h(
      "h3",
      {},
      card.numbers.map((number) => h("span", { class: "badge" }, `[${number}]`)),
      title,
    ),
    card.published || card.page ? h("p", { class: "quiet" }, renderWhen(card)) : null,
    renderPassage(card, best),
    more,
  );
}

/**
 * What a card says below its title: why it was found, the passage, and where else it is printed.
 * @param {Card} card
 * @param {number} best
 */
export function renderPassage(card, best) {
  const foundBy = [
    card.lexical_rank && t("page.by_words", { rank: card.lexical_rank }),
    card.dense_rank && t("page.by_meaning", { rank: card.dense_rank }),
  ].filter(Boolean);
  const share = Math.max(0, card.score) / Math.max(best, FULL_SCORE);
  return [
    h(
      "p",
      { class: "why" },
      h("span", { class: "bar", "aria-hidden": "true" }, h("span", { style: `width:${(100 * share).toFixed(1)}%` })),
      h("span", {}, t("page.score", { score: card.score.toFixed(2) })),
      foundBy.length ? h("span", {}, `${t("page.found_by")} ${foundBy.join(" · ")}`) : null,
    ),
    h("p", { class: "passage" }, h("bdi", { lang: "th" }, renderParts(card.parts))),
    card.copies.length ? h("p", { class: "quiet copies" }, t("page.copies"), " ", card.copies.map(renderCopy)) : null,
  ];
}

/** @param {Card} card */
function renderWhen(card) {
  const { published, page } = card;
  return [renderDate(card), published && page && " · ", page && renderPage(card, page)];
}

/**
 * The number of a page, which opens there if the server gives the PDF.
 * @param {Card} card
 * @param {number} page
 */
function renderPage({ article_id, original }, page) {
  const words = t("answer.page", { page });
  return original ? h("a", linkOut(addressOfOriginal(article_id), page), words) : words;
}

/**
 * Another article that prints the same words: its title, and where it is.
 * @param {DatedArticle} copy
 * @param {number} place
 */
function renderCopy(copy, place) {
  const where = [copy.title || copy.source, dateWords(copy)].filter(Boolean).join(", ");
  return [place ? "; " : "", said(where, { title: copy.source })];
}
