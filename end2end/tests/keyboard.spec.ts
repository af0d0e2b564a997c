// The main job without a pointer.
import { expect, password, people, test, visit } from "../fixtures.ts";
import { tabTo } from "../keyboard.ts";
import { CrewRow, notInvited, wedding } from "../screens.ts";

test("sign in, open the event, send, read the reason", async ({ page }) => {
  await page.goto("/sign-in");
  await tabTo(page, page.getByLabel(/^email/i));
  await page.keyboard.type(people.demo);
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/events");

  await visit(page, "/events");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the page" })).toBeFocused();
  await page.keyboard.press("Enter");
  const event = page.getByRole("main").getByRole("link", { name: wedding });
  await tabTo(page, event);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: wedding })).toBeVisible();

  const [name = ""] = await notInvited(page);
  const row = new CrewRow(page, name);
  await tabTo(page, row.more);
  await page.keyboard.press("Enter");
  await tabTo(page, row.sendTo);
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("bounce.keyboard@venue.example");
  // A press of Shift+Tab at a time, since the button stands before the panel.
  for (let presses = 0; presses < 10; presses++) {
    if (await row.emailLink.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press("Shift+Tab");
  }
  await expect(row.emailLink).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(row.badge).toHaveText("bounced");

  await tabTo(page, row.badge);
  await expect(row.tooltip).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(row.tooltip).toBeHidden();
  await expect(row.badge).toBeFocused();
});

test("a change that comes by itself is announced", async ({ owner, browsers }) => {
  await visit(owner, "/events");
  await owner.getByRole("main").getByRole("link", { name: wedding }).click();
  const [name = ""] = await notInvited(owner);
  const handler = await browsers.signedIn("handler");
  await handler.getByRole("main").getByRole("link", { name: wedding }).click();
  await new CrewRow(handler, name).emailLink.click();
  await expect(owner.locator("[aria-live=polite]").filter({ hasText: name }).first()).toContainText("delivered");
});
