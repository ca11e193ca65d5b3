// What is known of all articles, at the top of their tab: how many, from when, and what may be done with them.

import { fill, find } from "./elements.js";
import { renderTimeline, timelineChanged } from "./picture.js";
import { indexChanged, status } from "./status.js";
import { tabShown } from "./tabs.js";
import { languageChanged, t } from "./words.js";

export function beginArchive() {
  for (const news of [indexChanged, timelineChanged, languageChanged]) news.on(renderArchive);
  tabShown.on(({ name }) => name === "articles" && renderArchive());
  renderArchive();
}

function renderArchive() {
  const { articles, passages, read_only } = status();
  fill(find(".archive-count"), t("page.archive", { articles, passages }));
  fill(find(".archive-picture"), renderTimeline());
  find(".changing").hidden = read_only;
}
