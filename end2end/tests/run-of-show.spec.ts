// The run of show as it is planned and changed: by two people at once, by pointer, by keyboard, without scripts, and out of a spreadsheet.
import type { Locator, Page } from "@playwright/test";
import { expect, fillSignIn, hydrated, live, password, people, preloadsRefused, test, visit } from "../fixtures.ts";
import { pointerEvents, tabTo } from "../keyboard.ts";
import { RunOfShow, clock, newEvent, openEvent, wedding } from "../screens.ts";

test("what one adds, edits, moves and deletes, the other sees, and an undo brings it back", async ({ owner, browsers, faults }) => {
  faults.allow(/status 422/, /422 \(/);
  await openEvent(owner);
  await live(owner);
  const handler = await browsers.signedIn("handler");
  await openEvent(handler);
  await live(handler);
  const [mine, theirs] = [new RunOfShow(owner), new RunOfShow(handler)];
  await expect(mine.next.getByLabel("Title")).toBeVisible();

  // The last item's end is filled in; after saving the cursor is back in Title.
  await expect(mine.next.getByLabel("Start")).toHaveValue(/^\d\d:\d\d/);
  await mine.add({ start: "3:00 am", length: "30", title: "Night bus" });
  await expect(mine.next.getByLabel("Title")).toBeFocused();
  await expect(mine.next.getByLabel("Start")).toHaveValue("03:30");
  await expect(theirs.item("Night bus")).toContainText("to 03:30");

  // While the other types, a change from here disturbs nothing.
  const typing = await theirs.edit("Night bus");
  await typing.getByLabel("Where").fill("South gate");
  const form = await mine.edit("Night bus");
  await form.getByLabel("Title").fill("Night coach");
  await form.getByLabel("Title").press("Enter");
  await expect(mine.item("Night coach")).toBeVisible();
  await expect(typing.getByLabel("Where")).toHaveValue("South gate");

  // Deleted on its own page, undone there and seen everywhere.
  await typing.getByRole("button", { name: "Save" }).click();
  await mine.remove("Night coach");
  await expect(theirs.item("Night coach")).toBeHidden();
  await mine.undo.click();
  await expect(mine.item("Night coach")).toBeVisible();
  await expect(theirs.item("Night coach")).toContainText("South gate");
});

/** Drags a row by its title onto another one, which says on which side of it the row would stand, and lets it go there. */
async function drag(page: Page, from: Locator, onto: Locator, side: "before" | "after"): Promise<void> {
  await from.scrollIntoViewIfNeeded();
  const [start, end] = [await from.boundingBox(), await onto.boundingBox()];
  if (start === null || end === null) throw new Error("nothing to drag, or nowhere to drop it");
  await page.mouse.move(start.x + 8, start.y + start.height / 2);
  await page.mouse.down();
  await page.mouse.move(start.x + 16, start.y + start.height / 2 + 8, { steps: 3 });
  // A hand is never still, and only what moves is dragged over something.
  let x = end.x + end.width / 2;
  await expect(async () => {
    await page.mouse.move((x += 1), end.y + end.height / 2, { steps: 4 });
    await expect(onto).toHaveAttribute("data-drop", side, { timeout: 500 });
  }).toPass({ timeout: 10_000 });
  await page.mouse.up();
}

test("a row dragged by the pointer stands where it was dropped, for everybody, and one undo puts it back", async ({ owner, browsers }) => {
  const path = await newEvent(owner, "Dragged");
  await live(owner);
  const show = new RunOfShow(owner);
  for (const [start, title] of [["16:00", "Doors"], ["17:00", "Dinner"], ["18:00", "Speeches"], ["19:00", "Band"]] as const) await show.add({ start, length: "30", title });
  const handler = await browsers.signedIn("handler");
  await visit(handler, path);
  await live(handler);
  const seen = new RunOfShow(handler);
  const before = ["Doors", "Dinner", "Speeches", "Band"];
  expect(await seen.titles()).toEqual(before);

  const takeBack = async (): Promise<void> => {
    await show.undo.click();
    await expect(show.undo).toBeHidden();
    // The page stands still again.
    await expect(owner.getByRole("heading", { name: "Run of show" })).toBeFocused();
  };

  // Up: it takes the place of the row that it was dropped on, which makes room.
  await drag(owner, show.link("Band"), show.item("Dinner"), "before");
  for (const one of [show, seen]) await expect.poll(() => one.titles()).toEqual(["Doors", "Band", "Dinner", "Speeches"]);
  expect(await seen.starts("Band")).toBe("16:30");
  await takeBack();
  for (const one of [show, seen]) await expect.poll(() => one.titles()).toEqual(before);
  expect(await seen.starts("Band")).toBe("19:00");

  // Down, by one and to the end.
  await drag(owner, show.link("Doors"), show.item("Dinner"), "after");
  await expect.poll(() => show.titles()).toEqual(["Dinner", "Doors", "Speeches", "Band"]);
  await takeBack();
  await expect.poll(() => show.titles()).toEqual(before);
  await drag(owner, show.link("Doors"), show.item("Band"), "after");
  await expect.poll(() => seen.titles()).toEqual(["Dinner", "Speeches", "Band", "Doors"]);
  await takeBack();
  await expect.poll(() => seen.titles()).toEqual(before);
  expect(await seen.starts("Doors")).toBe("16:00");

  // Let go where it stood, nothing happens.
  await drag(owner, show.link("Dinner"), show.item("Dinner"), "before");
  await expect(show.undo).toBeHidden();
  expect(await show.titles()).toEqual(before);
});

test("Push all leaves pinned rows, keeps parallel ones parallel, and says what would collide before anything moves", async ({ owner, browsers, faults }) => {
  faults.allow(/status 422/, /422 \(/);
  const path = await newEvent(owner, "Pushed");
  await live(owner);
  const show = new RunOfShow(owner);
  await show.add({ start: "16:00", length: "60", title: "Sound check" });
  await show.add({ start: "16:30", length: "45", title: "Doors" });
  await show.add({ start: "16:30", length: "20", title: "Drinks" });
  await show.add({ start: "17:30", length: "15", title: "Sunset", pinned: true });
  await show.add({ start: "18:00", length: "30", title: "Dinner" });
  await show.add({ start: "18:15", length: "30", title: "Speeches" });
  const handler = await browsers.signedIn("handler");
  await visit(handler, path);
  await live(handler);
  const seen = new RunOfShow(handler);
  const times = async (one: RunOfShow): Promise<string[]> => (await one.items.locator("time").allTextContents()).map(clock);
  const before = ["16:00", "16:30", "16:30", "17:30", "18:00", "18:15"];
  await expect.poll(() => times(seen)).toEqual(before);

  // Rows that start together are meant to.
  await expect(show.item("Doors")).toContainText("Starts before “Sound check” ends.");
  await expect(show.item("Drinks")).not.toContainText("Starts before");

  // Named first, and nothing is changed by asking.
  await show.item("Doors").getByRole("button", { name: "Push all", exact: true }).click();
  await expect(show.item("Doors").getByRole("alert")).toContainText("Sunset");
  expect(await times(show)).toEqual(before);
  expect(await times(seen)).toEqual(before);
  await expect(show.undo).toHaveCount(1);

  await show.item("Doors").getByRole("button", { name: "Push all the same" }).click();
  const after = ["16:00", "17:00", "17:00", "17:30", "18:30", "18:45"];
  for (const one of [show, seen]) await expect.poll(() => times(one)).toEqual(after);
  await expect(show.item("Sunset")).toContainText("pinned");

  // Somebody edits another row meanwhile; the one undo still works, and keeps it.
  const form = await seen.edit("Dinner");
  await form.getByLabel("Where").fill("Great Hall");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(show.item("Dinner")).toContainText("Great Hall");
  await show.undo.click();
  for (const one of [show, seen]) await expect.poll(() => times(one)).toEqual(before);
  await expect(seen.item("Dinner")).toContainText("Great Hall");

  // Without a collision it is done at once: this row alone.
  await show.item("Speeches").getByRole("button", { name: "Push to 18:30" }).click();
  await expect.poll(() => show.starts("Speeches")).toBe("18:30");
});

/** What the clipboard holds after somebody copied cells of a spreadsheet. */
async function copyCells(page: Page, rows: string[][]): Promise<void> {
  await page.evaluate((text) => navigator.clipboard.writeText(text), rows.map((row) => row.join("\t")).join("\n"));
}

test("add, reorder, push and paste by keyboard alone, and one undo each", async ({ browsers, faults }) => {
  // Some three hundred presses.
  test.setTimeout(120_000);
  faults.allow(/status 422/, /422 \(/);
  const page = await browsers.signedIn("demo", { permissions: ["clipboard-read", "clipboard-write"] });
  await openEvent(page);
  await live(page);
  const pointed = await pointerEvents(page);
  const show = new RunOfShow(page);
  await expect(show.next.getByLabel("Title")).toBeVisible();
  const before = await show.titles();

  const type = async (start: string, length: string, title: string): Promise<void> => {
    await tabTo(page, show.next.getByLabel("Start"));
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type(start);
    await page.keyboard.press("Tab");
    await page.keyboard.type(length);
    await tabTo(page, show.next.getByLabel("Title"));
    await page.keyboard.type(title);
    await page.keyboard.press("Enter");
    await expect(show.item(title)).toBeVisible();
    await expect(show.next.getByLabel("Title")).toBeFocused();
  };
  await type("2:00", "45", "Clear the hall");
  await type("2:30", "20", "Load the van");
  const undo = async (): Promise<void> => {
    await tabTo(page, show.undo);
    await page.keyboard.press("Enter");
  };

  const van = show.item("Load the van");
  await expect(van).toContainText("Starts before “Clear the hall” ends.");
  await tabTo(page, van.getByRole("button", { name: "Push to 02:45" }));
  await page.keyboard.press("Enter");
  await expect.poll(() => show.starts("Load the van")).toBe("02:45");
  await expect(show.link("Load the van")).toBeFocused();
  await undo();
  await expect(van).toContainText("Starts before");

  const isAbove = async (): Promise<boolean> => {
    const titles = await show.titles();
    return titles.indexOf("Load the van") < titles.indexOf("Clear the hall");
  };
  await tabTo(page, show.link("Load the van"));
  await page.keyboard.press("Alt+ArrowUp");
  await expect.poll(isAbove).toBe(true);
  // Still on the row that moved, so that it can be moved on.
  await expect(show.link("Load the van")).toBeFocused();
  await page.keyboard.press("Alt+ArrowDown");
  await expect.poll(isAbove).toBe(false);
  await undo();
  await expect.poll(isAbove).toBe(true);

  // A row is changed in its place: Enter opens it, Escape leaves it as it was, Enter saves it.
  await tabTo(page, show.link("Load the van"));
  await page.keyboard.press("Enter");
  await expect(page.locator("form.item:not(#next)").getByLabel("Title")).toBeFocused();
  await page.keyboard.type("never saved");
  await page.keyboard.press("Escape");
  await expect(show.link("Load the van")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("form.item:not(#next)").getByLabel("Title")).toBeFocused();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("Load both vans");
  await page.keyboard.press("Enter");
  await expect(show.item("Load both vans")).toBeVisible();

  await tabTo(page, page.getByRole("link", { name: "Paste rows from a spreadsheet" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Paste rows" })).toBeVisible();
  const rows = Array.from({ length: 120 }, (_, row) => [row % 50 === 3 ? "soon" : `4:${String(row % 60).padStart(2, "0")}`, "1", `Cue ${row}`, "Backstage"]);
  await copyCells(page, [["Start", "Min", "Title", "Where"], ...rows]);
  await tabTo(page, page.getByLabel("Rows from your spreadsheet"));
  await page.keyboard.press("ControlOrMeta+v");
  await tabTo(page, page.getByRole("button", { name: "Read the rows" }));
  await page.keyboard.press("Enter");
  await expect(page.getByText("“soon” is not a time.")).toHaveCount(3);
  await hydrated(page);
  await tabTo(page, page.getByRole("button", { name: "Add 117 items" }));
  await page.keyboard.press("Enter");
  await expect(show.items).toHaveCount(before.length + 2 + 117);
  await hydrated(page);
  await undo();
  await expect(show.items).toHaveCount(before.length + 2);
  expect(pointed(), "what the pointer did").toBe(0);
});

test("without scripts an item is added, changed, deleted and restored", async ({ browsers, faults }) => {
  faults.allow(...preloadsRefused, /status 422/, /422 \(/);
  const page = await browsers.open({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  await page.goto("/sign-in");
  await fillSignIn(page, people.demo, password);
  await page.getByRole("main").getByRole("link", { name: wedding }).click();
  await page.getByRole("link", { name: "Add item", exact: true }).click();
  await page.getByLabel("Start").fill("noon");
  await page.getByLabel("Title").fill("   ");
  await page.getByRole("button", { name: "Add item" }).click();
  await expect(page.getByText("An item needs a title.")).toBeVisible();
  await expect(page.getByLabel("Start")).toHaveValue("noon");
  await page.getByLabel("Title").fill("Lunch for the band");
  await page.getByLabel("Length").fill("40 min");
  await page.getByRole("button", { name: "Add item" }).click();
  await expect(page.getByText("The next one begins where it ends.")).toBeVisible();
  await expect(page.getByLabel("Start")).toHaveValue("12:40");

  const show = new RunOfShow(page);
  await page.getByRole("link", { name: "Back to the run of show" }).click();
  await show.link("Lunch for the band").click();
  await page.getByLabel("End").fill("13:00");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(show.item("Lunch for the band")).toContainText("to 13:00");
  await show.link("Lunch for the band").click();
  await expect(page.locator(".history")).toContainText("40 min → 60 min");
  await page.getByRole("button", { name: "Put back" }).first().click();
  await page.getByRole("button", { name: "Delete" }).click();
  await expect(show.item("Lunch for the band")).toHaveCount(0);
  await page.getByRole("link", { name: "Recently deleted" }).click();
  await page.getByRole("button", { name: "Restore “Lunch for the band”" }).click();
  await page.getByRole("link", { name: wedding }).click();
  await expect(show.item("Lunch for the band")).toContainText("40 min");
});
