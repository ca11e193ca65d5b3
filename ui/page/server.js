// Calls to the server. Whatever goes wrong comes back as {error: {code, facts}}, never as an exception.

const DISCONNECTED = { error: { code: "page.disconnected", facts: {} } };

async function call(name, facts = {}) {
  try {
    return (await server[name](facts)) ?? DISCONNECTED; // Gradio's client gives nothing for a failed call
  } catch {
    return DISCONNECTED;
  }
}

// Sends files, telling `progress` the share that is sent: `fetch` could not say.
function upload(files, progress) {
  const form = new FormData();
  for (const file of files) form.append("files", file, file.name);
  const { pathname } = new URL(window.gradio_config.root, location.href); // behind a proxy, more than "/"
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${pathname.replace(/\/$/, "")}/upload`);
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
