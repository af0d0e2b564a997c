// The live channel after a break: whatever happened meanwhile is there without a reload.
import { Cable, broken } from "../cable.ts";
import { expect, live, test, visit } from "../fixtures.ts";
import { CrewRow, EmailsTab, notInvited, openContact, openEvent } from "../screens.ts";

test("after a cut the page catches up on what it missed", async ({ owner, browsers, faults }) => {
  faults.allow(...broken);
  const cable = await Cable.of(owner);
  await openEvent(owner);
  await live(owner);
  const [first = "", second = ""] = await notInvited(owner);
  await cable.cut();
  await owner.context().setOffline(true);
  await expect(owner.locator(".pill")).not.toHaveAttribute("data-state", "live");

  const handler = await browsers.signedIn("handler");
  await openEvent(handler);
  await new CrewRow(handler, first).emailLink.click();
  await new CrewRow(handler, second).sendOnceTo("bounce.meanwhile@venue.example");
  await expect(new CrewRow(handler, first).badge).toHaveText("delivered");
  await expect(new CrewRow(handler, second).badge).toHaveText("bounced");
  await expect(new CrewRow(owner, first).row).toContainText("Not invited yet");

  cable.mend();
  await owner.context().setOffline(false);
  await expect(new CrewRow(owner, first).badge).toHaveText("delivered", { timeout: 40_000 });
  await expect(new CrewRow(owner, second).badge).toHaveText("bounced");
  await live(owner);
});

test("a connection that died without a word is noticed and replaced", async ({ owner, browsers, faults }) => {
  faults.allow(...broken);
  const cable = await Cable.of(owner);
  await owner.clock.install();
  await openEvent(owner);
  await live(owner);
  const [name = ""] = await notInvited(owner);
  cable.die();

  const handler = await browsers.signedIn("handler");
  await openEvent(handler);
  await new CrewRow(handler, name).emailLink.click();
  await expect(new CrewRow(handler, name).badge).toHaveText("delivered");
  await expect(new CrewRow(owner, name).row).toContainText("Not invited yet");

  // Only an unanswered heartbeat can tell; the next connection brings what was missed.
  await owner.clock.fastForward(60_000);
  await expect(new CrewRow(owner, name).badge).toHaveText("delivered", { timeout: 20_000 });
  await live(owner);
});

test("after a restart of the server every page is live again and nothing is lost", async ({ owner, browsers, server, faults }) => {
  faults.allow(...broken);
  await openEvent(owner);
  await live(owner);
  const [first = "", second = ""] = await notInvited(owner);
  const handler = await browsers.signedIn("handler");
  await openContact(handler, first, "Emails");
  await live(handler);
  const emails = new EmailsTab(handler);
  const before = await emails.total();

  await server.restart();
  // A third person is back first, while the others still wait for their next try.
  const third = await browsers.signedIn("handler");
  await openEvent(third);
  await new CrewRow(third, first).emailLink.click();
  await expect(new CrewRow(third, first).badge).toHaveText("delivered");

  await expect(new CrewRow(owner, first).badge).toHaveText("delivered", { timeout: 40_000 });
  await expect(emails.count).toHaveText(String(before + 1), { timeout: 40_000 });
  await expect(emails.badge(emails.rows.first())).toHaveText("delivered");

  // Still signed in, and the page still works.
  await live(owner);
  await new CrewRow(owner, second).emailLink.click();
  await expect(new CrewRow(owner, second).badge).toHaveText("delivered");
});

test("a session that ended while there was no connection leads to the sign-in page", async ({ owner, server, faults }) => {
  faults.allow(...broken, /401/);
  await openEvent(owner);
  await live(owner);
  await server.kill9();
  await owner.context().clearCookies();
  await server.run();
  await owner.waitForURL(/\/sign-in\?next=/, { timeout: 40_000 });
});

test("an email accepted just before a power cut is neither lost nor sent twice", async ({ owner, server, faults }) => {
  faults.allow(...broken);
  await openEvent(owner);
  const [name = ""] = await notInvited(owner);
  const row = new CrewRow(owner, name);
  const accepted = owner.waitForResponse(/\/api\/email_link/);
  await row.emailLink.click();
  expect((await accepted).ok()).toBe(true);
  await server.kill9();
  await server.run();
  // If the power failed within the hand-over itself nobody can know, and the row says so.
  await expect(row.row).toContainText(/delivered|hand-over not confirmed/, { timeout: 45_000 });

  await visit(owner, "/contacts");
  await openContact(owner, name, "Emails");
  const emails = new EmailsTab(owner);
  const recent = (await emails.identities()).filter(({ at }) => Date.now() - Date.parse(at) < 5 * 60_000);
  expect(recent).toHaveLength(1);
});
