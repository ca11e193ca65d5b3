// The search tab: passages without an answer, narrowed by date and source. What is asked stands in
// the address (tabs.js).

const FIRST_FOUND = 10;
const MORE_FOUND = 20;
const MOST_FOUND = 100;

const searchForm = find(".search-form");

const searching = {
  asked: "", // the address's words for what was searched last
  run: null, // the search that is under way or was the last one
  k: 0,
  reply: null,
};

function showSearch(facts) {
  if (facts.toString() !== searching.asked) {
    for (const { name } of searchFields()) searchForm.elements[name].value = facts.get(name) ?? "";
    Object.assign(searching, { asked: facts.toString(), run: null, reply: null });
    renderFound();
    if (facts.has("question")) search(FIRST_FOUND);
  }
  if (HAS_KEYBOARD && document.activeElement === document.body) searchForm.elements.question.focus();
}

async function search(k) {
  const run = (searching.run = {});
  const facts = { question: "", ...Object.fromEntries(new URLSearchParams(searching.asked)) };
  const reply = await call("search", { ...facts, k });
  if (searching.run !== run) return; // a later one overtook it
  const shown = searching.reply?.cards?.length;
  Object.assign(searching, { k, reply });
  renderFound();
  if (k > FIRST_FOUND) findAll(".found .title")[shown]?.focus();
}

function renderFound() {
  const { reply, k } = searching;
  const cards = reply?.cards ?? [];
  let told = "";
  if (reply?.error) told = sentence(reply.error);
  else if (reply) told = cards.length ? t("page.found", { count: cards.length }) : t("search.none");
  fill(find(".found-count"), told && h("h2", {}, told));
  const open = (card) => readPassages(cards, cards.indexOf(card));
  const more = () => search(Math.min(k + MORE_FOUND, MOST_FOUND));
  fill(
    find(".found"),
    renderCards(cards, cards, open),
    cards.length && cards.length === k && k < MOST_FOUND ? button("tool more", more, t("page.more")) : null,
  );
}

const searchFields = () => [...searchForm.elements].filter(({ name }) => name);

function beginSearch() {
  searchForm.addEventListener("submit", (event) => {
    event.preventDefault();
    const facts = new URLSearchParams();
    for (const { name, value } of searchFields()) if (value.trim()) facts.set(name, value.trim());
    if (facts.has("question") && facts.toString() !== searching.asked) return openTab("search", facts);
    searching.asked = facts.toString();
    search(FIRST_FOUND); // the same again, or nothing, for which the server has a sentence
  });
}
