// Copying a quote with its source, a link to an answer, and a link to what is open.

import { dateWords } from "./dates.js";
import { clean, notice } from "./elements.js";
import { factsOf } from "./link.js";
import { hrefOf } from "./tabs.js";
import { t } from "./words.js";

/** @import { Turn } from "./kept.js" */
/** @import { Citation } from "./types" */

/** @param {Citation} citation */
export function copyQuote(citation) {
  const { quote, title, source, page } = citation;
  const where = [title, dateWords(citation), source, page && t("answer.page", { page })];
  return copy(clean(`“${quote}” — ${where.filter(Boolean).join(", ")}`), t("page.copied"));
}

/** @param {Turn} turn */
export function share(turn) {
  return copy(hrefOf("ask", factsOf(turn)), t("page.shared"));
}

/** The address of what is open, such as an article at a quote. */
export function copyAddress() {
  return copy(location.href, t("page.shared"));
}

/**
 * @param {string} words
 * @param {string} done
 */
async function copy(words, done) {
  try {
    await navigator.clipboard.writeText(words);
    notice(done);
  } catch {
    notice(words); // no clipboard outside a secure context: the words can be copied from the notice
  }
}
