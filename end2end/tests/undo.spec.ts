// Whatever can be deleted comes back: by the undo where it was deleted, from any other tab, and for 30 days from "Recently deleted".
// What there is to delete: items, people of an event (people.spec.ts has their own undo), events (events.spec.ts too), templates, spaces.
import { expect, hydrated, live, test, visit } from "../fixtures.ts";
import { CrewRow, RunOfShow, crewRows, newEvent, openEvent, someoneNotInvited, wedding } from "../screens.ts";

test("an item comes back to its place, and what others changed meanwhile stays", async ({ owner, browsers }) => {
  const path = await newEvent(owner, "Undone");
  await live(owner);
  const show = new RunOfShow(owner);
  for (const title of ["Doors", "Dinner", "Band"]) await show.add({ length: "30", title });
  const handler = await browsers.signedIn("handler");
  await visit(handler, path);
  await live(handler);
  const seen = new RunOfShow(handler);

  await show.remove("Dinner");
  await expect(seen.item("Dinner")).toHaveCount(0);
  const form = await seen.edit("Band");
  await form.getByLabel("Where").fill("Stage");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(show.item("Band")).toContainText("Stage");
  await show.undo.click();
  for (const one of [show, seen]) await expect.poll(() => one.titles()).toEqual(["Doors", "Dinner", "Band"]);
  await expect(seen.item("Band")).toContainText("Stage");

  // From another member's tab; the undo that still stands here then changes nothing.
  await show.remove("Dinner");
  await handler.getByRole("link", { name: "Recently deleted" }).click();
  await hydrated(handler);
  await handler.getByRole("button", { name: "Restore “Dinner”" }).click();
  await expect(handler.getByRole("heading", { name: "Nothing was deleted here" })).toBeVisible();
  await expect.poll(() => show.titles()).toEqual(["Doors", "Dinner", "Band"]);
  await show.undo.click();
  await expect(show.undo).toBeHidden();
  expect(await show.titles()).toEqual(["Doors", "Dinner", "Band"]);

  // What it was before it was deleted is in its history, and so are both deletions.
  await visit(owner, await show.pageOf("Dinner"));
  await expect(owner.locator(".history > li").filter({ hasText: /delet/i })).toHaveCount(2);
});

test("a person comes back from another member's tab, and the offer here ends", async ({ owner, browsers }) => {
  await openEvent(owner);
  await live(owner);
  const event = new URL(owner.url()).pathname;
  const name = await someoneNotInvited(owner);
  const order = await owner.locator("ul.crew .name").allTextContents();
  const row = new CrewRow(owner, name);
  await row.openPanel();
  await row.button("Take off this event").click();
  await expect(row.row).toHaveCount(0);
  await expect(owner.getByText(`${name} is off the event.`)).toBeVisible();

  const handler = await browsers.signedIn("handler");
  await visit(handler, `${event}/people`);
  await handler.getByText("Recently deleted").click();
  await handler.getByRole("button", { name: `Bring back ${name}` }).click();
  await expect(row.row).toBeVisible();
  expect(await owner.locator("ul.crew .name").allTextContents()).toEqual(order);
  await expect(owner.getByText(`${name} is off the event.`)).toHaveCount(0);
});

test("an event comes back from “Recently deleted” of another member, while it is open here and offered for undo there", async ({ owner, browsers }) => {
  await openEvent(owner);
  await live(owner);
  const event = new URL(owner.url()).pathname;
  const people = await crewRows(owner).count();
  const deleting = await owner.context().newPage();
  await visit(deleting, `${event}/edit`);
  await deleting.getByRole("button", { name: "Delete event" }).click();
  await expect(deleting.getByText(`“${wedding}” was deleted.`)).toBeVisible();
  await expect(owner.getByRole("main").getByText(`“${wedding}” was deleted.`)).toBeVisible();

  const handler = await browsers.signedIn("handler");
  await visit(handler, "/deleted");
  await handler.getByRole("button", { name: `Restore ${wedding}` }).click();
  await expect(handler.getByRole("heading", { level: 1, name: wedding })).toBeVisible();
  await expect(owner.getByRole("main").getByText(`“${wedding}” was deleted.`)).toHaveCount(0);
  await expect(crewRows(owner)).toHaveCount(people);

  // The undo that still stands there leads to the event, which is there already.
  await deleting.getByRole("button", { name: "Undo" }).click();
  await expect(deleting.getByRole("heading", { level: 1, name: wedding })).toBeVisible();
  await expect(crewRows(deleting)).toHaveCount(people);
});

test("a template comes back by undo, and from “Recently deleted” of another member", async ({ owner, browsers }) => {
  await openEvent(owner);
  await visit(owner, `${new URL(owner.url()).pathname}/edit`);
  await owner.getByLabel("Name of the template").fill("Weddings");
  await owner.getByRole("button", { name: "Save as template" }).click();
  await expect(owner.getByRole("heading", { level: 1, name: "Templates" })).toBeVisible();
  const template = owner.locator("section", { has: owner.getByRole("heading", { name: /^Weddings/ }) });
  await expect(template).toBeVisible();
  await hydrated(owner);

  await template.getByRole("button", { name: "Delete template" }).click();
  await expect(owner.getByText("“Weddings” was deleted.")).toBeVisible();
  await hydrated(owner);
  await owner.getByRole("button", { name: "Undo" }).click();
  await expect(owner.getByRole("heading", { level: 1, name: "Templates" })).toBeVisible();
  await expect(template).toBeVisible();
  await hydrated(owner);

  await template.getByRole("button", { name: "Delete template" }).click();
  await expect(owner.getByText("“Weddings” was deleted.")).toBeVisible();
  const handler = await browsers.signedIn("handler");
  await visit(handler, "/deleted");
  await handler.getByRole("button", { name: "Restore Weddings" }).click();
  await visit(owner, "/templates");
  await expect(template).toBeVisible();
});

test("a space comes back, in another member's tab, to the events that were there", async ({ owner, browsers }) => {
  await visit(owner, "/spaces/new");
  await owner.getByLabel("Name").fill("The Ice House");
  await owner.getByRole("button", { name: "Create space" }).click();
  await expect(owner.getByText("Saved.")).toBeVisible();
  await hydrated(owner);
  const space = new URL(owner.url()).pathname;
  const event = await newEvent(owner, "On ice");
  await visit(owner, `${event}/edit`);
  await owner.getByLabel("Space").fill("The Ice House");
  await owner.getByRole("button", { name: "Save", exact: true }).click();
  const place = owner.locator(".head");
  await expect(place).toContainText("The Ice House");
  await live(owner);

  const handler = await browsers.signedIn("handler");
  await visit(handler, space);
  await handler.getByRole("button", { name: "Delete space" }).click();
  await expect(handler.getByRole("heading", { level: 1, name: "Recently deleted" })).toBeVisible();
  await hydrated(handler);
  await expect(place).not.toContainText("The Ice House");
  const aside = await owner.context().newPage();
  await visit(aside, "/deleted");
  await aside.getByRole("button", { name: "Restore The Ice House" }).click();
  await expect(place).toContainText("The Ice House");
  await visit(handler, "/spaces");
  await expect(handler.getByRole("main").getByRole("link", { name: /The Ice House/ })).toBeVisible();
});
