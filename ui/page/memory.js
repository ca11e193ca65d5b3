// What the browser remembers. It may forbid that, or have no room left: then nothing is remembered,
// and all else works.

/** @typedef {"localStorage" | "sessionStorage"} Storage */

/**
 * @param {Storage} storage
 * @param {string} key
 * @returns {unknown}
 */
export function recall(storage, key) {
  try {
    return JSON.parse(window[storage].getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/**
 * True if it will be remembered.
 * @param {Storage} storage
 * @param {string} key
 * @param {unknown} value
 */
export function remember(storage, key, value) {
  try {
    window[storage].setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {Storage} storage
 * @param {string} key
 */
export function forget(storage, key) {
  try {
    window[storage].removeItem(key);
  } catch {
    // nothing was remembered
  }
}

/** A name that no other thing of this browser has. */
export function newId() {
  return Date.now().toString(36) + Math.random().toString(36).slice(2, 8);
}
