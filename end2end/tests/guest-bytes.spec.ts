// The watch over what guests receive: it finds what is planted, however it comes, and nothing where there is nothing to find.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { test as base, expect } from "@playwright/test";
import { GuestBytes } from "../guest-bytes.ts";

const [ann, ben] = ["A".repeat(43), "B".repeat(43)] as const;

/** A page for every path, with what is planted. */
const test = base.extend<{ serve: (planted: (path: string) => string) => Promise<string> }>({
  serve: async ({}, use) => {
    const servers: Server[] = [];
    await use(async (planted) => {
      const server = createServer((request, response) => {
        const path = request.url ?? "/";
        const file = path.includes("/reference/");
        response.setHeader("content-type", file ? "application/pdf" : "text/html");
        if (file) response.setHeader("content-disposition", "attachment; filename=plan.pdf");
        response.end(planted(path));
      });
      servers.push(server);
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    for (const server of servers) server.close();
  },
});

for (const [what, planted, told] of [
  ["an address", "<p>ann@venue.example</p>", /the address ann@venue.example/],
  ["what became of a mail", '<span data-status="bounced">', /what became of a mail/],
  ["what members read of it", "<p>delivery delayed</p>", /what became of a mail/],
  ["the link of somebody else", `<a href="/v/${ben}">`, /another run of show's link/],
  ["the token of somebody else", `<input value="${ben}">`, /the token of another guest's page/],
] as const) {
  test(`${what} in a page is found`, async ({ page, context, serve }) => {
    const origin = await serve((path) => (path.startsWith(`/v/${ann}`) ? planted : "<p>nothing</p>"));
    const bytes = new GuestBytes(origin);
    bytes.watch(context);
    for (const token of [ann, ben]) await page.goto(`${origin}/v/${token}`);
    expect((await bytes.leaks()).join("\n")).toMatch(told);
  });
}

test("what a script fetches for a guest, and what they keep, is looked at too", async ({ context, serve }) => {
  const origin = await serve((path) => {
    if (path.startsWith("/api/")) return '{"status":"bounced"}';
    if (path.includes("/reference/")) return "%PDF ann@venue.example";
    return "<p>nothing</p>";
  });
  const bytes = new GuestBytes(origin);
  bytes.watch(context);
  const page = await context.newPage();
  await page.goto(`${origin}/v/${ann}`);
  await page.evaluate(async () => (await fetch("/api/load")).text());
  const download = page.waitForEvent("download");
  await page.evaluate((path) => {
    location.href = path;
  }, `/v/${ann}/reference/1`);
  await (await download).path();
  const leaks = (await bytes.leaks()).join("\n");
  expect(leaks).toMatch(/what became of a mail/);
  expect(leaks).toMatch(/the address ann@venue.example/);
});

test("a calendar is of one guest alone, and a portal may lead to several pages", async () => {
  const [portal, calendar, third] = ["P".repeat(43), "K".repeat(43), "C".repeat(43)];
  const bytes = new GuestBytes("http://callboard.test");
  const at = (path: string, text: string): void => bytes.add(`http://callboard.test${path}`, text);
  at(`/v/${ann}`, `/calendar/${calendar}/run-of-show.ics /c/${portal} token=${ann} UID:x@callboard`);
  at(`/calendar/${calendar}/run-of-show.ics`, "BEGIN:VCALENDAR");
  at(`/c/${portal}`, `/v/${ann} /v/${third}`);
  at(`/v/${third}`, `/c/${portal} I wrote me@home.example`);
  bytes.allow("me@home.example");
  expect(await bytes.leaks()).toEqual([]);
  at(`/v/${ben}`, `/calendar/${calendar}/run-of-show.ics`);
  expect(await bytes.leaks()).toEqual(["/v/…: a link of somebody else's, of /calendar/"]);
});

test("what members receive is not looked at", async ({ page, context, serve }) => {
  const origin = await serve(() => '<p data-status="bounced">ann@venue.example</p>');
  const bytes = new GuestBytes(origin);
  bytes.watch(context);
  await page.goto(`${origin}/events/1`);
  expect(await bytes.leaks()).toEqual([]);
});
