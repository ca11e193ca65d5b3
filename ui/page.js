// The page's behaviour. Gradio runs this as the body of a function with `element` (what page.html
// became), `props` (the words of texts.py) and `server` (the functions of web.py).
//
// What is shown follows from `state`. Whatever an article, a file name or a person wrote reaches
// the document through `h` alone, as text nodes: nothing here parses markup.

const LANGUAGE_KEY = "khamtop.language";
const TURNS_KEY = "khamtop.turns.1"; // another number when what a turn holds changes
const POLL_MS = 250;
const NOTICE_MS = 5000;
const REJECTED_SHOWN = 200; // the terminal lists them all
// Where there is none, focusing the box would cover half the screen with one.
const HAS_KEYBOARD = matchMedia("(hover: hover)").matches;
// Characters that turn the writing direction around: shown, they could make a text read as another.
const OVERRIDES = /[\u202a-\u202e\u2066-\u2069]/g;

const find = (selector) => element.querySelector(selector);
const page = find(".khamtop");
const box = find("textarea");
const reader = find(".reader");

const state = {
  language: recall("localStorage", LANGUAGE_KEY) === "en" ? "en" : "th",
  turns: recall("sessionStorage", TURNS_KEY) ?? [], // {question, reply}, with reply null while it is awaited
  shown: -1, // the turn whose sources are beside the chat
  status: { articles: 0, examples: [], build: null },
  watching: false, // whether a build's progress is being followed
  reading: null, // {turn, number} while an article is open at a quote
};

// -- Words and elements ---------------------------------------------------------------------------

function t(key, facts = {}) {
  const words = props.words[key][state.language === "th" ? 0 : 1];
  return words.replace(/\{(\w+)\}/g, (_, name) => {
    const fact = facts[name] ?? "";
    return typeof fact === "number" ? fact.toLocaleString("en-US") : String(fact);
  });
}

// h("p", {class: "lead"}, "text", child): attributes starting with "on" are listeners.
function h(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, clean(value));
  }
  return fill(made, ...children);
}

// Puts children, nested lists of them too, in the place of what `node` held; nothing for null, false and "".
function fill(node, ...children) {
  const shown = children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false && child !== "");
  node.replaceChildren(
    ...shown.map((child) => (child instanceof Node ? child : document.createTextNode(clean(child)))),
  );
  return node;
}

function clean(value) {
  return String(value).replace(OVERRIDES, "");
}

function button(className, label, onclick, ...children) {
  return h("button", { type: "button", class: className, "aria-label": label, title: label, onclick }, ...children);
}

// A short word at the bottom of the page.
function notice(words) {
  const shown = find(".notice");
  shown.textContent = clean(words);
  setTimeout(() => shown.textContent === clean(words) && fill(shown), NOTICE_MS);
}

// For screen readers alone: what the eye sees in the panel above.
function announce(words) {
  find(".unseen").textContent = words;
}

// -- The server -----------------------------------------------------------------------------------

async function call(name, facts = {}) {
  // Gradio's client swallows a failed call and gives nothing back.
  const reply = await server[name](facts);
  return reply ?? { error: { code: "page.disconnected", facts: {} } };
}

async function ask(question) {
  if (state.turns.some((turn) => turn.reply === null)) return;
  const history = state.turns.filter((turn) => !turn.reply.error).map((turn) => turn.question);
  const turn = { question, reply: null };
  const position = state.turns.push(turn) - 1;
  renderTurnAt(position);
  if (HAS_KEYBOARD) box.focus({ preventScroll: true }); // an example that was clicked is gone now
  const reply = await call("ask", { question, history });
  if (!state.turns.includes(turn) || turn.reply !== null) return; // stopped, or a new chat was begun
  turn.reply = reply;
  keepTurns();
  renderTurnAt(position);
  if (!reply.error) showSources(position);
}

function stop() {
  const last = state.turns.at(-1);
  if (!last || last.reply !== null) return;
  last.reply = { error: { code: "page.stopped", facts: {} } };
  renderTurnAt(state.turns.length - 1);
}

async function watchBuild(first) {
  if (state.watching) return;
  state.watching = true;
  let status = first;
  while (!status.error && status.build && status.build.running) {
    state.status = status;
    renderBuild();
    await new Promise((resume) => setTimeout(resume, POLL_MS));
    status = await call("status");
  }
  state.watching = false;
  if (status.error) status = { ...state.status, build: { running: false, error: status.error } };
  state.status = status;
  renderBuild();
  renderWelcome();
}

function keepTurns() {
  remember(
    "sessionStorage",
    TURNS_KEY,
    state.turns.filter((turn) => turn.reply !== null),
  );
}

// A browser may forbid storage, or have no room left: then nothing is remembered, and all else works.
function recall(storage, key) {
  try {
    return JSON.parse(window[storage].getItem(key));
  } catch {
    return null;
  }
}

function remember(storage, key, value) {
  try {
    window[storage].setItem(key, JSON.stringify(value));
  } catch {
    // as above
  }
}

// -- The conversation -----------------------------------------------------------------------------

function renderWords() {
  document.documentElement.lang = state.language;
  document.title = t("page.title");
  page.lang = state.language;
  for (const node of element.querySelectorAll("[data-words]")) node.textContent = t(node.dataset.words);
  for (const node of element.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  box.placeholder = t(box.dataset.placeholder);
}

function renderWelcome() {
  const welcome = find(".welcome");
  welcome.hidden = state.turns.length > 0;
  if (welcome.hidden) return;
  const { articles, examples } = state.status;
  fill(
    welcome,
    h("p", { class: "promise" }, t("page.welcome")),
    h("p", { class: "quiet" }, articles ? `${t("page.knows", { articles })} · ` : "", t("page.privacy")),
    examples.length ? h("h2", {}, t("page.examples")) : null,
    exampleList(examples),
  );
}

function exampleList(examples) {
  const items = examples.map((question) =>
    h("li", {}, h("button", { type: "button", class: "example", onclick: () => ask(question) }, question)),
  );
  return h("ul", { class: "examples" }, items);
}

function renderTurns() {
  fill(find(".turns"), state.turns.map(renderTurn));
  find(".new").hidden = state.turns.length === 0;
  renderWelcome();
}

// One turn alone, so that a screen reader is told of what is new and not of the whole conversation.
function renderTurnAt(position) {
  const made = renderTurn(state.turns[position], position);
  const old = find(`[data-turn="${position}"]`);
  if (old) old.replaceWith(made);
  else find(".turns").append(made);
  find(".new").hidden = false;
  renderWelcome();
  made.scrollIntoView({ block: "start" });
}

function renderTurn(turn, position) {
  return h(
    "article",
    { class: "turn", "data-turn": position },
    turn.question.trim() ? h("h2", { class: "question" }, h("bdi", {}, turn.question)) : null,
    renderReply(turn, position),
  );
}

function renderReply(turn, position) {
  const reply = turn.reply;
  if (reply === null) return h("p", { class: "pending" }, t("page.searching"));
  if (reply.error) return h("p", { class: "error" }, t(reply.error.code, reply.error.facts));
  if (reply.abstained) {
    return h(
      "div",
      { class: "answer", lang: reply.language },
      h("p", { class: "abstained" }, reply.answer),
      sourcesLink(position),
      state.status.examples.length ? h("h3", {}, t("page.answerable")) : null,
      exampleList(state.status.examples),
    );
  }
  const short = reply.short_answer;
  return h(
    "div",
    { class: "answer", lang: reply.language },
    short ? h("p", { class: "short" }, h("bdi", {}, short), " ", marker(position, reply.lines[0].number)) : null,
    reply.lines.map((line) => renderLine(line, position)),
    sourcesLink(position),
  );
}

function renderLine(line, position) {
  const quote = line.parts.map((part) => (part.short ? h("strong", {}, part.text) : part.text));
  return h(
    "blockquote",
    { "data-number": line.number },
    h("span", { class: "lead" }, line.lead),
    " ",
    "“",
    h("bdi", { class: "quote", lang: "th" }, quote),
    // kept on one line, so that a marker never stands alone at a line's beginning
    h(
      "span",
      { class: "tail" },
      "” ",
      marker(position, line.number),
      button("copy", t("page.copy"), () => copyQuote(position, line.number)),
    ),
  );
}

function citationOf(position, number) {
  return state.turns[position].reply.citations.find((citation) => citation.number === number);
}

function marker(position, number) {
  const label = t("page.open_source", { number, title: citationOf(position, number).title });
  const open = () => openQuote(position, number);
  return h(
    "button",
    { type: "button", class: "marker", "data-number": number, "aria-label": label, title: label, onclick: open },
    `[${number}]`,
  );
}

// Hidden where this turn's sources are beside it already.
function sourcesLink(position) {
  if (!state.turns[position].reply.cards.length) return null;
  const show = () => {
    showSources(position);
    const sources = find(".sources");
    sources.scrollIntoView({ block: "nearest" });
    sources.focus({ preventScroll: true });
  };
  return h("p", {}, h("button", { type: "button", class: "link show-sources", onclick: show }, t("page.show_sources")));
}

async function copyQuote(position, number) {
  const { quote, title, published, source } = citationOf(position, number);
  const words = `“${quote}” — ${[title, published, source].filter(Boolean).join(", ")}`;
  try {
    await navigator.clipboard.writeText(words);
    notice(t("page.copied"));
  } catch {
    notice(words); // no clipboard outside a secure context: the words can be copied from the notice
  }
}

// -- The sources ----------------------------------------------------------------------------------

function showSources(position) {
  state.shown = state.turns[position]?.reply?.cards?.length ? position : -1;
  renderSources();
}

function renderSources() {
  const sources = find(".sources");
  sources.hidden = state.shown < 0;
  page.classList.toggle("with-sources", !sources.hidden);
  for (const turn of element.querySelectorAll(".turn")) {
    turn.classList.toggle("sources-shown", Number(turn.dataset.turn) === state.shown);
  }
  if (sources.hidden) return;
  const { question, reply } = state.turns[state.shown];
  const best = Math.max(...reply.cards.map((card) => card.score));
  const cited = reply.cards.filter((card) => card.numbers.length);
  const others = reply.cards.filter((card) => !card.numbers.length);
  const cards = (list) => list.map((card) => renderCard(card, best));
  fill(
    sources,
    h("h2", {}, t(reply.abstained ? "page.nearest" : "page.sources")),
    state.turns.length > 1 ? h("p", { class: "quiet" }, t("page.sources_of", { question })) : null,
    cards(cited.length ? cited : others),
    cited.length && others.length
      ? h("details", {}, h("summary", {}, `${t("page.others")} (${others.length})`), cards(others))
      : null,
  );
  sources.scrollTop = 0;
}

function renderCard(card, best) {
  const open = () => (card.numbers.length ? openQuote(state.shown, card.numbers[0]) : openPassage(card));
  const foundBy = [
    card.lexical_rank && t("page.by_words", { rank: card.lexical_rank }),
    card.dense_rank && t("page.by_meaning", { rank: card.dense_rank }),
  ].filter(Boolean);
  const share = best > 0 ? Math.max(0, card.score) / best : 0;
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
      h(
        "button",
        { type: "button", class: "title", title: t("page.open_article"), onclick: open },
        h("bdi", {}, card.title || card.source),
      ),
    ),
    card.published ? h("p", { class: "quiet date" }, h("bdi", {}, card.published)) : null,
    h(
      "p",
      { class: "why" },
      h("span", { class: "bar", "aria-hidden": "true" }, h("span", { style: `width:${(100 * share).toFixed(1)}%` })),
      h("span", {}, t("page.score", { score: card.score.toFixed(2) })),
      foundBy.length ? h("span", {}, `${t("page.found_by")} ${foundBy.join(" · ")}`) : null,
    ),
    h("p", { class: "passage", lang: "th" }, h("bdi", {}, renderParts(card.parts))),
    card.copies.length
      ? h("p", { class: "quiet copies" }, t("page.copies"), " ", card.copies.map(renderCopy))
      : null,
  );
}

// Another article that prints the same words: its title, and where it is.
function renderCopy(copy, place) {
  const where = [copy.title || copy.source, copy.published].filter(Boolean).join(", ");
  return [place ? "; " : "", h("bdi", { title: copy.source }, where)];
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
  for (const card of element.querySelectorAll(".card")) {
    card.classList.toggle("pointed", Boolean(number) && card.dataset.numbers.includes(` ${number} `));
  }
  for (const quote of element.querySelectorAll(`[data-turn="${state.shown}"] blockquote`)) {
    quote.classList.toggle("pointed", Boolean(numbers) && numbers.includes(` ${quote.dataset.number} `));
  }
}

// -- The whole article ----------------------------------------------------------------------------

async function openQuote(position, number) {
  if (position !== state.shown) showSources(position);
  const citations = state.turns[position].reply.citations;
  const { article_id } = citationOf(position, number);
  const quotes = citations.filter((citation) => citation.article_id === article_id);
  state.reading = { position, number };
  await openArticle(article_id, quotes, number, citations);
}

function openPassage(card) {
  state.reading = null;
  const passage = { number: 0, start: card.start, end: card.end, quote: card.text };
  return openArticle(card.article_id, [passage], 0, []);
}

async function openArticle(article_id, quotes, number, citations) {
  const wanted = quotes.map(({ number, start, end, quote }) => ({ number, start, end, quote }));
  const article = await call("article", { article_id, quotes: wanted });
  if (article.error) {
    fill(
      reader,
      readerHead(null, number, citations),
      h("p", { class: "error" }, t(article.error.code, article.error.facts)),
    );
  } else {
    fill(
      reader,
      readerHead(article, number, citations),
      article.found.includes(number) ? "" : h("p", { class: "error" }, t("page.quote_gone")),
      h("div", { class: "text", lang: "th" }, h("bdi", {}, renderParts(article.parts, number))),
    );
  }
  if (!reader.open) reader.showModal();
  const current = reader.querySelector("mark.current");
  (current ?? reader.querySelector(".close")).focus({ preventScroll: true });
  current?.scrollIntoView({ block: "center" });
}

function readerHead(article, number, citations) {
  const turning = citations.length > 1;
  const place = citations.findIndex((citation) => citation.number === number) + 1;
  const tools = h(
    "div",
    { class: "reader-tools" },
    h(
      "span",
      { class: "quiet" },
      place ? t("page.quote_of", { number: place, count: citations.length }) : t("page.passage_marked"),
    ),
    turning ? button("tool previous", t("page.previous"), () => turnQuote(-1), "←") : null,
    turning ? button("tool next", t("page.next"), () => turnQuote(1), "→") : null,
    button("tool close", t("page.close"), () => reader.close(), "✕"),
  );
  if (!article) return [tools];
  const origin = [
    article.published && h("bdi", {}, article.published),
    article.published && " · ",
    sourceOf(article.source),
  ];
  return [
    tools,
    h("div", { class: "reader-head" }, h("h2", {}, h("bdi", {}, article.title)), h("p", { class: "quiet" }, origin)),
  ];
}

// An address is a link; anything else, a path or a `javascript:` trap, is plain text.
function sourceOf(source) {
  const words = h("bdi", { class: "source" }, source);
  if (!/^https?:\/\//i.test(source)) return words;
  return h("a", { href: source, target: "_blank", rel: "noopener noreferrer" }, words);
}

function turnQuote(step) {
  if (!state.reading) return;
  const { position, number } = state.reading;
  const numbers = state.turns[position].reply.citations.map((citation) => citation.number);
  const next = numbers[(numbers.indexOf(number) + step + numbers.length) % numbers.length];
  if (next !== number) openQuote(position, next);
}

// -- Building -------------------------------------------------------------------------------------

function renderBuild() {
  const panel = find(".build");
  const { build, articles } = state.status;
  find(".rebuild").disabled = Boolean(build?.running);
  panel.hidden = !build;
  if (!build) return fill(panel);
  if (!build.running) {
    fill(panel, buildResult(build));
    return announce(panel.querySelector("p").textContent);
  }
  if (!panel.querySelector("progress")) {
    fill(panel, buildProgress(articles));
    announce(panel.querySelector("p").textContent);
  }
  return showProgress(panel, build);
}

function buildProgress(articles) {
  return [
    h("p", {}, t(articles ? "page.building" : "page.building_first")),
    h(
      "p",
      { class: "stage" },
      h("progress", { "aria-label": t("page.progress") }),
      h("span", { class: "count" }),
      h("button", { type: "button", class: "tool stop", onclick: () => call("stop") }, t("page.stop")),
    ),
  ];
}

// Changes the numbers alone, so that a button is not replaced under the pointer.
function showProgress(panel, build) {
  const bar = panel.querySelector("progress");
  if (build.total) {
    bar.max = build.total;
    bar.value = build.done;
  } else {
    bar.removeAttribute("value");
  }
  const numbers = [build.done, build.total].filter(Boolean).map((number) => number.toLocaleString("en-US"));
  panel.querySelector(".count").textContent = `${t(`stage.${build.stage}`)} ${numbers.join(" / ")}`;
}

function buildResult(build) {
  const dismiss = button(
    "tool dismiss",
    t("page.dismiss"),
    () => {
      state.status.build = null;
      renderBuild();
      box.focus();
    },
    "✕",
  );
  if (build.error) return [dismiss, h("p", { class: "error" }, t(build.error.code, build.error.facts))];
  const report = build.report;
  const rejected = report.rejected
    .slice(0, REJECTED_SHOWN)
    .map(({ path, line, reason }) =>
      h(
        "li",
        {},
        h("bdi", { class: "source" }, path),
        line ? ` (${t("rejected.line", { line })})` : "",
        `: ${t(reason)}`,
      ),
    );
  return [
    dismiss,
    h(
      "p",
      {},
      h("strong", {}, t("page.rebuilt")),
      " ",
      t("report.done", { ...report, seconds: report.seconds.toFixed(1) }),
    ),
    rejected.length
      ? h(
          "details",
          {},
          h("summary", {}, t("report.rejected", { count: report.rejected.length })),
          h("ul", {}, rejected),
        )
      : null,
  ];
}

// -- Beginning ------------------------------------------------------------------------------------

function renderAll() {
  renderWords();
  renderTurns();
  renderSources();
  fill(find(".build")); // its words stay while a build goes on
  renderBuild();
}

find(".language").addEventListener("click", () => {
  state.language = state.language === "th" ? "en" : "th";
  remember("localStorage", LANGUAGE_KEY, state.language);
  renderAll();
});

find(".new").addEventListener("click", () => {
  state.turns = [];
  keepTurns();
  renderTurns();
  showSources(-1);
  box.focus();
});

find(".rebuild").addEventListener("click", async () => watchBuild(await call("rebuild")));

find(".ask").addEventListener("submit", (event) => {
  event.preventDefault();
  if (state.turns.some((turn) => turn.reply === null)) return;
  const question = box.value;
  box.value = "";
  ask(question);
});

box.addEventListener("keydown", (event) => {
  // A key that completes a word of an input method is not meant for us.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    find(".ask").requestSubmit();
  }
});

page.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !reader.open) stop();
});

reader.addEventListener("keydown", (event) => {
  if (event.key === "ArrowLeft") turnQuote(-1);
  if (event.key === "ArrowRight") turnQuote(1);
});

reader.addEventListener("click", (event) => {
  if (event.target === reader) reader.close(); // outside the article, on the backdrop
});

page.addEventListener("mouseover", point);
page.addEventListener("focusin", point);

renderAll();
showSources(state.turns.findLastIndex((turn) => !turn.reply.error));
if (HAS_KEYBOARD) box.focus({ preventScroll: true });

call("status").then((status) => {
  if (status.error) return;
  state.status = { ...status, build: null };
  renderWelcome();
  if (status.build?.running) watchBuild(status);
});

const asked = new URLSearchParams(location.search).get("q");
if (asked) {
  history.replaceState(null, "", location.pathname); // a reload shows the answer again rather than asking twice
  ask(asked);
}
