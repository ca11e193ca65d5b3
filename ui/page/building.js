// The state of the index as the server tells it, and the build that may be replacing it: all of it on
// the articles tab, and on the other tabs a line.

const POLL_MS = 250;
const LOOK_MS = 15_000; // somebody else may have begun a build
const REJECTED_SHOWN = 200; // the terminal lists them all

const building = {
  status: { articles: 0, passages: 0, examples: [], read_only: true, build: null },
  following: false, // whether a build's progress is being asked for
  fresh: false, // whether a build was seen running whose end has not been read yet
  ended: null, // the number of the last build that is known to have ended; null before anything is known
  dismissed: 0, // and of the one whose result was put away
};

// Takes in what there is, and follows a build under way to its end.
async function followBuild(first) {
  learn(first);
  if (building.following) return;
  building.following = true;
  while (building.status.build?.running) {
    building.fresh = true;
    renderBuild();
    await new Promise((resume) => setTimeout(resume, POLL_MS));
    const status = await call("status");
    // Whether the build went on is not known then: the next look tells.
    learn(status.error ? lostBuild(status.error) : status);
  }
  building.following = false;
}

function lostBuild(error) {
  const { build } = building.status;
  return { ...building.status, build: { ...build, running: false, error } };
}

function learn(status) {
  const { build, articles } = status;
  const ended = build && !build.running ? build.number : (building.ended ?? 0);
  const isNew = ended !== building.ended || articles !== building.status.articles;
  if (building.ended === null) building.dismissed = ended; // how a build ended before is no news
  building.ended = ended;
  building.status = status;
  renderBuild();
  if (isNew) showNewIndex();
}

async function look() {
  if (building.following || document.hidden) return;
  const status = await call("status");
  if (!status.error) followBuild(status);
}

function showNewIndex() {
  renderWelcome();
  loadTimeline();
  renderArchive();
  if (listing.run) listArticles();
}

// -- Showing it -----------------------------------------------------------------------------------

function renderBuild() {
  const { build } = building.status;
  const here = page.dataset.tab === "articles";
  if (here && !build?.running) building.fresh = false;
  find(".rebuild").disabled = Boolean(build?.running);
  renderPanel(build);
  const line = find(".line");
  line.hidden = here || !building.fresh;
  if (!line.hidden) renderLineOf(line, build);
}

function renderPanel(build) {
  const panel = find(".build");
  panel.hidden = !build || (!build.running && build.number === building.dismissed);
  if (panel.hidden) return fill(panel);
  if (!build.running) return fill(panel, renderResult(build));
  if (!panel.querySelector(".stop")) {
    const stopBuild = async () => followBuild(await call("stop"));
    const stop = !building.status.read_only && button("tool stop", stopBuild, t("page.stop"));
    fill(panel, h("p", {}, buildingWords()), h("div", { class: "stage" }, renderProgress(), stop));
    announce(buildingWords());
  }
  return showProgress(panel, build);
}

function renderLineOf(line, build) {
  if (!build.running) {
    const words = build.error ? sentence(build.error) : t("page.rebuilt");
    const dismiss = () => {
      building.fresh = false;
      renderBuild();
      box.focus();
    };
    fill(line, h("p", {}, words), goToArticles(), signButton("tool dismiss", t("page.dismiss"), dismiss, "✕"));
    return announce(words);
  }
  if (!line.querySelector("progress")) {
    fill(line, h("p", {}, buildingWords()), renderProgress(), goToArticles());
    announce(buildingWords());
  }
  return showProgress(line, build);
}

const buildingWords = () => t(building.status.articles ? "page.building" : "page.building_first");
const goToArticles = () => button("link", () => openTab("articles"), t("page.details"));

function renderProgress() {
  return [h("progress", { "aria-label": t("page.progress") }), h("span", { class: "count" })];
}

// Changes the numbers alone, so that a button is not replaced under the pointer.
function showProgress(place, { stage, done, total, seconds_left }) {
  const bar = place.querySelector("progress");
  if (total) {
    bar.max = total;
    bar.value = done;
  } else {
    bar.removeAttribute("value");
  }
  const numbers = [done, total].filter(Boolean).map((number) => number.toLocaleString("en-US"));
  const count = [t(`stage.${stage}`), numbers.join(" / ")].filter(Boolean).join(" ");
  place.querySelector(".count").textContent = [count, leftWords(seconds_left)].filter(Boolean).join(" · ");
}

function leftWords(seconds) {
  if (typeof seconds !== "number") return "";
  if (seconds < 60) return t("page.seconds_left", { seconds: Math.max(1, Math.round(seconds)) });
  return t("page.minutes_left", { minutes: Math.round(seconds / 60) });
}

function renderResult(build) {
  const putAway = () => {
    building.dismissed = build.number;
    renderBuild();
    find(".rebuild").focus();
  };
  const dismiss = signButton("tool dismiss", t("page.dismiss"), putAway, "✕");
  if (build.error) return [dismiss, h("p", { class: "error" }, sentence(build.error))];
  const { report } = build;
  const figures = [
    [t("page.added"), report.added],
    [t("page.changed"), report.changed],
    [t("page.taken_out"), report.removed],
    [t("page.unchanged"), report.unchanged],
    [t("page.rejected"), report.rejected.length],
  ];
  return [
    dismiss,
    h("p", {}, h("strong", {}, t("page.rebuilt")), " ", t("page.took", { seconds: report.seconds.toFixed(1) })),
    h(
      "dl",
      {},
      figures.map(([name, count]) => h("div", {}, h("dt", {}, name), h("dd", {}, count.toLocaleString("en-US")))),
    ),
    report.rejected.length
      ? h(
          "details",
          {},
          h("summary", {}, t("report.rejected", { count: report.rejected.length })),
          h("ul", {}, report.rejected.slice(0, REJECTED_SHOWN).map(renderRejected)),
        )
      : null,
  ];
}

function renderRejected({ path, line, reason }) {
  return h("li", {}, said(path), line ? ` (${t("rejected.line", { line })})` : "", `: ${sentence({ code: reason })}`);
}

function beginBuilding() {
  find(".rebuild").addEventListener("click", async () => {
    const status = await call("rebuild");
    if (status.error) fill(find(".changed"), sentence(status.error));
    else followBuild(status);
  });
  look();
  setInterval(look, LOOK_MS);
}
