// A small picture of the articles over time, and of where in it an answer's sources lie. The server
// gives one bar for each year, month or day from the first to the last, without a gap.

import { h } from "./elements.js";
import { call } from "./server.js";
import { signal } from "./signal.js";
import { indexChanged } from "./status.js";
import { dayWords, t } from "./words.js";

/** @import { Bar, Citation, Timeline } from "./types" */
/** @typedef {(period: string) => void} Pick what happens to a bar that is clicked; a period is "2024", "2024-06" or a day */
/**
 * Cited numbers at their bars, `at` in percent of the width.
 * @typedef {{ at: number, places: number[], numbers: number[] }} Mark
 */

const FEWEST_DATED = 3; // with fewer there is nothing to see
const BARS_HEIGHT = 36;
const MARKS_HEIGHT = 20;
const WIDEST_BAR = 72; // pixels: a few bars are not stretched into blocks
const PERIOD_LETTERS = { year: 4, month: 7, day: 10 }; // of a day such as "2024-06-29"
const CLOSEST_MARKS = 9; // percent of the width: nearer ones share a place, or they would cover each other

/** @type {Timeline} */
let timeline = { unit: "year", bars: [], undated: 0 };

/** The articles spread otherwise over time. */
export const timelineChanged = /** @type {ReturnType<typeof signal<void>>} */ (signal());

export function beginPicture() {
  indexChanged.on(loadTimeline);
}

async function loadTimeline() {
  const told = await call("timeline");
  if ("error" in told) return;
  timeline = told;
  timelineChanged.tell();
}

/**
 * Null where it would say nothing. With citations it marks their days, else it is of the articles alone.
 * @param {Citation[]} [citations]
 */
export function renderTimeline(citations) {
  const marks = marksOf(timeline, citations ?? []);
  if (citations && !marks.length) return null;
  const caption = citations ? t("page.timeline_sources") : archiveWords();
  return renderFigure(timeline, caption, citations ?? [], marks);
}

/**
 * How the articles on a subject spread over time; null where it would say nothing. A click on a bar picks its period.
 * @param {Timeline} spread
 * @param {Pick} pick
 */
export function renderSpread(spread, pick) {
  return renderFigure(spread, t("page.spread"), [], [], pick);
}

/**
 * @param {Timeline} spread
 * @param {import("./elements.js").Child} caption
 * @param {Citation[]} citations
 * @param {Mark[]} marks
 * @param {Pick} [pick]
 */
function renderFigure(spread, caption, citations, marks, pick) {
  const { bars, unit } = spread;
  const dated = bars.reduce((sum, { count }) => sum + count, 0);
  if (bars.length < 2 || dated < FEWEST_DATED) return null;
  return h(
    "figure",
    { class: "timeline", style: `max-width:${WIDEST_BAR * bars.length}px` },
    h("figcaption", { class: "quiet" }, caption),
    renderBars(spread, marks, describe(spread, dated, citations), pick),
    h(
      "p",
      { class: "ends quiet", "aria-hidden": "true" },
      h("span", {}, periodWords(bars[0], unit)),
      h("span", {}, periodWords(bars[bars.length - 1], unit)),
    ),
  );
}

function archiveWords() {
  const { undated } = timeline;
  return [t("page.timeline"), undated ? ` · ${t("page.undated", { count: undated })}` : ""];
}

/**
 * @param {Timeline} spread
 * @param {Mark[]} marks
 * @param {string} words
 * @param {Pick} [pick]
 */
function renderBars({ bars, unit }, marks, words, pick) {
  const width = 100 / bars.length;
  const top = marks.length ? MARKS_HEIGHT : 0;
  const most = Math.max(...bars.map(({ count }) => count));
  const cited = new Set(marks.flatMap(({ places }) => places));
  const drawn = bars.map((bar, place) => {
    const { count } = bar;
    const height = count && Math.max(2, (BARS_HEIGHT * count) / most);
    const area = { x: `${place * width}%`, width: `${width}%` };
    const label = t("page.period_count", { period: periodWords(bar, unit), count });
    return h(
      "svg:g",
      { class: cited.has(place) && "cited", ...(pick && count ? picking(bar, unit, label, pick) : {}) },
      h("svg:title", {}, label),
      h("svg:rect", { ...area, class: "all", y: 0, height: top + BARS_HEIGHT }), // to point at
      h("svg:rect", {
        x: `${(place + 0.1) * width}%`,
        width: `${0.8 * width}%`,
        y: top + BARS_HEIGHT - height,
        height,
      }),
    );
  });
  const numbers = marks.map(({ at, numbers }) =>
    h(
      "svg:text",
      { x: `${at}%`, y: MARKS_HEIGHT - 7, "text-anchor": at < 10 ? "start" : at > 90 ? "end" : "middle" },
      numbers.map((number) => `[${number}]`).join(""),
    ),
  );
  const role = pick ? "group" : "img";
  return h("svg:svg", { role, "aria-label": words, height: top + BARS_HEIGHT }, drawn, numbers);
}

/**
 * What makes a bar a button.
 * @param {Bar} bar
 * @param {Timeline["unit"]} unit
 * @param {string} label
 * @param {Pick} pick
 */
function picking({ start }, unit, label, pick) {
  const onclick = () => pick(start.slice(0, PERIOD_LETTERS[unit]));
  /** @param {KeyboardEvent} event */
  const onkeydown = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    onclick();
  };
  return { role: "button", tabindex: "0", "aria-label": label, onclick, onkeydown };
}

/**
 * @param {Timeline} spread
 * @param {Citation[]} citations
 * @returns {Mark[]}
 */
function marksOf({ bars }, citations) {
  /** @type {Map<number, number[]>} */
  const numbers = new Map();
  for (const { day, number } of citations) {
    const place = day ? bars.findLastIndex(({ start }) => start <= day) : -1;
    if (place >= 0) numbers.set(place, [...(numbers.get(place) ?? []), number]);
  }
  /** @type {Mark[]} */
  const marks = [];
  for (const [place, cited] of [...numbers].sort(([one], [other]) => one - other)) {
    const at = ((place + 0.5) * 100) / bars.length;
    const last = marks.at(-1);
    if (last && at - last.at < CLOSEST_MARKS) {
      last.places.push(place);
      last.numbers.push(...cited);
    } else marks.push({ at, places: [place], numbers: [...cited] });
  }
  return marks;
}

/**
 * The picture in words, for those who do not see it.
 * @param {Timeline} spread
 * @param {number} dated
 * @param {Citation[]} citations
 */
function describe({ bars, unit }, dated, citations) {
  const fullest = bars.reduce((one, other) => (other.count > one.count ? other : one));
  const marks = citations.flatMap(({ number, day }) => (day ? [`[${number}] ${dayWords(day)}`] : []));
  const words = t("page.timeline_words", {
    articles: dated,
    first: periodWords(bars[0], unit),
    last: periodWords(bars[bars.length - 1], unit),
    most: fullest.count,
    when: periodWords(fullest, unit),
  });
  return [words, ...marks].join(" ");
}

/**
 * @param {Bar} bar
 * @param {Timeline["unit"]} unit
 */
function periodWords({ start }, unit) {
  if (unit === "year") return dayWords(start, { year: "numeric" });
  return unit === "month" ? dayWords(start, { month: "short", year: "numeric" }) : dayWords(start);
}
