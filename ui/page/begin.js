// What happens when the page opens, once all the other files are known.

function renderAll() {
  renderWords();
  renderTalk();
  renderSources();
  renderFound();
  renderArchive();
  if (listing.run) renderList();
  for (const place of [".build", ".line"]) fill(find(place)); // their words stay while a build goes on
  renderBuild();
}

find(".language").addEventListener("click", () => {
  switchLanguage();
  renderAll();
});
find(".theme").addEventListener("click", switchTheme);

beginTabs();
beginTalk();
beginSources();
beginReader();
beginSearch();
beginArticles();
beginUpload();
beginConversations();
renderAll();
showTab();

const shared = new URLSearchParams(location.search).get("q");
if (shared) {
  history.replaceState(null, "", location.pathname); // a reload shows the answer again rather than asking twice
  showTab();
  ask(shared);
} else {
  openTalk(keptConversation(recall("sessionStorage", CONVERSATION_KEY)));
}
if (HAS_KEYBOARD && page.dataset.tab === "ask") box.focus({ preventScroll: true });

beginBuilding();
