// Putting articles in: files chosen with a button or dropped on the articles tab.

import { fill, find, h, said } from "./elements.js";
import { given } from "./given.js";
import { upload } from "./server.js";
import { followBuild, status } from "./status.js";
import { sentence, t } from "./words.js";

/** @import { Refused, Saved } from "./types" */

/** @type {Promise<void>} */
let sending = Promise.resolve(); // those chosen meanwhile are sent afterwards

export function beginUpload() {
  const panel = find(".articles-panel");
  const input = find(".files", HTMLInputElement);
  /** @param {DragEvent} event */
  const dragsFiles = (event) => Boolean(event.dataTransfer?.types.includes("Files"));
  /** @param {boolean} on */
  const highlight = (on) => panel.classList.toggle("dropping", on);

  input.accept = given.limits.upload_endings.join(",");
  find(".choose").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    if (input.files?.length) send([...input.files]);
    input.value = ""; // so that the same file can be chosen again
  });

  // A file dropped anywhere else must not replace the page.
  addEventListener("dragover", (event) => dragsFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => dragsFiles(event) && event.preventDefault());
  panel.addEventListener("dragover", (event) => highlight(dragsFiles(event) && !status().read_only));
  panel.addEventListener("dragleave", ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && panel.contains(relatedTarget))) highlight(false);
  });
  panel.addEventListener("drop", (event) => {
    highlight(false);
    if (status().read_only || !dragsFiles(event)) return;
    const dropped = [...(event.dataTransfer?.items ?? [])].filter(({ kind }) => kind === "file");
    const folders = dropped.map((item) => item.webkitGetAsEntry()).filter((entry) => entry?.isDirectory);
    const files = dropped.filter((item) => !item.webkitGetAsEntry()?.isDirectory).map((item) => item.getAsFile());
    send(
      files.filter((file) => file !== null),
      folders.map((folder) => ({ name: folder?.name ?? "", reason: "page.folder" })),
    );
  });
}

/**
 * @param {File[]} files
 * @param {Refused[]} [refused]
 */
function send(files, refused = []) {
  sending = sending.then(() => sendNow(files, refused));
}

/**
 * @param {File[]} chosen
 * @param {Refused[]} refused
 */
async function sendNow(chosen, refused) {
  const told = find(".uploaded");
  const { files, refusals } = withinLimits(chosen);
  const unsent = [...refusals, ...refused];
  if (!files.length) {
    fill(told, renderSent([], unsent));
    return;
  }
  const words = t("page.sending", { count: files.length });
  const bar = h("progress", { max: 1, value: 0, "aria-label": words });
  fill(told, h("p", {}, words), bar);
  const reply = await upload(files, (share) => {
    if (share < 1) bar.value = share;
    else bar.removeAttribute("value"); // all is sent, and the server looks at it
  });
  if ("error" in reply) {
    fill(told, h("p", { class: "error" }, sentence(reply.error)));
    return;
  }
  fill(told, renderSent(reply.saved, [...reply.refused, ...unsent]));
  followBuild(reply);
}

/**
 * The server would read what is too large, only to refuse it: that is not sent at all.
 * @param {File[]} chosen
 */
function withinLimits(chosen) {
  const { upload_bytes, upload_file_bytes, upload_files } = given.limits;
  /** @type {File[]} */
  const files = [];
  /** @type {Refused[]} */
  const refusals = [];
  let bytes = 0;
  for (const file of chosen) {
    const { name, size } = file;
    if (size > upload_file_bytes) refusals.push({ name, reason: "upload.too_large" });
    else if (files.length >= upload_files) refusals.push({ name, reason: "upload.too_many" });
    else if (bytes + size > upload_bytes) refusals.push({ name, reason: "upload.too_much" });
    else {
      files.push(file);
      bytes += size;
    }
  }
  return { files, refusals };
}

/**
 * @param {Saved[]} saved
 * @param {Refused[]} refused
 */
function renderSent(saved, refused) {
  return h(
    "ul",
    {},
    saved.map(({ name }) => h("li", {}, said(name), ` ${t("page.saved")}`)),
    refused.map(({ name, reason }) => h("li", { class: "error" }, said(name), ` ${sentence({ code: reason })}`)),
  );
}
