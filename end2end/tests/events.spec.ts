// Events from the first form to the last undo, by plain posts, with a second member looking on.
import type { Page } from "@playwright/test";
import { expect, expectAccessible, fillSignIn, hydrated, live, password, people, preloadsRefused, test, visit } from "../fixtures.ts";
import { RunOfShow, crewRows, openEvent, wedding } from "../screens.ts";

/** Fills in what an event needs, and one who is not in the address book yet. */
async function fillEvent(page: Page, name: string): Promise<void> {
  await page.getByLabel("Name", { exact: true }).first().fill(name);
  await page.getByLabel("Starts").fill("2031-06-14T16:00");
  await page.getByLabel("Ends").fill("2031-06-15T01:00");
  await page.getByLabel("Space").fill("The Orchard");
  await page.getByLabel("PAX").fill("1,200");
  await page.getByLabel("Client").fill("Noor Haddad");
}

/** The planner that a form led to. */
async function planner(page: Page, name: string): Promise<string> {
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await hydrated(page);
  const path = new URL(page.url()).pathname;
  expect(path).toMatch(/^\/events\/\d+$/);
  return path;
}

test("an event is made, found, changed, and a second member is told of it", async ({ owner, browsers, faults }) => {
  faults.allow(/status 4(09|22)/, /4(09|22) \(/);
  await owner.getByRole("link", { name: "New event" }).click();
  await hydrated(owner);
  // The browser's own zone.
  const zone = await owner.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone);
  await expect(owner.getByLabel("Time zone")).toHaveValue(zone);
  await owner.getByLabel("Time zone").fill("lisbon");

  await fillEvent(owner, "Midsummer");
  await owner.getByLabel("Ends").fill("2031-06-14T15:00");
  await owner.getByRole("button", { name: "Create event" }).click();
  await expect(owner.locator("#ends-note.error")).toHaveText(/before it starts/);
  await expect(owner.getByLabel("Ends")).toBeFocused();
  await expect(owner.getByLabel("Client")).toHaveValue("Noor Haddad");
  await owner.getByLabel("Ends").fill("2031-06-15T01:00");
  await owner.getByRole("button", { name: "Create event" }).dblclick({ delay: 5 });
  const path = await planner(owner, "Midsummer");
  await expect(owner.locator(".head")).toContainText("Sat 14 Jun 2031");
  await expect(owner.locator(".head")).toContainText("The Orchard");

  // One row, found by the client's name.
  await visit(owner, "/events");
  await owner.getByLabel("Search events").fill("noor orch");
  await owner.getByRole("button", { name: "Search" }).click();
  await expect(owner.getByRole("main").getByRole("link", { name: /Midsummer/ })).toHaveCount(1);
  await expect(owner.locator("ul.rows")).toContainText("Client: Noor Haddad");
  await owner.getByLabel("Status").selectOption("confirmed");
  await owner.getByRole("button", { name: "Search" }).click();
  await expect(owner.getByRole("heading", { name: "No event matches" })).toBeVisible();
  await owner.getByRole("link", { name: "Show all" }).click();
  await expect(owner.locator("ul.rows > li").first()).toBeVisible();

  // Two have the form open; the second who saves chooses.
  const handler = await browsers.signedIn("handler");
  await visit(handler, `${path}/edit`);
  await visit(owner, `${path}/edit`);
  await handler.getByLabel("PAX").fill("80");
  await handler.getByRole("button", { name: "Save", exact: true }).click();
  await planner(handler, "Midsummer");
  await live(handler);
  await owner.getByLabel("Name", { exact: true }).first().fill("Midsummer Night");
  await owner.getByLabel("Status").selectOption("confirmed");
  await owner.getByRole("button", { name: "Save", exact: true }).click();
  await expect(owner.getByText("somebody else changed this event meanwhile")).toBeVisible();
  await expect(owner.getByText("Theirs: 80")).toBeVisible();
  await expectAccessible(owner);
  await owner.getByLabel("PAX").fill("80");
  await owner.getByRole("button", { name: "Save mine instead" }).click();
  await planner(owner, "Midsummer Night");
  // The other tab follows by itself.
  await expect(handler.getByRole("heading", { level: 1, name: "Midsummer Night" })).toBeVisible();
  await expect(handler.locator(".head .chip")).toHaveText("Confirmed");
});

test("an event is deleted under another member, and taken back from there", async ({ owner, browsers }) => {
  await openEvent(owner);
  await live(owner);
  const path = new URL(owner.url()).pathname;
  const people = await crewRows(owner).count();
  const handler = await browsers.signedIn("handler");
  await visit(handler, `${path}/edit`);
  await handler.getByRole("button", { name: "Delete event" }).click();
  await expect(handler.getByText(`“${wedding}” was deleted.`)).toBeVisible();
  await expect(handler.locator("ul.rows").getByText(wedding)).toHaveCount(0);

  // Told without a reload, and nothing of it can be used.
  const told = owner.getByRole("main").getByText(`“${wedding}” was deleted.`);
  await expect(told).toBeVisible();
  await expect(crewRows(owner).first()).toBeHidden();
  await handler.getByRole("button", { name: "Undo" }).click();
  await planner(handler, wedding);
  await expect(told).toBeHidden();
  await expect(crewRows(owner)).toHaveCount(people);
  await expect(owner.getByRole("heading", { level: 1, name: wedding })).toBeVisible();

  // And the other way round: whoever has it open can take it back.
  await visit(handler, `${path}/edit`);
  await handler.getByRole("button", { name: "Delete event" }).click();
  await expect(told).toBeVisible();
  await owner.getByRole("button", { name: "Undo" }).click();
  await planner(owner, wedding);
  await visit(handler, "/deleted");
  await expect(handler.getByRole("heading", { name: "Nothing was deleted lately" })).toBeVisible();
});

test("an event is copied, kept as a template, started from it, and restored later", async ({ owner, faults }) => {
  faults.allow(/status 404/, /404 \(/);
  await openEvent(owner);
  const path = new URL(owner.url()).pathname;
  const count = await new RunOfShow(owner).items.count();
  await visit(owner, `${path}/edit`);
  const copy = owner.locator("section", { has: owner.getByRole("heading", { name: "Duplicate" }) });
  await copy.getByLabel("Name").fill("The second wedding");
  await copy.getByLabel("Date").fill("2031-05-03");
  await copy.getByRole("button", { name: "Duplicate" }).click();
  const copied = await planner(owner, "The second wedding");
  await expect(owner.locator(".head")).toContainText("Sat 3 May 2031");
  await expect(new RunOfShow(owner).items).toHaveCount(count);
  await expect(crewRows(owner).filter({ hasText: "Not invited yet" }).first()).toBeVisible();
  await expect(crewRows(owner).filter({ hasText: "Invited at" })).toHaveCount(0);

  await visit(owner, `${copied}/edit`);
  await owner.getByLabel("Name of the template").fill("Weddings");
  await owner.getByRole("button", { name: "Save as template" }).click();
  const template = owner.locator("section", { has: owner.getByRole("heading", { name: /^Weddings/ }) });
  await expect(template).toContainText("Template");
  await hydrated(owner);
  await template.getByText("Start an event").click();
  await template.getByLabel("Name", { exact: true }).fill("From the template");
  await template.getByLabel("Date").fill("2031-05-04");
  await template.getByRole("button", { name: "Create event" }).click();
  const started = await planner(owner, "From the template");
  await expect(new RunOfShow(owner).items).toHaveCount(count);
  await expect(crewRows(owner)).toHaveCount(0);

  await visit(owner, `${started}/edit`);
  await owner.getByRole("button", { name: "Cancel event" }).click();
  await planner(owner, "From the template");
  await expect(owner.locator(".head .chip")).toHaveText("Cancelled");
  await visit(owner, `${started}/edit`);
  await owner.getByRole("button", { name: "Delete event" }).click();
  await expect(owner.getByText("“From the template” was deleted.")).toBeVisible();
  await owner.goto(started);
  await expect(owner.getByRole("heading", { name: "There is no page here" })).toBeVisible();
  await visit(owner, "/deleted");
  await owner.getByRole("button", { name: "Restore From the template" }).click();
  await planner(owner, "From the template");
});

test("a space is made, used, found, deleted and restored, without scripts", async ({ browsers, faults }) => {
  faults.allow(...preloadsRefused);
  const page = await browsers.open({ javaScriptEnabled: false });
  await page.goto("/sign-in");
  await fillSignIn(page, people.demo, password);
  await expect(page).toHaveURL(/\/events$/);
  await page.goto("/spaces/new");
  await page.getByLabel("Name").fill("The Ice House");
  await page.getByLabel("Address").fill("Quay 9");
  await page.getByLabel("Access notes").fill("Ring <b>twice</b>\nthen wait");
  await page.getByLabel("Venue contact").fill("Kim Park");
  await page.getByRole("button", { name: "Create space" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await expect(page.getByLabel("Access notes")).toHaveValue("Ring <b>twice</b>\nthen wait");

  await page.goto("/events/new");
  await page.getByLabel("Name").fill("On ice");
  await page.getByLabel("Starts").fill("2031-01-04T16:00");
  await page.getByLabel("Ends").fill("2031-01-04T20:00");
  await page.getByLabel("Space").fill("the ice house");
  await page.getByRole("button", { name: "Create event" }).click();
  await expect(page.locator(".head")).toContainText("The Ice House");
  const event = page.url();

  await page.goto("/spaces?q=quay+ice");
  await page.getByRole("main").getByRole("link", { name: /The Ice House/ }).click();
  await page.getByRole("button", { name: "Delete space" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Recently deleted" })).toBeVisible();
  await page.goto(event);
  await expect(page.locator(".head")).not.toContainText("The Ice House");
  await page.goto("/deleted");
  await page.getByRole("button", { name: "Restore The Ice House" }).click();
  await page.goto(event);
  await expect(page.locator(".head")).toContainText("The Ice House");
});
