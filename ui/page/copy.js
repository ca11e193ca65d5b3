// Copying a quote with its source, and a link to a question.

import { clean, notice } from "./elements.js";
import { t } from "./words.js";

/** @import { Citation } from "./types" */

/** @param {Citation} citation */
export function copyQuote({ quote, title, published, source, page }) {
  const where = [title, published, source, page && t("answer.page", { page })];
  return copy(clean(`“${quote}” — ${where.filter(Boolean).join(", ")}`), t("page.copied"));
}

/** @param {string} question */
export function share(question) {
  const address = new URL(location.pathname, location.origin);
  address.searchParams.set("q", question);
  return copy(address.href, t("page.shared"));
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
