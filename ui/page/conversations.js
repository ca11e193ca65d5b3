// The kept conversations: going back to one, taking one along as a file, deleting.

import { focusBox } from "./box.js";
import { closeOutside, confirmed } from "./dialogs.js";
import { button, clean, fill, find, h, said, signButton } from "./elements.js";
import { download } from "./export.js";
import { forgetConversation, keptConversations, keptIds, MOST_KEPT } from "./kept.js";
import { keptChanged, openTalk, talk, talkOpened, turnChanged } from "./talk.js";
import { momentWords, t, tWith } from "./words.js";

/** @import { Kept } from "./kept.js" */

const drawer = () => find(".drawer", HTMLDialogElement);

export function beginConversations() {
  find(".new").addEventListener("click", () => {
    openTalk(null);
    focusBox();
  });
  find(".conversations").addEventListener("click", () => {
    renderConversations();
    drawer().showModal();
  });
  closeOutside(drawer());
  for (const news of [keptChanged, talkOpened]) news.on(renderTools);
  turnChanged.on(renderTools);
}

function renderTools() {
  find(".new").hidden = talk.turns.length === 0;
  const count = keptIds().length;
  find(".conversations").hidden = count === 0;
  find(".conversations .count").textContent = String(count);
}

function renderConversations() {
  const kept = keptConversations();
  fill(
    drawer(),
    h(
      "div",
      { class: "drawer-head" },
      h("h2", { id: "khamtop-conversations" }, t("page.conversations")),
      signButton("tool close", t("page.close"), () => drawer().close(), "✕"),
    ),
    h("p", { class: "quiet" }, t("page.kept_here", { most: MOST_KEPT })),
    kept.length ? h("ul", {}, kept.map(renderKept)) : h("p", {}, t("page.none_kept")),
    kept.length ? button("tool delete-all", deleteAll, t("page.delete_all")) : null,
  );
}

/** @param {Kept} kept */
function renderKept(kept) {
  const { id, turns } = kept;
  const name = turns[0].question.trim() || t("page.untitled");
  const open = () => {
    drawer().close();
    openTalk(kept);
    focusBox();
  };
  /**
   * @param {string} className
   * @param {string} words
   * @param {() => unknown} act
   */
  const link = (className, words, act) => {
    const made = button(`link ${className}`, act, words);
    made.setAttribute("aria-label", clean(`${words}: ${name}`));
    return made;
  };
  const asked = momentWords(turns[turns.length - 1].asked);
  return h(
    "li",
    { "aria-current": id === talk.id && "true" },
    button("title", open, said(name)),
    h("p", { class: "quiet" }, `${asked} · ${t("page.questions", { count: turns.length })}`),
    h(
      "p",
      { class: "links" },
      link("word", "Word", () => download(turns, "docx")),
      link("markdown", "Markdown", () => download(turns, "md")),
      link("json", "JSON", () => download(turns, "json")),
      link("delete", t("page.delete"), () => deleteOne(id, name)),
    ),
  );
}

/**
 * @param {string} id
 * @param {string} name
 */
async function deleteOne(id, name) {
  const question = tWith("page.delete_question", { name: said(name) });
  if (!(await confirmed(question, t("page.delete_means"), t("page.delete")))) return;
  forgetConversation(id);
  if (id === talk.id) openTalk(null);
  refresh();
}

async function deleteAll() {
  const question = t("page.delete_all_question", { count: keptIds().length });
  if (!(await confirmed(question, t("page.delete_means"), t("page.delete_all")))) return;
  keptIds().forEach(forgetConversation);
  openTalk(null);
  refresh();
}

function refresh() {
  renderTools();
  renderConversations();
  find(".drawer .close").focus();
}
