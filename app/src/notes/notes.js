// Keeps a member's page of notes and files as it is while it is open. Without it the page is whole, and shows what was so when it came.
//
// What somebody has open to change is left alone until it is closed or saved; only that it was changed meanwhile is said there.
//
// Browsers that lack something of it go without all of it.
if ("timeout" in AbortSignal) {
  const main = document.getElementById("main");
  const byId = (id) => document.getElementById(id);
  const [pill, said] = ["pill", "said"].map(byId);

  const put = (element, text) => element.textContent === text || (element.textContent = text);

  const show = (state) => {
    pill.dataset.state = state;
    pill.hidden = false;
    put(pill, { live: "Live", connecting: "Connecting", offline: "Offline" }[state]);
  };

  // Notes and files.
  const rows = () => [...main.querySelectorAll("[data-row]")];
  const isOpen = (row) => row.querySelector("details[open]") !== null;
  // What is known of a row: in its form, or when that was refused in the button that saves nonetheless.
  const revision = (row) => row.querySelector("[name=over], [name=revision]").value;

  const CHANGED = "Somebody else changed this meanwhile. If you save, you are asked which of the two stays.";
  const DELETED = "Somebody else deleted this meanwhile, so that it cannot be saved. Restore it below, or copy what you typed.";

  // Above the form. An empty word takes it away.
  const tell = (row, words) => {
    const form = row.querySelector("details form");
    let told = row.querySelector("[data-told]");
    if (!told && !words) return;
    if (!told) {
      told = document.createElement("p");
      told.className = "notice";
      told.dataset.told = told.dataset.own = "";
      told.setAttribute("role", "status");
      form.before(told);
    }
    put(told, words);
    told.hidden = !words;
  };

  const take = (page) => {
    const fresh = page.getElementById("main");
    const before = main.textContent;
    for (const held of main.querySelectorAll("[data-busy]")) {
      delete held.dataset.busy;
      delete held.dataset.own;
    }
    for (const row of rows()) {
      const now = page.getElementById(row.id);
      const isChanged = now && revision(now) !== revision(row);
      if (!isOpen(row)) {
        // What was typed and closed again is not to be saved over what is there now.
        if (isChanged) for (const form of row.querySelectorAll("form")) form.reset();
        continue;
      }
      tell(row, isChanged ? CHANGED : now ? "" : DELETED);
      // What is gone takes along what it stands in.
      for (let held = row; held !== main; held = held.parentElement) {
        if (held === row || (held.id && !page.getElementById(held.id))) held.dataset.busy = held.dataset.own = "";
      }
    }
    exchange(main, fresh);
    document.title = page.title;
    if (main.textContent !== before) put(said, "Notes and files have changed.");
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

  const { connect, refresh } = follow({
    channel: `${location.pathname}/live`,
    take,
    end,
    show,
    opened: () => refresh(),
    isBusy: () => rows().some(isOpen) || [...main.querySelectorAll("textarea, input[type=file]")].some(({ value, defaultValue }) => value !== defaultValue),
  });

  sendFiles((form, { responseText }, say) => {
    const page = new DOMParser().parseFromString(responseText, "text/html");
    const now = page.getElementById("add-files");
    const error = now?.querySelector(".error");
    if (error) return say(form, error.textContent);
    if (!now) return say(form, "It cannot be told what arrived. Reload the page to see.");
    form.reset();
    form.closest("details").open = false;
    take(page);
    const files = main.querySelector("#files h2");
    files.tabIndex = -1;
    files.focus();
  });

  // What was left alone while its form was open.
  main.addEventListener("toggle", ({ target }) => target.open || target.closest("[data-busy]") === null || refresh(), true);

  connect();
}
