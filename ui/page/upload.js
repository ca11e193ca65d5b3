// Putting articles in: files chosen with a button or dropped on the articles tab.

let sending = Promise.resolve(); // those chosen meanwhile are sent afterwards

function send(files, folders = []) {
  sending = sending.then(() => sendNow(files, folders));
}

async function sendNow(files, folders) {
  const told = find(".uploaded");
  const refusals = folders.map((name) => ({ name, reason: "page.folder" }));
  if (!files.length) return void fill(told, renderSent([], refusals));
  const bar = h("progress", { max: 1, value: 0, "aria-label": t("page.sending", { count: files.length }) });
  fill(told, h("p", {}, t("page.sending", { count: files.length })), bar);
  const reply = await upload(files, (share) => {
    if (share < 1) bar.value = share;
    else bar.removeAttribute("value"); // all is sent, and the server looks at it
  });
  if (reply.error) return void fill(told, h("p", { class: "error" }, sentence(reply.error)));
  fill(told, renderSent(reply.saved, [...reply.refused, ...refusals]));
  followBuild(reply);
}

function renderSent(saved, refused) {
  return h(
    "ul",
    {},
    saved.map(({ name }) => h("li", {}, said(name), ` ${t("page.saved")}`)),
    refused.map(({ name, reason }) => h("li", { class: "error" }, said(name), ` ${sentence({ code: reason })}`)),
  );
}

function beginUpload() {
  const panel = find(".articles-panel");
  const input = find(".files");
  const dragsFiles = (event) => event.dataTransfer?.types.includes("Files");
  const highlight = (on) => panel.classList.toggle("dropping", on);

  find(".choose").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    if (input.files.length) send([...input.files]);
    input.value = ""; // so that the same file can be chosen again
  });

  // A file dropped anywhere else must not replace the page.
  for (const name of ["dragover", "drop"]) {
    addEventListener(name, (event) => dragsFiles(event) && event.preventDefault());
  }
  panel.addEventListener("dragover", (event) => highlight(dragsFiles(event) && !building.status.read_only));
  panel.addEventListener("dragleave", (event) => panel.contains(event.relatedTarget) || highlight(false));
  panel.addEventListener("drop", (event) => {
    highlight(false);
    if (building.status.read_only || !dragsFiles(event)) return;
    const dropped = [...event.dataTransfer.items].filter(({ kind }) => kind === "file");
    const isFolder = (item) => item.webkitGetAsEntry()?.isDirectory;
    send(
      dropped.filter((item) => !isFolder(item)).map((item) => item.getAsFile()),
      dropped.filter(isFolder).map((item) => item.webkitGetAsEntry().name),
    );
  });
}
