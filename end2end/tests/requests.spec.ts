// Asking somebody for a file, what they send from a telephone, and what becomes of it: turned down with a note, by mail and on their page,
// sent again, approved.
import { deflateSync } from "node:zlib";
import type { Locator, Page } from "@playwright/test";
import { broken } from "../cable.ts";
import { expect, hydrated, live, preloadsRefused, test, visit } from "../fixtures.ts";
import { CrewRow, EmailsTab, mailTo, openContact, openEvent, someoneNotInvited } from "../screens.ts";

const phone = { width: 360, height: 740 };

/** A picture of one grey point, as a telephone would send it. */
function png(): Buffer {
  const crc = (data: Buffer): number => {
    let value = 0xffffffff;
    for (const byte of data) {
      value ^= byte;
      for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
    }
    return (value ^ 0xffffffff) >>> 0;
  };
  const chunk = (kind: string, data: Buffer): Buffer => {
    const named = Buffer.concat([Buffer.from(kind, "latin1"), data]);
    const ends = Buffer.alloc(4);
    ends.writeUInt32BE(crc(named));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, named, ends]);
  };
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", deflateSync(Buffer.from([0, 128]))), chunk("IEND", Buffer.alloc(0))]);
}

const pdf = Buffer.from("%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\nstartxref\n9\n%%EOF\n");

/** Asks for something on the page of an event's requests that is open. */
async function ask(page: Page, label: string, kind = "file"): Promise<void> {
  await page.locator("details > summary", { hasText: /^Ask/ }).click();
  await page.getByLabel("What you ask for").fill(label);
  await page.getByLabel("Kind").selectOption(kind);
  if (kind === "choice") await page.getByLabel("Choices").fill("Fish\nBeans");
  await page.getByRole("button", { name: "Ask for it" }).click();
  await expect(page.getByRole("heading", { level: 2, name: label })).toBeVisible();
  await hydrated(page);
}

/** What a guest is asked for under this label. */
function asked(guest: Page, label: string): Locator {
  return guest.locator("section.requests li").filter({ has: guest.getByRole("heading", { level: 3, name: new RegExp(`^${label}`) }) });
}

/** Sends files as a guest does. */
async function send(guest: Page, label: string, ...files: { name: string; mimeType: string; buffer: Buffer }[]): Promise<void> {
  await asked(guest, label).getByLabel(/^(Choose files|Send more)/).setInputFiles(files);
  await asked(guest, label).getByRole("button", { name: "Send", exact: true }).click();
}

/** Everything that is shown to guests: no address of anybody, and no way to a file. */
async function tellsNothing(guest: Page): Promise<void> {
  const html = await guest.content();
  expect(html).not.toMatch(/[\w.+-]+@[\w-]+\.[\w.]+/);
  expect(html).not.toContain("/uploads/");
}

test("a file is asked for, sent from a telephone, turned down by mail, sent again without scripts and approved", async ({ owner, browsers, faults }) => {
  faults.allow(...preloadsRefused, /status 422/, /422 \(/);
  await openEvent(owner);
  await live(owner);
  const name = await someoneNotInvited(owner);
  const row = new CrewRow(owner, name);
  await row.openPanel();
  const address = await row.sendTo.inputValue();
  await row.emailLink.click();
  await expect(row.badge).toHaveText("delivered");
  const link = await row.shareLink.inputValue();
  await row.row.getByRole("link", { name: "Requests" }).click();
  await expect(owner.getByRole("heading", { level: 1, name: `Requests to ${name}` })).toBeVisible();
  await hydrated(owner);
  await ask(owner, "Stage plot");
  await live(owner);

  const guest = await browsers.open({ viewport: phone });
  await guest.goto(link);
  await expect(guest.getByRole("heading", { level: 2, name: "Requests" })).toBeVisible();
  // One that lies, and one that is none of the kinds.
  await send(guest, "Stage plot", { name: "plot.png", mimeType: "image/png", buffer: pdf });
  await expect(asked(guest, "Stage plot").getByRole("alert")).toContainText("it is none inside");
  await guest.goto(link);
  await send(guest, "Stage plot", { name: "plot.png", mimeType: "image/png", buffer: png() }, { name: "notes.pdf", mimeType: "application/pdf", buffer: pdf });
  await expect(asked(guest, "Stage plot")).toContainText("plot.png");
  await expect(asked(guest, "Stage plot")).toContainText("notes.pdf");
  await asked(guest, "Stage plot").getByRole("button", { name: "Delete notes.pdf" }).click();
  await expect(asked(guest, "Stage plot")).not.toContainText("notes.pdf");
  expect(await guest.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(phone.width);
  await tellsNothing(guest);

  // The member's page follows by itself, and shows the picture.
  const upload = owner.locator("li.upload");
  await expect(upload).toHaveCount(1);
  await expect(upload).toContainText("plot.png");
  await expect.poll(() => upload.locator("img").evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
  const download = owner.waitForEvent("download");
  await upload.getByRole("link", { name: "plot.png" }).click();
  expect((await download).suggestedFilename()).toBe("plot.png");

  const reader = await browsers.signedIn("handler");
  await visit(reader, new URL(owner.url()).pathname);
  await live(reader);
  await upload.getByText("Reject…").click();
  await upload.getByLabel("Why it has to come again").fill("The drums are missing.");
  await upload.getByRole("button", { name: "Reject plot.png" }).click();
  for (const page of [owner, reader]) {
    await expect(page.locator("li.upload")).toContainText("rejected");
    await expect(page.locator("li.upload")).toContainText("The drums are missing.");
  }
  await openContact(reader, name, "Emails");
  const newest = new EmailsTab(reader).rows.first();
  await expect(newest).toContainText("please re-send Stage plot");
  await expect(newest).toContainText("upload rejection");
  await expect(new EmailsTab(reader).badge(newest)).toHaveText("delivered");
  const mail = await mailTo(reader, address);
  expect(mail).toContain("The drums are missing.");
  expect(mail).toContain("plot.png");
  expect(mail).toContain(link);

  const silent = await browsers.open({ javaScriptEnabled: false, viewport: phone });
  await silent.goto(link);
  await expect(asked(silent, "Stage plot")).toContainText("please send again");
  await expect(asked(silent, "Stage plot")).toContainText("The drums are missing.");
  await send(silent, "Stage plot", { name: "plot-2.png", mimeType: "image/png", buffer: png() });
  await expect(asked(silent, "Stage plot")).toContainText("plot-2.png");
  await tellsNothing(silent);

  await hydrated(owner);
  const second = owner.locator("li.upload").filter({ hasText: "plot-2.png" });
  await second.getByRole("button", { name: "Approve plot-2.png" }).click();
  await expect(owner.locator("li.upload").filter({ hasText: "plot-2.png" })).toContainText("approved");
  await silent.reload();
  await expect(asked(silent, "Stage plot")).toContainText("accepted");
});

test("words and choices are asked of everybody, answered without scripts, and counted over all events", async ({ owner, browsers, faults }) => {
  faults.allow(...preloadsRefused);
  await openEvent(owner);
  const name = await someoneNotInvited(owner);
  const link = await new CrewRow(owner, name).link();
  await owner.locator(".head").getByRole("link", { name: /^Requests/ }).click();
  await expect(owner.getByRole("heading", { level: 1, name: "Requests" })).toBeVisible();
  await hydrated(owner);
  await ask(owner, "Arrival", "text");
  await ask(owner, "Meal", "choice");

  const guest = await browsers.open({ javaScriptEnabled: false, viewport: phone });
  await guest.goto(link);
  await asked(guest, "Arrival").getByLabel(/^Your answer/).fill("By train,\nat nine");
  await asked(guest, "Arrival").getByRole("button", { name: "Answer" }).click();
  await expect(asked(guest, "Arrival")).toContainText("answered");
  await asked(guest, "Meal").getByLabel("Beans").check();
  await asked(guest, "Meal").getByRole("button", { name: "Answer" }).click();
  await expect(asked(guest, "Meal").getByLabel("Beans")).toBeChecked();

  await expect(owner.locator("section.request").filter({ hasText: "Meal" })).toContainText("Beans");
  await expect(owner.locator("section.request").filter({ hasText: "Arrival" })).toContainText("By train,");
  await visit(owner, "/requests");
  await expect(owner.getByRole("region", { name: "Pending" })).toContainText("Meal");

  // A request that is deleted goes from the guest's page, and comes back with its answers.
  await owner.getByRole("link", { name: /Meal/ }).first().click();
  await owner.getByRole("link", { name: "Edit Meal" }).click();
  await owner.getByRole("button", { name: "Delete request" }).click();
  await expect(owner.getByText("was just deleted")).toBeVisible();
  await guest.reload();
  await expect(asked(guest, "Meal")).toHaveCount(0);
  await owner.getByRole("button", { name: "Restore Meal" }).click();
  await expect(owner.locator("section.request").filter({ hasText: "Meal" })).toContainText("Beans");
});

test("a file to look at first hangs on a request until a link takes its place", async ({ owner, browsers, faults }) => {
  faults.allow(...preloadsRefused, /status 422/, /422 \(/, /status 404/, /404 \(/);
  await openEvent(owner);
  const name = await someoneNotInvited(owner);
  const link = await new CrewRow(owner, name).link();
  await owner.locator(".head").getByRole("link", { name: /^Requests/ }).click();
  await hydrated(owner);
  await ask(owner, "Stage plot");
  await owner.getByRole("link", { name: "Edit Stage plot" }).click();
  const part = owner.locator("#reference");
  await part.getByLabel("File").setInputFiles({ name: "template.png", mimeType: "image/png", buffer: pdf });
  await part.getByRole("button", { name: "Add the file" }).click();
  await expect(part.getByRole("alert")).toContainText("it is none inside");
  await part.getByLabel("File").setInputFiles({ name: "template.pdf", mimeType: "application/pdf", buffer: pdf });
  await part.getByRole("button", { name: "Add the file" }).click();
  await expect(part.getByRole("link", { name: "template.pdf" })).toBeVisible();
  await expect(owner).toHaveURL(/\/requests\/\d+#reference$/);

  const guest = await browsers.open({ javaScriptEnabled: false, viewport: phone });
  await guest.goto(link);
  const way = asked(guest, "Stage plot").getByRole("link", { name: "Look at this first: template.pdf" });
  const download = guest.waitForEvent("download");
  await way.click();
  expect((await download).suggestedFilename()).toBe("template.pdf");
  await tellsNothing(guest);

  // A link takes its place.
  await hydrated(owner);
  await owner.getByLabel("Link to look at first").fill("https://venue.example/plan");
  await owner.getByRole("button", { name: "Save", exact: true }).click();
  await expect(owner.getByRole("heading", { level: 1, name: "Requests" })).toBeVisible();
  await guest.reload();
  await expect(asked(guest, "Stage plot").getByRole("link", { name: "Look at this first" })).toHaveAttribute("href", "https://venue.example/plan");
});

test("what a guest sends shows how far it is, can be stopped, and says so when the line breaks", async ({ owner, browsers, faults, server }) => {
  faults.allow(...broken, /net::ERR/, /status 422/, /422 \(/);
  await openEvent(owner);
  const name = await someoneNotInvited(owner);
  const link = await new CrewRow(owner, name).link();
  await owner.locator(".head").getByRole("link", { name: /^Requests/ }).click();
  await hydrated(owner);

  const guest = await browsers.open({ viewport: phone });
  await guest.goto(link);
  await expect(guest.locator("#pill")).toHaveText("Online");
  // The first file is asked for while the page is open.
  await ask(owner, "Rider");
  const row = asked(guest, "Rider");
  await expect(row).toBeVisible();
  const large = Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(9_000_000, 32), Buffer.from("\n%%EOF\n")]);
  // A line on which it takes a while.
  const cable = await guest.context().newCDPSession(guest);
  await cable.send("Network.enable");
  const speed = (uploadThroughput: number) =>
    cable.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput });
  await speed(500_000);
  await send(guest, "Rider", { name: "rider.pdf", mimeType: "application/pdf", buffer: large });
  const bar = row.getByRole("progressbar", { name: "How much has been sent" });
  await expect(bar).toBeVisible();
  await expect(row).toContainText(/[1-9]\d? % sent/);
  await row.getByRole("button", { name: "Cancel" }).click();
  await expect(row.getByRole("alert")).toHaveText("Stopped. What was on its way was not kept.");
  await expect(bar).toHaveCount(0);
  // What others change meanwhile takes away neither what was said nor what is typed.
  await ask(owner, "Arrival", "text");
  const arrival = asked(guest, "Arrival").getByLabel("Your answer");
  await arrival.fill("By train");
  await expect(row.getByRole("alert")).toHaveText("Stopped. What was on its way was not kept.");

  // The choice is still there, and goes out when it is asked for again, until the line breaks.
  await row.getByRole("button", { name: "Send", exact: true }).click();
  await expect(row).toContainText(/[1-9]\d? % sent/);
  await server.kill9();
  await expect(row.getByRole("alert")).toContainText("The connection broke");
  await server.run();
  await speed(-1);
  // The page has read itself anew, and still says so.
  await expect(guest.locator("#pill")).toHaveText("Online", { timeout: 30_000 });
  await expect(row.getByRole("alert")).toContainText("The connection broke");
  await row.getByRole("button", { name: "Send", exact: true }).click();
  await expect(row).toContainText("9.0 MB");
  await expect(row.getByRole("alert")).toHaveCount(0);
  await expect(guest.getByRole("heading", { level: 3, name: /^Rider/ })).toBeFocused();
  await expect(arrival).toHaveValue("By train");

  // What the server refuses stands where it belongs, and the page was never left.
  await guest.evaluate(() => {
    document.documentElement.dataset["stayed"] = "";
  });
  await send(guest, "Rider", { name: "rider.png", mimeType: "image/png", buffer: pdf });
  await expect(row.getByRole("alert")).toContainText("it is none inside");
  await send(guest, "Rider", { name: "huge.pdf", mimeType: "application/pdf", buffer: Buffer.alloc(11_000_000) });
  await expect(row.getByRole("alert")).toContainText("“huge.pdf” is larger than 10 MB.");
  await send(guest, "Rider", { name: "rider.png", mimeType: "image/png", buffer: pdf });
  await expect(row.getByRole("alert")).toContainText("it is none inside");
  await arrival.focus();
  await ask(owner, "Meal", "choice");
  await expect(asked(guest, "Meal")).toBeVisible();
  await expect(row.getByRole("alert")).toContainText("it is none inside");
  // What stands above the answer that is being typed is deleted.
  await owner.getByRole("link", { name: "Edit Rider" }).click();
  await owner.getByRole("button", { name: "Delete request" }).click();
  await expect(row).toHaveCount(0);
  await expect(arrival).toBeFocused();
  await expect(arrival).toHaveValue("By train");
  expect(await guest.evaluate(() => "stayed" in document.documentElement.dataset)).toBe(true);
});
