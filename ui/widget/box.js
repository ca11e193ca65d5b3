// The question box that a newspaper puts into its own page by one script tag. It stands in a shadow root, so that
// neither page's looks touch the other's. What articles say becomes text nodes and nothing else; nothing is remembered,
// and no cookie is sent. `ui/widget.py` serves it, with its words.

/**
 * @typedef {Record<"title" | "question" | "ask" | "asking" | "sources" | "away", string>} Words
 * @typedef {{ article_id: string, title: string, source: string, published: string | null, url: string }} Article
 * @typedef {Article & { number: number, quote: string }} Quote
 * @typedef {{ answer: string, citations: Quote[], nearest: Quote[] }} Answer
 * @typedef {{ error: { code: string, message: string } }} Failed
 */

const LONGEST_QUESTION = 2000;
const TURNING = /[\u202a-\u202e\u2066-\u2069]/g; // they would turn the direction of what follows

const LOOKS = `
:host { display: block; }
form { display: flex; gap: .5em; }
input, button { font: inherit; color: inherit; background: transparent; border: 1px solid; border-radius: .4em; }
input { flex: 1; min-width: 0; padding: .5em .7em; }
button { padding: .5em 1em; cursor: pointer; }
button:disabled { opacity: .5; cursor: default; }
.answer { white-space: pre-line; line-height: 1.7; overflow-wrap: anywhere; }
mark { color: inherit; background: #ffd54a55; }
h2 { font-size: 1em; margin-bottom: .3em; }
ol { margin-top: 0; padding-left: 1.5em; }
a { color: inherit; }
`;

/**
 * Puts the box where the script stands, or into the element that its `data-target` names.
 * @param {HTMLScriptElement} script
 * @param {Record<string, Words>} languages
 */
export function begin(script, languages) {
  const language = languageOf(script, languages);
  const words = languages[language];
  const host = h("div", { lang: language });
  const root = host.attachShadow({ mode: "open" });
  const looks = new CSSStyleSheet();
  looks.replaceSync(LOOKS);
  root.adoptedStyleSheets = [looks];

  const input = h("input", { type: "text", maxLength: LONGEST_QUESTION, placeholder: words.question, required: true });
  input.setAttribute("aria-label", words.question);
  const button = h("button", { type: "submit" }, words.ask);
  const form = h("form", {}, input, button);
  form.setAttribute("role", "search");
  form.setAttribute("aria-label", words.title);
  const reply = h("div", { className: "reply" });
  reply.setAttribute("aria-live", "polite");
  root.append(form, reply);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!input.value.trim() || button.disabled) return;
    button.disabled = true;
    reply.replaceChildren(words.asking);
    reply.replaceChildren(...(await replyTo(input.value, new URL("ask", script.src), words, language)));
    button.disabled = false;
  });

  place(host, script);
}

/**
 * @param {HTMLElement} host
 * @param {HTMLScriptElement} script
 */
function place(host, script) {
  const { target } = script.dataset;
  if (target && document.readyState === "loading") {
    addEventListener("DOMContentLoaded", () => place(host, script), { once: true }); // it may stand further down
    return;
  }
  const found = target ? document.querySelector(target) : null;
  if (found) found.append(host);
  else script.after(host);
}

/**
 * @param {HTMLScriptElement} script
 * @param {Record<string, Words>} languages
 */
function languageOf(script, languages) {
  const wanted = [script.dataset.language, document.documentElement.lang.slice(0, 2)];
  return wanted.find((language) => language && language in languages) ?? Object.keys(languages)[0];
}

/**
 * @param {string} question
 * @param {URL} address
 * @param {Words} words
 * @param {string} language
 * @returns {Promise<Array<Node | string>>}
 */
async function replyTo(question, address, words, language) {
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept-Language": language },
      body: JSON.stringify({ question }),
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
    /** @type {Answer | Failed} */
    const reply = await response.json();
    return "error" in reply ? [reply.error.message] : renderAnswer(reply, words);
  } catch {
    return [words.away];
  }
}

/**
 * The answer with its quotes marked, and their sources.
 * @param {Answer} answer
 * @param {Words} words
 */
function renderAnswer(answer, words) {
  const quotes = answer.citations.length ? answer.citations : answer.nearest;
  const said = h("p", { className: "answer" }, ...cutAt(answer.answer, quotes));
  if (!quotes.length) return [said];
  return [said, h("h2", {}, words.sources), h("ol", {}, ...quotes.map(renderSource))];
}

/**
 * A text cut at the quotes in it, which stand in their order.
 * @param {string} text
 * @param {Quote[]} quotes
 */
function cutAt(text, quotes) {
  /** @type {Array<Node | string>} */
  const parts = [];
  let position = 0;
  for (const { quote } of quotes) {
    const found = text.indexOf(`“${quote}”`, position);
    if (found < 0) continue;
    parts.push(shown(text.slice(position, found)), h("mark", {}, shown(`“${quote}”`)));
    position = found + quote.length + 2;
  }
  return [...parts, shown(text.slice(position))];
}

/** @param {Quote} quote */
function renderSource({ number, title, published, source, url }) {
  const link = h("a", { href: isWeb(source) ? source : url, target: "_blank", rel: "noopener" }, shown(title || source));
  const item = h("li", { value: number }, link);
  if (published) item.append(` · ${shown(published)}`);
  return item;
}

/** @param {string} address */
function isWeb(address) {
  return /^https?:\/\//i.test(address) && URL.canParse(address);
}

/** @param {string} text */
const shown = (text) => text.replace(TURNING, "");

/**
 * An element with these properties and children; a string is a text node.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, unknown>} properties
 * @param {Array<Node | string>} children
 */
function h(name, properties, ...children) {
  const element = document.createElement(name);
  Object.assign(element, properties);
  element.append(...children);
  return element;
}
