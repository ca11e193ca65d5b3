// What happens when the page opens. Gradio's one line imports this module and hands over what the page is made of.

import { beginArchive } from "./archive.js";
import { beginArticles } from "./articles.js";
import { beginBox, focusBox } from "./box.js";
import { beginBuilding } from "./building.js";
import { beginConversations } from "./conversations.js";
import { beginFeedback } from "./feedback.js";
import { HAS_KEYBOARD } from "./elements.js";
import { take } from "./given.js";
import { beginLanguage } from "./language.js";
import { beginLinks } from "./link.js";
import { beginNames } from "./names.js";
import { beginNarrow } from "./narrow.js";
import { beginPicture } from "./picture.js";
import { beginPointing } from "./pointing.js";
import { beginQuestions } from "./questions.js";
import { beginReader } from "./reader.js";
import { beginSearch } from "./search.js";
import { beginSources } from "./sources.js";
import { beginStatus } from "./status.js";
import { beginTabs, showAddress, shownTab } from "./tabs.js";
import { ask, beginTalk, openTalk, reopenTalk } from "./talk.js";
import { beginTheme } from "./theme.js";
import { beginTurns } from "./turns.js";
import { beginUpload } from "./upload.js";
import { beginWords } from "./words.js";

/** @import { Given } from "./types" */

/**
 * @param {HTMLElement} element
 * @param {Given} given
 */
export function begin(element, given) {
  take(element, given);
  beginWords();
  beginLanguage();
  beginTheme();
  beginTabs();
  beginTalk();
  beginConversations();
  beginQuestions(); // before the turns, which scroll to where they stand when that is known
  beginTurns();
  beginNarrow();
  beginBox();
  beginPicture();
  beginFeedback();
  beginPointing();
  beginSources();
  beginReader();
  beginBuilding();
  beginSearch();
  beginArchive();
  beginArticles();
  beginNames();
  beginUpload();
  beginLinks();
  reopenTalk();
  showAddress();
  openAsked();
  if (HAS_KEYBOARD && shownTab() === "ask") focusBox();
  beginStatus();
}

// Other pages may bring a question along: `?q=...`. A link to an answer is `link.js`'s.
function openAsked() {
  const question = new URLSearchParams(location.search).get("q");
  if (!question) return;
  history.replaceState(null, "", location.pathname); // a reload shows the answer again rather than asking twice
  showAddress();
  openTalk(null);
  ask(question);
}
