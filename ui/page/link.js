// A link to an answer. It carries what was asked, what was asked before it, what narrowed it and which index
// answered: the server then gives the same answer, or says that another index answers now.

import { button, fill, findMaybe, h } from "./elements.js";
import { indexChanged, status } from "./status.js";
import { noteFacts, tabShown } from "./tabs.js";
import { ORDERS } from "./kept.js";
import { answer, ask, earlierQuestions, openTalk, talk } from "./talk.js";
import { momentWords, t } from "./words.js";

/** @import { Turn } from "./kept.js" */

const FILTERS = ["since", "until", "source", "name"];
const MOST_EARLIER = 20; // what the server looks at

export function beginLinks() {
  tabShown.on(({ name, facts }) => name === "ask" && facts.has("question") && openLinked(facts));
  indexChanged.on(renderNotes);
}

/**
 * What a link to that answer carries.
 * @param {Turn} turn
 */
export function factsOf(turn) {
  const { question, filters, reply } = turn;
  const facts = new URLSearchParams({ question, ...filters });
  const earlier = turn.alone ? [] : earlierQuestions(turn).slice(-MOST_EARLIER);
  for (const before of earlier) facts.append("after", before);
  if (turn.anyTime) facts.set("any_time", "yes");
  if (turn.order) facts.set("order", turn.order);
  const index = turn.index ?? (reply && !("error" in reply) && reply.index);
  if (index) facts.set("index", index);
  return facts;
}

/** @param {URLSearchParams} facts */
function openLinked(facts) {
  noteFacts(new URLSearchParams()); // a reload shows the answer again rather than asking twice
  openTalk(null);
  const filters = Object.fromEntries([...facts].filter(([name]) => FILTERS.includes(name)));
  const after = facts.getAll("after");
  const anyTime = facts.has("any_time");
  const order = ORDERS.find((one) => one === facts.get("order"));
  ask(facts.get("question") ?? "", { filters, after, anyTime, order, index: facts.get("index") ?? undefined });
}

/**
 * When the index was built that gave an answer, where that matters: a link led to it, or another one answers now.
 * @param {Turn} turn
 */
export function renderNote(turn) {
  return h("div", { class: "as-given" }, noteOf(turn));
}

/** @param {Turn} turn */
function noteOf(turn) {
  const { reply } = turn;
  if (!reply || "error" in reply || !reply.built) return null;
  const current = status().index;
  const isOld = Boolean(current) && reply.index !== current;
  if (!turn.index && !isOld) return null;
  const when = t(isOld ? "page.given_before" : "page.given", { time: momentWords(Date.parse(reply.built)) });
  return h("p", { class: "quiet" }, when, " ", renderAnew(turn));
}

/** @param {Turn} turn */
export function renderAnew(turn) {
  const anew = () => {
    delete turn.index;
    answer(turn);
  };
  return button("link anew", anew, t("page.ask_anew"));
}

function renderNotes() {
  for (const turn of talk.turns) {
    const place = findMaybe(`[data-turn="${turn.id}"] .as-given`);
    if (place) fill(place, noteOf(turn));
  }
}
