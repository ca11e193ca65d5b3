// The page's colours: as the system's, or as the reader chose them.

import { find } from "./elements.js";
import { recall, remember } from "./memory.js";
import { languageChanged, t } from "./words.js";

/** @import { Key } from "./types" */

const THEME_KEY = "khamtop.theme";
/** @type {Array<{ name: string, label: Key }>} */
const THEMES = [
  { name: "system", label: "page.theme_system" },
  { name: "light", label: "page.theme_light" },
  { name: "dark", label: "page.theme_dark" },
];

export function beginTheme() {
  const remembered = recall("localStorage", THEME_KEY);
  let chosen = Math.max(0, THEMES.findIndex(({ name }) => name === remembered));

  function render() {
    const { name, label } = THEMES[chosen];
    document.documentElement.dataset.theme = name;
    find(".theme").setAttribute("aria-label", t(label));
    find(".theme").title = t(label);
  }

  find(".theme").addEventListener("click", () => {
    chosen = (chosen + 1) % THEMES.length;
    remember("localStorage", THEME_KEY, THEMES[chosen].name);
    render();
  });
  languageChanged.on(render);
  render();
}
