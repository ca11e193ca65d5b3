// Calls to the server. Whatever goes wrong comes back as {error: {code, facts}}, never as an exception.

const DISCONNECTED = { error: { code: "page.disconnected", facts: {} } };

async function call(name, facts = {}) {
  try {
    const reply = await fetch(address(`page/${name}`), { method: "POST", body: JSON.stringify(facts) });
    return await reply.json(); // unless the server did not get to answer, and something else did
  } catch {
    return DISCONNECTED;
  }
}

// Behind a proxy the page's own address is more than "/".
function address(path) {
  const { pathname } = new URL(window.gradio_config.root, location.href);
  return `${pathname.replace(/\/$/, "")}/${path}`;
}

// Sends files, telling `progress` the share that is sent: `fetch` could not say.
function upload(files, progress) {
  const form = new FormData();
  for (const file of files) form.append("files", file, file.name);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", address("upload"));
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
