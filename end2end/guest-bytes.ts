// Every byte that guests receive while a journey runs: their pages, what scripts fetch for them, calendars, files, and what comes over
// their sockets. At the end of the journey none of it may hold a mail address, what became of a mail, or somebody else's secret.
import type { BrowserContext, Download, Response, WebSocket } from "@playwright/test";

/** The first part of what only guests open; after it comes their token. */
const guests = /^\/(v|rsvp|c|r|calendar)\/([\w-]+)/;
/** Any of these, with a token behind it, as it stands in a page. */
const links = /\/(v|rsvp|c|r|calendar)\/([\w-]{43})(?![\w-])/g;
const secrets = /(?<![\w-])[\w-]{43}(?![\w-])/g;
const address = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
/** What became of a mail, as an attribute or a field says it, and as members read it. */
const states = /(?:data-status|data-email|delivery|"status"|email_status)\W{0,3}[=:]\W{0,2}(?:sent|delivered|delayed|bounced|spam_reported|failed)\b|delivery delayed|spam reported|Invited at/gi;

interface Received {
  url: string;
  text: string;
}

export class GuestBytes {
  private readonly received: Received[] = [];
  private readonly pending: Promise<void>[] = [];
  private readonly typed: string[] = [];

  constructor(private readonly origin: string) {}

  /** What this journey's guests wrote themselves: that comes back to them. */
  allow(...texts: string[]): void {
    this.typed.push(...texts);
  }

  watch(context: BrowserContext): void {
    context.on("response", (response) => this.take(response));
    context.on("page", (page) => {
      page.on("websocket", (socket) => this.listen(socket, page.url()));
      page.on("download", (download) => this.keep(download));
    });
  }

  /** Something that a guest received otherwise. */
  add(url: string, text: string): void {
    this.received.push({ url, text });
  }

  /** What was received that should not have been. */
  async leaks(): Promise<string[]> {
    await Promise.all(this.pending);
    const known = new Set(this.received.flatMap(({ url }) => this.token(url) ?? []));
    // Whose calendar, portal or other link it is, by the page that it was first seen on.
    const owners = new Map<string, string>();
    const found = new Set<string>();
    for (const { url, text } of this.received) {
      const where = new URL(url).pathname.replace(guests, "/$1/…");
      const own = this.token(url);
      let rest = text;
      for (const typed of this.typed) rest = rest.replaceAll(typed, "");
      for (const [seen] of rest.matchAll(address)) found.add(`${where}: the address ${seen}`);
      for (const [seen] of rest.matchAll(states)) found.add(`${where}: what became of a mail: ${seen}`);
      if (own === undefined) continue;
      const linked = new Set<string>();
      for (const [, kind, token] of rest.matchAll(links)) {
        if (kind === undefined || token === undefined || token === own) continue;
        linked.add(token);
        const owner: string = owners.get(token) ?? own;
        owners.set(token, owner);
        // A portal leads to pages of several events, and they lead back to it; nothing else is shared.
        const portal = kind === "c" || /^\/c\//.test(new URL(url).pathname);
        if (owner !== own && !portal) found.add(`${where}: a link of somebody else's, of /${kind}/`);
        if (kind === "v" && /^\/(v|r|calendar)\//.test(new URL(url).pathname)) found.add(`${where}: another run of show's link`);
      }
      for (const [token] of rest.matchAll(secrets)) {
        if (token !== own && known.has(token) && !linked.has(token)) found.add(`${where}: the token of another guest's page`);
      }
    }
    return [...found];
  }

  private token(url: string): string | undefined {
    return guests.exec(new URL(url).pathname)?.[2];
  }

  /** Whether a guest receives this, by its own address or by that of the page that asks for it. */
  private ofGuest(url: string, page: string): string | undefined {
    if (!url.startsWith(this.origin)) return undefined;
    if (guests.test(new URL(url).pathname)) return url;
    const fromPage = page.startsWith(this.origin) && guests.test(new URL(page).pathname);
    // Style, pictures and the icon are the same for everybody.
    return fromPage && !/^\/(pkg\/|favicon)/.test(new URL(url).pathname) ? page : undefined;
  }

  private take(response: Response): void {
    let page = "";
    try {
      page = response.frame().url();
    } catch {
      // A service worker asks for itself.
    }
    const url = this.ofGuest(response.url(), page);
    if (url === undefined || (response.status() >= 300 && response.status() < 400)) return;
    const headers = JSON.stringify(response.headers());
    const body = response.body().then(
      (bytes) => this.add(url, `${headers}\n${bytes.toString("latin1")}\n${bytes.toString("utf8")}`),
      // The page was left, or it was a file to be kept, which comes as a download.
      () => this.add(url, headers),
    );
    this.pending.push(body);
  }

  private listen(socket: WebSocket, page: string): void {
    const url = this.ofGuest(socket.url().replace(/^ws/, "http"), page);
    if (url === undefined) return;
    socket.on("framereceived", ({ payload }) => {
      const text = typeof payload === "string" ? payload : `${payload.toString("latin1")}\n${payload.toString("utf8")}`;
      this.add(url, text);
    });
  }

  private keep(download: Download): void {
    const url = this.ofGuest(download.url(), download.page().url());
    if (url === undefined) return;
    const read = async (): Promise<void> => {
      const pieces: Buffer[] = [];
      for await (const piece of await download.createReadStream()) pieces.push(piece as Buffer);
      this.add(url, Buffer.concat(pieces).toString("latin1"));
    };
    this.pending.push(read().catch(() => undefined));
  }
}
