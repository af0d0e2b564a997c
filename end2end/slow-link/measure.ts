// A first visit over a slow phone: from the click on a link in a mail to a page that reacts, with the preload links that
// the server writes for the page's own screen and without them, in turn.
import { expect, hydrated, test } from "../fixtures.ts";
import { busiestContact, openContact, openEvent } from "../screens.ts";

const rounds = 5;
/** A phone in a thick-walled house: 1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back. */
const link = { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 };
/** The screens' own modules; the main one and the loader's are fetched ahead either way. */
const preloadOfScreen = /<link[^>]*href="\/pkg\/(?:split|chunk)_[^>]*>/g;

test("a first visit on a slow link", async ({ owner, browsers, faults }) => {
  // A page that the test hands out, and no server, may open no socket to this machine; nothing is measured of that.
  faults.allow(/BLOCKED_BY_LOCAL_NETWORK_ACCESS/);
  await openEvent(owner);
  const planner = new URL(owner.url()).pathname;
  const busy = await busiestContact(owner);
  await openContact(owner, busy.name, "Emails");
  const emails = new URL(owner.url()).pathname;

  for (const path of ["/events", planner, emails]) {
    const times = { with: [] as number[], without: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      for (const how of ["with", "without"] as const) {
        // A browser of its own each time: nothing is in its cache.
        const page = await browsers.signedIn("demo");
        const start = page.url();
        await page.goto("about:blank");
        await page.context().route(path, async (route) => {
          const response = await route.fetch();
          const html = await response.text();
          expect(html.match(preloadOfScreen), "the server writes preload links").not.toBeNull();
          await route.fulfill({ response, body: how === "with" ? html : html.replaceAll(preloadOfScreen, "") });
        });
        const cdp = await page.context().newCDPSession(page);
        await cdp.send("Network.enable");
        await cdp.send("Network.clearBrowserCache");
        await cdp.send("Network.emulateNetworkConditions", link);
        const began = performance.now();
        await page.goto(new URL(path, start).href, { waitUntil: "commit" });
        await hydrated(page);
        times[how].push(performance.now() - began);
        await page.close();
      }
    }
    const median = (all: number[]) => Math.round(all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN);
    console.log(`${path.replace(/\d+/, "N").padEnd(24)} hydrated after ${median(times.without)} ms without, ${median(times.with)} ms with`);
  }
});
