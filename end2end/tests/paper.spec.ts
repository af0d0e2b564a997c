// What leaves the screen: print pages, a link as a code, and calendars as another program reads them.
import type { Page } from "@playwright/test";
import ICAL from "ical.js";
import { expect, hydrated, test, visit } from "../fixtures.ts";
import { CrewRow, RunOfShow, newEvent, notInvited, openEvent } from "../screens.ts";

interface Entry {
  uid: string;
  title: string;
  details: string | null;
  starts: string;
  ends: string;
  status: unknown;
}

/** The entries of a calendar, read by a parser that is not ours. */
function entries(text: string): Entry[] {
  for (const line of text.split("\r\n")) expect(Buffer.byteLength(line), line).toBeLessThanOrEqual(75);
  const calendar = new ICAL.Component(ICAL.parse(text));
  expect(calendar.getFirstPropertyValue("version")).toBe("2.0");
  return calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    return {
      uid: event.uid,
      title: event.summary,
      details: event.description,
      starts: event.startDate.toJSDate().toISOString(),
      ends: event.endDate.toJSDate().toISOString(),
      status: component.getFirstPropertyValue("status"),
    };
  });
}

/** How many sheets a page takes. */
async function sheets(page: Page, format: "A4" | "Letter"): Promise<number> {
  const pdf = await page.pdf({ format, preferCSSPageSize: false });
  return pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}

test("the run sheet, the list of people and the name tags are one press away, and print without what is for the screen", async ({ owner }) => {
  await openEvent(owner);
  const [name = ""] = await notInvited(owner);
  await owner.getByRole("link", { name: "Print", exact: true }).click();
  await expect(owner.getByText(/^Run sheet · As of /)).toBeVisible();
  await expect(owner.getByRole("columnheader", { name: "Who" })).toBeVisible();
  await expect(owner.getByRole("rowheader").first()).toBeVisible();
  const tools = owner.getByRole("navigation", { name: "For paper" });
  await expect(tools.getByRole("button", { name: "Print" })).toBeVisible();
  await owner.emulateMedia({ media: "print" });
  await expect(tools).toBeHidden();
  await owner.emulateMedia({ media: null });

  await owner.getByRole("link", { name: "People", exact: true }).click();
  await expect(owner.getByRole("rowheader", { name, exact: true })).toBeVisible();
  await owner.getByRole("link", { name: "Name tags" }).click();
  await expect(owner.getByRole("listitem").filter({ hasText: name })).toBeVisible();
  await owner.getByRole("link", { name: "Back to the event" }).click();
  await hydrated(owner);
  await expect(new CrewRow(owner, name).row).toBeVisible();
});

test("eight name tags stand on a sheet, of A4 and of Letter", async ({ owner }) => {
  await newEvent(owner, "Regatta");
  const event = new URL(owner.url()).pathname;
  const lines = Array.from({ length: 17 }, (_, index) => `Guest Number${index} <guest${index}@regatta.test>`);
  await visit(owner, `${event}/people`);
  await owner.getByText("from a mail or a list").click();
  await owner.getByLabel("One person a line").fill(lines.join("\n"));
  await owner.getByRole("button", { name: "Add everybody" }).click();
  await expect(owner.getByRole("link", { name: "Guest Number16", exact: true }).first()).toBeVisible();
  await owner.goto(`${event}/print/tags`);
  await expect(owner.getByRole("listitem")).toHaveCount(17);
  expect([await sheets(owner, "A4"), await sheets(owner, "Letter")]).toEqual([3, 3]);
});

test("a calendar follows the event, opens nothing else, and ends with the link", async ({ owner, browsers, request, server }) => {
  await newEvent(owner, "Régate de Pâques, lunch; and \\ tea: a whole long day out upon the water, for all of the families");
  const event = new URL(owner.url()).pathname;
  const show = new RunOfShow(owner);
  await show.add({ start: "23:30", length: "90", title: "Last boat, then “home” 🎉 ".repeat(6).trim() });
  const whole = await owner.request.get(`${event}/calendar.ics`);
  const [party, boat] = entries(await whole.text());
  expect(party?.title).toMatch(/^Régate de Pâques, lunch; and \\ tea: .* families$/);
  expect(boat?.title).toBe("Last boat, then “home” 🎉 ".repeat(6).trim());
  expect(Date.parse(boat?.ends ?? "") - Date.parse(boat?.starts ?? "")).toBe(90 * 60_000);

  await openEvent(owner);
  const [name = ""] = await notInvited(owner);
  const row = new CrewRow(owner, name);
  const link = await row.link();
  const guest = await browsers.open({ javaScriptEnabled: false });
  await guest.goto(link);
  const subscribe = guest.getByRole("link", { name: "Subscribe (follows changes)" });
  const once = guest.getByRole("link", { name: "Download once" });
  const feed = (await once.getAttribute("href")) ?? "";
  expect(await subscribe.getAttribute("href")).toBe(feed.replace(/^https?:/, "webcal:"));
  expect(feed.startsWith(server.url), feed).toBe(true);
  expect(feed).not.toContain(link.split("/").at(-1));

  const before = await request.get(feed);
  expect(before.headers()["content-type"]).toBe("text/calendar; charset=utf-8");
  const text = await before.text();
  expect(entries(text).length).toBeGreaterThan(0);
  expect(text).not.toMatch(/@(?!callboard\r)/);
  await row.revoke();
  expect((await request.get(feed)).status()).toBe(404);
});

test("a link is shown to a camera, and with it the address of the person's calendar", async ({ owner, request }) => {
  await openEvent(owner);
  const [name = ""] = await notInvited(owner);
  const row = new CrewRow(owner, name);
  const link = await row.link();
  await row.row.getByRole("link", { name: "QR code" }).click();
  await expect(owner.getByRole("img", { name: `The share link of ${name} as a QR code` })).toBeVisible();
  await expect(owner.getByRole("main")).toContainText(link);
  const feed = (await owner.getByRole("main").innerText()).match(/https?:\S+\.ics/)?.[0] ?? "";
  expect((await request.get(feed)).status()).toBe(200);
});
