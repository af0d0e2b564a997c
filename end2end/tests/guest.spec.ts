// What a guest sees behind a share link: the run of show, with or without scripts, and never anything about mail.
import { get } from "node:http";
import { expect, test } from "../fixtures.ts";
import { CrewRow, crewRows, notInvited, openEvent, wedding } from "../screens.ts";

test("the run of show needs no script and holds no address", async ({ owner, browsers }) => {
  await openEvent(owner);
  const [name = ""] = await notInvited(owner);
  const link = await new CrewRow(owner, name).link();

  const guest = await browsers.open({ javaScriptEnabled: false });
  const answer = await guest.goto(link);
  await expect(guest.getByRole("heading", { level: 1 })).toContainText(wedding);
  await expect(guest.locator(".timeline > li").first()).toBeVisible();
  expect(answer?.headers()["referrer-policy"]).toMatch(/^(no-referrer|strict-origin)$/);
  expect(answer?.headers()["cache-control"]).toMatch(/no-store|private/);

  const html = (await answer?.text()) ?? "";
  expect(html).not.toMatch(/[\w.+-]+@[\w-]+\.[\w.]+/);
  expect(html).not.toMatch(/bounced|delivery delayed|spam reported|suppress/i);
  // Nor anybody else's link.
  const tokens = new Set([...html.matchAll(/\/v\/([\w-]{20,})/g)].map(([, token]) => token));
  tokens.delete(link.split("/v/")[1]);
  expect([...tokens]).toEqual([]);
});

test("what guests get is small: the page with its style and script, as sent", async ({ owner, browsers, server }) => {
  await openEvent(owner);
  const [name = ""] = await notInvited(owner);
  const guest = await browsers.open();
  for (const address of [await new CrewRow(owner, name).link(), `${server.url}/sign-in`]) {
    const html = await (await guest.request.get(address)).text();
    const parts = [...html.matchAll(/<link[^>]+href="([^"]+\.css)"|<script[^>]+src="([^"]+)"/g)].map(([, style, script]) => style ?? script ?? "");
    expect(parts.length, html).toBeGreaterThan(0);
    const sizes = await Promise.all([address, ...new Set(parts.map((part) => new URL(part, address).href))].map(sent));
    expect(sizes.reduce((total, size) => total + size), `${address}: ${sizes.join(" + ")}`).toBeLessThanOrEqual(30 * 1024);
  }
});

/** How many bytes a browser receives, compressed. */
function sent(address: string): Promise<number> {
  return new Promise((done, fail) => {
    const request = get(address, { headers: { "Accept-Encoding": "br" } }, (answer) => {
      let bytes = 0;
      answer.on("data", (chunk: Buffer) => (bytes += chunk.length));
      answer.on("end", () => done(bytes));
    });
    request.on("error", fail);
  });
}

test("a revoked link never works again, and the next one is another", async ({ owner, browsers, faults }) => {
  faults.allow(/status 404: GET .*\/v\//, /404 \(/);
  await openEvent(owner);
  const [name = "", other = ""] = await notInvited(owner);
  const row = new CrewRow(owner, name);
  const first = await row.link();
  const untouched = await new CrewRow(owner, other).link();
  const guest = await browsers.open();
  expect((await guest.goto(first))?.status()).toBe(200);

  await row.revoke();
  expect((await guest.goto(first))?.status()).toBe(404);
  await expect(guest.getByRole("main")).toContainText("Link not active");

  const second = await row.link();
  expect(second).not.toBe(first);
  expect((await guest.goto(second))?.status()).toBe(200);
  expect((await guest.goto(first))?.status()).toBe(404);
  expect((await guest.goto(untouched))?.status()).toBe(200);
  expect((await guest.goto("/v/never-was-a-link"))?.status()).toBe(404);
});

test("a link made or revoked shows in the other browser", async ({ owner, browsers }) => {
  await openEvent(owner);
  const [name = ""] = await notInvited(owner);
  const handler = await browsers.signedIn("handler");
  await openEvent(handler);
  await expect(crewRows(handler).first()).toBeVisible();
  const seen = new CrewRow(handler, name);
  await seen.openPanel();

  const made = await new CrewRow(owner, name).link();
  await expect(seen.shareLink).toHaveValue(made);
  await new CrewRow(owner, name).revoke();
  await expect(seen.button("Generate link")).toBeVisible();
});

test("the link is copied", async ({ browsers }) => {
  const page = await browsers.signedIn("demo", { permissions: ["clipboard-read", "clipboard-write"] });
  await openEvent(page);
  const [name = ""] = await notInvited(page);
  const row = new CrewRow(page, name);
  const link = await row.link();
  await row.button("Copy link").click();
  await expect(row.button("Copied")).toBeVisible();
  await expect(page.locator("[aria-live=polite]")).toContainText("Link copied");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
});
