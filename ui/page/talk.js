// The conversation: asking, and what an answer looks like.

const CONVERSATION_KEY = "khamtop.conversation"; // which one this window shows, so that a reload shows it again
const LONGEST_REMARK = 500;
// What may go better a second time.
const PASSING = new Set(["page.disconnected", "page.stopped", "internal", "index.building"]);

const box = find(".ask textarea");

const talk = {
  id: newId(),
  turns: [], // {id, asked, question, reply, followUps, feedback}, with reply null while it is awaited
  shown: null, // the turn whose sources are beside the chat
};

// -- Asking ---------------------------------------------------------------------------------------

const awaited = () => talk.turns.find((turn) => turn.reply === null);

async function ask(question) {
  if (awaited()) return;
  const turn = { id: newId(), asked: Date.now(), question, reply: null };
  talk.turns.push(turn);
  await answer(turn);
}

async function answer(turn) {
  const history = earlierQuestions(turn);
  turn.reply = null;
  renderTurnAgain(turn);
  if (HAS_KEYBOARD) box.focus({ preventScroll: true }); // an example that was clicked is gone now
  const { passages, ...reply } = await call("ask", { question: turn.question, history }); // `cards` tells the same
  if (!talk.turns.includes(turn) || turn.reply !== null) return; // stopped, or a new chat was begun
  turn.reply = reply;
  keepTalk();
  renderTurnAgain(turn);
  if (reply.error) return;
  showSources(turn);
  if (!reply.abstained) await suggestFollowUps(turn, history);
}

function stop() {
  const turn = awaited();
  if (!turn) return;
  turn.reply = { error: { code: "page.stopped", facts: {} } };
  renderTurnAgain(turn);
  box.focus({ preventScroll: true });
}

function earlierQuestions(turn) {
  const earlier = talk.turns.slice(0, talk.turns.indexOf(turn));
  return earlier.filter(({ reply }) => reply && !reply.error).map(({ question }) => question);
}

// Only when the answer stands there: each one is tried before it is offered, which takes a moment.
async function suggestFollowUps(turn, history) {
  const { questions } = await call("follow_ups", { question: turn.question, history });
  if (!questions?.length) return;
  turn.followUps = questions;
  keepTalk();
  const shown = find(`[data-turn="${turn.id}"]`);
  if (!shown) return;
  const { scrollHeight, scrollTop, clientHeight } = find(".talk");
  const isAtEnd = scrollHeight > clientHeight && scrollHeight - scrollTop - clientHeight < 2;
  fill(shown.querySelector(".follow-ups"), renderFollowUps(turn));
  if (isAtEnd) shown.scrollIntoView({ block: "start" }); // nobody has scrolled since, and there is more to see
}

// -- The one conversation of this window ----------------------------------------------------------

function keepTalk() {
  const answered = talk.turns.filter((turn) => turn.reply !== null);
  if (answered.length && !keepConversation(talk.id, answered)) notice(t("page.not_kept"));
  remember("sessionStorage", CONVERSATION_KEY, talk.id);
  renderTools();
}

// Shows a kept conversation, or begins a new one.
function openTalk(kept) {
  talk.id = kept?.id ?? newId();
  talk.turns = kept?.turns ?? [];
  remember("sessionStorage", CONVERSATION_KEY, talk.id);
  renderTalk();
  showSources(talk.turns.findLast((turn) => turn.reply.cards?.length));
  find(".turn:last-child")?.scrollIntoView({ block: "start" });
}

// Another window added to this conversation, or deleted it.
function followOtherWindow(event) {
  renderTools();
  if (event.key !== null && event.key !== KEPT + talk.id) return;
  const theirs = keptConversation(talk.id);
  if (!theirs) {
    if (talk.turns.length) openTalk(null);
    return;
  }
  const mine = new Map(talk.turns.map((turn) => [turn.id, turn]));
  const missing = talk.turns.some((turn) => turn.reply && !theirs.turns.some(({ id }) => id === turn.id));
  // A turn stays the same object: its answer may still be on the way.
  talk.turns = mergeTurns(
    talk.turns,
    theirs.turns.map((turn) => Object.assign(mine.get(turn.id) ?? {}, turn)),
  );
  if (missing) keepTalk(); // both windows wrote in the same moment
  renderTalk();
  renderSources();
}

// -- Showing it -----------------------------------------------------------------------------------

function renderTalk() {
  fill(find(".turns"), talk.turns.map(renderTurn));
  renderTools();
  renderWelcome();
}

function renderTools() {
  find(".new").hidden = talk.turns.length === 0;
  const count = keptIds().length;
  find(".conversations").hidden = count === 0;
  find(".conversations .count").textContent = count;
}

function renderWelcome() {
  const welcome = find(".welcome");
  welcome.hidden = talk.turns.length > 0;
  if (welcome.hidden) return;
  const { articles, examples } = building.status;
  fill(
    welcome,
    h("p", { class: "promise" }, articles ? t("page.welcome", { articles }) : t("page.welcome_none")),
    h("p", { class: "quiet" }, t("page.privacy")),
    examples.length ? h("h2", {}, t("page.examples")) : null,
    questionList(examples),
  );
}

function questionList(questions) {
  const items = questions.map((question) => h("li", {}, button("example", () => ask(question), said(question))));
  return items.length ? h("ul", { class: "examples" }, items) : null;
}

// One turn alone, so that a screen reader is told of what is new and not of the whole conversation.
function renderTurnAgain(turn) {
  const made = renderTurn(turn);
  const old = find(`[data-turn="${turn.id}"]`);
  if (old) old.replaceWith(made);
  else find(".turns").append(made);
  renderTools();
  renderWelcome();
  made.scrollIntoView({ block: "start" });
}

function renderTurn(turn) {
  return h(
    "article",
    { class: turn === talk.shown ? "turn sources-shown" : "turn", "data-turn": turn.id },
    turn.question.trim() ? h("h2", { class: "question" }, said(turn.question)) : null,
    renderReply(turn),
  );
}

function renderReply(turn) {
  const reply = turn.reply;
  if (reply === null) {
    return h("p", { class: "pending" }, t("page.searching"), " ", button("link", stop, t("page.stop")));
  }
  if (reply.error) {
    const again = PASSING.has(reply.error.code) && button("link again", () => answer(turn), t("page.again"));
    return h("p", { class: "error" }, sentence(reply.error), " ", again);
  }
  if (reply.abstained) {
    const { examples } = building.status;
    return [
      h("p", { class: "abstained" }, said(reply.refusal ?? reply.answer)), // kept conversations may be older
      (reply.lines ?? []).map((line) => renderLine(turn, line)),
      renderActions(turn),
      examples.length ? h("h3", {}, t("page.answerable")) : null,
      questionList(examples),
    ];
  }
  const short = reply.short_answer;
  return [
    short ? h("p", { class: "short" }, said(short), " ", marker(turn, reply.lines[0].number)) : null,
    reply.lines.map((line) => renderLine(turn, line)),
    renderActions(turn),
    h("div", { class: "follow-ups" }, renderFollowUps(turn)),
  ];
}

function renderFollowUps({ followUps }) {
  return followUps ? [h("h3", {}, t("page.follow_ups")), questionList(followUps)] : [];
}

function renderLine(turn, line) {
  const quote = line.parts.map((part) => (part.short ? h("strong", {}, part.text) : part.text));
  return h(
    "blockquote",
    { "data-number": line.number },
    h("span", { class: "lead", lang: turn.reply.language }, line.lead),
    " ",
    "“",
    h("bdi", { class: "quote", lang: "th" }, quote),
    // kept on one line, so that a marker never stands alone at a line's beginning
    h(
      "span",
      { class: "tail" },
      "” ",
      marker(turn, line.number),
      signButton("copy", t("page.copy"), () => copyQuote(turn, line.number)),
    ),
  );
}

function citationOf(turn, number) {
  return turn.reply.citations.find((citation) => citation.number === number);
}

function marker(turn, number) {
  const label = t("page.open_source", { number, title: citationOf(turn, number).title });
  const made = signButton("marker", label, () => readQuote(turn, number), `[${number}]`);
  made.dataset.number = number;
  return made;
}

function renderActions(turn) {
  return h(
    "div",
    { class: "actions" },
    turn.reply.cards.length ? button("link show-sources", () => goToSources(turn), t("page.show_sources")) : null,
    button("link share", () => share(turn), t("page.share")),
    renderFeedback(turn),
  );
}

function goToSources(turn) {
  showSources(turn);
  const sources = find(".sources");
  sources.scrollIntoView({ block: "nearest" });
  sources.focus({ preventScroll: true });
}

function copyQuote(turn, number) {
  const { quote, title, published, source } = citationOf(turn, number);
  return copy(`“${quote}” — ${[title, published, source].filter(Boolean).join(", ")}`, t("page.copied"));
}

function share(turn) {
  const address = new URL(location.pathname, location.origin);
  address.searchParams.set("q", turn.question);
  return copy(address.href, t("page.shared"));
}

async function copy(words, done) {
  try {
    await navigator.clipboard.writeText(words);
    notice(done);
  } catch {
    notice(words); // no clipboard outside a secure context: the words can be copied from the notice
  }
}

// -- What the reader thinks of it -----------------------------------------------------------------

function renderFeedback(turn) {
  const thumbs = [true, false].map((good) =>
    signButton(good ? "thumb up" : "thumb down", t(good ? "page.good" : "page.bad"), () => give({ good })),
  );
  const remark = h("input", { type: "text", maxlength: LONGEST_REMARK, "aria-label": t("page.remark") });
  remark.placeholder = t("page.remark");
  const send = h("button", { type: "submit", class: "tool" }, t("page.send_remark"));
  const form = h("form", { class: "remark", hidden: true, onsubmit }, remark, send);
  const told = h("p", { class: "told quiet", role: "status" });

  function press() {
    for (const [place, thumb] of thumbs.entries()) {
      thumb.setAttribute("aria-pressed", turn.feedback?.good === (place === 0));
    }
  }

  async function give(changed) {
    const { question, reply } = turn;
    const feedback = { good: true, remark: "", ...turn.feedback, ...changed };
    const { short_answer, answer, citations } = reply;
    const kept = await call("feedback", { question, short_answer, answer, citations, ...feedback });
    if (kept.error) return void fill(told, sentence(kept.error));
    turn.feedback = { ...feedback, id: kept.id };
    keepTalk();
    press();
    form.hidden = "remark" in changed;
    fill(told, t("remark" in changed ? "page.thanks_remark" : "page.thanks"));
    if (form.hidden) thumbs[turn.feedback.good ? 0 : 1].focus();
  }

  function onsubmit(event) {
    event.preventDefault();
    if (remark.value.trim()) give({ remark: remark.value.trim() });
  }

  press();
  return h("div", { class: "feedback" }, h("span", { class: "thumbs" }, thumbs), told, form);
}

// -- Beginning ------------------------------------------------------------------------------------

function beginTalk() {
  find(".new").addEventListener("click", () => {
    openTalk(null);
    box.focus();
  });
  find(".ask").addEventListener("submit", (event) => {
    event.preventDefault();
    if (awaited()) return;
    const question = box.value;
    box.value = "";
    ask(question);
  });
  box.addEventListener("keydown", (event) => {
    // A key that completes a word of an input method is not meant for us.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      find(".ask").requestSubmit();
    }
  });
  page.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !find("dialog[open]")) stop();
  });
  addEventListener("storage", followOtherWindow);
}
