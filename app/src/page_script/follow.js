// Follows the page of the server while it is open. The server alone draws it: a socket says only that something changed, and then the
// page is fetched again and given to `take`. Once what it shows is not this reader's any more, `end` gets the page that says so, and
// nothing follows after that. `show` gets "connecting", "live" or "offline", whenever it may be another; `opened` is called when the
// socket is, and has the page read; a page that `isBusy` is not loaded anew for a new version of the server.
const follow = ({ channel, take, end, show, opened, isBusy }) => {
  // What the server closes with when there is nothing more to hear.
  const NOT_ACTIVE = 4404;
  let isOver = false;
  let socket;
  let attempts = 0;
  let later;
  let renewal;
  let isReading = false;
  let again = false;

  const script = (of) => of.querySelector("script[src]")?.getAttribute("src");

  const refresh = async () => {
    again = true;
    if (isReading || isOver) return;
    isReading = true;
    if (socket?.readyState !== WebSocket.OPEN) show("connecting");
    try {
      while (again && !isOver) {
        again = false;
        const answer = await fetch(location.pathname + location.search, { cache: "no-store", signal: AbortSignal.timeout(15_000) });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        // What a proxy says in our place ends nothing.
        const isOurs = page.getElementById("main");
        if (isOurs && (answer.redirected || answer.status === 404 || answer.status === 410)) {
          isOver = true;
          socket?.close();
          end(page, answer.status);
        } else if (isOurs && answer.ok) {
          // The server is another version, whose page belongs to another script and style. Not at once, since while it is replaced
          // the one and the other may answer in turn.
          if (script(page) !== script(document)) renewal ??= setTimeout(() => isBusy() || location.reload(), 30_000);
          take(page);
        } else throw new Error(`status ${answer.status}`);
      }
      if (socket?.readyState === WebSocket.OPEN) {
        attempts = 0;
        show("live");
      }
    } catch {
      show("offline");
      // Its end has us come back.
      socket?.close();
    } finally {
      isReading = false;
    }
  };

  const connect = () => {
    clearTimeout(later);
    if (socket || isOver) return;
    const now = new WebSocket(location.origin.replace(/^http/, "ws") + channel);
    socket = now;
    now.onopen = () => opened();
    // Not everybody at the same moment.
    now.onmessage = () => setTimeout(refresh, Math.random() * 300);
    now.onclose = ({ code }) => {
      if (socket !== now) return;
      socket = undefined;
      if (isOver) return;
      const pause = code === NOT_ACTIVE ? 5_000 : Math.min(30_000, 500 * 2 ** attempts++);
      later = setTimeout(connect, pause * (0.5 + Math.random() / 2));
      // Tells what ended from a network that is gone.
      refresh();
    };
  };

  addEventListener("online", () => {
    attempts = 0;
    connect();
  });
  addEventListener("offline", () => {
    if (isOver) return;
    show("offline");
    socket?.close();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    if (socket) refresh();
    else connect();
  });

  return { connect, refresh };
};

// Has a live region say something, also what it said last.
const announce = (region, words) => {
  region.textContent = "";
  setTimeout(() => (region.textContent = words));
};
