// Questions to click on, and the first screen, which offers some.

import { button, fill, find, h, said } from "./elements.js";
import { indexChanged, isKnown, status } from "./status.js";
import { ask, talk, talkChanged, talkOpened, turnChanged } from "./talk.js";
import { languageChanged, t } from "./words.js";

/** @import { WriterJson } from "./types" */

/** @param {string[]} questions */
export function questionList(questions) {
  const items = questions.map((question) => h("li", {}, button("example", () => ask(question), said(question))));
  return items.length ? h("ul", { class: "examples" }, items) : null;
}

export function beginQuestions() {
  for (const news of [talkOpened, talkChanged, indexChanged, languageChanged]) news.on(renderWelcome);
  turnChanged.on(renderWelcome);
  renderWelcome();
}

function renderWelcome() {
  const welcome = find(".welcome");
  welcome.hidden = talk.turns.length > 0;
  if (welcome.hidden) return;
  const { articles, examples, writer } = status();
  fill(
    welcome,
    h("p", { class: "promise" }, articles ? t("page.welcome", { articles }) : t("page.welcome_none")),
    isKnown() ? h("p", { class: "quiet" }, privacy(writer)) : null,
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
