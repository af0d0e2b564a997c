// Only what changed is drawn again: the keyboard, a selection and a screen reader's place stay where they are.
import type { Locator, Page } from "@playwright/test";
import { expect, live, test } from "../fixtures.ts";
import { CrewRow, crewRows, notInvited, openEvent, someoneNotInvited } from "../screens.ts";

/** A change of the page: in whose row, and of what. */
type Change = { row: string; element: string; text: string; byClock: boolean };

/** Notes every change inside an element from now on; returns what reads the notes. */
async function changesIn(list: Locator): Promise<() => Promise<Change[]>> {
  const notes = await list.evaluateHandle((element) => {
    const seen: Change[] = [];
    const observer = new MutationObserver((records) => {
      for (const { target } of records) {
        const changed = target instanceof Element ? target : target.parentElement;
        const text = changed?.textContent ?? "";
        seen.push({
          row: changed?.closest("li")?.querySelector(".name")?.textContent?.trim() ?? "none",
          element: changed?.outerHTML.slice(0, 200) ?? "",
          text,
          byClock: changed?.closest(".ago") !== null || /^again in \d min$/.test(text.trim()),
        });
      }
    });
    observer.observe(element, { subtree: true, childList: true, attributes: true, characterData: true });
    return seen;
  });
  return () => notes.jsonValue();
}

function crewList(page: Page): Locator {
  return page.locator("ul.crew");
}

test("a badge that flips draws its own row again and no other", async ({ owner, browsers }) => {
  await openEvent(owner);
  await live(owner);
  const name = await someoneNotInvited(owner);
  const handler = await browsers.signedIn("handler");
  await openEvent(handler);
  await live(handler);
  expect(await crewRows(owner).count()).toBeGreaterThan(1);

  const changes = await changesIn(crewList(owner));
  await new CrewRow(handler, name).emailLink.click();
  await expect(new CrewRow(owner, name).badge).toHaveText("delivered");

  const rows = new Set((await changes()).filter(({ byClock }) => !byClock).map(({ row }) => row));
  expect([...rows]).toEqual([name]);
});

test("the clock draws nothing again but what tells the time", async ({ owner }) => {
  await owner.clock.install();
  await openEvent(owner);
  await live(owner);
  const [name = ""] = await notInvited(owner);
  const row = new CrewRow(owner, name);
  await row.emailLink.click();
  await expect(row.badge).toHaveText("delivered");
  await expect(row.row).toContainText("just now");
  // The pulse of the badge ends.
  await owner.clock.runFor(5_000);
  await expect(row.badge).not.toHaveAttribute("data-fresh");

  const changes = await changesIn(crewList(owner));
  await owner.clock.runFor(35_000);
  await live(owner);
  await owner.clock.runFor(35_000);
  await expect(row.row).toContainText("1 min ago");

  const seen = await changes();
  expect(seen.filter(({ byClock }) => !byClock)).toEqual([]);
  expect(seen.length).toBeGreaterThan(0);
});

// Of a row that is laid out by itself only while the pointer is elsewhere, margins collapse in one state and not in the other.
test("no row changes its place or size when the pointer comes onto it", async ({ owner }) => {
  await openEvent(owner);
  await live(owner);
  const rows = owner.locator("ol.timeline > li, ul.crew > li");
  const count = await rows.count();
  expect(count).toBeGreaterThan(30);
  const drawn = (row: Locator): Promise<number[]> =>
    row.evaluate(async (element) => {
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const { top, height } = element.getBoundingClientRect();
      return [Math.round(top + scrollY), Math.round(height)];
    });
  for (let index = 0; index < count; index += 1) {
    const row = rows.nth(index);
    await row.scrollIntoViewIfNeeded();
    await owner.mouse.move(0, 0);
    const before = await drawn(row);
    await row.hover({ position: { x: 5, y: 5 } });
    expect.soft(await drawn(row), `row ${index}`).toEqual(before);
  }
});
