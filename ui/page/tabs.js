// The three tabs. The address says which one is open (#search?question=...), so that a reload, the back
// button and a bookmark bring it back.

const TABS = ["ask", "search", "articles"];
const visited = {}; // the facts with which each was last open

function addressed() {
  const [name, facts] = location.hash.slice(1).split("?");
  return { name: TABS.includes(name) ? name : "ask", facts: new URLSearchParams(facts ?? "") };
}

// Goes to a tab; a search goes along in the address, so that it can be gone back to.
function openTab(name, facts = visited[name]) {
  const query = facts?.toString();
  location.hash = query ? `${name}?${query}` : name; // `hashchange` shows it
}

function showTab() {
  const { name, facts } = addressed();
  visited[name] = facts;
  for (const tab of findAll("[role=tab]")) {
    const chosen = tab.dataset.tab === name;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1; // the arrow keys lead to the others
  }
  for (const panel of findAll("[role=tabpanel]")) panel.hidden = panel.dataset.tab !== name;
  page.dataset.tab = name;
  reader.close();
  renderBuild();
  if (name === "ask" && HAS_KEYBOARD && !document.activeElement?.closest("[role=tab]")) box.focus();
  if (name === "search") showSearch(facts);
  if (name === "articles") showArticles();
}

function beginTabs() {
  const tabs = findAll("[role=tab]");
  for (const [place, tab] of tabs.entries()) {
    tab.addEventListener("click", () => openTab(tab.dataset.tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, Home: -place, End: tabs.length - 1 - place }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      const next = tabs.at((place + step) % tabs.length);
      next.focus();
      next.click();
    });
  }
  addEventListener("hashchange", showTab);
}
