// Each screen, in light and dark, on a phone and on a desk: no violation that axe knows of, no sideways scrolling.
import { expect, expectAccessible, signInRefusal, test, visit } from "../fixtures.ts";
import { CrewRow, EmailsTab, busiestContact, crewRows, notInvited, openContact, openEvent } from "../screens.ts";

// Each screen is looked at four times.
test.describe.configure({ timeout: 240_000 });

test.describe("as it is", () => {
  test.use({ readsOnly: true });

  test("sign-in", async ({ page, faults }) => {
    faults.allow(/status 4(01|22)/, /4(01|22) \(/);
    await page.goto("/sign-in");
    await expectAccessible(page);
    await page.getByLabel(/^email/i).fill("nobody@callboard.test");
    await page.getByLabel(/^password/i).fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(signInRefusal(page)).toBeVisible();
    await expectAccessible(page);
  });

  test("events", async ({ owner }) => {
    await expectAccessible(owner);
  });

  test("contacts", async ({ owner }) => {
    await visit(owner, "/contacts");
    await expect(owner.locator("ul.rows > li").first()).toBeVisible();
    await expectAccessible(owner);
    await visit(owner, "/contacts?q=nobody-has-this-name");
    await expectAccessible(owner);
    await visit(owner, "/contacts/new");
    await expectAccessible(owner);
  });

  test("contact: details, events, emails", async ({ owner }) => {
    const busy = await busiestContact(owner);
    await openContact(owner, busy.name, "Details");
    await expectAccessible(owner);
    await openContact(owner, busy.name, "Events");
    await expectAccessible(owner);
    await openContact(owner, busy.name, "Emails");
    await expect(new EmailsTab(owner).rows).toHaveCount(25);
    await expectAccessible(owner);
  });
});

test("planner, with a panel open, a bounce and its fix", async ({ owner }) => {
  await openEvent(owner);
  const [first = "", second = ""] = await notInvited(owner);
  await new CrewRow(owner, first).link();
  const bounced = new CrewRow(owner, second);
  await bounced.sendOnceTo("bounce.accessible@venue.example");
  await expect(bounced.badge).toHaveText("bounced");
  await expect(crewRows(owner).first()).toBeVisible();
  await expectAccessible(owner);
  await bounced.badge.focus();
  await expect(bounced.tooltip).toBeVisible();
  await expectAccessible(owner);
});

test("guest page, dead link and unknown page", async ({ owner, page, faults }) => {
  faults.allow(/status 404/, /404 \(/);
  await openEvent(owner);
  const [name = ""] = await notInvited(owner);
  const link = await new CrewRow(owner, name).link();
  await page.goto(link);
  await expectAccessible(page);
  await page.goto("/v/never-was-a-link");
  await expectAccessible(page);
  await page.goto("/no/such/page");
  await expectAccessible(page);
});

test("sandbox mailbox", async ({ owner }) => {
  await openEvent(owner);
  const [name = ""] = await notInvited(owner);
  const row = new CrewRow(owner, name);
  await row.emailLink.click();
  await expect(row.badge).toHaveText("delivered");
  await owner.goto("/sandbox");
  await expectAccessible(owner);
  await owner.getByRole("main").getByRole("link").first().click();
  await expectAccessible(owner);
  await owner.getByRole("link", { name: "Source", exact: true }).click();
  await expectAccessible(owner);
});
