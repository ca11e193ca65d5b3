// A whole article, opened where it was quoted or found. The arrow keys turn to the other places of the
// same answer or search, whichever article they stand in.

const reader = find(".reader");

const reading = {
  stops: [], // {article_id, number, start, end, quote}: the places that can be turned to
  place: -1, // the one that is shown
  words: "", // the text that tells which one it is of how many
  alone: true, // whether it is marked alone, or with the others of its article
};

// All quotes of the article are marked, for they make the answer together.
function readQuote(turn, number) {
  if (turn !== talk.shown) showSources(turn);
  const { citations } = turn.reply;
  const place = citations.findIndex((citation) => citation.number === number);
  return read({ stops: citations, place, words: "page.quote_of", alone: false });
}

function readPassages(cards, place) {
  const stops = cards.map(({ article_id, start, end, text }, at) => ({
    article_id,
    number: at + 1,
    start,
    end,
    quote: text,
  }));
  return read({ stops, place, words: "page.passage_of", alone: true });
}

function readArticle(article_id) {
  Object.assign(reading, { stops: [], place: -1 });
  return showArticle(article_id, [], null);
}

function read(opened) {
  Object.assign(reading, opened);
  const { stops, place, alone } = reading;
  const { article_id, number } = stops[place];
  const quotes = stops
    .filter((stop) => (alone ? stop === stops[place] : stop.article_id === article_id))
    .map(({ number, start, end, quote }) => ({ number, start, end, quote }));
  return showArticle(article_id, quotes, number);
}

function turnPage(step) {
  const { stops, place } = reading;
  if (stops.length > 1) read({ place: (place + step + stops.length) % stops.length });
}

async function showArticle(article_id, quotes, current) {
  const article = await call("article", { article_id, quotes });
  if (article.error) {
    fill(reader, readerTools(), h("p", { class: "error" }, sentence(article.error)));
  } else {
    fill(
      reader,
      readerTools(),
      h(
        "div",
        { class: "reader-head" },
        h("h2", { id: "khamtop-reading" }, said(article.title)),
        h("p", { class: "quiet" }, renderOrigin(article)),
      ),
      current === null || article.found.includes(current) ? "" : h("p", { class: "error" }, t("page.quote_gone")),
      h("div", { class: "text" }, h("bdi", { lang: "th" }, renderParts(article.parts, current))),
    );
  }
  if (!reader.open) reader.showModal();
  reader.scrollTop = 0;
  const mark = reader.querySelector("mark.current");
  (mark ?? reader.querySelector(".close")).focus({ preventScroll: true });
  mark?.scrollIntoView({ block: "center" });
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
    signButton("tool close", t("page.close"), () => reader.close(), "✕"),
  );
}

// An address is a link; anything else, a path or a `javascript:` trap, is plain text.
function renderOrigin({ published, source }) {
  const words = said(source, { class: "source" });
  const link = { href: source, target: "_blank", rel: "noopener noreferrer" };
  return [
    published && [said(published), " · "],
    /^https?:\/\//i.test(source) ? h("a", link, words) : words,
  ];
}

function beginReader() {
  reader.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") turnPage(-1);
    if (event.key === "ArrowRight") turnPage(1);
  });
  reader.addEventListener("click", closeOutside);
}
