// What people keep instead of mails: their portal, which leads to every event of theirs, and the public link that anybody may read.
import type { Page } from "@playwright/test";
import { expect, preloadsRefused, test, visit } from "../fixtures.ts";
import { CrewRow, RunOfShow, newEvent, openContact, openEvent, someoneNotInvited, wedding } from "../screens.ts";

/** A second browser of the same member, in which no script runs. */
async function withoutScripts(owner: Page): Promise<Page> {
  const browser = owner.context().browser();
  if (browser === null) throw new Error("no browser");
  const context = await browser.newContext({
    baseURL: new URL(owner.url()).origin,
    javaScriptEnabled: false,
    storageState: await owner.context().storageState(),
  });
  return context.newPage();
}

test("a guest finds all their events on their portal, until a link is revoked", async ({ owner, browsers, faults }) => {
  faults.allow(/status 404: GET .*\/(v|c)\//, /404 \(/);
  await openEvent(owner);
  const name = await someoneNotInvited(owner);
  const row = new CrewRow(owner, name);
  const link = await row.link();

  const guest = await browsers.open({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  await guest.goto(link);
  await guest.getByRole("link", { name: "Your portal" }).click();
  await expect(guest.getByRole("heading", { level: 1, name: "Your events" })).toBeVisible();
  const portal = guest.url();
  expect(new URL(portal).pathname).toMatch(/^\/c\/[\w-]+$/);
  await guest.getByRole("link", { name: new RegExp(wedding) }).click();
  await expect(guest).toHaveURL(link);

  // A second event of theirs is there from the moment that its link is.
  const second = await newEvent(owner, "Rehearsal");
  await visit(owner, `${second}/people?q=${encodeURIComponent(name)}`);
  await owner.getByRole("button", { name: `Add ${name}` }).click();
  await expect(owner.getByRole("button", { name: `Take off ${name}` })).toBeVisible();
  await guest.goto(portal);
  await expect(guest.getByText("Rehearsal")).toHaveCount(0);
  await visit(owner, second);
  await new CrewRow(owner, name).link();
  await guest.goto(portal);
  await expect(guest.getByRole("main").getByRole("link")).toHaveCount(2);
  const html = await guest.content();
  expect(html).not.toMatch(/[\w.+-]+@[\w-]+\.[\w.]+/);

  // A member copies the same address from the contact.
  await openContact(owner, name, "Details");
  await expect(owner.getByLabel("Portal link")).toHaveValue(portal);

  await openEvent(owner);
  await new CrewRow(owner, name).revoke();
  await guest.goto(portal);
  await expect(guest.getByRole("main").getByRole("link")).toHaveCount(1);
  expect((await guest.goto(link))?.status()).toBe(404);
  const dead = await guest.getByRole("main").innerText();
  expect(dead).toContain("Link not active");
  for (const path of ["/c/never-was", "/r/never-was", "/rsvp/never-was"]) {
    faults.allow(/status 404: GET .*never-was/);
    expect((await guest.goto(path))?.status()).toBe(404);
    expect(await guest.getByRole("main").innerText()).toBe(dead);
  }
});

test("a public link shows the times and nobody, and stops at once", async ({ owner, browsers, faults }) => {
  faults.allow(/status 404: GET .*\/r\//, /404 \(/, ...preloadsRefused);
  const event = await newEvent(owner, "Open day");
  const show = new RunOfShow(owner);
  await show.add({ start: "16:00", length: "30", title: "Doors" });
  await show.add({ start: "17:00", length: "30", title: "Count the till" });
  const till = await show.edit("Count the till");
  await till.getByLabel("Private").check();
  await till.getByRole("button", { name: "Save" }).click();
  await expect(show.item("Count the till")).toContainText("(private)");
  await visit(owner, `${event}/edit`);
  await owner.getByRole("link", { name: "Public link" }).click();
  await expect(owner.getByRole("heading", { name: "There is no public link" })).toBeVisible();
  await owner.getByRole("button", { name: "Make a public link" }).click();
  await expect(owner.getByRole("button", { name: "Copy link" })).toBeVisible();
  const address = await owner.getByLabel("Public link").inputValue();

  const anybody = await browsers.open({ javaScriptEnabled: false });
  await anybody.goto(address);
  await expect(anybody.getByRole("heading", { level: 1, name: "Open day" })).toBeVisible();
  await expect(anybody.getByRole("heading", { level: 3 })).toHaveText(["Doors"]);
  await expect(anybody.getByRole("button")).toHaveCount(0);

  // Anew, then for good, in a browser where no script runs.
  const plain = await withoutScripts(owner);
  await plain.goto(`${event}/public`);
  await expect(plain.getByRole("button", { name: "Copy link" })).toBeHidden();
  await plain.getByRole("button", { name: "Make a new one" }).click();
  await expect(plain.getByLabel("Public link")).not.toHaveValue(address);
  const next = await plain.getByLabel("Public link").inputValue();
  expect((await anybody.goto(address))?.status()).toBe(404);
  expect((await anybody.goto(next))?.status()).toBe(200);
  await plain.getByRole("button", { name: "Revoke" }).click();
  await expect(plain.getByRole("heading", { name: "There is no public link" })).toBeVisible();
  expect((await anybody.goto(next))?.status()).toBe(404);
  await expect(anybody.getByRole("main")).toContainText("Link not active");
  await plain.context().close();
});
