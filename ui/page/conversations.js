// The kept conversations: going back to one, taking one along as a file, deleting.

const drawer = find(".drawer");

function renderConversations() {
  const kept = keptConversations();
  fill(
    drawer,
    h(
      "div",
      { class: "drawer-head" },
      h("h2", { id: "khamtop-conversations" }, t("page.conversations")),
      signButton("tool close", t("page.close"), () => drawer.close(), "✕"),
    ),
    h("p", { class: "quiet" }, t("page.kept_here", { most: MOST_KEPT })),
    kept.length ? h("ul", {}, kept.map(renderKept)) : h("p", {}, t("page.none_kept")),
    kept.length ? button("tool delete-all", deleteAll, t("page.delete_all")) : null,
  );
}

function renderKept(kept) {
  const open = () => {
    drawer.close();
    openTalk(kept);
    box.focus({ preventScroll: true });
  };
  const name = kept.turns[0].question.trim() || t("page.untitled");
  const link = (className, words, act) => {
    const made = button(`link ${className}`, act, words);
    made.setAttribute("aria-label", clean(`${words}: ${name}`));
    return made;
  };
  return h(
    "li",
    { "aria-current": kept.id === talk.id && "true" },
    button("title", open, said(name)),
    h("p", { class: "quiet" }, `${momentWords(kept.turns.at(-1).asked)} · ${t("page.questions", { count: kept.turns.length })}`),
    h(
      "p",
      { class: "links" },
      link("markdown", "Markdown", () => download(kept, "md", "text/markdown", toMarkdown(kept))),
      link("json", "JSON", () => download(kept, "json", "application/json", toJson(kept))),
      link("delete", t("page.delete"), () => deleteOne(kept, name)),
    ),
  );
}

async function deleteOne({ id }, name) {
  if (!(await confirmed(tWith("page.delete_question", { name: said(name) }), t("page.delete_means"), t("page.delete")))) return;
  forgetConversation(id);
  if (id === talk.id) openTalk(null);
  refresh();
}

async function deleteAll() {
  const count = keptIds().length;
  if (!(await confirmed(t("page.delete_all_question", { count }), t("page.delete_means"), t("page.delete_all")))) return;
  keptIds().forEach(forgetConversation);
  openTalk(null);
  refresh();
}

function refresh() {
  renderTools();
  renderConversations();
  drawer.querySelector(".close").focus();
}

function beginConversations() {
  find(".conversations").addEventListener("click", () => {
    renderConversations();
    drawer.showModal();
  });
  drawer.addEventListener("click", closeOutside);
}
