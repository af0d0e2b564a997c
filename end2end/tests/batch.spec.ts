// Mails to many people of an event at once: who is left out, what can be taken back, and that nobody gets two.
import type { APIRequestContext, Page } from "@playwright/test";
import { expect, fillSignIn, live, password, people, preloadsRefused, test as base, visit } from "../fixtures.ts";
import { openEvent } from "../screens.ts";
import { Server } from "../server.ts";

const GUESTS = 200;

const test = base.extend<{ undoSeconds: number }>({
  /** For how long a batch can be taken back. */
  undoSeconds: [60, { option: true }],
  server: async ({ undoSeconds }, use) => {
    const server = await Server.start({ CALLBOARD_DEMO: "1", CALLBOARD_BATCH_UNDO: `${undoSeconds}` });
    await use(server);
    await server.stop();
  },
});

async function call<T>(request: APIRequestContext, name: string, data: object): Promise<T> {
  const answer = await request.post(`/api/${name}`, { data, headers: { "Sec-Fetch-Site": "same-origin" } });
  expect(answer.status(), name).toBe(200);
  return (await answer.json()) as T;
}

/** An event with guests, of whom one in twenty has a mailbox that bounces; one more has no address. */
async function eventWithGuests(page: Page): Promise<number> {
  const { request } = page.context();
  const event = await call<number>(request, "create_event", {
    form: { name: "Harvest dinner", starts: "2027-09-12T18:00", ends: "2027-09-12T23:00", time_zone: "UTC", status: "confirmed" },
  });
  const lines = Array.from({ length: GUESTS }, (_, n) => `Guest ${n} <${n % 20 === 0 ? "bounce" : "guest"}.${n}@venue.example>`);
  await call(request, "add_people", { event, lines: lines.join("\n") });
  await call(request, "add_new_person", { event, first_name: "Nadia" });
  return event;
}

async function begin(page: Page): Promise<void> {
  await page.getByLabel("Everybody").check();
  await page.getByRole("button", { name: "Show who gets it" }).click();
  await page.getByRole("button", { name: `Email ${GUESTS} people` }).click();
}

const rows = (page: Page, outcome: string) => page.locator(`li[data-outcome=${outcome}]`);

test("a batch waits, names who is left out, and is taken back for one and for all, seen by everybody", async ({ owner, browsers, server }) => {
  const event = await eventWithGuests(owner);
  await visit(owner, `/events/${event}`);
  await owner.getByRole("link", { name: "Email several" }).click();
  await expect(owner.getByRole("heading", { level: 1, name: "Email several" })).toBeVisible();
  await owner.getByLabel("Everybody").check();
  await owner.getByRole("button", { name: "Show who gets it" }).click();
  await expect(owner.getByRole("heading", { name: "Left out, and why: 1" })).toBeVisible();
  await expect(owner.getByText("There is no address to send to")).toBeVisible();
  await owner.getByRole("button", { name: `Email ${GUESTS} people` }).click();
  await expect(owner.getByText("Nothing has gone out yet")).toBeVisible();
  await expect(rows(owner, "waiting")).toHaveCount(GUESTS);

  const handler = await browsers.signedIn("handler");
  await visit(handler, owner.url().replace(server.url, ""));
  await live(handler);
  await live(owner);
  await owner.getByRole("button", { name: "Take back Guest 7", exact: true }).click();
  await expect(rows(owner, "taken_back")).toHaveCount(1);
  await expect(rows(handler, "taken_back")).toHaveCount(1);
  await handler.getByRole("button", { name: "Undo: send to nobody" }).click();
  for (const page of [owner, handler]) {
    await expect(page.getByText("It was taken back, and nobody got a mail")).toBeVisible();
    await expect(rows(page, "taken_back")).toHaveCount(GUESTS);
  }
});

test("two members press at once, without scripts: one batch, and the other is told", async ({ owner, browsers, faults }) => {
  faults.allow(...preloadsRefused, /status 422/, /422 \(/);
  const event = await eventWithGuests(owner);
  const pages: Page[] = [];
  for (const who of ["demo", "handler"] as const) {
    const page = await browsers.open({ javaScriptEnabled: false });
    await page.goto("/sign-in");
    await fillSignIn(page, people[who], password);
    await expect(page).toHaveURL(/\/events$/);
    await page.goto(`/events/${event}/batch?kind=share&who=everybody`);
    pages.push(page);
  }
  await Promise.all(pages.map((page) => page.getByRole("button", { name: `Email ${GUESTS} people` }).click()));
  const told = await Promise.all(
    pages.map(async (page) => {
      await expect(page.getByText(/Nothing has gone out yet|another batch/).first()).toBeVisible();
      return (await page.getByText("another batch").count()) > 0;
    }),
  );
  expect(told.filter(Boolean)).toHaveLength(1);
});

test.describe("with a short time to take it back", () => {
  test.use({ undoSeconds: 2 });

  test("a batch goes out once to everybody, and the list stays", async ({ owner, browsers, server }) => {
    test.slow();
    const event = await eventWithGuests(owner);
    await visit(owner, `/events/${event}/batch`);
    await begin(owner);
    const handler = await browsers.signedIn("handler");
    await visit(handler, owner.url().replace(server.url, ""));
    for (const page of [owner, handler]) {
      await expect(page.getByText("All mails have gone out")).toBeVisible({ timeout: 60_000 });
      await expect(page.getByText(`${GUESTS} of ${GUESTS} mails have gone out`)).toBeVisible();
      await expect(rows(page, "sent").filter({ hasText: "bounced" })).toHaveCount(GUESTS / 20, { timeout: 60_000 });
      await expect(rows(page, "sent").filter({ hasText: "delivered" })).toHaveCount(GUESTS - GUESTS / 20, { timeout: 60_000 });
      await expect(rows(page, "left_out")).toHaveCount(1);
    }
    // Whoever was just sent to is not sent to again; whose mail failed is, once the address is right.
    await visit(owner, `/events/${event}/batch?kind=share&who=everybody`);
    await expect(owner.getByRole("heading", { name: "Nobody gets a mail by this choice." })).toBeVisible();
    await expect(owner.getByRole("heading", { name: "Sent to several before" })).toBeVisible();
    await visit(owner, `/events/${event}/batch?kind=share&who=failed`);
    await expect(owner.getByRole("heading", { name: `Left out, and why: ${GUESTS / 20}` })).toBeVisible();
    const blocked = owner.locator(".people li").filter({ hasText: "bounced" });
    await expect(blocked, "their addresses are blocked until they are corrected").toHaveCount(GUESTS / 20);
  });

  test("an event that is deleted meanwhile sends nothing", async ({ owner, server, faults }) => {
    // The page that is open asks once more what became of the batch.
    faults.allow(/status 404: POST .*load_batch/, /404 \(.*load_batch/);
    const event = await eventWithGuests(owner);
    await visit(owner, `/events/${event}/batch`);
    await begin(owner);
    await expect(owner).toHaveURL(/batch=/);
    const batch = owner.url();
    const { request } = owner.context();
    await call(request, "delete_event", { event });
    await expect.poll(() => server.log()).toContain("People of a batch were sent to, or left out.");
    await call(request, "restore_event", { event });
    await owner.goto(batch);
    await expect(rows(owner, "left_out").filter({ hasText: "The event was deleted" })).toHaveCount(GUESTS);
  });
});

test("whoever is ticked is meant", async ({ owner }) => {
  const event = await eventWithGuests(owner);
  await visit(owner, `/events/${event}/batch`);
  await owner.getByText("Tick people").click();
  await owner.getByRole("checkbox", { name: /^Guest 3 / }).check();
  await expect(owner.getByLabel("Those ticked below")).toBeChecked();
  await owner.getByRole("button", { name: "Show who gets it" }).click();
  await expect(owner.getByRole("heading", { name: "1 person gets the share link." })).toBeVisible();
});

test("an open batch says at once that its event was cancelled, or deleted", async ({ owner, faults }) => {
  // The page that is open asks once more what became of the batch.
  faults.allow(/status 404: POST .*load_batch/, /404 \(.*load_batch/);
  const event = await eventWithGuests(owner);
  await visit(owner, `/events/${event}/batch`);
  await begin(owner);
  await expect(owner.getByText("Nothing has gone out yet")).toBeVisible();
  await live(owner);
  const { request } = owner.context();
  await call(request, "cancel_event", { event });
  await expect(owner.getByText("The event is cancelled, so nothing goes out.")).toBeVisible();
  await call(request, "delete_event", { event });
  await expect(owner.getByText("If its event was deleted, nothing more goes out")).toBeVisible();
});

test("the demo's planner leads there", async ({ owner }) => {
  await openEvent(owner);
  await owner.getByRole("link", { name: "Email several" }).click();
  await expect(owner).toHaveURL(/\/events\/\d+\/batch$/);
});
