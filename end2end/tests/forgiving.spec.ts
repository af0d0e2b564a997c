// What goes wrong around a page and must not stay wrong on it: drafts, lost answers, no clipboard, a clock that is off.
// (Issue 7: A4, A5, A6)
import { expect, hydrated, live, test } from "../fixtures.ts";
import { CrewRow, notInvited, openEvent, someoneNotInvited } from "../screens.ts";

test("A4: what was typed and not saved is there again, until it is discarded", async ({ owner }) => {
  await owner.goto("/contacts/1");
  await hydrated(owner);
  const saved = await owner.getByLabel("Role").inputValue();
  await owner.getByLabel("Role").fill("Half typed");
  await owner.getByRole("link", { name: "Contacts", exact: true }).first().click();
  await expect(owner.getByRole("heading", { level: 1, name: "Contacts" })).toBeVisible();

  // A tab that is closed now asks first.
  let asked = 0;
  owner.on("dialog", (dialog) => {
    asked += 1;
    void dialog.dismiss();
  });
  await owner.evaluate(() => (location.href = "/events")).catch(() => undefined);
  await expect.poll(() => asked).toBe(1);

  await owner.goBack();
  await expect(owner.getByLabel("Role")).toHaveValue("Half typed");
  await expect(owner.getByText("Not saved yet.")).toBeVisible();
  await owner.getByRole("button", { name: "Discard" }).click();
  await expect(owner.getByLabel("Role")).toHaveValue(saved);
  await owner.goto("/events");
  expect(asked).toBe(1);
});

test("A4: an error goes away once a later success has made it untrue", async ({ owner, browsers, faults }) => {
  faults.allow(/request failed: POST \S+email_link/, /console: Failed to load resource/);
  await openEvent(owner);
  await live(owner);
  const [lost, refused] = await notInvited(owner);

  // Sent, and the answer was lost.
  const row = new CrewRow(owner, lost ?? "");
  await owner.route("**/api/email_link", async (route) => {
    await route.fetch();
    await route.abort();
  });
  await row.emailLink.click();
  await expect(row.badge).toHaveText("delivered");
  await expect(row.refusal).toBeEmpty();

  // Not sent, which is said until somebody else sends it.
  const other = new CrewRow(owner, refused ?? "");
  await owner.unroute("**/api/email_link");
  await owner.route("**/api/email_link", (route) => route.abort());
  await other.emailLink.click();
  await expect(other.refusal).toContainText("could not be reached");
  const handler = await browsers.signedIn("handler");
  await openEvent(handler);
  await new CrewRow(handler, refused ?? "").emailLink.click();
  await expect(other.badge).toHaveText("delivered");
  await expect(other.refusal).toBeEmpty();
});

test("A5: without a clipboard the link is selected, and that is said", async ({ browsers }) => {
  const page = await browsers.signedIn("demo");
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, "clipboard", { get: () => undefined }));
  await openEvent(page);
  const row = new CrewRow(page, await someoneNotInvited(page));
  const link = await row.link();
  await row.button("Copy link").click();
  await expect(row.row.getByText("The link is selected: copy it with Ctrl+C, or ⌘C on a Mac.")).toBeVisible();
  expect(await page.evaluate(() => getSelection()?.toString())).toBe(link);
});

for (const [what, ahead] of [["ten minutes behind", -600_000], ["a day behind", -86_400_000], ["a day ahead", 86_400_000]] as const) {
  test(`A6: a browser whose clock is ${what} reckons with the server's`, async ({ browsers }) => {
    const page = await browsers.signedIn("demo");
    await page.addInitScript((shift) => {
      const now = Date.now.bind(Date);
      Date.now = () => now() + shift;
    }, ahead);
    await openEvent(page);
    const [name] = await notInvited(page);
    const row = new CrewRow(page, name ?? "");
    await row.emailLink.click();
    await expect(row.badge).toHaveText("delivered");
    await expect(row.row).toContainText("just now");
    await expect(row.row).toContainText("again in 5 min");
    await expect(row.emailLink).toBeDisabled();
    // Somebody whose invite is long delivered can be sent it again.
    const others = page.locator("ul.crew > li").filter({ has: page.locator(".badge[data-status=delivered]") });
    await expect(others.filter({ hasNotText: "just now" }).first().getByRole("button", { name: "Email link" })).toBeEnabled();
  });
}
