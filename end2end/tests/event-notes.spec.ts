// Notes and files of an event: what everybody on it reads above their run of show, and what stays with its members.
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { broken } from "../cable.ts";
import { type Browsers, expect, test, visit } from "../fixtures.ts";
import { CrewRow, openEvent, someoneNotInvited } from "../screens.ts";

const pdf = Buffer.from("%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\nstartxref\n9\n%%EOF\n");

function file(name: string, buffer = pdf): { name: string; mimeType: string; buffer: Buffer } {
  return { name, mimeType: "application/pdf", buffer };
}

async function write(page: Page, text: string, audience: "everybody" | "members"): Promise<void> {
  await page.locator("details > summary", { hasText: "Write a note" }).click();
  const form = page.locator("form", { has: page.getByRole("button", { name: "Add note" }) });
  await form.getByLabel("Note", { exact: true }).fill(text);
  await form.getByLabel("Who reads it").selectOption(audience);
  await form.getByRole("button", { name: "Add note" }).click();
  await expect(page.locator("p.description", { hasText: text.split("\n")[0] ?? text })).toBeVisible();
}

async function add(page: Page, button: string, ...files: { name: string; mimeType: string; buffer: Buffer }[]): Promise<void> {
  await page.locator("details > summary", { hasText: "Add files" }).click();
  await page.getByLabel("Files", { exact: true }).setInputFiles(files);
  await page.getByRole("button", { name: button }).click();
}

/** The guest's telephone, and the member's page of notes. */
async function begin(owner: Page, browsers: Browsers): Promise<{ guest: Page; row: CrewRow; name: string; event: string }> {
  await openEvent(owner);
  const event = new URL(owner.url()).pathname;
  const name = await someoneNotInvited(owner);
  const row = new CrewRow(owner, name);
  const link = await row.link();
  const guest = await browsers.open({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  await guest.goto(link);
  await expect(guest.getByRole("heading", { name: "Notes" })).toHaveCount(0);
  await owner.getByRole("link", { name: "Notes", exact: true }).click();
  await expect(owner.getByRole("heading", { level: 1, name: "Notes and files" })).toBeVisible();
  await expect(owner.getByRole("heading", { name: "Nothing is noted yet" })).toBeVisible();
  return { guest, row, name, event };
}

test("a note for everybody stands above the run of show, with its lines and links; one for members does not", async ({ owner, browsers }) => {
  const { guest } = await begin(owner, browsers);
  await write(owner, "Park in yard 2\nMap: https://venue.example/yard.", "everybody");
  await write(owner, "Pay the band in cash", "members");
  await guest.reload();
  const notes = guest.locator("section", { has: guest.getByRole("heading", { name: "Notes" }) });
  await expect(notes.locator("li")).toHaveCount(1);
  await expect(notes.getByText("Park in yard 2")).toBeVisible();
  await expect(notes.getByRole("link", { name: "https://venue.example/yard" })).toHaveAttribute("rel", /noopener/);
  expect(await notes.locator("p").innerText()).toContain("\n");
  expect(await guest.content()).not.toContain("in cash");
  const above = await notes.boundingBox();
  const show = await guest.locator("ol.timeline").boundingBox();
  expect(above?.y).toBeLessThan(show?.y ?? 0);

  // Changed, deleted, and brought back.
  await owner.getByText("Edit note “Park in yard 2").click();
  const form = owner.locator("form", { has: owner.getByRole("button", { name: "Save" }) }).filter({ visible: true });
  await form.getByLabel("Note", { exact: true }).fill("Park in yard 3");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(owner.locator("p.description", { hasText: "Park in yard 3" })).toBeVisible();
  await owner.getByRole("button", { name: "Delete note “Park in yard 3" }).click();
  await expect(owner.getByText("was just deleted")).toBeVisible();
  await guest.reload();
  await expect(guest.getByText("Park in yard")).toHaveCount(0);
  await owner.getByRole("button", { name: "Restore Park in yard 3" }).click();
  await expect(owner.locator("p.description", { hasText: "Park in yard 3" })).toBeVisible();
  await guest.reload();
  await expect(guest.getByText("Park in yard 3")).toBeVisible();
});

test("files are added, named and put in order; a guest saves those for everybody until their link ends", async ({ owner, browsers, faults }) => {
  faults.allow(/status 4(04|22): (GET|POST) .*\/(shared|files|v)\b/, /4(04|22) \(/);
  const { guest, name, event } = await begin(owner, browsers);
  const page = owner.url();
  await add(owner, "Add for everybody", file("scan0001.pdf"), file("menu.pdf"));
  await expect(owner.locator("#files li")).toHaveCount(2);
  await add(owner, "Add for members only", file("prices.pdf"));
  await expect(owner.locator("#files li")).toHaveCount(3);
  await owner.locator("#files li", { hasText: "scan0001" }).locator("summary").click();
  await owner.getByLabel("Name to show").filter({ visible: true }).fill("Floor plan");
  await owner.getByRole("button", { name: "Save" }).filter({ visible: true }).click();
  await expect(owner.locator("#files li a.name").first()).toHaveText("Floor plan");
  await owner.getByRole("button", { name: "Move up menu.pdf" }).click();
  await expect(owner.locator("#files li a.name")).toHaveText(["menu.pdf", "Floor plan", "prices.pdf"]);

  // One that lies about what it is comes back with the reason, on the page.
  await add(owner, "Add for everybody", file("lie.pdf", Buffer.from("<html>")));
  await expect(owner.getByRole("alert")).toContainText("it is none inside");
  await expect(owner.locator("#files li"), "and nothing of it is kept").toHaveCount(3);
  await owner.goto(page);
  await expect(owner.locator("#files li")).toHaveCount(3);

  await guest.reload();
  const files = guest.locator("section", { has: guest.getByRole("heading", { name: "Files" }) });
  await expect(files.getByRole("link")).toHaveText(["menu.pdf", "Floor plan"]);
  const saving = guest.waitForEvent("download");
  await files.getByRole("link", { name: "Floor plan" }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toBe("Floor plan.pdf");
  expect(await readFile(await saved.path())).toEqual(pdf);
  const address = new URL((await files.getByRole("link", { name: "menu.pdf" }).getAttribute("href")) ?? "", guest.url()).href;

  await visit(owner, event);
  await new CrewRow(owner, name).revoke();
  expect((await guest.request.get(address)).status()).toBe(404);
});

test("what one member changes shows on the other's page, and what somebody is writing stays as it is", async ({ owner, browsers, faults }) => {
  faults.allow(...broken, /status 4(04|09): POST .*save_note/, /4(04|09) \(/);
  const { event } = await begin(owner, browsers);
  const handler = await browsers.signedIn("handler");
  await handler.goto(`${event}/notes`);
  const pill = handler.locator("main .pill");
  await expect(pill).toHaveText("Live");
  const said = (page: Page, text: string) => page.locator("p.description", { hasText: text });
  const told = handler.locator("[data-told]");

  await write(owner, "Park in yard 2", "everybody");
  await expect(said(handler, "Park in yard 2")).toBeVisible();
  await expect(handler.getByRole("heading", { name: "Nothing is noted yet" })).toHaveCount(0);
  await add(owner, "Add for everybody", file("menu.pdf"));
  await expect(handler.locator("#files li")).toHaveCount(1);

  // Both write. What the handler has typed, in an old note and in a new one, is theirs.
  await handler.getByText("Edit note “Park in yard 2").click();
  const field = said(handler, "Park in yard 2").locator("..").getByLabel("Note", { exact: true });
  await field.fill("Park behind the house");
  await handler.locator("details > summary", { hasText: "Write a note" }).click();
  const fresh = handler.locator("#write-note").getByLabel("Note", { exact: true });
  await fresh.fill("Ring tw");
  await owner.getByText("Edit note “Park in yard 2").click();
  await said(owner, "Park in yard 2").locator("..").getByLabel("Note", { exact: true }).fill("Park in yard 3");
  await owner.getByRole("button", { name: "Save" }).filter({ visible: true }).click();
  await expect(said(owner, "Park in yard 3")).toBeVisible();
  await write(owner, "Pay the band in cash", "members");
  await expect(said(handler, "in cash")).toBeVisible();
  await expect(told).toHaveText(/^Somebody else changed this meanwhile/);
  await expect(field).toHaveValue("Park behind the house");
  await expect(fresh).toHaveValue("Ring tw");
  await expect(fresh).toBeFocused();
  // Not saved over what was not seen, which is said once.
  await handler.getByRole("button", { name: "Save" }).filter({ visible: true }).click();
  await expect(handler.getByRole("button", { name: "Save mine instead" })).toBeVisible();
  await expect(pill).toHaveText("Live");
  await expect(told).toHaveCount(0);
  await expect(said(handler, "Park in yard 3")).toBeVisible();
  await handler.getByRole("button", { name: "Save mine instead" }).click();
  await expect(said(owner, "Park behind the house")).toBeVisible();

  // Closed again, it is what the others made of it.
  await handler.getByText("Edit note “Park behind").click();
  await said(handler, "Park behind").locator("..").getByLabel("Note", { exact: true }).fill("Park anywhere");
  await owner.getByText("Edit note “Park behind").click();
  await said(owner, "Park behind").locator("..").getByLabel("Note", { exact: true }).fill("Park in yard 4");
  await owner.getByRole("button", { name: "Save" }).filter({ visible: true }).click();
  await expect(told).toHaveText(/^Somebody else changed this meanwhile/);
  await handler.getByText("Edit note “Park behind").click();
  await expect(said(handler, "Park in yard 4")).toBeVisible();
  await expect(handler.locator("[data-row] textarea").first()).toHaveValue("Park in yard 4");
  await handler.getByText("Edit note “Park in yard 4").click();
  await expect(told).toBeHidden();
  await handler.getByText("Edit note “Park in yard 4").click();

  // Deleted while somebody writes.
  await handler.getByText("Edit note “Park in yard 4").click();
  await handler.locator("[data-row] textarea").first().fill("Park in yard 5");
  await owner.getByRole("button", { name: "Delete note “Park in yard 4" }).click();
  await expect(told).toHaveText(/^Somebody else deleted this meanwhile/);
  await expect(handler.locator("[data-row] textarea").first()).toHaveValue("Park in yard 5");
  await handler.getByText("Edit note “Park in yard 4").click();
  await expect(said(handler, "Park in yard 4")).toHaveCount(0);
  await owner.getByRole("button", { name: "Restore Park in yard 4" }).click();
  await handler.getByText("Edit note “Park in yard 4").click();
  await owner.getByRole("button", { name: "Delete note “Park in yard 4" }).click();
  await expect(told).toHaveText(/^Somebody else deleted this meanwhile/);
  await handler.getByRole("button", { name: "Save" }).filter({ visible: true }).click();
  await expect(pill).toHaveText("Live");
  await expect(handler.locator("main > .notice"), "what went wrong stays to be read").toBeVisible();
  await expect(said(handler, "in cash")).toBeVisible();

  // Without a network, and back.
  await handler.context().setOffline(true);
  await expect(pill).toHaveText("Offline");
  await owner.getByRole("button", { name: "Restore Park in yard 4" }).click();
  await expect(said(owner, "Park in yard 4")).toBeVisible();
  await handler.context().setOffline(false);
  await expect(said(handler, "Park in yard 4")).toBeVisible();
  await expect(pill).toHaveText("Live");

  // Signed out in another tab.
  const tab = await handler.context().newPage();
  await visit(tab, "/events");
  await handler.locator("#write-note summary").click();
  await fresh.fill("Ring twice");
  await tab.locator(".menu summary").click();
  await tab.getByRole("button", { name: "Sign out" }).click();
  await expect(handler.getByRole("alert").filter({ hasText: "You are signed out" })).toBeVisible();
  await expect(fresh).toHaveValue("Ring twice");
  await expect(pill).toBeHidden();
});

test("how far a member's files have got shows while they are sent", async ({ owner, browsers }) => {
  await begin(owner, browsers);
  let answered = (): void => undefined;
  const answer = new Promise<void>((resolve) => (answered = resolve));
  await owner.route("**/files?for=*", async (route) => {
    await answer;
    await route.continue();
  });
  await add(owner, "Add for members only", file("a.pdf"), file("b.pdf"));
  await expect(owner.getByRole("progressbar", { name: "How much has been sent" })).toBeVisible();
  answered();
  await expect(owner.locator("#files li a.name")).toHaveText(["a.pdf", "b.pdf"]);
  await expect(owner.locator("#files .chip")).toHaveText(["members only", "members only"]);
  await expect(owner.getByRole("heading", { name: "Files", exact: true })).toBeFocused();
  await expect(owner.getByRole("progressbar")).toHaveCount(0);
});
