// Asking people whether they come: the invite, the page without scripts, and the answer on every planner.
import { expect, live, preloadsRefused, test } from "../fixtures.ts";
import { CrewRow, crewRows, mailTo, openEvent, someoneNotInvited, wedding } from "../screens.ts";

test("a guest accepts on a phone without scripts, and another browser's planner sees badge and answer live", async ({ owner, browsers, faults }) => {
  faults.allow(...preloadsRefused, /status 422/, /422 \(/);
  await openEvent(owner);
  await live(owner);
  await expect(owner.getByRole("heading", { name: "Guests & Crew" })).toBeVisible();
  const name = await someoneNotInvited(owner);
  const handler = await browsers.signedIn("handler");
  await openEvent(handler);
  await live(handler);
  const watched = new CrewRow(handler, name);
  const silent = handler.getByRole("button", { name: /not replied$/ });
  const before = Number.parseInt(await silent.innerText(), 10);

  const pressed = new CrewRow(owner, name);
  await pressed.openPanel();
  const address = await pressed.sendTo.inputValue();
  await pressed.button("Send invite").click();
  for (const row of [pressed, watched]) {
    await expect(row.row).toContainText("Invited at");
    await expect(row.badge).toHaveText("delivered");
  }
  await expect(pressed.button("Send invite")).toBeDisabled();
  // The run of show may follow at once: the five minutes are each kind's own.
  await expect(pressed.emailLink).toBeEnabled();

  const reader = await browsers.signedIn("demo");
  const mail = await mailTo(reader, address);
  const link = /https?:\/\/\S+\/rsvp\/[\w-]+/.exec(mail)?.[0] ?? "";
  expect(link, mail).not.toBe("");
  expect(mail).not.toMatch(/\/v\/|run of show/i);

  const guest = await browsers.open({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  const answer = await guest.goto(link);
  expect((await answer?.text()) ?? "").not.toMatch(/[\w.+-]+@[\w-]+\.[\w.]+|delivered|bounced/);
  await expect(guest.getByRole("heading", { level: 1 })).toContainText(wedding);
  await expect(guest.getByRole("heading", { name: "Run of show" })).toHaveCount(0);
  await guest.getByLabel("A short note").fill("x".repeat(480));
  await guest.getByRole("button", { name: "Accept" }).click();
  await expect(guest.getByRole("status")).toContainText("You are coming.");
  await expect(guest).toHaveURL(link);

  await expect(watched.row).toContainText("accepted");
  await expect(silent).toHaveText(new RegExp(`^${before - 1} not replied$`));
  await watched.openPanel();
  await expect(watched.row).toContainText("by their link");

  // Plans change.
  await guest.getByRole("button", { name: "Decline" }).click();
  await expect(guest.getByRole("status")).toContainText("You are not coming.");
  await expect(watched.row).toContainText("declined");
  await handler.getByRole("button", { name: /^\d+ out$/ }).click();
  await expect(crewRows(handler).filter({ visible: true })).toHaveCount(2);
  await expect(watched.row).toBeVisible();
});

test("a member sets an answer, and everybody sees who did", async ({ owner, browsers }) => {
  await openEvent(owner);
  await live(owner);
  const name = await someoneNotInvited(owner);
  const handler = await browsers.signedIn("handler");
  await openEvent(handler);
  await live(handler);
  const row = new CrewRow(owner, name);
  await row.openPanel();
  await row.button("accepted").click();
  await expect(row.button("accepted")).toHaveAttribute("aria-pressed", "true");
  const watched = new CrewRow(handler, name);
  await expect(watched.row).toContainText("accepted");
  await watched.openPanel();
  await expect(watched.row).toContainText("set by Mira Okafor");
  await watched.button("no reply").click();
  await expect(row.row).toContainText("No reply yet.");
});
