// What else can become of an email, as the sandbox plays it by the recipient's name.
import { expect, test } from "../fixtures.ts";
import { CrewRow, notInvited, openEvent } from "../screens.ts";

test("delayed turns delivered by itself", async ({ owner }) => {
  await openEvent(owner);
  const [name = ""] = await notInvited(owner);
  const row = new CrewRow(owner, name);
  await row.sendOnceTo("delay.slow@venue.example");
  await expect(row.badge).toHaveText("delivery delayed");
  await expect(row.badge).toHaveText("delivered", { timeout: 30_000 });
});

test("failed blocks nothing: the same person can be sent to again", async ({ owner }) => {
  await openEvent(owner);
  const [name = ""] = await notInvited(owner);
  const row = new CrewRow(owner, name);
  await row.sendOnceTo("fail.outage@venue.example");
  await expect(row.badge).toHaveText("failed");
  await expect(row.emailLink).toBeEnabled();
  await row.sendOnceTo("fine@venue.example");
  await expect(row.badge).toHaveText("delivered");
});

test("a spam report comes after the delivery and blocks the address", async ({ owner, faults }) => {
  faults.allow(/status 422/, /422 \(/);
  await openEvent(owner);
  const [name = ""] = await notInvited(owner);
  const row = new CrewRow(owner, name);
  await row.sendOnceTo("complain.loudly@venue.example");
  await expect(row.badge).toHaveText("spam reported", { timeout: 30_000 });
  await row.sendOnceTo("complain.loudly@venue.example");
  await expect(row.refusal).toContainText(/spam/);
});

test("silence stays sent", async ({ owner }) => {
  await openEvent(owner);
  const [first = "", second = ""] = await notInvited(owner);
  const silent = new CrewRow(owner, first);
  await silent.sendOnceTo("silent@venue.example");
  await expect(silent.badge).toHaveText("sent");
  // Another mail has come all the way meanwhile.
  const other = new CrewRow(owner, second);
  await other.emailLink.click();
  await expect(other.badge).toHaveText("delivered");
  await expect(silent.badge).toHaveText("sent");
});

for (const address of ["no-at-sign.example", "two@@venue.example", "name@nodot", "spa ce@venue.example"]) {
  test(`“${address}” is refused at the button, with no row and no wait`, async ({ owner, faults }) => {
    faults.allow(/status 422/, /422 \(/);
    await openEvent(owner);
    const [name = ""] = await notInvited(owner);
    const row = new CrewRow(owner, name);
    await row.sendOnceTo(address);
    await expect(row.refusal).toBeVisible();
    await expect(row.row).toContainText("Not invited yet");
    await row.sendOnceTo("right@venue.example");
    await expect(row.badge).toHaveText("delivered");
    await expect(row.refusal).toBeHidden();
  });
}
