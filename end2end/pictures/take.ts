// The README's first picture (the others are taken by the journey of the first event), and all screens side by side in a temporary folder, for looking at.
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, picture, test, themes, visit, widths } from "../fixtures.ts";
import { CrewRow, aRequest, busiestContact, mailTo, notInvited, openContact, openEvent } from "../screens.ts";

/** An event in the middle of its work; the demo brings the other states. Two invites more: one delivered, one bounced. */
async function busyPlanner(page: Page): Promise<{ link: string; address: string }> {
  await openEvent(page);
  const [first = "", second = ""] = await notInvited(page);
  const delivered = new CrewRow(page, first);
  await delivered.openPanel();
  const address = await delivered.sendTo.inputValue();
  await delivered.more.click();
  await delivered.emailLink.click();
  const bounced = new CrewRow(page, second);
  await bounced.sendOnceTo("bounce.luis@gmial.example");
  await bounced.more.click();
  await expect(bounced.badge).toHaveText("bounced");
  await expect(delivered.badge).toHaveText("delivered");
  const link = await delivered.link();
  await delivered.more.click();
  return { link, address };
}

test("the README's picture", async ({ owner }) => {
  await owner.setViewportSize({ width: 1440, height: 900 });
  await busyPlanner(owner);
  await picture(owner, "planner");
});

test("every screen, light and dark, narrow and wide", async ({ owner, browser, faults }) => {
  faults.allow(/404/);
  const folder = join(tmpdir(), "callboard-screens");
  mkdirSync(folder, { recursive: true });
  const { link, address } = await busyPlanner(owner);
  const planner = owner.url();
  await owner.goto(`${planner}/notes`);
  await owner.getByText("Write a note").click();
  await owner.getByLabel("Note", { exact: true }).fill("Park in yard 2\nMap: https://venue.example/yard");
  await owner.getByRole("button", { name: "Add note" }).click();
  await visit(owner, `${planner}/requests`);
  await aRequest(owner);
  const guest = await browser.newPage();
  await guest.goto(link);
  const portal = (await guest.getByRole("link", { name: "Your portal" }).getAttribute("href")) ?? "";
  await guest.close();
  const busy = await busiestContact(owner);
  await openContact(owner, busy.name, "Emails");
  const contact = owner.url().replace(/\/emails$/, "");
  await mailTo(owner, address);
  const mail = owner.url();

  const screens: [string, string][] = [
    ["events", "/events"],
    ["events-old", "/events?old=1"],
    ["events-none", "/events?q=nothing"],
    ["event-new", "/events/new"],
    ["event-edit", `${planner}/edit`],
    ["templates", "/templates"],
    ["spaces", "/spaces"],
    ["space-new", "/spaces/new"],
    ["deleted", "/deleted"],
    ["planner", planner],
    ["people", `${planner}/people`],
    ["event-requests", `${planner}/requests`],
    ["batch", `${planner}/batch`],
    ["batch-preview", `${planner}/batch?kind=share&who=everybody`],
    ["notes", `${planner}/notes`],
    ["public-link", `${planner}/public`],
    ["print-sheet", `${planner}/print?private`],
    ["print-people", `${planner}/print/people`],
    ["print-tags", `${planner}/print/tags`],
    ["requests", "/requests"],
    ["contacts", "/contacts"],
    ["contact-new", "/contacts/new"],
    ["contact-details", contact],
    ["contact-events", `${contact}/events`],
    ["contact-emails", `${contact}/emails`],
    ["account", "/account"],
    ["sandbox", "/sandbox"],
    ["sandbox-mail", mail],
    ["guest", link],
    ["portal", portal],
    ["guest-dead", "/v/never-was-a-link"],
    ["not-found", "/no/such/page"],
  ];
  const pictures: string[] = [];
  async function take(page: Page, name: string): Promise<void> {
    for (const colorScheme of themes) {
      for (const width of widths) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.setViewportSize({ width, height: 900 });
        const picture = `${name}-${colorScheme}-${width}.png`;
        await page.screenshot({ path: join(folder, picture), fullPage: true, animations: "disabled" });
        pictures.push(picture);
      }
    }
  }
  for (const [name, path] of screens) {
    await owner.goto(path);
    await owner.waitForLoadState("networkidle");
    await take(owner, name);
  }
  await owner.context().clearCookies();
  await owner.goto("/sign-in");
  await take(owner, "sign-in");

  const figures = pictures.map((file) => `<figure><img src="${file}" width="${file.includes("1440") ? 480 : 180}"><figcaption>${file}</figcaption></figure>`);
  writeFileSync(
    join(folder, "index.html"),
    `<!doctype html><title>Screens</title><style>body{display:flex;flex-wrap:wrap;gap:16px;font:12px system-ui;background:#888}figure{margin:0}</style>${figures.join("")}`,
  );
  const sheet = await browser.newPage({ viewport: { width: 2800, height: 1200 } });
  await sheet.goto(`file://${join(folder, "index.html")}`);
  await sheet.screenshot({ path: join(folder, "sheet.png"), fullPage: true });
  await sheet.close();
  console.log(`Pictures are in ${folder}; all of them in sheet.png there.`);
});
