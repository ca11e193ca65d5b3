// Questions to click on, and the first screen, which offers some and sums up the only article where there is one.

import { button, fill, find, h, languageOf, said } from "./elements.js";
import { readArticle, readSummary } from "./reader.js";
import { call } from "./server.js";
import { indexChanged, isKnown, status } from "./status.js";
import { renderSummary } from "./summary.js";
import { ask, talk, talkChanged, talkOpened, turnChanged } from "./talk.js";
import { language, languageChanged, t } from "./words.js";

/** @import { Summary } from "./types" */

const first = {
  index: "", // the stamp of the index of whose only article it is
  /** @type {Summary | null} */
  summary: null,
};

/** @import { WriterJson } from "./types" */

/** @param {string[]} questions */
export function questionList(questions) {
  const items = questions.map((question) => h("li", {}, button("example", () => ask(question), said(question))));
  return items.length ? h("ul", { class: "examples" }, items) : null;
}

/** Questions that the articles answer: those in the page's language, if there are any. */
export function exampleQuestions() {
  const { examples } = status();
  const own = examples.filter((question) => languageOf(question) === language());
  return own.length ? own : examples;
}

export function beginQuestions() {
  for (const news of [talkOpened, talkChanged, indexChanged, languageChanged]) news.on(renderWelcome);
  turnChanged.on(renderWelcome);
  indexChanged.on(sumUpTheOnly);
  renderWelcome();
}

function renderWelcome() {
  const welcome = find(".welcome");
  welcome.hidden = talk.turns.length > 0;
  if (welcome.hidden) return;
  const { articles, writer } = status();
  const examples = exampleQuestions();
  fill(
    welcome,
    h("p", { class: "promise" }, articles ? t("page.welcome", { articles }) : t("page.welcome_none")),
    isKnown() ? h("p", { class: "quiet" }, privacy(writer)) : null,
    h("section", { class: "only", "aria-label": t("page.summary") }, renderOnly()),
    examples.length ? h("h2", {}, t("page.examples")) : null,
    questionList(examples),
  );
}

/**
 * Who gets to see a question.
 * @param {WriterJson | null} writer
 */
function privacy(writer) {
  return writer ? t("page.privacy_llm", { writer: writer.name, host: writer.host }) : t("page.privacy");
}

/** The only article of the folder, summed up; nothing where there are others, or while its summary is not there. */
function renderOnly() {
  const { summary } = first;
  if (!summary || first.index !== status().index) return null;
  const { article_id, title, source } = summary;
  return [
    h("h2", {}, t("page.summary")),
    button("title", () => readArticle(article_id), said(title || source)),
    renderSummary(summary, (place) => readSummary(summary, place)),
  ];
}

async function sumUpTheOnly() {
  const { articles, index } = status();
  if (articles !== 1 || first.index === index) return;
  Object.assign(first, { index, summary: null });
  const told = await call("summary");
  if ("error" in told || first.index !== index) return;
  first.summary = told;
  renderWelcome();
}
