// The articles tab: looking through the articles, and taking one out.

const LISTED_AT_ONCE = 50;
const TYPING_MS = 200;

const listing = {
  run: null, // the look-up that is under way or was the last one
  total: 0,
  articles: [],
  error: null,
};

function showArticles() {
  renderArchive();
  if (!listing.run) listArticles();
}

async function listArticles(more = false) {
  const run = (listing.run = {});
  const words = find(".find input").value;
  const offset = more ? listing.articles.length : 0;
  const reply = await call("articles", { find: words, offset, limit: LISTED_AT_ONCE });
  if (listing.run !== run) return; // a later one overtook it
  listing.error = reply.error ?? null;
  if (!reply.error) {
    listing.total = reply.total;
    listing.articles = more ? [...listing.articles, ...reply.articles] : reply.articles;
  }
  renderList();
  if (more) findAll(".list .title")[offset]?.focus();
}

// What is known of all articles: how many, from when, and what may be done with them.
function renderArchive() {
  const { articles, passages, read_only } = building.status;
  fill(find(".archive-count"), t("page.archive", { articles, passages }));
  fill(find(".archive-picture"), renderTimeline());
  find(".changing").hidden = read_only;
}

function renderList() {
  const { error, total, articles } = listing;
  const told = error ? sentence(error) : total ? t("page.listed", { shown: articles.length, total }) : t("page.none_listed");
  fill(find(".list-count"), told);
  fill(find(".list"), articles.map(renderListed));
  find(".list-more").hidden = Boolean(error) || articles.length >= total;
}

function renderListed(article) {
  const { title, source, published, day, chars, passages, removable } = article;
  const date = day ? dayWords(day) : published && said(published);
  return h(
    "li",
    {},
    h(
      "div",
      {},
      button("title", () => readArticle(article.article_id), said(title || source)),
      h("p", { class: "quiet" }, date && [date, " · "], t("page.length", { chars, passages })),
    ),
    removable
      ? h(
          "button",
          { type: "button", class: "tool remove", "aria-label": t("page.remove_this", { title }), onclick: () => remove(article) },
          t("page.remove"),
        )
      : null,
  );
}

async function remove({ article_id, title }) {
  const question = tWith("page.remove_question", { title: said(title) });
  if (!(await confirmed(question, t("page.remove_means"), t("page.remove")))) return;
  const reply = await call("remove", { article_id });
  const removed = () => tWith("page.removed", { title: said(title), path: said(reply.moved_to) });
  fill(find(".changed"), reply.error ? sentence(reply.error) : removed());
  if (!reply.error) followBuild(reply);
}

function beginArticles() {
  let typing = 0;
  find(".find input").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(listArticles, TYPING_MS);
  });
  find(".find").addEventListener("submit", (event) => {
    event.preventDefault();
    listArticles();
  });
  find(".list-more").addEventListener("click", () => listArticles(true));
}
