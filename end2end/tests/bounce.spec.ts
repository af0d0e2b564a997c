// A bounce: the reason where the pointer or the focus is, the refusal, and the fix in place.
import { expect, live, test } from "../fixtures.ts";
import { CrewRow, EmailsTab, openContact, openEvent, openTab, someoneNotInvited } from "../screens.ts";

const bad = "bounce-xyz@venue.example";

test("the reason shows on hover and on keyboard focus, and Escape hides it", async ({ owner }) => {
  await openEvent(owner);
  const row = new CrewRow(owner, await someoneNotInvited(owner));
  await row.sendOnceTo(bad);
  await expect(row.badge).toHaveText("bounced");
  await expect(row.tooltip).toBeHidden();

  await row.badge.hover();
  await expect(row.tooltip).toBeVisible();
  await expect(row.tooltip).toContainText(/5\d\d/);
  await owner.mouse.move(0, 0);
  await expect(row.tooltip).toBeHidden();

  await row.badge.focus();
  await expect(row.tooltip).toBeVisible();
  await expect(row.badge).toHaveAccessibleDescription(/5\d\d/);
  await owner.keyboard.press("Escape");
  await expect(row.tooltip).toBeHidden();
});

test("a bounced address is refused at the button, corrected in place and sent again", async ({ owner, browsers, faults }) => {
  faults.allow(/status 422/, /422 \(/);
  await openEvent(owner);
  const name = await someoneNotInvited(owner);
  const row = new CrewRow(owner, name);
  const handler = await browsers.signedIn("handler");
  await openEvent(handler);
  await live(handler);
  const other = new CrewRow(handler, name);

  await row.sendOnceTo(bad);
  await expect(row.badge).toHaveText("bounced");
  await expect(other.badge).toHaveText("bounced");

  // The wait is not what refuses it, and the refusal makes no second email.
  await row.sendOnceTo(` ${bad.toUpperCase()} `);
  await expect(row.refusal).toContainText(/blocked/);
  await expect(row.badge).toHaveText("bounced");

  const good = "corrected.person@venue.example";
  await row.correct(good);
  await expect(row.badge).toHaveText("delivered");
  await expect(other.badge).toHaveText("delivered");
  await expect(row.fix).toBeHidden();
  await expect(row.more, "the keyboard stays in the row").toBeFocused();

  await openContact(owner, name, "Details");
  await expect(owner.getByLabel(/^Email/)).toHaveValue(good);
  await openTab(owner, "Emails");
  const emails = new EmailsTab(owner);
  await expect(emails.rows.nth(0)).toContainText(good);
  await expect(emails.badge(emails.rows.nth(0))).toHaveText("delivered");
  await expect(emails.rows.nth(1)).toContainText(bad);
  await expect(emails.badge(emails.rows.nth(1))).toHaveText("bounced");
  await emails.badge(emails.rows.nth(1)).focus();
  await expect(emails.rows.nth(1).getByRole("tooltip")).toContainText(/5\d\d/);
});

test("saving a corrected address on the contact is all it takes to send again", async ({ owner }) => {
  await openEvent(owner);
  const name = await someoneNotInvited(owner);
  await openContact(owner, name, "Details");
  const email = owner.getByLabel(/^Email/);
  await email.fill("bounce.typo@venue.example");
  await owner.getByRole("button", { name: "Save" }).click();
  await expect(owner.getByText(/saved/i).first()).toBeVisible();

  await openEvent(owner);
  const row = new CrewRow(owner, name);
  await row.emailLink.click();
  await expect(row.badge).toHaveText("bounced");

  await openContact(owner, name, "Details");
  await expect(owner.getByRole("main")).toContainText(/blocked/);
  await email.fill("typo@venue.example");
  await owner.getByRole("button", { name: "Save" }).click();
  await expect(owner.getByText(/saved/i).first()).toBeVisible();

  await openEvent(owner);
  await row.emailLink.click();
  await expect(row.badge).toHaveText("delivered");
});
