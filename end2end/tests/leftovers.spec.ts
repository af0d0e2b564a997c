// What is typed is not lost: when somebody else deletes it, and when a form is left. What is offered for a while goes by itself.
import { type Page } from "@playwright/test";
import { expect, expectAccessible, hydrated, live, test, visit } from "../fixtures.ts";
import { RunOfShow, openEvent } from "../screens.ts";

function next(page: Page) {
  return page.locator("form#next");
}

/** Adds an item and opens it in its row. */
async function openInItsRow(page: Page, start: string, title: string): Promise<void> {
  await next(page).getByLabel("Start").fill(start);
  await next(page).getByLabel("Title").fill(title);
  await next(page).getByLabel("Title").press("Enter");
  await page.getByRole("link", { name: title, exact: true }).click();
}

async function deleteElsewhere(page: Page, planner: string, title: string): Promise<void> {
  await page.goto(planner);
  await live(page);
  await visit(page, (await page.getByRole("link", { name: title, exact: true }).getAttribute("href")) ?? "");
  await page.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("button", { name: "Undo" })).toBeVisible();
}

test("what is typed into a row that somebody else deletes stays, with who did it, and is restored or discarded", async ({ owner, browsers }) => {
  await openEvent(owner);
  await live(owner);
  const planner = owner.url();
  await openInItsRow(owner, "5:00 am", "Lay the carpet");
  const form = owner.locator("form.item").filter({ has: owner.getByRole("button", { name: /^Save|Restore it/ }) });
  await form.getByLabel("Where").fill("North stairs");
  await form.getByLabel("Where").evaluate((field: HTMLInputElement) => field.setSelectionRange(5, 5));

  const handler = await browsers.signedIn("handler");
  await deleteElsewhere(handler, planner, "Lay the carpet");
  await expect(form.getByText(/deleted this item on .*What you typed is still here\./)).toBeVisible();
  await expect(form.getByLabel("Where")).toBeFocused();
  await expect(form.getByLabel("Where")).toHaveValue("North stairs");
  await owner.keyboard.type(" (new)");
  await expect(form.getByLabel("Where")).toHaveValue("North (new) stairs");
  await expectAccessible(owner);
  await form.getByRole("button", { name: "Restore it with my changes" }).click();
  for (const page of [owner, handler]) {
    await expect(page.locator("ol.timeline > li").filter({ hasText: "Lay the carpet" })).toContainText("North (new) stairs");
  }
  // It is one edit, and the row follows others as before.
  await handler.locator("ol.timeline").getByRole("link", { name: "Lay the carpet", exact: true }).click();
  await handler.locator("form.item").first().getByLabel("Title").fill("Lay both carpets");
  await handler.locator("form.item").first().getByRole("button", { name: "Save" }).click();
  await expect(owner.getByRole("link", { name: "Lay both carpets", exact: true })).toBeVisible();

  await owner.getByRole("link", { name: "Lay both carpets", exact: true }).click();
  await form.getByLabel("Where").fill("Nowhere");
  await deleteElsewhere(handler, planner, "Lay both carpets");
  await form.getByRole("button", { name: "Discard" }).click();
  await expect(owner.getByText("Lay both carpets")).toHaveCount(0);
  await expect(owner.getByRole("heading", { name: "Run of show" })).toBeFocused();
});

for (const [what, path, label, heading] of [
  ["an event", "/events/new", "Name", "Events"],
  ["a space", "/spaces/new", "Address", "Spaces"],
] as const) {
  test(`the form of ${what} that was left is there again, until it is discarded`, async ({ owner }) => {
    await visit(owner, path);
    const field = owner.getByRole("main").getByLabel(label, { exact: true }).first();
    await field.fill("Half typed");
    await owner.getByRole("navigation", { name: "Main" }).getByRole("link", { name: heading }).click();
    await expect(owner.getByRole("heading", { level: 1, name: heading })).toBeVisible();

    let asked = 0;
    owner.on("dialog", (dialog) => {
      asked += 1;
      void dialog.dismiss();
    });
    await owner.evaluate(() => (location.href = "/contacts")).catch(() => undefined);
    await expect.poll(() => asked).toBe(1);

    await owner.goBack();
    await expect(field).toHaveValue("Half typed");
    await expect(owner.getByText("Not saved yet.")).toBeVisible();
    await expectAccessible(owner);
    await owner.getByRole("button", { name: "Discard" }).click();
    await expect(field).toHaveValue("");
    await expect(owner.getByText("Not saved yet.")).toHaveCount(0);
    await owner.goto("/contacts");
    expect(asked).toBe(1);
  });
}

test("what was typed into an event that somebody else changed meanwhile survives a walk elsewhere", async ({ owner, browsers, faults }) => {
  faults.allow(/status 409/, /409 \(/);
  await openEvent(owner);
  const path = `${new URL(owner.url()).pathname}/edit`;
  await visit(owner, path);
  const handler = await browsers.signedIn("handler");
  await visit(handler, path);
  await handler.getByLabel("PAX").fill("77");
  await handler.getByRole("button", { name: "Save", exact: true }).click();
  await expect(handler).not.toHaveURL(/edit/);
  await owner.getByLabel("PAX").fill("78");
  await owner.getByRole("button", { name: "Save", exact: true }).click();
  await expect(owner.getByText("Theirs: 77")).toBeVisible();
  await hydrated(owner);
  await owner.getByRole("link", { name: "Run of show" }).click();
  await expect(owner.getByRole("link", { name: "Edit event" })).toBeVisible();
  await owner.goBack();
  await expect(owner.getByLabel("PAX")).toHaveValue("78");
  // It is still a change of what was read at first.
  await owner.getByRole("button", { name: "Save", exact: true }).click();
  await expect(owner.getByText("Theirs: 77")).toBeVisible();
});

test("the offer to take back a deleted event goes after half a minute, and the event waits elsewhere", async ({ owner }) => {
  await visit(owner, "/events/new");
  await owner.getByLabel("Name", { exact: true }).first().fill("A mistake");
  await owner.getByLabel("Starts").fill("2031-06-01T18:00");
  await owner.getByLabel("Ends").fill("2031-06-01T23:00");
  await owner.getByRole("button", { name: "Create event" }).click();
  await owner.getByRole("link", { name: "Edit event" }).click();
  await owner.getByRole("button", { name: "Delete event" }).click();
  const told = owner.getByText("“A mistake” was deleted.");
  await expect(told).toBeVisible();
  const ends = await owner.locator(".offer").evaluate((offer) => {
    const [animation] = offer.getAnimations();
    const timing = animation?.effect?.getComputedTiming();
    animation?.finish();
    return timing?.delay;
  });
  expect(ends).toBe(30_000);
  await expect(told).toBeHidden();
  await visit(owner, "/deleted");
  await expect(owner.getByRole("button", { name: "Restore A mistake" })).toBeVisible();
});

test("the page to add people follows what others do, and a template has another name", async ({ owner, browsers }) => {
  await openEvent(owner);
  const planner = new URL(owner.url()).pathname;
  await visit(owner, `${planner}/people`);
  await live(owner);
  const handler = await browsers.signedIn("handler");
  await visit(handler, `${planner}/people`);
  await owner.getByText("who is not in your contacts yet").click();
  await owner.getByLabel("First name").fill("Half ty");
  await handler.getByRole("searchbox").fill("Femi");
  await handler.getByRole("button", { name: /^Add Femi/ }).click();
  await expect(owner.getByRole("button", { name: /^Take off Femi/ })).toBeVisible();
  await expect(owner.getByLabel("First name")).toBeFocused();
  await expect(owner.getByLabel("First name")).toHaveValue("Half ty");

  await visit(owner, `${planner}/edit`);
  await owner.getByLabel("Name of the template").fill("Galas");
  await owner.getByRole("button", { name: "Save as template" }).click();
  const template = owner.locator("section", { has: owner.getByRole("heading", { name: /^Galas/ }) });
  await template.getByText("Rename").click();
  await template.getByLabel("Name of the template").fill("Gala nights");
  await template.getByRole("button", { name: "Save the name" }).click();
  await expect(owner.getByRole("heading", { name: /^Gala nights/ })).toBeVisible();
});

test("an item that was typed below the list and not added is there again, and goes once it is added", async ({ owner }) => {
  await openEvent(owner);
  await live(owner);
  const planner = owner.url();
  await next(owner).getByLabel("Title").fill("Half typed");
  await next(owner).getByLabel("Pinned").check();
  await owner.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Contacts" }).click();
  await expect(owner.getByRole("heading", { level: 1, name: "Contacts" })).toBeVisible();
  await owner.goBack();
  await expect(next(owner).getByLabel("Title")).toHaveValue("Half typed");
  await expect(next(owner).getByLabel("Pinned")).toBeChecked();
  await expect(next(owner).getByText("Not saved yet.")).toBeVisible();
  await next(owner).getByLabel("Title").press("Enter");
  await expect(owner.getByRole("link", { name: "Half typed", exact: true })).toBeVisible();
  await expect(next(owner).getByText("Not saved yet.")).toHaveCount(0);
  let asked = 0;
  owner.on("dialog", (dialog) => {
    asked += 1;
    void dialog.accept();
  });
  await owner.goto(planner);
  expect(asked).toBe(0);
});

test("what was typed into one item stands in no other's form, and in its own wherever that is", async ({ owner }) => {
  await openEvent(owner);
  const show = new RunOfShow(owner);
  await show.add({ start: "5:00", length: "10", title: "Ice" });
  await show.add({ start: "5:30", length: "10", title: "Ferns" });
  await visit(owner, await show.pageOf("Ice"));
  await owner.getByLabel("Where").fill("Roof");
  await owner.getByRole("link", { name: "Add one after it" }).click();
  await expect(owner.getByRole("heading", { level: 1, name: "New item" })).toBeVisible();
  await expect(owner.getByLabel("Title")).toHaveValue("");
  await expect(owner.getByLabel("Where")).not.toHaveValue("Roof");
  await expect(owner.getByText("Not saved yet.")).toHaveCount(0);

  await owner.locator("a.back").click();
  const form = owner.locator("ol.timeline form.item");
  await expect(form.getByText("Not saved yet.")).toBeVisible();
  await expect(form.getByLabel("Title")).toHaveValue("Ice");
  await expect(form.getByLabel("Where")).toHaveValue("Roof");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(show.item("Ice")).toContainText("Roof");
  await expect(owner.getByText("Not saved yet.")).toHaveCount(0);
});

test("a deleted item that was changed before is restored with one's own changes after one was told", async ({ owner, browsers, faults }) => {
  faults.allow(/status 422/, /422 \(/);
  await openEvent(owner);
  await live(owner);
  const planner = owner.url();
  const show = new RunOfShow(owner);
  await show.add({ start: "5:00", length: "10", title: "Ice" });
  const form = await show.edit("Ice");
  await form.getByLabel("Title").fill("Dry ice");

  const handler = await browsers.signedIn("handler");
  await visit(handler, planner);
  const theirs = await new RunOfShow(handler).edit("Ice");
  await theirs.getByLabel("Title").fill("Crushed ice");
  await theirs.getByLabel("Title").press("Enter");
  await expect(new RunOfShow(handler).item("Crushed ice")).toBeVisible();
  await deleteElsewhere(handler, planner, "Crushed ice");

  await form.getByRole("button", { name: "Restore it with my changes" }).click();
  await expect(form.getByText("Somebody else changed this meanwhile")).toBeVisible();
  await form.getByRole("button", { name: "Restore it with my changes" }).click();
  await expect(show.item("Dry ice")).toBeVisible();
});
