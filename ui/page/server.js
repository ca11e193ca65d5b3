// Calls to the server. Whatever goes wrong comes back as {error: {code, facts}}, never as an exception.

/** @import { Replies, Uploaded } from "./types" */
/** @import { Failure } from "./kept.js" */

/** @type {Failure} */
const DISCONNECTED = { error: { code: "page.disconnected", facts: {} } };

// This module is /page/VERSION/server.js, whatever a proxy puts before that.
const CALLS = new URL("..", import.meta.url);
const UPLOAD = new URL("../upload", CALLS);

/**
 * @template {keyof Replies} Name
 * @param {Name} name
 * @param {object} [facts]
 * @returns {Promise<Replies[Name] | Failure>}
 */
export async function call(name, facts = {}) {
  try {
    const reply = await fetch(new URL(name, CALLS), { method: "POST", body: JSON.stringify(facts) });
    return await reply.json(); // unless the server did not get to answer, and something else did
  } catch {
    return DISCONNECTED;
  }
}

/**
 * What comes bit by bit, each in place of the one before. Whoever leaves the loop, or aborts, ends it at the server too.
 * @template {keyof Replies} Name
 * @param {Name} name
 * @param {object} facts
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<Replies[Name] | Failure>}
 */
export async function* follow(name, facts, signal) {
  try {
    const reply = await fetch(new URL(name, CALLS), { method: "POST", body: JSON.stringify(facts), signal });
    for await (const line of linesOf(reply)) if (line) yield JSON.parse(line); // an empty one says that nothing is new
  } catch {
    yield DISCONNECTED;
  }
}

/** @param {Response} reply */
async function* linesOf(reply) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (reply.body).getReader();
  const decoder = new TextDecoder();
  let left = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const lines = (left + decoder.decode(value, { stream: !done })).split("\n");
      left = lines.pop() ?? "";
      yield* lines;
      if (done) break;
    }
    yield left;
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/**
 * Where a browser opens the PDF of an article.
 * @param {string} article_id
 */
export function addressOfOriginal(article_id) {
  const address = new URL("original", CALLS);
  address.searchParams.set("article_id", article_id);
  return String(address);
}

/**
 * Sends files, telling `progress` the share that is sent: `fetch` could not say.
 * @param {File[]} files
 * @param {(share: number) => void} progress
 * @returns {Promise<Uploaded | Failure>}
 */
export function upload(files, progress) {
  const form = new FormData();
  for (const file of files) form.append("files", file, file.name);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", UPLOAD);
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => {
      const reply = request.response; // null, or something else than ours, if the server did not get to answer
      resolve(reply?.saved || reply?.error ? reply : DISCONNECTED);
    };
    request.onerror = () => resolve(DISCONNECTED);
    request.send(form);
  });
}
