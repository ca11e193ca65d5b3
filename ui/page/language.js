// The words that page.html has room for, and the switch of the page's language: a button where it leads to
// the one other language, a list where there are more.

import { findAll, find, fill, frame, h } from "./elements.js";
import { given } from "./given.js";
import { chooseLanguage, language, languageChanged, t, wordsIn } from "./words.js";

/** @import { Key } from "./types" */

export function beginLanguage() {
  const others = () => given.languages.filter((code) => code !== language());
  const button = find(".language", HTMLButtonElement);
  const list = find(".languages", HTMLSelectElement);
  const count = given.languages.length;
  button.hidden = count !== 2;
  list.hidden = count < 3;
  button.addEventListener("click", () => chooseLanguage(others()[0]));
  list.addEventListener("change", () => chooseLanguage(list.value));
  fill(
    list,
    given.languages.map((code) => h("option", { value: code, lang: code }, wordsIn(code, "language.name"))),
  );

  function render() {
    renderFrame();
    list.value = language();
    if (button.hidden) return;
    const [other] = others(); // the button is written in the language that it leads to
    button.lang = other;
    button.textContent = wordsIn(other, "language.name");
    button.setAttribute("aria-label", wordsIn(other, "language.switch"));
  }

  languageChanged.on(render);
  render();
}

function renderFrame() {
  document.documentElement.lang = frame().lang = language();
  document.title = t("page.title");
  for (const node of findAll("[data-words]")) node.textContent = t(keyOf(node.dataset.words));
  for (const node of findAll("[data-label]")) node.setAttribute("aria-label", t(keyOf(node.dataset.label)));
  for (const node of findAll("[data-placeholder]")) {
    node.setAttribute("placeholder", t(keyOf(node.dataset.placeholder)));
  }
}

/** @param {string | undefined} named */
const keyOf = (named) => /** @type {Key} */ (named);
