// What the page begins with: the element that page.html became, the words of all languages and the limits.
// begin.js takes it before anything else happens; all other modules only read it.

/** @import { Given } from "./types" */

/** @type {HTMLElement} */
export let element;

/** @type {Given} */
export let given;

/**
 * @param {HTMLElement} itsElement
 * @param {Given} itsGiven
 */
export function take(itsElement, itsGiven) {
  element = itsElement;
  given = itsGiven;
}
