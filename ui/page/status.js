// The state of the index as the server tells it, and the build that may be replacing it. Only this module
// changes it; `building.js` shows it.

import { call } from "./server.js";
import { signal } from "./signal.js";

/** @import { Build, ErrorJson, Status } from "./types" */

const POLL_MS = 250;
const LOOK_MS = 15_000; // somebody else may have begun a build

/** @type {Status} */
let known = { articles: 0, passages: 0, index: "", examples: [], read_only: true, writer: null, build: null };
let following = false; // whether a build's progress is being asked for
/** @type {number | null} */
let ended = null; // the number of the last build that is known to have ended; null before anything is known

/** Anything of it was told anew. */
export const statusChanged = /** @type {ReturnType<typeof signal<void>>} */ (signal());
/** Another index answers now. */
export const indexChanged = /** @type {ReturnType<typeof signal<void>>} */ (signal());

export const status = () => known;

/** Whether the server has told anything yet. */
export const isKnown = () => ended !== null;

/**
 * Takes in what there is, and follows a build under way to its end.
 * @param {Status} first
 */
export async function followBuild(first) {
  learn(first);
  if (following) return;
  following = true;
  while (known.build?.running) {
    await new Promise((resume) => setTimeout(resume, POLL_MS));
    const told = await call("status");
    // Whether the build went on is not known then: the next look tells.
    learn("error" in told ? lostBuild(told.error) : told);
  }
  following = false;
}

export function beginStatus() {
  look();
  setInterval(look, LOOK_MS);
}

async function look() {
  if (following || document.hidden) return;
  const told = await call("status");
  if (!("error" in told)) followBuild(told);
}

/** @param {Status} told */
function learn(told) {
  const { build, articles } = told;
  const before = ended;
  ended = build && !build.running ? build.number : (ended ?? 0);
  const isNew = ended !== before || articles !== known.articles;
  known = told;
  statusChanged.tell();
  if (isNew) indexChanged.tell();
}

/**
 * @param {ErrorJson} error
 * @returns {Status}
 */
function lostBuild(error) {
  return { ...known, build: known.build && { ...known.build, running: false, error } };
}
