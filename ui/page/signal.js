// News that one module tells and others hear of, so that what is known need not know who shows it.

/**
 * @template [News=void]
 * @returns {{ on(listener: (news: News) => void): void, tell(news: News): void }}
 */
export function signal() {
  /** @type {Array<(news: News) => void>} */
  const listeners = [];
  return {
    on: (listener) => void listeners.push(listener),
    tell: (news) => listeners.forEach((listener) => listener(news)),
  };
}
