// Runs before anything is drawn. Measures the clock, keeps the page as the server sent it until the client takes it over, and
// starts the client. When that cannot start, or ends, the page goes on as a plain one and says so.
{
  const root = document.documentElement;
  const { client, wasm } = document.currentScript.dataset;

  // How far the server's clock is ahead of this one.
  root.dataset.serverAhead = root.dataset.now - Date.now();

  // A form that was refused came back under the address it was posted to.
  if (root.dataset.page) history.replaceState(history.state, "", root.dataset.page);

  // Translators, password managers and phones change a page as soon as it is there. The client takes it over node by node and
  // must find what the server sent: what others did before is undone, the last first.
  const changes = [];
  const others = new MutationObserver((seen) => changes.push(...seen));
  document.addEventListener("readystatechange", () => {
    if (document.readyState === "interactive") {
      others.observe(document.body, { childList: true, characterData: true, characterDataOldValue: true, subtree: true });
    }
  }, true);
  const undoOthers = () => {
    changes.push(...others.takeRecords());
    others.disconnect();
    for (const { type, target, oldValue, addedNodes, removedNodes, nextSibling } of changes.reverse()) {
      if (type === "characterData") target.data = oldValue;
      for (const node of addedNodes) if (node.parentNode === target) node.remove();
      for (const node of removedNodes) target.insertBefore(node, nextSibling);
    }
  };

  // Outside of the body, which is the client's. Goes when the client takes the page over after all.
  const address = () => location.pathname + location.search;
  const notice = document.createElement("aside");
  const say = () => {
    notice.className = "plain-page";
    notice.setAttribute("role", "alert");
    notice.innerHTML = "<p><b>This page does not change by itself now.</b> Buttons and forms work, and what you typed is still here: save it, then reload to see what is new.</p>";
    const reload = document.createElement("a");
    reload.className = "button";
    reload.href = address();
    reload.textContent = "Reload";
    notice.append(reload);
    root.append(notice);
    root.dataset.plain = "";
  };

  const isTyped = () =>
    [...document.querySelectorAll("form[method=post] :is(input, textarea), :is(input, textarea)[form]")].some(
      ({ type, value, defaultValue }) => type !== "hidden" && value !== defaultValue,
    );

  // From here on nothing of the client keeps the browser from posting forms and following links itself.
  let ended = false;
  const goOnPlain = () => {
    if (ended) return;
    ended = true;
    const shown = address();
    let posting = false;
    const instead = {
      click: () => {},
      keydown: () => {},
      submit: () => (posting = true),
      // The addresses of screens that the client showed belong to this document.
      popstate: () => address() === shown || location.reload(),
      beforeunload: (event) => posting || !isTyped() || event.preventDefault(),
    };
    for (const [type, act] of Object.entries(instead)) {
      addEventListener(type, (event) => (event.stopImmediatePropagation(), act(event)), true);
    }
    // What the client had disabled the server decides from now on.
    for (const button of document.querySelectorAll("button")) button.disabled = "needsScripts" in button.dataset;
    if (!notice.isConnected) say();
  };
  const endedBy = (error) => {
    if (error instanceof WebAssembly.RuntimeError || /wasm-function/.test(error?.stack)) goOnPlain();
  };
  addEventListener("error", (event) => endedBy(event.error));
  // A fetch that failed is a TypeError too; the client tells of it itself.
  addEventListener("unhandledrejection", ({ reason }) => reason instanceof TypeError || endedBy(reason));

  // A translator takes text away from the client, which would then change what nobody sees.
  const onTranslation = new MutationObserver((seen) => {
    if (seen.some(({ addedNodes }) => [...addedNodes].some((node) => node.nodeName === "FONT"))) goOnPlain();
  });
  const late = setTimeout(() => ended || say(), 15_000);
  new MutationObserver(() => {
    clearTimeout(late);
    if (ended) return;
    notice.remove();
    delete root.dataset.plain;
    onTranslation.observe(document.body, { childList: true, subtree: true });
  }).observe(root, { attributeFilter: ["data-hydrated"] });

  // Whoever ticks something means it: the choice beside is made with it.
  addEventListener("change", ({ target }) => {
    const chooses = target.closest("[data-chooses]")?.dataset.chooses;
    if (chooses) target.form.querySelector(`[type=radio][value=${chooses}]`).checked = true;
  });

  const start = async (waits) => {
    try {
      const { default: load, hydrate } = await import(client);
      await load({ module_or_path: wasm });
      if (ended) return;
      undoOthers();
      hydrate();
    } catch {
      if (waits.length === 0) return goOnPlain();
      setTimeout(start, waits[0], waits.slice(1));
    }
  };
  document.addEventListener("DOMContentLoaded", () => start([1_000, 3_000]));
}
