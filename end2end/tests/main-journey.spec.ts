// The question the app exists for: did they actually get it? Asked by one person, answered in every open browser.
import { expect, live, test } from "../fixtures.ts";
import { CrewRow, EmailsTab, mailTo, openContact, openEvent, someoneNotInvited } from "../screens.ts";

test("a handler's email turns delivered in every browser on the event, and in the contact's history", async ({
  owner,
  browsers,
}) => {
  await openEvent(owner);
  await live(owner);
  const name = await someoneNotInvited(owner);
  const handler = await browsers.signedIn("handler");
  await openEvent(handler);
  await live(handler);
  const history = await browsers.signedIn("demo");
  await openContact(history, name, "Emails");
  await live(history);
  const emails = new EmailsTab(history);
  const before = await emails.total();

  const pressed = new CrewRow(handler, name);
  const watched = new CrewRow(owner, name);
  await pressed.emailLink.click();

  // "Sending…" or "sent" for a moment, then the outcome; the sandbox reports after about a second.
  for (const row of [pressed, watched]) {
    await expect(row.row).toContainText(/Sending…|sent|delivered/);
    await expect(row.row).toContainText(/Invited at/);
  }
  for (const row of [pressed, watched]) {
    await expect(row.badge).toHaveText("delivered");
  }
  await expect(pressed.emailLink).toBeDisabled();
  await expect(watched.emailLink).toBeDisabled();
  await expect(watched.row).toContainText(/again in \d min/);
  // Also while the page's clock, which ticks every ten seconds, is behind the press.
  await expect(pressed.row).toContainText("just now");

  // The history was open all the time, and nobody reloaded it.
  await expect(emails.count).toHaveText(String(before + 1));
  const top = emails.rows.first();
  await expect(top).toContainText("run of show");
  await expect(top).toContainText("share link");
  await expect(emails.badge(top)).toHaveText("delivered");
});

test("the mail that arrives holds the person's own link, and the link opens their run of show", async ({ owner, browsers }) => {
  await openEvent(owner);
  const row = new CrewRow(owner, await someoneNotInvited(owner));
  await row.openPanel();
  const address = await row.sendTo.inputValue();
  await row.emailLink.click();
  await expect(row.badge).toHaveText("delivered");

  const mail = await mailTo(owner, address);
  const link = /https?:\/\/\S+\/v\/[\w-]+/.exec(mail)?.[0];
  expect(link, mail).toBeDefined();
  const guest = await browsers.open();
  await guest.goto(link ?? "");
  await expect(guest.getByRole("heading", { name: "Run of show" })).toBeVisible();
});

test("a second press within five minutes sends nothing, in the other browser too", async ({ owner, browsers }) => {
  await openEvent(owner);
  const name = await someoneNotInvited(owner);
  const row = new CrewRow(owner, name);
  await row.emailLink.dblclick();
  await expect(row.badge).toHaveText("delivered");

  const handler = await browsers.signedIn("handler");
  await openEvent(handler);
  await expect(new CrewRow(handler, name).emailLink).toBeDisabled();
  await openContact(handler, name, "Emails");
  const emails = new EmailsTab(handler);
  await expect(emails.rows).toHaveCount(await emails.total());
  const recent = (await emails.identities()).filter(({ at }) => Date.now() - Date.parse(at) < 5 * 60_000);
  expect(recent).toHaveLength(1);
});
