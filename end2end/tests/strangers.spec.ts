// Requests that other sites could make a signed-in browser send.
import { randomBytes } from "node:crypto";
import { request as httpRequest } from "node:http";
import { expect, test } from "../fixtures.ts";

test.use({ readsOnly: true });

/** The status of a websocket handshake: 101 when it was accepted. */
function handshake(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((done, fail) => {
    const request = httpRequest(url, {
      headers: {
        Connection: "Upgrade",
        Upgrade: "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
        ...headers,
      },
    });
    request.on("response", (response) => {
      response.resume();
      done(response.statusCode ?? 0);
    });
    request.on("upgrade", (response, socket) => {
      socket.destroy();
      done(response.statusCode ?? 0);
    });
    request.on("error", fail);
    request.end();
  });
}

test("the live channel opens to our own pages only", async ({ owner, server }) => {
  const cookies = await owner.context().cookies();
  const Cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const live = `${server.url}/live`;
  expect(await handshake(live, { Cookie, Origin: server.url })).toBe(101);
  expect(await handshake(live, { Cookie, Origin: "https://evil.example" })).toBe(403);
  expect(await handshake(live, { Cookie, Origin: "null" })).toBe(403);
  expect(await handshake(live, { Origin: server.url })).toBe(401);
});

test("a write that comes from another site is refused before it is read", async ({ page, server, request }) => {
  await page.goto("/sign-in");
  const action = await page.locator("form").first().getAttribute("action");
  const url = new URL(action ?? "", server.url).href;
  const form = { email: "nobody@callboard.test", password: "wrong" };
  const own = await request.post(url, { form, headers: { Origin: server.url, "Sec-Fetch-Site": "same-origin" } });
  expect(own.status()).not.toBe(403);
  const foreign: Record<string, string>[] = [
    { Origin: "https://evil.example" },
    { Origin: "null" },
    { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" },
    { "Sec-Fetch-Site": "cross-site" },
  ];
  for (const headers of foreign) {
    const answer = await request.post(url, { form, headers, maxRedirects: 0 });
    expect(answer.status(), JSON.stringify(headers)).toBe(403);
  }
});

test("cookies and headers are what the safety baseline asks for", async ({ owner }) => {
  const cookies = await owner.context().cookies();
  expect(cookies.length).toBeGreaterThan(0);
  for (const cookie of cookies) {
    expect(cookie.httpOnly, cookie.name).toBe(true);
    expect(cookie.sameSite, cookie.name).toBe("Lax");
  }
  const answer = await owner.goto("/events");
  const policy = answer?.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("nonce-");
  expect(policy).not.toContain("'unsafe-inline'");
  expect(policy).not.toContain("'unsafe-eval'");
  expect(answer?.headers()["x-content-type-options"]).toBe("nosniff");
});
