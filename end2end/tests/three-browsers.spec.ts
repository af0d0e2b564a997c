// Two members and a guest on one event at the same time: each sees what the others change as it is made.
import type { Locator, Page } from "@playwright/test";
import { Cable, broken } from "../cable.ts";
import { type Browsers, type Faults, expect, hydrated, live, test, visit } from "../fixtures.ts";
import { CrewRow, RunOfShow, notInvited, openEvent, someoneNotInvited, wedding } from "../screens.ts";

/** A link that was revoked is a 404, and a refused save a 422. */
const provoked = [/status 404: GET .*\/v\//, /404 \(/, /status 422/, /422 \(/];

// Three browsers at a time.
test.describe.configure({ timeout: 120_000 });

interface Three {
  owner: Page;
  handler: Page;
  /** On a phone, at the share link of `name`. */
  guest: Page;
  name: string;
}

async function three(owner: Page, browsers: Browsers, faults: Faults): Promise<Three> {
  faults.allow(...provoked);
  await openEvent(owner);
  await live(owner);
  const handler = await browsers.signedIn("handler");
  await openEvent(handler);
  await live(handler);
  const name = await someoneNotInvited(owner);
  const guest = await browsers.open({ viewport: { width: 360, height: 740 } });
  await guest.goto(await new CrewRow(owner, name).link());
  await expect(guest.getByRole("heading", { level: 1 })).toContainText(wedding);
  return { owner, handler, guest, name };
}

function guestItem(guest: Page, title: string): Locator {
  return guest.locator("ol.timeline > li").filter({ has: guest.getByRole("heading", { name: title, exact: true }) });
}

test("each sees what the others add, change, delete, answer and take away", async ({ owner: page, browsers, faults }) => {
  const { owner, handler, guest, name } = await three(page, browsers, faults);
  const [mine, theirs] = [new RunOfShow(owner), new RunOfShow(handler)];
  const [row, watched] = [new CrewRow(owner, name), new CrewRow(handler, name)];

  // Items: added, changed, made private, deleted and brought back.
  await mine.add({ start: "2:00 am", length: "20", title: "Fireworks" });
  await expect(theirs.item("Fireworks")).toContainText("20 min");
  await expect(guestItem(guest, "Fireworks")).toContainText("20 min");

  const form = await theirs.edit("Fireworks");
  await form.getByLabel("Length").fill("35");
  await form.getByLabel("End").fill("");
  await form.getByLabel("Where").fill("Far bank");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(mine.item("Fireworks")).toContainText("Far bank");
  await expect(mine.item("Fireworks")).toContainText("35 min");
  await expect(guestItem(guest, "Fireworks")).toContainText("Far bank");

  const again = await mine.edit("Fireworks");
  await again.getByLabel("Private").check();
  await again.getByRole("button", { name: "Save" }).click();
  await expect(theirs.item("Fireworks")).toHaveAttribute("data-private", "");
  await expect(guestItem(guest, "Fireworks")).toHaveCount(0);

  const [first = ""] = await mine.titles();
  await theirs.remove(first);
  await expect(mine.item(first)).toHaveCount(0);
  await expect(guestItem(guest, first)).toHaveCount(0);
  await theirs.undo.click();
  await expect(mine.item(first)).toBeVisible();
  expect((await mine.titles())[0]).toBe(first);
  await expect(guestItem(guest, first)).toBeVisible();

  // The mail and its badge, then the guest's answer.
  await live(handler);
  await row.emailLink.click();
  for (const seen of [row, watched]) await expect(seen.badge).toHaveText("delivered");
  await guest.getByRole("button", { name: "Accept" }).click();
  for (const seen of [row, watched]) await expect(seen.row).toContainText("accepted");
  await watched.openPanel();
  await watched.button("declined").click();
  await expect(row.row).toContainText("declined");
  await expect(guest.getByRole("status")).toContainText("You are not coming.");

  // People come and go, and the event gets another name.
  const aside = await handler.context().newPage();
  const event = new URL(handler.url()).pathname;
  await visit(aside, `${event}/people?q=Femi`);
  await aside.getByRole("button", { name: /^Add Femi/ }).click();
  for (const seen of [owner, handler]) await expect(seen.locator("ul.crew .name", { hasText: "Femi" })).toBeVisible();
  await aside.getByRole("button", { name: /^Take off Femi/ }).click();
  for (const seen of [owner, handler]) await expect(seen.locator("ul.crew .name", { hasText: "Femi" })).toHaveCount(0);

  await visit(aside, `${event}/edit`);
  await aside.getByLabel("Name", { exact: true }).first().fill("Amara & Jonathan");
  await aside.getByRole("button", { name: "Save", exact: true }).click();
  for (const seen of [owner, handler]) await expect(seen.getByRole("heading", { level: 1, name: "Amara & Jonathan" })).toBeVisible();
  await expect(guest.getByRole("heading", { level: 1 })).toContainText("Amara & Jonathan");

  await row.revoke();
  await expect(watched.button("Generate link")).toBeVisible();
  await expect(guest.getByRole("heading", { level: 1, name: "Link not active" })).toBeVisible();
});

test("of one item, different fields are both kept; of the same field the second is told, and keeps theirs or mine", async ({ owner: page, browsers, faults }) => {
  const { owner, handler, guest } = await three(page, browsers, faults);
  const [mine, theirs] = [new RunOfShow(owner), new RunOfShow(handler)];
  await mine.add({ start: "3:00 am", length: "30", title: "Night bus" });
  await expect(theirs.item("Night bus")).toBeVisible();
  const save = async (form: Locator): Promise<void> => form.getByRole("button", { name: "Save" }).click();

  const first = await mine.edit("Night bus");
  const second = await theirs.edit("Night bus");
  await first.getByLabel("Where").fill("South gate");
  await second.getByLabel("Title").fill("Last bus");
  await save(first);
  await expect(mine.item("Night bus")).toContainText("South gate");
  await save(second);
  for (const show of [mine, theirs]) await expect(show.item("Last bus")).toContainText("South gate");

  // The same field, and the second takes theirs: nothing of what they typed is saved.
  const kept = await mine.edit("Last bus");
  const given = await theirs.edit("Last bus");
  await kept.getByLabel("Title").fill("Coach home");
  await given.getByLabel("Title").fill("Bus home");
  await save(kept);
  await expect(mine.item("Coach home")).toBeVisible();
  await save(given);
  await expect(given.getByText("Somebody else changed this meanwhile: the title (now “Coach home”).")).toBeVisible();
  await expect(given.getByLabel("Title")).toHaveValue("Bus home");
  await expect(mine.item("Coach home")).toBeVisible();
  await given.getByRole("button", { name: "Cancel" }).click();
  await expect(theirs.item("Coach home")).toBeVisible();

  // The same again, and the second keeps their own: it replaces what they were told of, each field.
  const other = await theirs.edit("Coach home");
  const own = await mine.edit("Coach home");
  await other.getByLabel("Title").fill("Taxi home");
  await other.getByLabel("Where").fill("Taxi rank");
  await own.getByLabel("Title").fill("Boat home");
  await own.getByLabel("Where").fill("Jetty");
  await save(other);
  await expect(theirs.item("Taxi home")).toBeVisible();
  await save(own);
  await expect(own.getByText("the title (now “Taxi home”), the place (now “Taxi rank”).")).toBeVisible();
  await save(own);
  for (const show of [mine, theirs]) await expect(show.item("Boat home")).toContainText("Jetty");
  await expect(guestItem(guest, "Boat home")).toContainText("Jetty");

  // Who changed what, and from what.
  await visit(owner, await mine.pageOf("Boat home"));
  for (const change of ["Night bus → Last bus", "Last bus → Coach home", "Coach home → Taxi home", "Taxi home → Boat home"]) await expect(owner.locator(".history")).toContainText(change);
});

test("while the connection is cut, what is typed stays; when it is back, all that was missed is there and what was typed is saved", async ({ owner: page, browsers, faults }) => {
  faults.allow(...broken);
  const cable = await Cable.of(page);
  const { owner, handler, guest, name } = await three(page, browsers, faults);
  const [mine, theirs] = [new RunOfShow(owner), new RunOfShow(handler)];
  const row = new CrewRow(owner, name);
  const other = (await notInvited(owner)).find((one) => one !== name) ?? "";
  await mine.add({ start: "2:00 am", length: "20", title: "Fireworks" });
  await mine.add({ start: "2:30 am", length: "20", title: "Clear the lawn" });
  await mine.add({ start: "3:00 am", length: "30", title: "Night bus" });
  await expect(theirs.item("Night bus")).toBeVisible();

  // Somebody is in the middle of it: an item, the next item, an address.
  const form = await mine.edit("Night bus");
  await form.getByLabel("Where").fill("South gate");
  await mine.next.getByLabel("Title").fill("Lights out");
  await row.sendTo.fill("elsewhere@venue.example");
  await cable.cut();
  await owner.context().setOffline(true);
  await expect(owner.locator(".pill")).not.toHaveAttribute("data-state", "live");

  // Meanwhile, elsewhere.
  const renamed = await theirs.edit("Night bus");
  await renamed.getByLabel("Title").fill("Night coach");
  await renamed.getByRole("button", { name: "Save" }).click();
  await expect(theirs.item("Night coach")).toBeVisible();
  await theirs.remove("Clear the lawn");
  await theirs.add({ start: "2:25 am", length: "5", title: "Encore" });
  const fromFireworks = async (): Promise<string[]> => {
    const titles = await theirs.titles();
    return titles.slice(titles.indexOf("Fireworks"));
  };
  await expect.poll(fromFireworks).toEqual(["Fireworks", "Encore", "Night coach"]);
  const [above = ""] = (await theirs.titles()).slice(-4);
  await theirs.link("Fireworks").focus();
  await handler.keyboard.press("Alt+ArrowUp");
  await expect.poll(fromFireworks).toEqual(["Fireworks", above, "Encore", "Night coach"]);
  await new CrewRow(handler, other).emailLink.click();
  await expect(new CrewRow(handler, other).badge).toHaveText("delivered");
  await guest.getByRole("button", { name: "Accept" }).click();
  await expect(new CrewRow(handler, name).row).toContainText("accepted");

  // Pressed all the same: it is said that nobody could be reached, and nothing is lost.
  await form.getByLabel("Details").fill("Two of them");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form.getByRole("alert")).toContainText("could not be reached");
  await expect(form.getByLabel("Where")).toHaveValue("South gate");
  await mine.next.getByRole("button", { name: "Add item" }).click();
  await expect(mine.next.getByRole("alert")).toContainText("could not be reached");
  await expect(mine.next.getByLabel("Title")).toHaveValue("Lights out");
  await expect(mine.item("Encore")).toHaveCount(0);

  cable.mend();
  await owner.context().setOffline(false);
  await expect(mine.item("Encore")).toBeVisible({ timeout: 40_000 });
  await live(owner);
  await expect(mine.item("Clear the lawn")).toHaveCount(0);
  await expect(row.row).toContainText("accepted");
  await expect(new CrewRow(owner, other).badge).toHaveText("delivered");
  await expect(form.getByLabel("Where")).toHaveValue("South gate");
  await expect(form.getByLabel("Details")).toHaveValue("Two of them");
  await expect(mine.next.getByLabel("Title")).toHaveValue("Lights out");
  await expect(row.sendTo).toHaveValue("elsewhere@venue.example");

  // Saved now, beside what was changed meanwhile, and once.
  await form.getByRole("button", { name: "Save" }).click();
  await mine.next.getByRole("button", { name: "Add item" }).click();
  for (const show of [mine, theirs]) {
    await expect(show.item("Night coach")).toContainText("South gate");
    await expect(show.item("Night coach")).toContainText("Two of them");
    await expect(show.item("Lights out")).toHaveCount(1);
  }
  expect(await mine.titles()).toEqual(await theirs.titles());
  await owner.reload();
  await hydrated(owner);
  expect(await mine.titles()).toEqual(await theirs.titles());
});

test("an item whose answer was lost on the way is added once", async ({ owner, faults }) => {
  faults.allow(/request failed: POST \S+add_item/, /console: Failed to load resource/);
  await openEvent(owner);
  await live(owner);
  const show = new RunOfShow(owner);
  await expect(show.next.getByLabel("Title")).toBeVisible();
  await owner.route("**/api/add_item", async (route) => {
    await route.fetch();
    await route.abort();
  });
  await show.next.getByLabel("Title").fill("Lost and found");
  await show.next.getByLabel("Title").press("Enter");
  await expect(show.next.getByRole("alert")).toContainText("could not be reached");
  await expect(show.item("Lost and found")).toHaveCount(1);
  await owner.unroute("**/api/add_item");
  await show.next.getByRole("button", { name: "Add item" }).click();
  await expect(show.next.getByRole("alert")).toHaveCount(0);
  await expect(show.next.getByLabel("Title")).toHaveValue("");
  await expect(show.item("Lost and found")).toHaveCount(1);
});
