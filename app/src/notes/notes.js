// Keeps a member's page of notes and files as it is while it is open. Without it the page is whole, and shows what was so when it came.
//
// What somebody has open to change is left alone until it is closed or saved; only that it was changed meanwhile is said there.
//
// Browsers that lack something of it go without all of it.
if ("timeout" in AbortSignal) {
  const main = document.getElementById("main");
  const byId = (id) => document.getElementById(id);
  const [pill, said] = ["pill", "said"].map(byId);

  // A form was refused: what is said of it stands in no other page.
  const isRefused = "page" in document.documentElement.dataset;
  for (const told of main.querySelectorAll(":scope > .notice")) told.dataset.own = "";

  const put = (element, text) => element.textContent === text || (element.textContent = text);

  const show = (state) => {
    pill.dataset.state = state;
    pill.hidden = false;
    put(pill, { live: "Live", connecting: "Connecting", offline: "Offline" }[state]);
  };

  // Notes and files.
  const rows = () => [...main.querySelectorAll("[data-row]")];
  const isOpen = (row) => row.querySelector("details[open]") !== null;
  // What a row's form saves against.
  const revision = (row) => row.querySelector("[name=revision]").value;
  // What whoever has it open was told of last: when it was refused, that stands in the button which saves nonetheless.
  const known = (row) => row.querySelector("[name=over]")?.value ?? revision(row);

  const CHANGED = "Somebody else changed this meanwhile. If you save, you are asked which of the two stays.";
  const DELETED = "Somebody else deleted this meanwhile, so that it cannot be saved. Copy what you typed first; then restore it below.";

  // Above the form. An empty word takes it away.
  const tell = (row, words) => {
    const form = row.querySelector("details form");
    let told = row.querySelector("[data-told]");
    if (!told && !words) return;
    if (!told) {
      told = document.createElement("p");
      told.className = "notice";
      told.dataset.told = told.dataset.own = "";
      form.before(told);
    }
    if (words && words !== told.textContent) announce(said, words);
    put(told, words);
    told.hidden = !words;
  };

  const take = (page) => {
    const fresh = page.getElementById("main");
    const plan = () => [...main.querySelectorAll(".description, .chip, #files .name")].map(({ textContent }) => textContent).join();
    const before = plan();
    for (const held of main.querySelectorAll("[data-busy]")) {
      delete held.dataset.busy;
      delete held.dataset.own;
    }
    for (const row of rows()) {
      const now = page.getElementById(row.id);
      if (!isOpen(row)) {
        tell(row, "");
        // What was typed and closed again is not to be saved over what is there now.
        if (now && revision(now) !== revision(row)) for (const form of row.querySelectorAll("form")) form.reset();
        continue;
      }
      tell(row, !now ? DELETED : revision(now) === known(row) ? "" : CHANGED);
      // What is gone takes along what it stands in.
      for (let held = row; held !== main; held = held.parentElement) {
        if (held === row || (held.id && !page.getElementById(held.id))) held.dataset.busy = held.dataset.own = "";
      }
    }
    exchange(main, fresh);
    document.title = page.title;
    if (plan() !== before) announce(said, "Notes and files have changed.");
  };

  // What is typed stays, and can be copied.
  const end = (page, status) => {
    pill.hidden = true;
    const told = document.createElement("p");
    told.className = "notice";
    told.dataset.kind = "warning";
    told.setAttribute("role", "alert");
    told.textContent =
      status === 200
        ? "You are signed out, and this page is not kept up to date any more. What you typed is still here: copy it, then reload the page to sign in."
        : "This event is not there any more, and nothing of this page can be saved. What you typed is still here to be copied.";
    main.prepend(told);
  };

  const isTyped = () =>
    [...main.querySelectorAll("textarea, input[type=text], input[type=file]")].some(({ value, defaultValue }) => value !== defaultValue);

  const { connect, refresh } = follow({
    channel: `${location.pathname}/live`,
    take,
    end,
    show,
    opened: () => refresh(),
    isBusy: () => isRefused || rows().some(isOpen) || isTyped(),
  });

  sendFiles((form, { responseText }, say) => {
    const page = new DOMParser().parseFromString(responseText, "text/html");
    const now = page.getElementById("add-files");
    if (!now) return say(form, "It cannot be told what arrived. Reload the page to see.");
    const error = now.querySelector(".error");
    const isAtIt = document.activeElement === document.body || form.contains(document.activeElement);
    // Some may have been kept before one was refused: those are in the list, and not to be sent again.
    form.reset();
    take(page);
    if (error) return say(form, error.textContent);
    form.closest("details").open = false;
    if (!isAtIt) return;
    const files = main.querySelector("#files h2");
    files.tabIndex = -1;
    files.focus();
  });

  // What was left alone while its form was open.
  main.addEventListener("toggle", ({ target }) => target.open || target.closest("[data-busy]") === null || refresh(), true);

  connect();
}
