// The history of one contact: all of it counted, newest first, 25 at a time, and alive while it is open.
import { expect, live, preloadsRefused, test } from "../fixtures.ts";
import { CrewRow, EmailsTab, busiestContact, crewRows, openContact, openEvent } from "../screens.ts";

const page = 25;

test.describe("as it is", () => {
  test.use({ readsOnly: true });

  test("a long history is paged without a repetition or a gap", async ({ owner }) => {
    const busy = await busiestContact(owner);
    expect(busy.emails).toBeGreaterThan(60);
    await openContact(owner, busy.name, "Emails");
    const emails = new EmailsTab(owner);

    expect(await emails.total()).toBe(busy.emails);
    await expect(emails.rows).toHaveCount(page);
    for (let shown = page; shown < busy.emails; ) {
      await emails.loadMore.click();
      shown = Math.min(shown + page, busy.emails);
      await expect(emails.rows).toHaveCount(shown);
    }
    await expect(emails.loadMore).toBeHidden();

    const rows = await emails.identities();
    const times = rows.map(({ at }) => Date.parse(at));
    expect(times.every((at) => !Number.isNaN(at))).toBe(true);
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(new Set(rows.map(({ at, text }) => at + text)).size).toBe(rows.length);

    const labels = new Set(await emails.rows.locator(".badge").allInnerTexts());
    expect([...labels].sort()).toEqual(["bounced", "delivered", "delivery delayed", "failed", "sent", "spam reported"]);
  });

  test("the first page comes from the server, before any script", async ({ owner, browsers, faults }) => {
    faults.allow(...preloadsRefused);
    const busy = await busiestContact(owner);
    await openContact(owner, busy.name, "Emails");
    const plain = await browsers.open({ javaScriptEnabled: false, storageState: await owner.context().storageState() });
    await plain.goto(owner.url());
    await expect(new EmailsTab(plain).rows).toHaveCount(page);
  });

  test("the event under the subject leads to its planner", async ({ owner }) => {
    const busy = await busiestContact(owner);
    await openContact(owner, busy.name, "Emails");
    const event = new EmailsTab(owner).rows.first().getByRole("link");
    const name = (await event.innerText()).trim();
    await event.click();
    await expect(owner).toHaveURL(/\/events\/\d+$/);
    await expect(owner.getByRole("heading", { level: 1, name })).toBeVisible();
    await expect(crewRows(owner).first()).toBeVisible();
  });

  test("a contact is asked for once, however many parts of the page follow it", async ({ owner }) => {
    const busy = await busiestContact(owner);
    await openContact(owner, busy.name, "Emails");
    let asked = 0;
    owner.on("websocket", (socket) => socket.on("framesent", () => (asked += 1)));
    await owner.reload();
    await live(owner);
    await expect(new EmailsTab(owner).rows).toHaveCount(page);
    expect(asked).toBe(1);
  });
});

test("an email sent between two pages neither repeats nor hides a row", async ({ owner, browsers }) => {
  const busy = await busiestContact(owner);
  await openContact(owner, busy.name, "Emails");
  await live(owner);
  const emails = new EmailsTab(owner);
  await expect(emails.rows).toHaveCount(page);

  const handler = await browsers.signedIn("handler");
  await openEvent(handler);
  await new CrewRow(handler, busy.name).sendOnceTo("fresh.address@venue.example");

  await expect(emails.count).toHaveText(String(busy.emails + 1));
  await expect(emails.rows.first()).toContainText("fresh.address@venue.example");
  await expect(emails.badge(emails.rows.first())).toHaveText("delivered");
  while (await emails.loadMore.isVisible()) {
    const shown = await emails.rows.count();
    await emails.loadMore.click();
    await expect.poll(() => emails.rows.count()).toBeGreaterThan(shown);
  }
  const rows = await emails.identities();
  expect(rows).toHaveLength(busy.emails + 1);
  expect(new Set(rows.map(({ at, text }) => at + text)).size).toBe(rows.length);
});
