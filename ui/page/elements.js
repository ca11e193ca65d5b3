// The page's behaviour stands in these small files. web.py joins them into the body of one function
// that Gradio runs with `element` (what page.html became) and `props` (the words of texts.py): a name
// of one file is known in all, and begin.js runs last.
//
// This file makes elements. Whatever an article, a file name or a person wrote reaches the document
// through `h` alone, as text nodes: nothing here parses markup.

const NOTICE_MS = 5000;
// Where there is none, focusing a box would cover half the screen with one.
const HAS_KEYBOARD = matchMedia("(hover: hover)").matches;
// Characters that turn the writing direction around: shown, they could make a text read as another.
const OVERRIDES = /[\u202a-\u202e\u2066-\u2069]/g;

const find = (selector) => element.querySelector(selector);
const findAll = (selector) => [...element.querySelectorAll(selector)];
const page = find(".khamtop");

// h("p", {class: "lead"}, "text", child): attributes starting with "on" are listeners, and a tag such
// as "svg:rect" is one of a picture.
function h(tag, attributes = {}, ...children) {
  const made = tag.startsWith("svg:")
    ? document.createElementNS("http://www.w3.org/2000/svg", tag.slice(4))
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, clean(value));
  }
  return fill(made, ...children);
}

// Puts children, nested lists of them too, in the place of what `node` held; nothing for null, false and "".
function fill(node, ...children) {
  const shown = children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false && child !== "");
  node.replaceChildren(
    ...shown.map((child) => (child instanceof Node ? child : document.createTextNode(clean(child)))),
  );
  return node;
}

function clean(value) {
  return String(value).replace(OVERRIDES, "");
}

// Words that are not the page's own, in their own language and direction whatever stands around them.
function said(words, attributes = {}) {
  return h("bdi", { lang: /[\u0e01-\u0e5b]/.test(words) ? "th" : "en", ...attributes }, words);
}

function button(className, onclick, ...children) {
  return h("button", { type: "button", class: className, onclick }, ...children);
}

// A button that shows a sign, with its meaning for those who hover and those who listen.
function signButton(className, label, onclick, ...children) {
  return h("button", { type: "button", class: className, "aria-label": label, title: label, onclick }, ...children);
}

// A short word at the bottom of the page.
function notice(words) {
  const shown = find(".notice");
  shown.textContent = clean(words);
  setTimeout(() => shown.textContent === clean(words) && fill(shown), NOTICE_MS);
}

// For screen readers alone: what the eye sees for itself.
function announce(words) {
  find(".unseen").textContent = clean(words);
}

// Asks before a thing is done that no click takes back, and says what will happen. Gives true or false.
function confirmed(question, consequence, action) {
  const dialog = find(".confirm");
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

// A click beside a dialog, on its backdrop, closes it.
function closeOutside(event) {
  if (event.target === event.currentTarget) event.currentTarget.close();
}
