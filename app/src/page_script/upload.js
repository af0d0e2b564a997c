// Shows how far files have got that a guest sends. The form works without it: this takes over its own post, and puts what the server
// answers in its place. Listens on the document, so that forms which come later have it too.
{
  const box = (form) => {
    const box = document.createElement("div");
    box.className = "sending";
    box.dataset.own = "";
    box.innerHTML = '<progress max="1" value="0" aria-label="How much has been sent"></progress><p class="fine"></p><button type="button" class="button">Cancel</button>';
    form.append(box);
    return box;
  };

  const forget = (form) => {
    for (const error of form.closest("li").querySelectorAll(".error")) error.remove();
  };

  const say = (form, words) => {
    forget(form);
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

  // What the server answers is the page: its part about requests is taken over, and the rest stays as it is, as does what is typed.
  const show = (form, { status, responseText }) => {
    const answer = new DOMParser().parseFromString(responseText, "text/html");
    const [old, now] = [document, answer].map((page) => page.getElementById("requests"));
    const [before, told] = [document, answer].map((page) => page.getElementById("told"));
    // What was asked for is gone, and so is the place where it would be said.
    if (told?.textContent) {
      before.replaceWith(document.adoptNode(told));
      told.tabIndex = -1;
      return told.focus();
    }
    if (!now && form && status !== 404) return say(form, "It cannot be told what arrived. Reload the page to see.");
    if (!old || !now) return location.reload();
    for (const error of now.querySelectorAll(".error")) error.dataset.own = "";
    exchange(old, now);
    const row = form?.isConnected ? form.closest("li") : old;
    form?.reset();
    const target = row.querySelector("[role=alert]") ?? row.querySelector("h2, h3");
    target.tabIndex = -1;
    target.focus();
  };

  const send = (form) => {
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
      words.textContent = loaded < total ? `${Math.floor((100 * loaded) / total)} % sent` : "Sent. Waiting for the answer…";
    };
    request.onload = done((now) => show(now, request));
    request.onerror = done((now) => now && say(now, "The connection broke before we heard that it came. If it does not appear above, press Send again: what you chose is still here."));
    request.onabort = done((now) => now && say(now, "Stopped. What was on its way was not kept."));
    request.open("POST", form.action);
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
    send(form);
  });
}
