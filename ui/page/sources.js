// Passages as cards: an answer's sources beside it, and what a search found.

// Shows the sources of a turn beside the chat; of none, if it has none.
function showSources(turn) {
  talk.shown = turn?.reply?.cards?.length ? turn : null;
  renderSources();
}

function renderSources() {
  const sources = find(".sources");
  sources.hidden = !talk.shown;
  page.classList.toggle("with-sources", !sources.hidden);
  for (const turn of findAll(".turn")) turn.classList.toggle("sources-shown", turn.dataset.turn === talk.shown?.id);
  if (sources.hidden) return;
  const { question, reply } = talk.shown;
  const cited = reply.cards.filter((card) => card.numbers.length);
  const others = reply.cards.filter((card) => !card.numbers.length);
  const cards = (list) => renderCards(list, reply.cards, openCard);
  fill(
    sources,
    h("h2", {}, t(reply.abstained ? "page.nearest" : "page.sources")),
    talk.turns.length > 1 ? h("p", { class: "quiet" }, tWith("page.sources_of", { question: said(question) })) : null,
    renderTimeline(reply.citations),
    cards(cited.length ? cited : others),
    cited.length && others.length
      ? h("details", {}, h("summary", {}, `${t("page.others")} (${others.length})`), cards(others))
      : null,
  );
  sources.scrollTop = 0;
}

function openCard(card) {
  if (card.numbers.length) readQuote(talk.shown, card.numbers[0]);
  else readPassages([card], 0);
}

// `all` are the cards found together: a score is shown as its share of the best.
function renderCards(cards, all, open) {
  const best = Math.max(...all.map((card) => card.score));
  return cards.map((card) => renderCard(card, best, () => open(card)));
}

function renderCard(card, best, open) {
  const foundBy = [
    card.lexical_rank && t("page.by_words", { rank: card.lexical_rank }),
    card.dense_rank && t("page.by_meaning", { rank: card.dense_rank }),
  ].filter(Boolean);
  const share = best > 0 ? Math.max(0, card.score) / best : 0;
  const title = button("title", open, said(card.title || card.source));
  title.title = t("page.open_article");
  return h(
    "article",
    {
      class: "card",
      "data-numbers": ` ${card.numbers.join(" ")} `,
      onclick: (event) => {
        if (!event.target.closest("button, a") && getSelection().isCollapsed) open();
      },
    },
    h(
      "h3",
      {},
      card.numbers.map((number) => h("span", { class: "badge" }, `[${number}]`)),
      title,
    ),
    card.published ? h("p", { class: "quiet date" }, said(card.published)) : null,
    h(
      "p",
      { class: "why" },
      h("span", { class: "bar", "aria-hidden": "true" }, h("span", { style: `width:${(100 * share).toFixed(1)}%` })),
      h("span", {}, t("page.score", { score: card.score.toFixed(2) })),
      foundBy.length ? h("span", {}, `${t("page.found_by")} ${foundBy.join(" · ")}`) : null,
    ),
    h("p", { class: "passage" }, h("bdi", { lang: "th" }, renderParts(card.parts))),
    card.copies.length ? h("p", { class: "quiet copies" }, t("page.copies"), " ", card.copies.map(renderCopy)) : null,
  );
}

// Another article that prints the same words: its title, and where it is.
function renderCopy(copy, place) {
  const where = [copy.title || copy.source, copy.published].filter(Boolean).join(", ");
  return [place ? "; " : "", said(where, { title: copy.source })];
}

function renderParts(parts, current) {
  return parts.map((part) => {
    if (part.number === undefined) return part.text;
    const isCurrent = part.number === current;
    return h(
      "mark",
      { "data-number": part.number, class: isCurrent && "current", tabindex: isCurrent && "-1" },
      part.text,
    );
  });
}

// A marker and its card point at each other under the pointer and under the keyboard's focus.
function point(event) {
  const number = event.target.closest?.(".turn [data-number]")?.dataset.number;
  const numbers = event.target.closest?.(".card")?.dataset.numbers;
  for (const card of findAll(".sources .card")) {
    card.classList.toggle("pointed", Boolean(number) && card.dataset.numbers.includes(` ${number} `));
  }
  for (const quote of findAll(".sources-shown blockquote")) {
    quote.classList.toggle("pointed", Boolean(numbers) && numbers.includes(` ${quote.dataset.number} `));
  }
}

function beginSources() {
  page.addEventListener("mouseover", point);
  page.addEventListener("focusin", point);
}
