// A guest's day on a phone: what they press at their own items shows on the planner's screen at once; the page follows the plan by
// itself, opens without a network as it was, keeps what is pressed meanwhile, and stops when its link does.
import type { Locator, Page } from "@playwright/test";
import { broken } from "../cable.ts";
import { type Browsers, expect, live, test } from "../fixtures.ts";
import { CrewRow, RunOfShow, notInvited, openEvent, wedding } from "../screens.ts";

const phone = { viewport: { width: 360, height: 740 } };

/** Of a network that is cut, and of a link that is asked for after it ended. */
const provoked = [...broken, /ERR_FAILED/, /ERR_NETWORK/, /ERR_CONNECTION/, /status 404: GET .*\/v\//, /404 \(/];

// Two browsers, and a worker that has to start.
test.describe.configure({ timeout: 90_000 });

/** Whoever has the kitchen briefing and the dinner, and was not invited yet. */
async function cook(planner: Page): Promise<CrewRow> {
  await openEvent(planner);
  await live(planner);
  const name = (await notInvited(planner)).find((one) => one.startsWith("Tomasz"));
  if (name === undefined) throw new Error("the demo's cook is not on the event");
  return new CrewRow(planner, name);
}

function item(guest: Page, title: string): Locator {
  return guest.locator("ol.timeline > li[data-ends]").filter({ has: guest.locator("h3 > span").getByText(title, { exact: true }) });
}

function press(guest: Page, button: string, title: string): Locator {
  return item(guest, title).getByRole("button", { name: `${button} ${title}` });
}

async function online(guest: Page): Promise<void> {
  await expect(guest.locator("#pill")).toHaveText("Online");
}

async function openOnPhone(browsers: Browsers, link: string): Promise<Page> {
  const guest = await browsers.open(phone);
  await guest.goto(link);
  await expect(guest.getByRole("heading", { level: 1 })).toContainText(wedding);
  await online(guest);
  // The first visit is over once the worker has the page.
  await expect.poll(() => guest.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  return guest;
}

test("what a guest starts, finishes and takes back shows in every planner, and what planners change shows to the guest", async ({ owner, browsers }) => {
  const row = await cook(owner);
  const handler = await browsers.signedIn("handler");
  await openEvent(handler);
  await live(handler);
  const shows = [new RunOfShow(owner), new RunOfShow(handler)] as const;
  const guest = await openOnPhone(browsers, await row.link());

  await press(guest, "Start", "Kitchen briefing").click();
  await expect(item(guest, "Kitchen briefing")).toHaveAttribute("data-running", "");
  for (const show of shows) await expect(show.item("Kitchen briefing").locator("[data-progress=started]")).toContainText("by Tomasz");
  await press(guest, "Mark finished", "Kitchen briefing").click();
  await expect(item(guest, "Kitchen briefing")).toHaveAttribute("data-state", "done");
  for (const show of shows) await expect(show.item("Kitchen briefing").locator("[data-progress=finished]")).toBeVisible();
  await press(guest, "Undo", "Kitchen briefing").click();
  for (const show of shows) await expect(show.item("Kitchen briefing").locator("[data-progress=started]")).toBeVisible();
  // Until the guest's own page has followed, its Undo is still the one before.
  await expect(press(guest, "Mark finished", "Kitchen briefing")).toBeVisible();
  await press(guest, "Undo", "Kitchen briefing").click();
  for (const show of shows) await expect(show.item("Kitchen briefing").locator("[data-progress]")).toHaveCount(0);
  await press(guest, "Done", "Dinner").click();
  for (const show of shows) await expect(show.item("Dinner").locator("[data-progress=done]")).toBeVisible();

  // Only their own, and the rest of the day behind the other link.
  await expect(item(guest, "Ceremony").getByRole("button")).toHaveCount(0);
  await guest.getByRole("link", { name: "Mine", exact: true }).click();
  await expect(item(guest, "Dinner")).toBeVisible();
  await expect(item(guest, "Ceremony")).toHaveCount(0);
  await guest.getByRole("link", { name: "All", exact: true }).click();
  await expect(item(guest, "Ceremony")).toBeVisible();
  await online(guest);

  // The plan changes under somebody who types.
  const note = guest.getByLabel("A short note for the planner");
  await note.fill("I come by train");
  const form = await shows[0].edit("Dinner");
  await form.getByLabel("Where").fill("Boat house");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(item(guest, "Dinner")).toContainText("Boat house");
  await expect(note).toHaveValue("I come by train");
  await expect(note).toBeFocused();
  await shows[0].add({ start: "2:00 am", length: "20", title: "Fireworks" });
  await expect(item(guest, "Fireworks")).toBeVisible();
  await shows[1].remove("Fireworks");
  await expect(item(guest, "Fireworks")).toHaveCount(0);
});

test("without a network the page stays, keeps what is pressed, and sends it once when the network is back", async ({ owner, browsers, faults }) => {
  faults.allow(...provoked);
  const row = await cook(owner);
  const show = new RunOfShow(owner);
  const guest = await openOnPhone(browsers, await row.link());
  const posts: string[] = [];
  guest.on("response", (answer) => {
    if (answer.request().method() === "POST") posts.push(answer.url());
  });

  await guest.context().setOffline(true);
  await expect(guest.locator("#pill")).toHaveText("Offline");
  await expect(guest.locator("#stale")).toContainText("This is the plan as of");
  await press(guest, "Start", "Kitchen briefing").click();
  await expect(item(guest, "Kitchen briefing").locator("form[data-waits]")).toHaveCount(1);
  await press(guest, "Start", "Kitchen briefing").click();
  await press(guest, "Start", "Dinner").click();
  await press(guest, "Mark finished", "Dinner").click();
  for (const title of ["Kitchen briefing", "Dinner"]) await expect(show.item(title).locator("[data-progress]")).toHaveCount(0);
  expect(posts).toEqual([]);

  await guest.context().setOffline(false);
  await online(guest);
  await expect(press(guest, "Mark finished", "Kitchen briefing")).toBeVisible();
  await expect(show.item("Kitchen briefing").locator("[data-progress=started]")).toContainText("by Tomasz");
  await expect(show.item("Dinner").locator("[data-progress=finished]")).toContainText("by Tomasz");
  await expect.poll(() => posts.filter((url) => url.includes("press_item"))).toHaveLength(3);
  await expect(guest.locator("#stale")).toBeHidden();
  await expect.poll(() => guest.evaluate(() => localStorage.length)).toBe(0);
});

test("after the first visit the page opens without a network, as it was and saying since when; a link that ended is forgotten", async ({ owner, browsers, faults, server }) => {
  faults.allow(...provoked);
  const row = await cook(owner);
  const show = new RunOfShow(owner);
  const link = await row.link();
  const guest = await openOnPhone(browsers, link);
  const kept = (): Promise<string[]> =>
    guest.evaluate(async () => (await (await caches.open("guest")).keys()).map(({ url }) => new URL(url).pathname));
  await expect.poll(kept).toContain(new URL(link).pathname);
  await expect.poll(async () => (await kept()).some((path) => path.endsWith(".css"))).toBe(true);
  await expect.poll(kept).toContain("/guest.js");

  // The server is away, and so for the worker too, which Playwright leaves its network.
  await server.kill9();
  await guest.goto(link);
  await expect(guest.getByRole("heading", { level: 1 })).toContainText(wedding);
  await expect(guest.locator("#pill")).toHaveText("Offline");
  await expect(guest.locator("#stale")).toContainText(/as of \d\d:\d\d, (just now|\d+ min ago)/);
  await press(guest, "Start", "Kitchen briefing").click();
  await expect(item(guest, "Kitchen briefing").locator("form[data-waits]")).toHaveCount(1);

  await server.run();
  await expect(guest.locator("#pill")).toHaveText("Online", { timeout: 40_000 });
  await expect(owner.locator(".pill")).toHaveAttribute("data-state", "live", { timeout: 40_000 });
  await expect(show.item("Kitchen briefing").locator("[data-progress=started]")).toBeVisible();

  // Revoked while it is open: within a second nothing of the plan is there, and the device keeps none of it.
  await row.revoke();
  await expect(guest.getByRole("heading", { level: 1, name: "Link not active" })).toBeVisible({ timeout: 3_000 });
  await expect(guest.getByText("Kitchen briefing")).toHaveCount(0);
  await expect.poll(kept).not.toContain(new URL(link).pathname);
});

test("what answers in place of the server ends no page and takes no press, which is sent again by itself", async ({ owner, browsers, faults }) => {
  faults.allow(...provoked, /status 404: POST .*press_item/, /50[0-9]/);
  const row = await cook(owner);
  const show = new RunOfShow(owner);
  const guest = await browsers.open({ ...phone, serviceWorkers: "block" });
  await guest.goto(await row.link());
  await online(guest);
  const inItsPlace = [
    { status: 503, body: "away" },
    { status: 404, body: "404 page not found" },
    { status: 200, contentType: "text/html", body: "<h1>Hotel</h1>" },
  ];
  await guest.route("**/api/press_item*", async (route) => {
    const other = inItsPlace.shift();
    await (other ? route.fulfill(other) : route.continue());
  });
  await press(guest, "Start", "Kitchen briefing").click();
  await expect(show.item("Kitchen briefing").locator("[data-progress=started]")).toBeVisible({ timeout: 30_000 });
  expect(inItsPlace).toEqual([]);
  await online(guest);

  await guest.route("**/v/*", async (route) => route.fulfill({ status: 404, body: "404 page not found" }));
  await show.add({ start: "2:00 am", length: "20", title: "Fireworks" });
  await expect(guest.locator("#pill")).toHaveText("Offline");
  await expect(item(guest, "Kitchen briefing")).toBeVisible();
  await guest.unroute("**/v/*");
  await expect(item(guest, "Fireworks")).toBeVisible({ timeout: 20_000 });
  await online(guest);
});

test("without scripts the same buttons are forms, and nothing says that it is live", async ({ owner, browsers }) => {
  const row = await cook(owner);
  const show = new RunOfShow(owner);
  const link = await row.link();
  const guest = await browsers.open({ ...phone, javaScriptEnabled: false });
  await guest.goto(link);
  await expect(guest.locator("#pill")).toBeHidden();
  await expect(guest.locator("#awake")).toBeHidden();
  await press(guest, "Start", "Kitchen briefing").click();
  await expect(guest).toHaveURL(/#item-\d+$/);
  await expect(show.item("Kitchen briefing").locator("[data-progress=started]")).toBeVisible();
  await press(guest, "Mark finished", "Kitchen briefing").click();
  await expect(item(guest, "Kitchen briefing")).toHaveAttribute("data-state", "done");
  await press(guest, "Undo", "Kitchen briefing").click();
  await expect(press(guest, "Mark finished", "Kitchen briefing")).toBeVisible();
  await guest.getByRole("link", { name: "Mine", exact: true }).click();
  await expect(item(guest, "Ceremony")).toHaveCount(0);
  await press(guest, "Done", "Dinner").click();
  await expect(guest).toHaveURL(/\?mine#item-\d+$/);
  await expect(show.item("Dinner").locator("[data-progress=done]")).toBeVisible();
});
