// The page's words, dates and colours as the reader chose them.

const LANGUAGE_KEY = "khamtop.language";
const THEME_KEY = "khamtop.theme";
const THEMES = ["system", "light", "dark"];

let language = recall("localStorage", LANGUAGE_KEY) === "en" ? "en" : "th";
let theme = THEMES.includes(recall("localStorage", THEME_KEY)) ? recall("localStorage", THEME_KEY) : "system";

const wordsOf = (key) => props.words[key][language === "th" ? 0 : 1];

function t(key, facts = {}) {
  return wordsOf(key).replace(/\{(\w+)\}/g, (_, name) => {
    const fact = facts[name] ?? "";
    return typeof fact === "number" ? fact.toLocaleString("en-US") : String(fact);
  });
}

// The same with elements in the places of facts, such as what `said` makes of words that are not the page's.
function tWith(key, elements) {
  return wordsOf(key)
    .split(/(\{\w+\})/)
    .map((piece) => elements[piece.slice(1, -1)] ?? piece);
}

// What went wrong, in one sentence. Facts that are codes themselves, such as a reason, get their words.
function sentence({ code, facts }) {
  return props.words[code] ? t(code, facts) : t("internal");
}

// A day such as "2022-06-29" as people write it: of the Buddhist Era in Thai, of the Common Era in English.
function dayWords(day, parts = { dateStyle: "medium" }) {
  return written(new Date(`${day}T00:00Z`), { ...parts, timeZone: "UTC" });
}

function momentWords(milliseconds) {
  return written(new Date(milliseconds), { dateStyle: "medium", timeStyle: "short" });
}

function written(date, parts) {
  return new Intl.DateTimeFormat(language === "th" ? "th-TH-u-ca-buddhist-nu-latn" : "en-GB", parts).format(date);
}

function renderWords() {
  document.documentElement.lang = language;
  document.title = t("page.title");
  page.lang = language;
  for (const node of findAll("[data-words]")) node.textContent = t(node.dataset.words);
  for (const node of findAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  for (const node of findAll("[data-placeholder]")) node.placeholder = t(node.dataset.placeholder);
  find(".language").lang = language === "th" ? "en" : "th"; // it is written in the language it leads to
  renderTheme();
}

function renderTheme() {
  document.documentElement.dataset.theme = theme;
  const label = { system: t("page.theme_system"), light: t("page.theme_light"), dark: t("page.theme_dark") }[theme];
  find(".theme").setAttribute("aria-label", label);
  find(".theme").title = label;
}

function switchLanguage() {
  language = language === "th" ? "en" : "th";
  remember("localStorage", LANGUAGE_KEY, language);
}

function switchTheme() {
  theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
  remember("localStorage", THEME_KEY, theme);
  renderTheme();
}
