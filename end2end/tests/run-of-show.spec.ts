// The run of show as it is planned and changed: by two people at once, by keyboard, without scripts, and out of a spreadsheet.
import { type Locator, type Page } from "@playwright/test";
import { expect, fillSignIn, hydrated, live, password, people, preloadsRefused, test, visit } from "../fixtures.ts";
import { openEvent, wedding } from "../screens.ts";

function items(page: Page): Locator {
  return page.locator("ol.timeline > li:not(.day, .now-line, .insert)");
}

function item(page: Page, title: string): Locator {
  return items(page).filter({ has: page.getByRole("link", { name: title, exact: true }) });
}

/** The titles from top to bottom. */
async function titles(page: Page): Promise<string[]> {
  return (await items(page).locator("h3 a").allInnerTexts()).map((title) => title.trim());
}

/** The form below the list. */
function next(page: Page): Locator {
  return page.locator("form#next");
}

async function add(page: Page, start: string, length: string, title: string): Promise<void> {
  const form = next(page);
  await form.getByLabel("Start").fill(start);
  await form.getByLabel("Length").fill(length);
  await form.getByLabel("Title").fill(title);
  await form.getByLabel("Title").press("Enter");
  await expect(item(page, title)).toBeVisible();
}

test("what one adds, edits, moves and deletes, the other sees, and an undo brings it back", async ({ owner, browsers, faults }) => {
  faults.allow(/status 422/, /422 \(/);
  await openEvent(owner);
  await live(owner);
  const other = await browsers.signedIn("handler");
  await openEvent(other);
  await live(other);
  await expect(next(owner).getByLabel("Title")).toBeVisible();

  // The last item's end is filled in; after saving the cursor is back in Title.
  await expect(next(owner).getByLabel("Start")).toHaveValue(/^\d\d:\d\d/);
  await add(owner, "3:00 am", "30", "Night bus");
  await expect(next(owner).getByLabel("Title")).toBeFocused();
  await expect(next(owner).getByLabel("Start")).toHaveValue("03:30");
  await expect(item(other, "Night bus")).toContainText("to 03:30");

  // While the other types, a change from here disturbs nothing.
  await item(other, "Night bus").getByRole("link", { name: "Night bus", exact: true }).click();
  const editing = other.locator("form.item").filter({ has: other.getByRole("button", { name: "Save" }) });
  await editing.getByLabel("Where").fill("South gate");
  await item(owner, "Night bus").getByRole("link", { name: "Night bus", exact: true }).click();
  const mine = owner.locator("form.item").filter({ has: owner.getByRole("button", { name: "Save" }) });
  await mine.getByLabel("Title").fill("Night coach");
  await mine.getByLabel("Title").press("Enter");
  await expect(item(owner, "Night coach")).toBeVisible();
  await expect(editing.getByLabel("Where")).toHaveValue("South gate");
  // Different fields: both win. The same field: the second is told, and chooses.
  await editing.getByRole("button", { name: "Save" }).click();
  await expect(item(other, "Night coach")).toContainText("South gate");

  await item(other, "Night coach").getByRole("link", { name: "Night coach", exact: true }).click();
  await item(owner, "Night coach").getByRole("link", { name: "Night coach", exact: true }).click();
  await editing.getByLabel("Title").fill("Last coach");
  await mine.getByLabel("Title").fill("Final coach");
  await mine.getByRole("button", { name: "Save" }).click();
  await expect(item(owner, "Final coach")).toBeVisible();
  await editing.getByRole("button", { name: "Save" }).click();
  await expect(other.getByText("Somebody else changed the title meanwhile.")).toBeVisible();
  await editing.getByRole("button", { name: "Save" }).click();
  await expect(item(owner, "Last coach")).toBeVisible();

  // Deleted on its own page, undone there and seen everywhere.
  await visit(owner, (await item(owner, "Last coach").getByRole("link", { name: "Last coach", exact: true }).getAttribute("href")) ?? "");
  await owner.getByRole("button", { name: "Delete" }).click();
  await expect(item(other, "Last coach")).toBeHidden();
  await expect(owner.getByRole("button", { name: "Undo" })).toBeVisible();
  await hydrated(owner);
  await owner.getByRole("button", { name: "Undo" }).click();
  await expect(item(owner, "Last coach")).toBeVisible();
  await expect(item(other, "Last coach")).toBeVisible();
});

test("reorder, push and paste by keyboard alone, and one undo each", async ({ owner, faults }) => {
  faults.allow(/status 422/, /422 \(/);
  await openEvent(owner);
  await live(owner);
  const before = await titles(owner);
  await add(owner, "2:00", "45", "Clear the hall");
  await add(owner, "2:30", "20", "Load the van");
  const van = item(owner, "Load the van");
  await expect(van).toContainText("Starts before “Clear the hall” ends.");
  await van.getByRole("button", { name: "Push to 02:45" }).focus();
  await owner.keyboard.press("Enter");
  await expect(van).toContainText("02:45");
  await owner.getByRole("button", { name: "Undo" }).focus();
  await owner.keyboard.press("Enter");
  await expect(van).toContainText("Starts before");

  await van.getByRole("link", { name: "Load the van", exact: true }).focus();
  await owner.keyboard.press("Alt+ArrowUp");
  await expect.poll(async () => (await titles(owner)).indexOf("Load the van") < (await titles(owner)).indexOf("Clear the hall")).toBe(true);

  await visit(owner, `${new URL(owner.url()).pathname}/paste`);
  const rows = Array.from({ length: 120 }, (_, row) => `${row % 50 === 3 ? "soon" : `4:${String(row % 60).padStart(2, "0")}`}\t1\tCue ${row}\tBackstage`);
  await owner.getByLabel("Rows from your spreadsheet").fill(["Start\tMin\tTitle\tWhere", ...rows].join("\n"));
  await owner.getByRole("button", { name: "Read the rows" }).focus();
  await owner.keyboard.press("Enter");
  await expect(owner.getByText("“soon” is not a time.").first()).toBeVisible();
  await hydrated(owner);
  await owner.getByRole("button", { name: "Add 117 items" }).focus();
  await owner.keyboard.press("Enter");
  await expect(items(owner)).toHaveCount(before.length + 2 + 117);
  await hydrated(owner);
  await owner.getByRole("button", { name: "Undo" }).focus();
  await owner.keyboard.press("Enter");
  await expect(items(owner)).toHaveCount(before.length + 2);
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

  await page.getByRole("link", { name: "Back to the run of show" }).click();
  await page.getByRole("link", { name: "Lunch for the band", exact: true }).click();
  await page.getByLabel("End").fill("13:00");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(item(page, "Lunch for the band")).toContainText("to 13:00");
  await page.getByRole("link", { name: "Lunch for the band", exact: true }).click();
  await expect(page.locator(".history")).toContainText("40 min → 60 min");
  await page.getByRole("button", { name: "Put back" }).first().click();
  await page.getByRole("button", { name: "Delete" }).click();
  await expect(item(page, "Lunch for the band")).toHaveCount(0);
  await page.getByRole("link", { name: "Recently deleted" }).click();
  await page.getByRole("button", { name: "Restore “Lunch for the band”" }).click();
  await page.getByRole("link", { name: wedding }).click();
  await expect(item(page, "Lunch for the band")).toContainText("40 min");
});
