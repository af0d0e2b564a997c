// Two processes on one PostgreSQL are one product: whatever happens on one shows in the browsers on the other.
import type { Page } from "@playwright/test";
import { Browsers, Faults, expect, live, test as base } from "../fixtures.ts";
import { GuestBytes } from "../guest-bytes.ts";
import { CrewRow, EmailsTab, notInvited, openContact, openEvent, signOut } from "../screens.ts";
import { Server, SharedDatabase } from "../server.ts";

interface Pair {
  /** Replaces each journey's own server. */
  server: Server;
  /** The second process on the same database. */
  other: Server;
  /** A page of the handler, signed in on the second process. */
  elsewhere: Page;
}

const test = base.extend<Pair & { database: SharedDatabase }>({
  database: async ({}, use) => {
    const database = new SharedDatabase();
    await use(database);
    database.drop();
  },
  server: async ({ database }, use, info) => {
    await serving(database, use, info);
  },
  // After the first, which makes the demo.
  other: async ({ database, server: _ }, use, info) => {
    await serving(database, use, info);
  },
  elsewhere: async ({ browser, other }, use) => {
    const faults = new Faults(other.url);
    const guestBytes = new GuestBytes(other.url);
    const browsers = new Browsers(browser, other, faults, guestBytes);
    await use(await browsers.signedIn("handler"));
    await browsers.closeAll();
    expect(await guestBytes.leaks(), "guests received nothing that is not theirs").toEqual([]);
    expect(faults.unexpected(), "nothing went wrong in the other browser").toEqual([]);
  },
});

type Info = Pick<ReturnType<typeof test.info>, "status" | "expectedStatus" | "attach">;

async function serving(database: SharedDatabase, use: (server: Server) => Promise<void>, info: Info): Promise<void> {
  const server = await Server.start(database.settings);
  try {
    await use(server);
    if (info.status !== info.expectedStatus) {
      await info.attach(`server-${server.port}.log`, { body: server.log(), contentType: "text/plain" });
    }
  } finally {
    await server.stop();
  }
}

test("a mail sent on one turns delivered on both, on the planner and in the history", async ({ owner, elsewhere }) => {
  await openEvent(owner);
  await live(owner);
  const [name = "", other = ""] = await notInvited(owner);
  await openEvent(elsewhere);
  await live(elsewhere);

  await new CrewRow(owner, name).emailLink.click();
  await expect(new CrewRow(owner, name).badge).toHaveText("delivered");
  await expect(new CrewRow(elsewhere, name).badge).toHaveText("delivered");
  await expect(new CrewRow(elsewhere, name).emailLink).toBeDisabled();

  // And the other way round, into a list that is open already.
  await openContact(owner, other, "Emails");
  await live(owner);
  const emails = new EmailsTab(owner);
  const before = await emails.total();
  await new CrewRow(elsewhere, other).emailLink.click();
  await expect(emails.count).toHaveText(String(before + 1));
  await expect(emails.badge(emails.rows.first())).toHaveText("delivered");
});

test("a link made and revoked on one shows on the other, and opens nothing there", async ({ owner, elsewhere, other, browsers }) => {
  await openEvent(owner);
  const [name = ""] = await notInvited(owner);
  await openEvent(elsewhere);
  await live(elsewhere);
  const seen = new CrewRow(elsewhere, name);
  await seen.openPanel();

  const link = await new CrewRow(owner, name).link();
  await expect(seen.shareLink).toHaveValue(/\/v\//);
  const { pathname } = new URL(link);
  const guest = await browsers.open();
  expect((await guest.request.get(`${other.url}${pathname}`)).status()).toBe(200);

  await new CrewRow(owner, name).revoke();
  await expect(seen.button("Generate link")).toBeVisible();
  expect((await guest.request.get(`${other.url}${pathname}`)).status()).toBe(404);
});

test("signing out on one ends the page on the other", async ({ owner, other }) => {
  // Cookies know no ports: the same session is open on both.
  const second = await owner.context().newPage();
  await second.goto(`${other.url}/contacts`);
  await live(second);
  await signOut(owner);
  await expect(second).toHaveURL(/\/sign-in/);
  expect(new URL(second.url()).origin).toBe(other.url);
});

test("what was sent before one process ended is settled by the other", async ({ owner, elsewhere, server, faults }) => {
  test.setTimeout(150_000);
  faults.allow(/WebSocket/, /ERR_CONNECTION_REFUSED/, /request failed/);
  await openEvent(owner);
  const [name = ""] = await notInvited(owner);
  await openEvent(elsewhere);
  await live(elsewhere);
  const accepted = owner.waitForResponse(/\/api\/email_link/);
  await new CrewRow(owner, name).emailLink.click();
  expect((await accepted).ok()).toBe(true);
  await server.kill9();
  // Killed before the hand-over, the first process still holds the lease for a minute.
  await expect(new CrewRow(elsewhere, name).row).toContainText(/delivered|hand-over not confirmed/, { timeout: 90_000 });
});
