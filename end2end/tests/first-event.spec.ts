// The first hour of a venue: from an empty database to an answered invite, at a person's pace, counted in clicks.
import type { Page } from "@playwright/test";
import { expect, hydrated, live, picture, test } from "../fixtures.ts";
import { CrewRow, codeFor, mailTo, mira } from "../screens.ts";

test.use({ demo: false });

const show: [start: string, minutes: string, title: string][] = [
  ["4pm", "60", "Doors for crew"],
  ["", "45", "Sound check"],
  ["", "30", "Tables set"],
  ["6:30 pm", "30", "Guests arrive"],
  ["", "20", "Welcome"],
  ["", "90", "Dinner"],
  ["", "15", "Speeches"],
  ["", "10", "Cake"],
  ["", "120", "Band"],
  ["", "30", "Last song"],
];
const people = ["Ann Lee <ann@guests.example>", "Ben Ode <ben@guests.example>", "Cai Rhys <cai@guests.example>", "Dot Wynn <dot@guests.example>", "Eli Fox <eli@guests.example>"];

/** Presses what a person would, and counts. */
class Clicks {
  count = 0;

  async on(page: Page, role: "button" | "link", name: string | RegExp): Promise<void> {
    this.count += 1;
    await page.getByRole(role, { name, exact: typeof name === "string" }).first().click();
  }
}

test("from an empty database to an answered invite", async ({ page, browsers, faults }) => {
  faults.allow(/status 422/, /422 \(/);
  const began = Date.now();
  const clicks = new Clicks();
  await page.goto("/");
  await page.getByLabel("Your name").fill(mira.name);
  await page.getByLabel("Venue or company").fill(mira.venue);
  await page.getByLabel("Email").fill(mira.email);
  await page.getByLabel("Password", { exact: true }).fill(mira.password);
  await clicks.on(page, "button", "Create account");
  await expect(page).toHaveURL(/\/verify$/);
  const code = await codeFor(page, mira.email);
  await page.goto("/verify");
  await page.getByLabel("Code").fill(code);
  await clicks.on(page, "button", "Verify");
  await clicks.on(page, "link", "Go to your events");

  await clicks.on(page, "link", "New event");
  await hydrated(page);
  await page.getByLabel("Name", { exact: true }).first().fill("Noor & Sam");
  await page.getByLabel("Starts").fill("2031-06-14T16:00");
  await page.getByLabel("Ends").fill("2031-06-15T01:00");
  await page.getByLabel("Collect RSVPs").check();
  clicks.count += 1;
  await clicks.on(page, "button", "Create event");
  await expect(page.getByRole("heading", { level: 1, name: "Noor & Sam" })).toBeVisible();
  await live(page);

  const next = page.locator("form#next");
  await expect(next.getByLabel("Title")).toBeVisible();
  for (const [start, minutes, title] of show) {
    if (start !== "") await next.getByLabel("Start").fill(start);
    await next.getByLabel("Length").fill(minutes);
    await next.getByLabel("Title").fill(title);
    await next.getByLabel("Title").press("Enter");
    await expect(page.getByRole("link", { name: title, exact: true })).toBeVisible();
  }
  await expect(page.locator("ol.timeline > li:not(.day)")).toHaveCount(10);
  await picture(page, "first-run-of-show");

  await clicks.on(page, "link", /^Add people|^Put somebody on it/);
  await hydrated(page);
  await page.getByText("from a mail or a list").click();
  clicks.count += 1;
  await page.getByLabel("One person a line").fill(people.join("\n"));
  await clicks.on(page, "button", "Add everybody");
  await expect(page.getByRole("link", { name: "Eli Fox", exact: true }).first()).toBeVisible();
  await clicks.on(page, "link", "Back to the event");
  await live(page);

  const second = await browsers.open({ storageState: await page.context().storageState() });
  await second.goto(page.url());
  await live(second);

  const ann = new CrewRow(page, "Ann Lee");
  await ann.emailLink.click();
  const ben = new CrewRow(page, "Ben Ode");
  await ben.openPanel();
  await ben.button("Send invite").click();
  clicks.count += 3;
  for (const name of ["Ann Lee", "Ben Ode"]) await expect(new CrewRow(second, name).badge).toHaveText("delivered");

  const guest = await browsers.open({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  await guest.goto(/https?:\/\/\S+\/rsvp\/[\w-]+/.exec(await mailTo(page, "ben@guests.example"))?.[0] ?? "");
  await picture(guest, "first-invite");
  await guest.getByRole("button", { name: "Accept" }).click();
  await expect(new CrewRow(second, "Ben Ode").row).toContainText("accepted");
  await guest.goto(/https?:\/\/\S+\/v\/[\w-]+/.exec(await mailTo(page, "ann@guests.example"))?.[0] ?? "");
  await guest.getByRole("button", { name: "Accept" }).click();
  await expect(new CrewRow(second, "Ann Lee").row).toContainText("accepted");
  await picture(second, "first-answers");

  expect(clicks.count).toBe(13);
  expect(Date.now() - began, "under three minutes").toBeLessThan(180_000);
});
