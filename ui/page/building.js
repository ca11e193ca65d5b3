// The build of the index: all of it on the articles tab, and on the other tabs a line.

import { focusBox } from "./box.js";
import { announce, button, fill, find, h, said, signButton } from "./elements.js";
import { call } from "./server.js";
import { followBuild, status, statusChanged } from "./status.js";
import { openTab, shownTab, tabShown } from "./tabs.js";
import { languageChanged, numberWords, sentence, t, tWith } from "./words.js";

/** @import { Build, Key, PassedOverJson, RejectedJson, ShownReport } from "./types" */
/** @typedef {{ reason: string, count: number, paths: string[] }} Reason */

let fresh = false; // whether a build was seen running whose end has not been read yet
/** @type {number | null} */
let dismissed = null; // the number of the build whose result was put away; null before anything is known

export function beginBuilding() {
  find(".rebuild").addEventListener("click", async () => {
    const told = await call("rebuild");
    if ("error" in told) fill(find(".changed"), sentence(told.error));
    else followBuild(told);
  });
  statusChanged.on(() => {
    const { build } = status();
    dismissed ??= build && !build.running ? build.number : 0; // how a build ended before is no news
    if (build?.running) fresh = true;
    renderBuild();
  });
  tabShown.on(renderBuild);
  languageChanged.on(() => {
    for (const place of [".build", ".line"]) fill(find(place)); // their words stay while a build goes on
    renderBuild();
  });
}

function renderBuild() {
  const { build } = status();
  const here = shownTab() === "articles";
  if (here && !build?.running) fresh = false;
  find(".rebuild", HTMLButtonElement).disabled = Boolean(build?.running);
  renderPanel(build);
  const line = find(".line");
  line.hidden = here || !fresh;
  if (build && !line.hidden) renderLine(line, build);
}

/** @param {Build | null} build */
function renderPanel(build) {
  const panel = find(".build");
  panel.hidden = !build || (!build.running && build.number === dismissed);
  if (!build || panel.hidden) {
    fill(panel);
  } else if (!build.running) {
    fill(panel, renderResult(build));
  } else {
    if (!panel.querySelector(".stop")) {
      const stop = !status().read_only && button("tool stop", stopBuild, t("page.stop"));
      fill(panel, h("p", {}, buildingWords()), h("div", { class: "stage" }, renderProgress(), stop));
      announce(buildingWords());
    }
    showProgress(panel, build);
  }
}

async function stopBuild() {
  const told = await call("stop");
  if (!("error" in told)) followBuild(told);
}

/**
 * @param {HTMLElement} line
 * @param {Build} build
 */
function renderLine(line, build) {
  if (!build.running) {
    const words = build.error ? sentence(build.error) : t("page.rebuilt");
    const dismiss = () => {
      fresh = false;
      renderBuild();
      focusBox();
    };
    fill(line, h("p", {}, words), goToArticles(), signButton("tool dismiss", t("page.dismiss"), dismiss, "✕"));
    announce(words);
    return;
  }
  if (!line.querySelector("progress")) {
    fill(line, h("p", {}, buildingWords()), renderProgress(), goToArticles());
    announce(buildingWords());
  }
  showProgress(line, build);
}

const buildingWords = () => t(status().articles ? "page.building" : "page.building_first");
const goToArticles = () => button("link", () => openTab("articles"), t("page.details"));

function renderProgress() {
  return [h("progress", { "aria-label": t("page.progress") }), h("span", { class: "count" })];
}

/**
 * Changes the numbers alone, so that a button is not replaced under the pointer.
 * @param {HTMLElement} place
 * @param {Build} build
 */
function showProgress(place, { stage, done, total, seconds_left }) {
  const bar = place.querySelector("progress");
  const told = place.querySelector(".count");
  if (!bar || !told) return;
  if (total) {
    bar.max = total;
    bar.value = done;
  } else {
    bar.removeAttribute("value");
  }
  const numbers = [done, total].filter(Boolean).map(numberWords);
  const count = [t(/** @type {Key} */ (`stage.${stage}`)), numbers.join(" / ")].filter(Boolean).join(" ");
  told.textContent = [count, leftWords(seconds_left)].filter(Boolean).join(" · ");
}

/** @param {number | null} seconds */
function leftWords(seconds) {
  if (seconds === null) return "";
  if (seconds < 60) return t("page.seconds_left", { seconds: Math.max(1, Math.round(seconds)) });
  return t("page.minutes_left", { minutes: Math.round(seconds / 60) });
}

/** @param {Build} build */
function renderResult({ number, error, report }) {
  const putAway = () => {
    dismissed = number;
    renderBuild();
    find(".rebuild").focus();
  };
  const dismiss = signButton("tool dismiss", t("page.dismiss"), putAway, "✕");
  if (error) {
    const reasons = /** @type {Reason[]} */ (error.facts.reasons ?? []);
    return [dismiss, h("p", { class: "error" }, sentence(error)), renderReasons(reasons)];
  }
  return report ? [dismiss, renderReport(report)] : [dismiss];
}

/** @param {Reason[]} reasons */
function renderReasons(reasons) {
  const lines = reasons.map(({ reason, count, paths }) =>
    h("li", {}, `${sentence({ code: reason })} (${t("rejected.count", { count })}): `, said(paths.join(", "))),
  );
  return lines.length ? h("ul", {}, lines) : null;
}

/** @param {ShownReport} report */
function renderReport({ added, changed, removed, unchanged, lost, lost_count, passed_over, seconds }) {
  /** @type {Array<[string, number]>} */
  const figures = [
    [t("page.added"), added],
    [t("page.changed"), changed],
    [t("page.taken_out"), removed],
    [t("page.unchanged"), unchanged],
    [t("page.rejected"), lost_count],
  ];
  return [
    h("p", {}, h("strong", {}, t("page.rebuilt")), " ", t("page.took", { seconds: seconds.toFixed(1) })),
    h(
      "dl",
      {},
      figures.map(([name, count]) => h("div", {}, h("dt", {}, name), h("dd", {}, numberWords(count)))),
    ),
    passed_over.length ? renderPassedOver(passed_over) : null,
    lost.length
      ? h(
          "details",
          {},
          h("summary", {}, t("report.rejected", { count: lost_count })),
          h("ul", {}, lost.map(renderRejected)),
        )
      : null,
  ];
}

/**
 * Files that are no articles, in one line: nothing is lost with them.
 * @param {PassedOverJson[]} groups
 */
function renderPassedOver(groups) {
  const kinds = groups.map(({ reason, count, paths }, place) => {
    const names = paths.map((path) => path.split("/").at(-1)).join(", ");
    return [place ? ", " : "", `${sentence({ code: reason })} (`, said(names), count > paths.length ? ", …)" : ")"];
  });
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  const facts = { count: h("span", {}, numberWords(count)), kinds: h("span", {}, kinds) };
  return h("p", { class: "quiet passed-over" }, tWith("report.passed_over", facts));
}

/** @param {RejectedJson} rejected */
function renderRejected({ path, line, pages, count, reason }) {
  const place = line ? t("rejected.line", { line }) : pages && t("rejected.pages", { pages });
  const more = count ? ` (${t("rejected.more", { count })})` : "";
  return h("li", {}, said(path), place ? ` (${place})` : "", `: ${sentence({ code: reason })}`, more);
}
