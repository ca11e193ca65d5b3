// Dialogs: what must be confirmed, and how any of them is closed.

import { fill, find, h } from "./elements.js";
import { t } from "./words.js";

/** @import { Child } from "./elements.js" */

/**
 * Asks before a thing is done that no click takes back, and says what will happen. Gives true or false.
 * @param {Child} question
 * @param {string} consequence
 * @param {string} action
 * @returns {Promise<boolean>}
 */
export function confirmed(question, consequence, action) {
  const dialog = find(".confirm", HTMLDialogElement);
  fill(
    dialog,
    h(
      "form",
      { method: "dialog" },
      h("h2", { id: "khamtop-confirm" }, question),
      h("p", {}, consequence),
      h(
        "p",
        { class: "choices" },
        h("button", { class: "tool", value: "no", autofocus: true }, t("page.cancel")),
        h("button", { class: "tool strong", value: "yes" }, action),
      ),
    ),
  );
  dialog.returnValue = ""; // what Esc leaves
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

/**
 * A click beside a dialog, on its backdrop, closes it.
 * @param {HTMLDialogElement} dialog
 */
export function closeOutside(dialog) {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
