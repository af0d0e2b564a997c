// Putting people on an event, and taking them off.
import { expect, fillSignIn, hydrated, live, password, people, preloadsRefused, test, visit } from "../fixtures.ts";
import { CrewRow, openEvent, someoneNotInvited } from "../screens.ts";

test("people are added by the keyboard, one after the other, and are there at once in another browser", async ({ owner, browsers }) => {
  await openEvent(owner);
  const handler = await browsers.signedIn("handler");
  await openEvent(handler);
  await live(handler);

  await owner.getByRole("link", { name: "Add people" }).click();
  await expect(owner.getByRole("heading", { level: 1, name: "Add people" })).toBeVisible();
  await hydrated(owner);
  for (const name of ["Femi", "Yusuf"]) {
    await owner.getByRole("searchbox").fill(name);
    await owner.getByRole("button", { name: new RegExp(`^Add ${name}`) }).press("Enter");
    await expect(owner.locator("[aria-live=polite]").filter({ hasText: `${name}` }).first()).toContainText("is on the event");
    await expect(owner.getByRole("searchbox")).toBeFocused();
    await expect(handler.locator("ul.crew .name", { hasText: name })).toBeVisible();
  }
  await owner.getByRole("button", { name: /^Take off Yusuf/ }).click();
  await expect(handler.locator("ul.crew .name", { hasText: "Yusuf" })).toHaveCount(0);
});

test("what has the focus is about the same person when somebody else adds another one", async ({ owner, browsers }) => {
  await openEvent(owner);
  const path = `${new URL(owner.url()).pathname}/people`;
  await visit(owner, `${path}?q=Femi`);
  await live(owner);
  await owner.getByRole("button", { name: /^Add Femi/ }).click();
  const takeOff = owner.getByRole("button", { name: /^Take off Femi/ });
  await expect(takeOff).toBeVisible();
  await expect(owner.getByRole("searchbox")).toBeFocused();
  await takeOff.focus();

  const handler = await browsers.signedIn("handler");
  await visit(handler, `${path}?q=Yusuf`);
  await handler.getByRole("button", { name: /^Add Yusuf/ }).click();
  const other = owner.getByRole("button", { name: /^Take off Yusuf/ });
  await expect(other).toBeVisible();
  await expect(takeOff).toBeFocused();
  await owner.keyboard.press("Enter");
  await expect(takeOff).toHaveCount(0);
  await expect(other).toBeVisible();
});

test("a new contact in place and a pasted list, each fault at its line, without scripts", async ({ owner, browsers, faults }) => {
  faults.allow(...preloadsRefused, /status 422/, /422 \(/);
  await openEvent(owner);
  const planner = owner.url();
  const page = await browsers.open({ javaScriptEnabled: false });
  await page.goto("/sign-in");
  await fillSignIn(page, people.demo, password);
  await expect(page).toHaveURL(/\/events$/);
  await page.goto(`${planner.split("?")[0] ?? ""}/people`);

  await page.getByText("who is not in your contacts yet").click();
  await page.getByLabel("First name").fill("Odile");
  await page.getByLabel("Email").fill("odile@nowhere");
  await page.getByRole("button", { name: "Add new contact" }).click();
  await expect(page.locator("#email-note.error")).toBeVisible();
  await page.getByLabel("Email").fill("odile@venue.example");
  await page.getByRole("button", { name: "Add new contact" }).click();
  await expect(page.getByRole("link", { name: "Odile" })).toBeVisible();

  await page.getByText("from a mail or a list").click();
  await page.getByLabel("One person a line").fill("Uwe Hahn <uwe@venue.example>\nnobody\nIda <ida@venue.example>");
  await page.getByRole("button", { name: "Add everybody" }).click();
  await expect(page.locator("#lines-note")).toContainText("Line 2, “nobody”");
  await page.getByLabel("One person a line").fill("Uwe Hahn <uwe@venue.example>\nIda <ida@venue.example>");
  await page.getByRole("button", { name: "Add everybody" }).click();
  for (const name of ["Uwe Hahn", "Ida"]) await expect(page.getByRole("link", { name, exact: true }).first()).toBeVisible();
  await page.goto(planner);
  for (const name of ["Odile", "Uwe Hahn", "Ida"]) await expect(new CrewRow(page, name).row).toBeVisible();
});

test("whoever is taken off goes from every tab, and an undo brings them back to the same place", async ({ owner, browsers, faults }) => {
  faults.allow(/status 404: GET .*\/v\//, /404 \(/);
  await openEvent(owner);
  await live(owner);
  const name = await someoneNotInvited(owner);
  const handler = await browsers.signedIn("handler");
  await openEvent(handler);
  await live(handler);
  const order = await handler.locator("ul.crew .name").allTextContents();
  const row = new CrewRow(owner, name);
  const link = await row.link();
  await row.button("Take off this event").click();
  await expect(owner.getByText(`${name} is off the event.`)).toBeVisible();
  for (const page of [owner, handler]) await expect(new CrewRow(page, name).row).toHaveCount(0);
  const guest = await browsers.open();
  expect((await guest.goto(link))?.status()).toBe(404);

  await expect(owner.getByRole("button", { name: "Undo" })).toBeFocused();
  await owner.keyboard.press("Enter");
  for (const page of [owner, handler]) await expect(new CrewRow(page, name).row).toBeVisible();
  expect(await handler.locator("ul.crew .name").allTextContents()).toEqual(order);
  expect((await guest.goto(link))?.status()).toBe(404);
});
