// What every journey starts from: a server (its own, or one that it shares with journeys that change nothing), people who open browsers on it, and the rule that nothing in
// their consoles may go wrong unseen.
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContext, type BrowserContextOptions, type Locator, type Page, test as base, expect } from "@playwright/test";
import { join } from "node:path";
import { GuestBytes } from "./guest-bytes.ts";
import { Server } from "./server.ts";

export { expect };

/** Who can sign in to the demo account. */
export const people = { demo: "demo@callboard.test", handler: "handler@callboard.test" } as const;
export const password = "callboard-demo";
export type Who = keyof typeof people;

/** A mail's frame runs no script, not even the one that Playwright puts into every frame. */
const scriptKeptOut = /^Blocked script execution in '\S+\/sandbox\/\d+\/html'/;

/** Console errors, page errors, CSP violations and failed requests to our server, in every page that is watched. */
export class Faults {
  private readonly seen: string[] = [];
  private readonly expected: RegExp[] = [];

  constructor(private readonly origin: string) {}

  /** What this journey provokes on purpose. */
  allow(...patterns: RegExp[]): void {
    this.expected.push(...patterns);
  }

  async watch(context: BrowserContext): Promise<void> {
    context.on("console", (message) => {
      if (message.type() === "error" && !scriptKeptOut.test(message.text())) this.add(`console: ${message.text()} (${message.location().url})`);
    });
    context.on("weberror", (error) => this.add(`page error: ${error.error().stack ?? error.error().message}`));
    context.on("requestfailed", (request) => {
      const reason = request.failure()?.errorText ?? "";
      // Leaving a page ends what it was still asking for.
      if (request.url().startsWith(this.origin) && reason !== "net::ERR_ABORTED") {
        this.add(`request failed: ${request.method()} ${request.url()} ${reason}`);
      }
    });
    context.on("response", (response) => {
      if (response.url().startsWith(this.origin) && response.status() >= 400) {
        this.add(`status ${response.status()}: ${response.request().method()} ${response.url()}`);
      }
    });
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`CSP: ${event.violatedDirective} refused ${event.blockedURI}`);
      });
    });
  }

  /** What nobody expected. */
  unexpected(): string[] {
    return this.seen.filter((fault) => !this.expected.some((pattern) => pattern.test(fault)));
  }

  private add(fault: string): void {
    this.seen.push(fault);
  }
}

/** Opens browsers of their own (cookies apart), watched. */
export class Browsers {
  private readonly contexts: BrowserContext[] = [];

  constructor(
    private readonly browser: Browser,
    private readonly server: Server,
    private readonly faults: Faults,
    private readonly guestBytes: GuestBytes,
  ) {}

  async open(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ baseURL: this.server.url, ...options });
    this.contexts.push(context);
    await this.faults.watch(context);
    this.guestBytes.watch(context);
    return context.newPage();
  }

  async signedIn(who: Who, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.open(options);
    await signIn(page, who);
    return page;
  }

  async closeAll(): Promise<void> {
    for (const context of this.contexts) await context.close();
  }
}

/** One server for the journeys of a worker that change nothing others could see. Started when it is first asked for. */
class SharedServer {
  private started: Promise<Server> | undefined;

  get(): Promise<Server> {
    this.started ??= Server.start();
    return this.started;
  }

  async stop(): Promise<void> {
    await (await this.started)?.stop();
  }
}

interface Fixtures {
  /** Whether the journey changes nothing others could see: `test.use({ readsOnly: true })`. It then shares a server. */
  readsOnly: boolean;
  /** Whether the database has the demo account; else it is empty: `test.use({ demo: false })`. */
  demo: boolean;
  server: Server;
  faults: Faults;
  /** All that guests receive. */
  guestBytes: GuestBytes;
  browsers: Browsers;
  /** A page of the owner, signed in. */
  owner: Page;
}

export const test = base.extend<Fixtures, { shared: SharedServer }>({
  readsOnly: [false, { option: true }],
  demo: [true, { option: true }],
  shared: [
    async ({}, use) => {
      const shared = new SharedServer();
      await use(shared);
      await shared.stop();
    },
    { scope: "worker" },
  ],
  server: async ({ readsOnly, demo, shared }, use, info) => {
    const server = readsOnly ? await shared.get() : await Server.start({ CALLBOARD_DEMO: demo ? "1" : "0" });
    try {
      await use(server);
      if (info.status !== info.expectedStatus) await info.attach("server.log", { body: server.log(), contentType: "text/plain" });
    } finally {
      if (!readsOnly) await server.stop();
    }
  },
  baseURL: async ({ server }, use) => {
    await use(server.url);
  },
  faults: [
    async ({ server }, use) => {
      const faults = new Faults(server.url);
      await use(faults);
      expect(faults.unexpected(), "nothing went wrong in any browser").toEqual([]);
    },
    { auto: true },
  ],
  guestBytes: [
    async ({ server }, use) => {
      const guestBytes = new GuestBytes(server.url);
      await use(guestBytes);
      expect(await guestBytes.leaks(), "guests received nothing that is not theirs").toEqual([]);
    },
    { auto: true },
  ],
  context: async ({ context, faults, guestBytes }, use) => {
    await faults.watch(context);
    guestBytes.watch(context);
    await use(context);
  },
  browsers: async ({ browser, server, faults, guestBytes }, use) => {
    const browsers = new Browsers(browser, server, faults, guestBytes);
    await use(browsers);
    await browsers.closeAll();
  },
  owner: async ({ page }, use) => {
    await signIn(page, "demo");
    await use(page);
  },
});

/** The WASM has taken the page over: from here on a click does what it says. */
export async function hydrated(page: Page): Promise<void> {
  await page.locator("html[data-hydrated]").waitFor({ state: "attached" });
}

export async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await hydrated(page);
}

export async function signIn(page: Page, who: Who): Promise<void> {
  await page.goto("/sign-in");
  await fillSignIn(page, people[who], password);
  await page.waitForURL("**/events");
  await hydrated(page);
}

export async function fillSignIn(page: Page, email: string, secret: string): Promise<void> {
  await page.getByLabel(/^email/i).fill(email);
  await page.getByLabel(/^password/i).fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** A browser without scripts refuses to fetch them ahead, and calls that "csp". */
export const preloadsRefused = [/request failed: GET \S+\.js csp$/];

/** What the page says to those who are not let in. */
export function signInRefusal(page: Page): Locator {
  return page.locator("main").locator("[role=alert], .error").first();
}

/** Waits until the page hears live updates. */
export async function live(page: Page): Promise<void> {
  await expect(page.locator(".pill")).toHaveAttribute("data-state", "live");
}

export const themes = ["light", "dark"] as const;
export const widths = [360, 1440] as const;

/**
 * No accessibility violation and no sideways scrolling, in light and dark, on a phone and on a desk.
 * All that is found is told, and the journey goes on.
 */
export async function expectAccessible(page: Page): Promise<void> {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect.soft(overflow, `sideways scrolling at ${width} px on ${page.url()}`).toBe(0);
    for (const colorScheme of themes) {
      // Without motion: a colour half way through its transition has a contrast of its own.
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      // What a mail says inside its frame is not our page, and without frames no second page is needed to sum up.
      const axe = new AxeBuilder({ page }).exclude("iframe").setLegacyMode(true);
      // Between the themes only colours differ.
      const { violations } = await (colorScheme === "light" ? axe : axe.withRules(["color-contrast", "link-in-text-block"])).analyze();
      const told = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" | ")}`);
      expect.soft(told, `${page.url()} in ${colorScheme} at ${width} px`).toEqual([]);
    }
  }
}

/** Takes one of the README's pictures while a journey passes by; only `npm run pictures` does. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env["CALLBOARD_PICTURES"] === undefined) return;
  // The pulse of a fresh badge is over.
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.mouse.move(0, 0);
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: join(import.meta.dirname, "pictures", `${name}.png`), animations: "disabled" });
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}
