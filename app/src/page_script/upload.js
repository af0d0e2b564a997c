// Shows how far files have got that are sent. The forms work without it: this takes over their own post, and what the server answers, a
// page, is given to `show`, with the form if it is there still, and a way to say in it what went wrong. Listens on the document, so that
// forms which come later have it too.
const sendFiles = (show) => {
  const box = (form) => {
    const box = document.createElement("div");
    box.className = "sending";
    box.dataset.own = "";
    box.innerHTML = '<progress max="1" value="0" aria-label="How much has been sent"></progress><p class="fine"></p><button type="button" class="button">Cancel</button>';
    form.append(box);
    return box;
  };

  const forget = (form) => {
    for (const error of (form.closest("li") ?? form).querySelectorAll(".error")) error.remove();
  };

  const say = (form, words) => {
    forget(form);
    // Not where nobody sees it.
    const held = form.closest("details");
    if (held) held.open = true;
    const error = document.createElement("p");
    error.className = "error";
    // The page that is read anew knows nothing of it.
    error.dataset.own = "";
    error.setAttribute("role", "alert");
    error.textContent = words;
    form.prepend(error);
  };

  // The page may have been drawn anew meanwhile.
  const current = (form) => (form.isConnected ? form : [...document.querySelectorAll("form[data-upload]")].find(({ action }) => action === form.action));

  const send = (form, action) => {
    const request = new XMLHttpRequest();
    const progress = box(form);
    const [bar, words, cancel] = progress.children;
    const done = (then) => () => {
      progress.remove();
      then(current(form));
    };
    cancel.onclick = () => request.abort();
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => {
      if (!progress.isConnected) current(form)?.append(progress);
      if (!lengthComputable) return;
      bar.value = loaded / total;
      // What has arrived is not taken back by it.
      cancel.hidden = loaded === total;
      words.textContent = loaded < total ? `${Math.floor((100 * loaded) / total)} % sent` : "Sent. Waiting for the answer…";
    };
    request.onload = done((now) => show(now, request, say));
    request.onerror = done((now) => now && say(now, "The connection broke before we heard that it came. If it does not appear above, send it again: what you chose is still here."));
    request.onabort = done((now) => now && say(now, "Stopped. What was on its way was not kept."));
    request.open("POST", action);
    request.setRequestHeader("Accept", "text/html");
    request.send(new FormData(form));
    words.textContent = "0 % sent";
  };

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-upload]");
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    if (form.querySelector(".sending")) return;
    const most = Number(form.dataset.upload);
    const { files } = form.elements.files;
    if (files.length > 10) return say(form, "Send at most 10 files at once.");
    const large = [...files].find(({ size }) => size > most);
    if (large) return say(form, `“${large.name}” is larger than 10 MB. Make it smaller, or send it in parts.`);
    forget(form);
    send(form, event.submitter?.getAttribute("formaction") ?? form.action);
  });
};
