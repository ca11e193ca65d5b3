// The persons, organisations and places that the articles name, on the articles tab: the commonest, or those that are
// looked up. A click on one narrows the list of the articles, another one takes that off.

import { listNaming, nameListed } from "./articles.js";
import { button, fill, find, findAll, h, said } from "./elements.js";
import { given } from "./given.js";
import { call } from "./server.js";
import { indexChanged } from "./status.js";
import { shownTab, tabShown } from "./tabs.js";
import { languageChanged, sentence, t } from "./words.js";

/** @import { ErrorJson, KindOfNames, NameJson } from "./types" */

const FIRST_NAMES = 6; // of a kind; a button shows the others
const TYPING_MS = 200;
const WIDE = matchMedia("(min-width: 700px)"); // where they leave room for the list

const names = {
  /** @type {object | null} */
  run: null, // the look-up that is under way or was the last one
  chosen: "", // the name that the list is narrowed by
  /** @type {Set<string>} */
  unfolded: new Set(), // kinds of which more than the first are shown
  /** @type {KindOfNames[]} */
  kinds: [],
  /** @type {ErrorJson | null} */
  error: null,
};

export function beginNames() {
  let typing = 0;
  const field = find(".find-name", HTMLInputElement);
  field.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(loadNames, TYPING_MS);
  });
  find(".names", HTMLDetailsElement).open = WIDE.matches;
  tabShown.on(({ name }) => name === "articles" && !names.run && loadNames());
  indexChanged.on(() => (names.run || shownTab() === "articles") && loadNames());
  languageChanged.on(renderNames);
  nameListed.on((name) => {
    names.chosen = name;
    renderChosen();
  });
}

async function loadNames() {
  const run = (names.run = {});
  const told = await call("names", { find: find(".find-name", HTMLInputElement).value, limit: given.limits.listed });
  if (names.run !== run) return; // a later one overtook it
  names.error = "error" in told ? told.error : null;
  names.kinds = "error" in told ? [] : told.kinds;
  renderNames();
}

function renderNames() {
  const { error, kinds } = names;
  const shown = kinds.filter(({ total }) => total);
  const looksUp = find(".find-name", HTMLInputElement).value.trim() !== "";
  find(".names").hidden = !(shown.length || looksUp);
  fill(find(".no-name"), error ? sentence(error) : shown.length ? null : t("page.no_name"));
  fill(find(".kinds"), shown.map(renderKind));
  renderChosen();
}

/** @param {KindOfNames} of */
function renderKind({ kind, total, names: all }) {
  const shown = names.unfolded.has(kind) ? all : all.slice(0, FIRST_NAMES);
  const title = t(`names.${kind}`);
  const unfold = () => {
    names.unfolded.add(kind);
    renderNames();
    findAll(`[data-kind=${kind}] .name`)[shown.length]?.focus();
  };
  const more = shown.length < all.length ? button("link more-names", unfold, t("page.more_names")) : null;
  more?.setAttribute("aria-label", t("page.more_names_of", { kind: title }));
  return h(
    "section",
    { "data-kind": kind },
    h("h3", {}, title, " ", h("span", { class: "count" }, total)),
    h("ul", {}, shown.map((named) => h("li", {}, renderName(named)))),
    more,
  );
}

/** @param {NameJson} named */
function renderName({ name, articles }) {
  const choose = () => listNaming(names.chosen === name ? "" : name);
  const made = button("name", choose, said(name), " ", h("span", { class: "count" }, articles));
  made.title = t("page.name_articles", { name, articles });
  made.dataset.name = name;
  return made;
}

/** Marks the name that the list is narrowed by. */
function renderChosen() {
  for (const made of findAll(".names .name")) {
    made.setAttribute("aria-pressed", String(made.dataset.name === names.chosen));
  }
}
