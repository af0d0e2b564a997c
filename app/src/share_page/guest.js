// What a guest's page does while it is open, where scripts run: it follows changes, counts down, keeps what is pressed without a
// network, and keeps the screen on. Without it the page is whole, and its forms work.
//
// The server alone draws the page, and what differs when it is read anew is exchanged. What this script changes by itself stands in
// elements with `data-own`, which are left alone by that.
//
// Browsers that lack something of it go without all of it.
if ("timeout" in AbortSignal) {
  const root = document.documentElement;
  const main = document.getElementById("main");
  const byId = (id) => document.getElementById(id);
  const [pill, stale, said] = ["pill", "stale", "said"].map(byId);
  // When the server's page was read, by our clock; one that the worker kept says so.
  let asOf = Number(root.dataset.kept) || Date.now();
  // How far the server's clock is ahead of ours.
  let ahead = root.dataset.now - asOf;
  // A form was refused: what was typed and what is wrong with it stand in no other page, so only the list is exchanged.
  const isRefused = "page" in root.dataset;
  let isOver = false;

  const show = (state) => {
    if (isOver) return;
    if (pill.dataset.state === state) return;
    pill.dataset.state = state;
    pill.textContent = { live: "Online", connecting: "Syncing", offline: "Offline" }[state];
    pill.hidden = false;
    if (state === "offline") markKept();
    tick();
  };

  // -- Clocks ------------------------------------------------------------------------------------------------------------

  const put = (element, text) => element.textContent === text || (element.textContent = text);

  // As the server says it: "18 min", "3 h 05 min", "2 days".
  const inWords = (ms) => {
    const minutes = Math.ceil(ms / 60_000);
    if (minutes < 60) return `${minutes} min`;
    if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
    return minutes < 2_880 ? "1 day" : `${Math.floor(minutes / 1_440)} days`;
  };

  const tick = () => {
    const now = Date.now() + ahead;
    let next;
    for (const row of main.querySelectorAll(".timeline > li[data-ends]")) {
      const starts = Date.parse(row.querySelector("time").dateTime);
      if (starts > now) next ??= { starts, row };
      const isOver = row.dataset.state === "done";
      const isNow = "running" in row.dataset || (!isOver && starts <= now && now < Number(row.dataset.ends));
      row.toggleAttribute("data-now", isNow);
      if (isNow) row.setAttribute("aria-current", "time");
      else row.removeAttribute("aria-current");
    }
    const countdown = byId("next");
    if (countdown) {
      countdown.hidden = !next;
      if (next) {
        put(countdown.querySelector("b"), inWords(next.starts - now));
        const [title, clock] = [next.row.querySelector("h3 span"), next.row.querySelector("time b")];
        put(countdown.querySelector("span"), `to ${title.textContent}, ${clock.textContent}`);
      }
    }
    stale.hidden = pill.dataset.state !== "offline";
    if (!stale.hidden) {
      const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: main.dataset.zone }).format(asOf);
      const minutes = Math.floor((Date.now() - asOf) / 60_000);
      const ago = minutes < 1 ? "just now" : `${inWords(minutes * 60_000)} ago`;
      const waiting = kept().length;
      const waits = waiting ? ` What you pressed is sent when it is back (${waiting}).` : "";
      put(stale, `No network. This is the plan as of ${clock}, ${ago}.${waits}`);
    }
  };

  // -- The page, read anew -----------------------------------------------------------------------------------------------

  const isTyped = () =>
    [...main.querySelectorAll("input, textarea")].some((field) =>
      field.type === "file" ? field.value : field.type !== "hidden" && !field.closest("[data-own]") && (field.value !== field.defaultValue || field.checked !== field.defaultChecked),
    );

  const take = (page) => {
    const fresh = page.getElementById("main");
    const plan = () => main.querySelector(".timeline")?.textContent;
    const before = plan();
    const list = (of) => of.querySelector(".timeline");
    if (!isRefused) exchange(main, fresh);
    else if (list(main) && list(fresh)) exchange(list(main), list(fresh));
    document.title = page.title;
    ahead = page.documentElement.dataset.now - Date.now();
    asOf = Date.now();
    markKept();
    if (plan() !== before) say("The run of show has changed.");
    tick();
  };

  // The link is not active any more: nothing of what it showed stays.
  const end = (page) => {
    isOver = true;
    clearInterval(clockwork);
    forget();
    main.replaceWith(document.importNode(page.getElementById("main"), true));
    document.title = page.title;
  };

  const { connect, refresh } = follow({
    channel: `${location.pathname}/live`,
    take,
    end,
    show,
    opened: () => send(),
    isBusy: () => isRefused || isTyped(),
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") holdScreen();
  });

  // -- What is pressed ---------------------------------------------------------------------------------------------------

  // Presses wait here until the server has them, without the token. Each has a key, so that one that comes twice counts once.
  const place = `callboard presses ${main.dataset.guest}`;
  const kept = () => {
    try {
      return JSON.parse(localStorage.getItem(place) || "[]");
    } catch {
      return [];
    }
  };
  // Fails in a browser that keeps nothing for us.
  const keep = (presses) => {
    if (presses.length) localStorage.setItem(place, JSON.stringify(presses));
    else localStorage.removeItem(place);
  };
  const forget = () => {
    try {
      keep([]);
    } catch {
      // Then there is nothing.
    }
  };

  const say = (words) => announce(said, words);

  // Shows what waits, the first before what was pressed after it.
  const markKept = () => {
    for (const { form } of kept()) {
      const pressed = byId(form);
      if (!pressed) continue;
      pressed.dataset.waits = "";
      if (pill.dataset.state === "offline") offerNext(pressed);
    }
  };

  // Whoever starts an item without a network can finish it without one.
  const offerNext = (form) => {
    const id = form.id.replace(/-started$/, "-finished");
    if (byId(id)) return;
    const next = form.cloneNode(true);
    next.id = id;
    delete next.dataset.waits;
    next.dataset.next = "";
    next.elements.from.value = "started";
    next.elements.to.value = "finished";
    next.querySelector("button").firstChild.data = "Mark finished";
    form.after(next);
  };

  let isSending = false;
  let sendLater;
  const send = async () => {
    if (isSending) return;
    isSending = true;
    try {
      for (let press; !isOver && (press = kept()[0]);) {
        const body = new URLSearchParams(press.fields);
        body.set("token", location.pathname.split("/")[2]);
        body.set("seconds_ago", String(Math.max(0, Math.round((Date.now() - press.at) / 1000))));
        const answer = await fetch(press.action, {
          method: "POST",
          body,
          headers: { Accept: "application/json" },
          signal: AbortSignal.timeout(15_000),
        });
        const said = await answer.json().catch(() => undefined);
        // Whatever answers in our place has not taken it.
        const isOurs = said !== undefined || !(answer.ok || answer.status === 404);
        if (!isOurs || answer.status >= 500 || answer.status === 429 || answer.status === 408) throw new Error(`status ${answer.status}`);
        keep(kept().filter(({ key }) => key !== press.key));
        if (said?.Invalid) tell(`${press.label}: ${said.Invalid.message}`);
        else if (!answer.ok) tell(`${press.label} was not taken. Look at the plan, then try again.`);
      }
    } catch {
      show("offline");
      // Also where only the answer was bad, and no socket comes back.
      clearTimeout(sendLater);
      sendLater = setTimeout(send, 5_000);
    } finally {
      isSending = false;
    }
    refresh();
  };

  // What a press came to, if it did not count.
  const tell = (words) => {
    const told = byId("told");
    told.setAttribute("role", "alert");
    put(told, words);
    told.hidden = false;
  };

  addEventListener("submit", (event) => {
    const form = event.target;
    const isPress = "keep" in form.dataset;
    if (!isPress && !(form.id === "rsvp" && pill.dataset.state === "offline")) return;
    const fields = new FormData(form);
    const button = event.submitter;
    if (button?.name) fields.set(button.name, button.value);
    fields.delete("token");
    fields.delete("page");
    const press = {
      form: form.id,
      action: form.getAttribute("action"),
      fields: [...fields],
      label: button?.textContent ?? "",
      key: `${Date.now()} ${Math.random()}`,
      at: Date.now(),
    };
    try {
      // While a press of an item waits, only what follows it can be pressed.
      const isFirst = !form.parentElement.querySelector("[data-waits]");
      if (!isPress || isFirst || ("next" in form.dataset && !("waits" in form.dataset))) keep([...kept().filter((other) => isPress || other.form !== form.id), press]);
    } catch {
      // The browser posts the form by itself.
      return;
    }
    event.preventDefault();
    byId("told").hidden = true;
    if (!isPress) for (const one of form.querySelectorAll("button")) one.setAttribute("aria-pressed", String(one === button));
    markKept();
    tick();
    say(navigator.onLine ? "" : `${press.label} is kept, and sent when the network is back.`);
    send();
  });

  // -- Files -------------------------------------------------------------------------------------------------------------

  // Of the page that answers, the part about requests is taken over, and the rest stays as it is, as does what is typed.
  sendFiles((form, { status, responseText }, say) => {
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
  });

  // -- The screen --------------------------------------------------------------------------------------------------------

  const awake = byId("awake");
  const box = awake.querySelector("input");
  let lock;
  const holdScreen = async () => {
    try {
      if (box.checked && document.visibilityState === "visible") lock = await navigator.wakeLock.request("screen");
      else await lock?.release();
    } catch {
      box.checked = false;
    }
  };
  if (navigator.wakeLock) {
    awake.hidden = false;
    box.addEventListener("change", holdScreen);
  }

  // -- Start -------------------------------------------------------------------------------------------------------------

  const clockwork = setInterval(tick, 1_000);
  show(root.dataset.kept ? "offline" : "connecting");
  tick();
  markKept();
  connect();

  // Keeps this page for when there is no network. The first visit has it read once more, through the worker.
  const workers = navigator.serviceWorker;
  if (workers) {
    if (!workers.controller) workers.addEventListener("controllerchange", refresh, { once: true });
    workers.register("/guest-worker.js", { scope: "/v/" }).catch(() => {});
  }
}
