// The box that questions are typed in, and what else asks or stops: the keyboard and the tab.

import { find, findMaybe, frame, HAS_KEYBOARD } from "./elements.js";
import { tabShown } from "./tabs.js";
import { ask, awaited, stop, turnChanged } from "./talk.js";

/** @import { Reply } from "./kept.js" */

let sent = ""; // what was asked last from the box, until it is taken

const box = () => find(".ask textarea", HTMLTextAreaElement);

export function focusBox() {
  box().focus({ preventScroll: true });
}

/** Ends what is being asked, so that something else can be. */
export function stopAsking() {
  stop();
  focusBox();
}

/**
 * What could not be asked as it stands comes back into the box, to be mended.
 * @param {Reply} reply
 */
function giveBack(reply) {
  const isToBeMended = "error" in reply && /^(question|filter)\./.test(reply.error.code);
  if (isToBeMended && !box().value) box().value = sent;
  sent = "";
}

export function beginBox() {
  const form = find(".ask", HTMLFormElement);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (awaited()) return;
    sent = box().value;
    box().value = "";
    ask(sent);
  });
  box().addEventListener("keydown", (event) => {
    // A key that completes a word of an input method is not meant for us.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  frame().addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !findMaybe("dialog[open]") && awaited()) stopAsking();
  });
  turnChanged.on((turn) => {
    if (turn.reply === null && HAS_KEYBOARD) focusBox(); // an example that was clicked is gone now
    if (turn.reply) giveBack(turn.reply);
  });
  tabShown.on(({ name }) => {
    if (name === "ask" && HAS_KEYBOARD && !document.activeElement?.closest("[role=tab]")) focusBox();
  });
}
