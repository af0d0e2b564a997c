// Every page of the product, in light and dark, on a phone and on a desk: no violation that axe knows of, no sideways scrolling, and all
// that can be pressed within reach of the keyboard. The pages are read from the product: one that nobody looks at here fails.
import type { Page } from "@playwright/test";
import { type Browsers, expect, expectAccessible, fillSignIn, hydrated, live, password, signInRefusal, test, visit } from "../fixtures.ts";
import { expectReachable } from "../keyboard.ts";
import { matches, pages } from "../pages.ts";
import {
  CrewRow,
  EmailsTab,
  RunOfShow,
  accountLink,
  aRequest,
  busiestContact,
  codeFor,
  mailTo,
  mira,
  newEvent,
  notInvited,
  openContact,
  openEvent,
  signUp,
  someoneNotInvited,
  wedding,
} from "../screens.ts";

interface Stage {
  /** Signed in to the demo. */
  owner: Page;
  browsers: Browsers;
  /** Looks at a page as it is now, the keyboard too. */
  look: (page: Page) => Promise<void>;
}

/** How the pages are come by, each in the states that look different. */
const screens: Record<string, (stage: Stage) => Promise<void>> = {
  "/": async ({ owner, look }) => {
    await owner.goto("/");
    await expect(owner).toHaveURL(/\/events$/);
    await look(owner);
  },
  "/events": async ({ owner, look }) => {
    await look(owner);
    await visit(owner, "/events?old=1");
    await look(owner);
    await visit(owner, "/events?q=nothing");
    await look(owner);
    await openEvent(owner);
    await visit(owner, `${here(owner)}/edit`);
    await owner.getByRole("button", { name: "Delete event" }).click();
    await expect(owner.getByText(`“${wedding}” was deleted.`)).toBeVisible();
    await hydrated(owner);
    // The offer would end while it is looked at.
    await owner.locator(".offer").evaluate((offer) => {
      for (const animation of offer.getAnimations()) animation.pause();
    });
    await look(owner);
  },
  "/events/new": async ({ owner, look }) => {
    await visit(owner, "/events/new");
    await look(owner);
    await owner.getByLabel("Name", { exact: true }).first().fill("Backwards");
    await owner.getByLabel("Starts").fill("2031-06-14T16:00");
    await owner.getByLabel("Ends").fill("2031-06-14T15:00");
    await owner.getByRole("button", { name: "Create event" }).click();
    await expect(owner.locator("#ends-note.error")).toBeVisible();
    await hydrated(owner);
    await look(owner);
  },
  "/events/{id}": async ({ owner, browsers, look }) => {
    await newEvent(owner, "Nothing yet");
    await expect(new RunOfShow(owner).next.getByLabel("Title")).toBeVisible();
    await look(owner);

    await openEvent(owner);
    const event = here(owner);
    await live(owner);
    const show = new RunOfShow(owner);
    await look(owner);
    // The run of show: an overrun that would collide, something to undo, a row that is edited and refused, one added between.
    await show.add({ start: "2:00", length: "60", title: "Clear the hall" });
    await show.add({ start: "2:30", length: "45", title: "Load the van" });
    await show.add({ start: "3:30", length: "15", title: "Ferry", pinned: true });
    await show.item("Load the van").getByRole("button", { name: "Push all", exact: true }).click();
    await expect(show.item("Load the van").getByRole("alert")).toContainText("Ferry");
    const handler = await browsers.signedIn("handler");
    await visit(handler, event);
    const mine = await show.edit("Clear the hall");
    const theirs = await new RunOfShow(handler).edit("Clear the hall");
    await theirs.getByLabel("Title").fill("Sweep the hall");
    await theirs.getByRole("button", { name: "Save" }).click();
    await expect(new RunOfShow(handler).item("Sweep the hall")).toBeVisible();
    await mine.getByLabel("Title").fill("Mop the hall");
    await mine.locator("summary").click();
    await mine.getByRole("button", { name: "Save" }).click();
    await expect(mine.getByText("Somebody else changed")).toBeVisible();
    await owner.getByRole("link", { name: "Add an item after “Ferry”" }).click();
    await expect(owner.locator(".insert form").getByLabel("Title")).toBeFocused();
    await look(owner);

    // The crew: a bounce with its reason and its fix, a link about to be revoked, somebody taken off.
    await visit(owner, event);
    await live(owner);
    const [first = "", second = "", third = ""] = await notInvited(owner);
    const bounced = new CrewRow(owner, second);
    await bounced.sendOnceTo("bounce.accessible@venue.example");
    await expect(bounced.badge).toHaveText("bounced");
    const linked = new CrewRow(owner, first);
    await linked.link();
    await linked.button("Send invite").click();
    await expect(linked.badge).toHaveText("delivered");
    await linked.button("Revoke").click();
    await bounced.badge.focus();
    await expect(bounced.tooltip).toBeVisible();
    await look(owner);
    const off = new CrewRow(owner, third);
    if (third !== "") {
      await off.openPanel();
      await off.button("Take off this event").click();
      await expect(owner.getByText(`${third} is off the event.`)).toBeVisible();
    }
    await owner.setViewportSize({ width: 360, height: 740 });
    await owner.getByRole("radio", { name: /^Crew/ }).check();
    await look(owner);

    await visit(handler, `${event}/edit`);
    await handler.getByRole("button", { name: "Delete event" }).click();
    await expect(owner.getByRole("main").getByText(`“${wedding}” was deleted.`)).toBeVisible();
    await look(owner);
  },
  "/events/{id}/items/new": async ({ owner, look }) => {
    await openEvent(owner);
    await visit(owner, `${here(owner)}/items/new`);
    await look(owner);
    await owner.getByLabel("Start").fill("soon");
    await owner.getByLabel("Title").fill("Never");
    await owner.getByRole("button", { name: "Add item" }).click();
    await expect(owner.locator(".error").filter({ hasText: "not a time" })).toBeVisible();
    await look(owner);
  },
  "/events/{id}/items/{item}": async ({ owner, look }) => {
    await openEvent(owner);
    const show = new RunOfShow(owner);
    const [first = ""] = await show.titles();
    const item = await show.pageOf(first);
    const form = await show.edit(first);
    await form.getByLabel("Where").fill("Elsewhere");
    await form.getByRole("button", { name: "Save" }).click();
    await expect(show.item(first)).toContainText("Elsewhere");
    await visit(owner, item);
    await expect(owner.locator(".history")).toContainText("Elsewhere");
    await look(owner);
    await show.page.getByRole("button", { name: "Delete", exact: true }).click();
    await expect(show.undo).toBeVisible();
    await visit(owner, item);
    await expect(owner.getByText(/deleted this item on /)).toBeVisible();
    await look(owner);
  },
  "/events/{id}/paste": async ({ owner, look }) => {
    await openEvent(owner);
    await visit(owner, `${here(owner)}/paste`);
    await look(owner);
    await owner.getByLabel("Rows from your spreadsheet").fill("Start\tMin\tTitle\tColour\n4pm\t30\tDoors\tred\nsoon\t5\tSpeech\tblue");
    await owner.getByRole("button", { name: "Read the rows" }).click();
    await expect(owner.getByText("“soon” is not a time.")).toBeVisible();
    await hydrated(owner);
    await look(owner);
  },
  "/events/{id}/deleted": async ({ owner, look }) => {
    await openEvent(owner);
    const event = here(owner);
    await visit(owner, `${event}/deleted`);
    await look(owner);
    await visit(owner, event);
    const show = new RunOfShow(owner);
    await show.remove((await show.titles())[0] ?? "");
    await visit(owner, `${event}/deleted`);
    await look(owner);
  },
  "/events/{id}/edit": async ({ owner, browsers, look }) => {
    await openEvent(owner);
    const path = `${here(owner)}/edit`;
    await visit(owner, path);
    await look(owner);
    const handler = await browsers.signedIn("handler");
    await visit(handler, path);
    await handler.getByLabel("PAX").fill("80");
    await handler.getByRole("button", { name: "Save", exact: true }).click();
    await expect(handler.getByRole("heading", { level: 1, name: wedding })).toBeVisible();
    await owner.getByLabel("PAX").fill("90");
    await owner.getByRole("button", { name: "Save", exact: true }).click();
    await expect(owner.getByText("Theirs: 80")).toBeVisible();
    await hydrated(owner);
    await look(owner);
  },
  "/templates": async ({ owner, look }) => {
    await openEvent(owner);
    await visit(owner, `${here(owner)}/edit`);
    await owner.getByLabel("Name of the template").fill("Weddings");
    await owner.getByRole("button", { name: "Save as template" }).click();
    await expect(owner.getByRole("heading", { level: 1, name: "Templates" })).toBeVisible();
    await hydrated(owner);
    await owner.getByText("Start an event").first().click();
    await look(owner);
  },
  "/spaces": async ({ owner, look }) => {
    await visit(owner, "/spaces");
    await look(owner);
    await visit(owner, "/spaces?q=nothing");
    await look(owner);
  },
  "/spaces/new": async ({ owner, look }) => {
    await visit(owner, "/spaces/new");
    await look(owner);
    await owner.getByLabel("Name").fill("Nameless");
    await owner.getByLabel("Capacity").fill("many");
    await owner.getByRole("button", { name: "Create space" }).click();
    await expect(owner.locator("p.error").filter({ visible: true })).toBeVisible();
    await hydrated(owner);
    await look(owner);
  },
  "/spaces/{id}": async ({ owner, look }) => {
    await aSpace(owner);
    await look(owner);
  },
  "/deleted": async ({ owner, look }) => {
    await visit(owner, "/deleted");
    await look(owner);
    await aSpace(owner);
    await owner.getByRole("button", { name: "Delete space" }).click();
    await expect(owner.getByRole("heading", { level: 1, name: "Recently deleted" })).toBeVisible();
    const event = await newEvent(owner, "Called off");
    await visit(owner, `${event}/edit`);
    await owner.getByRole("button", { name: "Delete event" }).click();
    await expect(owner.getByText("“Called off” was deleted.")).toBeVisible();
    await visit(owner, "/deleted");
    await expect(owner.getByRole("button", { name: /^Restore/ })).toHaveCount(2);
    await look(owner);
  },
  "/events/{id}/people": async ({ owner, look }) => {
    await openEvent(owner);
    const path = `${here(owner)}/people`;
    await visit(owner, `${path}?q=nobody-has-this-name`);
    await look(owner);
    await visit(owner, `${path}?q=Femi`);
    await owner.getByRole("button", { name: /^Add Femi/ }).click();
    await owner.getByRole("button", { name: /^Take off Femi/ }).click();
    await owner.getByText("Recently deleted").click();
    await owner.getByText("who is not in your contacts yet").click();
    await look(owner);
    await visit(owner, path);
    await owner.getByText("from a mail or a list").click();
    await owner.getByLabel("One person a line").fill("Uwe Hahn <uwe@venue.example>\nnobody");
    await owner.getByRole("button", { name: "Add everybody" }).click();
    await expect(owner.locator("#lines-note")).toContainText("Line 2");
    await hydrated(owner);
    await look(owner);
  },
  "/events/{id}/print": async ({ owner, look }) => {
    await openEvent(owner);
    const path = `${here(owner)}/print`;
    for (const address of [path, `${path}?private`]) {
      await owner.goto(address);
      await look(owner);
    }
  },
  "/events/{id}/print/people": async ({ owner, look }) => {
    await openEvent(owner);
    await owner.goto(`${here(owner)}/print/people`);
    await look(owner);
  },
  "/events/{id}/print/tags": async ({ owner, look }) => {
    await openEvent(owner);
    await owner.goto(`${here(owner)}/print/tags`);
    await look(owner);
  },
  "/events/{id}/qr/{crew}": async ({ owner, look }) => {
    await openEvent(owner);
    const row = new CrewRow(owner, await someoneNotInvited(owner));
    await row.link();
    await row.row.getByRole("link", { name: "QR code" }).click();
    await expect(owner.getByRole("img", { name: /as a QR code$/ })).toBeVisible();
    await look(owner);
    await owner.goBack();
    await hydrated(owner);
    await row.revoke();
    await owner.goForward();
    await owner.reload();
    await expect(owner.getByRole("heading", { name: "No link yet" })).toBeVisible();
    await look(owner);
  },
  "/events/{id}/notes": async ({ owner, look }) => {
    await openEvent(owner);
    await owner.goto(`${here(owner)}/notes`);
    await look(owner);
    for (const text of ["Park in yard 2\nMap: https://venue.example/yard", "Ring twice"]) {
      await owner.locator("details > summary", { hasText: "Write a note" }).click();
      await owner.getByLabel("Note", { exact: true }).filter({ visible: true }).fill(text);
      await owner.getByRole("button", { name: "Add note" }).click();
    }
    const pdf = Buffer.from("%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\nstartxref\n9\n%%EOF\n");
    await owner.locator("details > summary", { hasText: "Add files" }).click();
    await owner.getByLabel("Files", { exact: true }).setInputFiles(["plan.pdf", "menu.pdf"].map((name) => ({ name, mimeType: "application/pdf", buffer: pdf })));
    await owner.getByRole("button", { name: "Add for everybody" }).click();
    await expect(owner.locator("#files li")).toHaveCount(2);
    await owner.locator("#files li summary").first().click();
    await look(owner);
    await owner.getByRole("button", { name: /^Delete note “Ring/ }).click();
    await expect(owner.getByText("was just deleted")).toBeVisible();
    await look(owner);
    await owner.locator("details > summary", { hasText: "Write a note" }).click();
    await owner.getByRole("button", { name: "Add note" }).click();
    await expect(owner.getByText("Write the note first.")).toBeVisible();
    await look(owner);
  },
  "/events/{id}/public": async ({ owner, look }) => {
    await openEvent(owner);
    await owner.goto(`${here(owner)}/public`);
    await look(owner);
    await owner.getByRole("button", { name: "Make a public link" }).click();
    await expect(owner.getByLabel("Public link")).toHaveValue(/\/r\//);
    await look(owner);
  },
  "/events/{id}/batch": async ({ owner, look }) => {
    await openEvent(owner);
    const path = `${here(owner)}/batch`;
    await visit(owner, path);
    await owner.getByText("Tick people").click();
    await look(owner);
    await visit(owner, `${path}?kind=share&who=everybody`);
    await look(owner);
    await owner.getByRole("button", { name: /^Email \d+ (person|people)$/ }).click();
    await expect(owner).toHaveURL(/batch=/);
    await hydrated(owner);
    await look(owner);
    await owner.getByRole("button", { name: "Undo: send to nobody" }).click();
    await expect(owner.getByText("It was taken back")).toBeVisible();
    await look(owner);
    await visit(owner, path);
    await look(owner);
  },
  "/contacts": async ({ owner, look }) => {
    await visit(owner, "/contacts");
    await expect(owner.locator("ul.rows > li").first()).toBeVisible();
    await look(owner);
    await visit(owner, "/contacts?q=nobody-has-this-name");
    await look(owner);
  },
  "/contacts/new": async ({ owner, look }) => {
    await visit(owner, "/contacts/new");
    await look(owner);
    await owner.getByLabel("First name").fill("Odette");
    await owner.getByLabel("Email").fill("odette@nowhere");
    await owner.getByRole("button", { name: "Create contact" }).click();
    await expect(owner.locator("#email-note.error")).toBeVisible();
    await look(owner);
  },
  "/contacts/{id}": async ({ owner, look }) => {
    await openContact(owner, (await busiestContact(owner)).name, "Details");
    await owner.getByLabel("Role").fill("Half typed");
    await look(owner);
    // Whose address is blocked.
    await openContact(owner, "Kofi", "Details");
    await look(owner);
  },
  "/contacts/{id}/events": async ({ owner, look }) => {
    await openContact(owner, (await busiestContact(owner)).name, "Events");
    await look(owner);
  },
  "/contacts/{id}/emails": async ({ owner, look }) => {
    await openContact(owner, (await busiestContact(owner)).name, "Emails");
    await expect(new EmailsTab(owner).rows).toHaveCount(25);
    await look(owner);
  },
  "/account": async ({ owner, look }) => {
    await visit(owner, "/account");
    await look(owner);
    const form = owner.locator("form", { has: owner.getByRole("heading", { name: "Password" }) });
    await form.getByLabel("Present password").fill("not this one");
    await form.getByLabel("New password").fill("green tram at noon");
    await form.getByRole("button", { name: "Change password" }).click();
    await expect(owner.locator("#password-present_password-note")).toBeVisible();
    await hydrated(owner);
    await look(owner);
  },
  "/events/{id}/requests": async ({ owner, look }) => {
    await openEvent(owner);
    await visit(owner, `${here(owner)}/requests`);
    await look(owner);
    await aRequest(owner);
    await owner.locator("details > summary", { hasText: "Ask everybody" }).click();
    await look(owner);
  },
  "/events/{id}/requests/{request}": async ({ owner, look }) => {
    await openEvent(owner);
    await visit(owner, `${here(owner)}/requests`);
    await aRequest(owner);
    await owner.getByRole("link", { name: "Edit Stage plot" }).click();
    await expect(owner.getByRole("heading", { level: 1, name: "Stage plot" })).toBeVisible();
    await hydrated(owner);
    await look(owner);
  },
  "/requests": async ({ owner, look }) => {
    await visit(owner, "/requests");
    await look(owner);
    await openEvent(owner);
    await visit(owner, `${here(owner)}/requests`);
    await aRequest(owner);
    await visit(owner, "/requests");
    await look(owner);
  },
  "/verify": async ({ owner, look }) => {
    await owner.goto("/verify");
    await look(owner);
  },
  "/sign-in": async ({ browsers, look }) => {
    const visitor = await browsers.open();
    for (const path of ["/sign-in", "/sign-in?signed-up", "/sign-in?reset"]) {
      await visitor.goto(path);
      await look(visitor);
    }
    await fillSignIn(visitor, "nobody@callboard.test", "wrong");
    await expect(signInRefusal(visitor)).toBeVisible();
    await look(visitor);
  },
  "/sign-up": async ({ browsers, look }) => {
    const visitor = await browsers.open();
    await visitor.goto("/sign-up");
    await look(visitor);
    await signUp(visitor, { ...mira, password: "password1" });
    await expect(visitor.locator("#password-note")).toContainText("one of the first");
    await look(visitor);
    await visitor.getByLabel("Password", { exact: true }).fill(mira.password);
    await visitor.getByRole("button", { name: "Create account" }).click();
    await expect(visitor).toHaveURL(/\/verify$/);
    const late = await browsers.open();
    await late.goto("/sign-up");
    await expect(late.getByRole("heading", { level: 1, name: "Sign-up is closed" })).toBeVisible();
    await look(late);
  },
  "/forgot": async ({ browsers, look }) => {
    const visitor = await browsers.open();
    await visitor.goto("/forgot");
    await look(visitor);
    await visitor.getByLabel("Email").fill("two@at.once, words");
    await visitor.getByRole("button", { name: "Send reset link" }).click();
    await look(visitor);
    await visitor.goto("/forgot?sent");
    await look(visitor);
  },
  "/reset/{token}": async ({ owner, browsers, look }) => {
    const visitor = await browsers.open();
    await visitor.goto("/reset/never-was");
    await look(visitor);
    await verifiedMira(await browsers.open());
    await visitor.goto("/forgot");
    await visitor.getByLabel("Email").fill(mira.email);
    await visitor.getByRole("button", { name: "Send reset link" }).click();
    await expect(visitor.getByRole("heading", { name: "Look into your mail" })).toBeVisible();
    await visitor.goto(await accountLink(owner, mira.email));
    await look(visitor);
    await visitor.getByLabel("New password").fill("password1");
    await visitor.getByRole("button", { name: "Set password" }).click();
    await expect(visitor.locator("#new_password-note.error")).toBeVisible();
    await look(visitor);
  },
  "/change-email/{token}": async ({ owner, browsers, look }) => {
    const visitor = await browsers.open();
    await visitor.goto("/change-email/never-was");
    await look(visitor);
    await visit(owner, "/account");
    const form = owner.locator("form", { has: owner.getByRole("heading", { name: "Email" }) });
    await form.getByLabel("Email").fill("moved@callboard.test");
    await form.getByLabel("Present password").fill(password);
    await form.getByRole("button", { name: "Change email" }).click();
    await expect(owner.getByText("on its way to the new address")).toBeVisible();
    await visitor.goto(await accountLink(owner, "moved@callboard.test"));
    await look(visitor);
  },
  "/v/{token}": async ({ owner, browsers, look }) => {
    await openEvent(owner);
    // Without the worker, whose first start has the page read itself once more while it is looked at.
    const guest = await browsers.open({ serviceWorkers: "block" });
    await guest.goto(await new CrewRow(owner, await someoneNotInvited(owner)).link());
    const isOnline = () => expect(guest.locator("#pill")).toHaveText("Online");
    await isOnline();
    await look(guest);
    await guest.getByRole("button", { name: "Accept" }).click();
    await expect(guest.getByRole("status")).toContainText("You are coming.");
    await isOnline();
    await look(guest);
    await guest.goto("/v/never-was-a-link");
    await look(guest);
  },
  "/c/{token}": async ({ owner, browsers, look }) => {
    await openEvent(owner);
    const row = new CrewRow(owner, await someoneNotInvited(owner));
    const guest = await browsers.open();
    await guest.goto(await row.link());
    await guest.getByRole("link", { name: "Your portal" }).click();
    await expect(guest.getByRole("heading", { level: 1, name: "Your events" })).toBeVisible();
    await look(guest);
    await row.revoke();
    await guest.reload();
    await look(guest);
    await guest.goto("/c/never-was-a-link");
    await look(guest);
  },
  "/r/{token}": async ({ owner, browsers, look }) => {
    await openEvent(owner);
    await owner.goto(`${here(owner)}/public`);
    await owner.getByRole("button", { name: "Make a public link" }).click();
    const anybody = await browsers.open();
    await anybody.goto(await owner.getByLabel("Public link").inputValue());
    await expect(anybody.getByRole("heading", { level: 1, name: wedding })).toBeVisible();
    await look(anybody);
    await anybody.goto("/r/never-was-a-link");
    await look(anybody);
  },
  "/rsvp/{token}": async ({ owner, browsers, look }) => {
    await openEvent(owner);
    const row = new CrewRow(owner, await someoneNotInvited(owner));
    await row.openPanel();
    await row.button("Send invite").click();
    const link = row.row.getByLabel("RSVP link");
    await expect(link).toHaveValue(/\/rsvp\//);
    const guest = await browsers.open();
    await guest.goto(await link.inputValue());
    await look(guest);
    await guest.getByRole("button", { name: "Decline" }).click();
    await expect(guest.getByRole("status")).toContainText("You are not coming.");
    await look(guest);
    await guest.goto("/rsvp/never-was-a-link");
    await look(guest);
  },
  "/sandbox": async ({ owner, look }) => {
    await owner.goto("/sandbox");
    await look(owner);
    await aMail(owner);
    await owner.goto("/sandbox");
    await look(owner);
  },
  "/sandbox/{*rest}": async ({ owner, look }) => {
    await aMail(owner);
    await look(owner);
    for (const name of ["Source", "HTML"]) {
      await owner.getByRole("link", { name, exact: true }).click();
      await expect(owner.getByRole("link", { name, exact: true })).toHaveAttribute("aria-current", /.+/);
      await look(owner);
    }
  },
};

function here(page: Page): string {
  return new URL(page.url()).pathname;
}

async function aSpace(page: Page): Promise<void> {
  await visit(page, "/spaces/new");
  await page.getByLabel("Name").fill("The Ice House");
  await page.getByLabel("Access notes").fill("Ring twice\nthen wait");
  await page.getByRole("button", { name: "Create space" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await hydrated(page);
}

/** Sends somebody their link, and opens the mail in the sandbox. */
async function aMail(page: Page): Promise<void> {
  await openEvent(page);
  const row = new CrewRow(page, await someoneNotInvited(page));
  await row.openPanel();
  const address = await row.sendTo.inputValue();
  await row.emailLink.click();
  await expect(row.badge).toHaveText("delivered");
  await mailTo(page, address);
}

/** An account whose address is proved, since only to one of those a link to a new password is sent. */
async function verifiedMira(page: Page): Promise<void> {
  await page.goto("/sign-up");
  await signUp(page);
  await expect(page).toHaveURL(/\/verify$/);
  const code = await codeFor(page, mira.email);
  await page.goto("/verify");
  await page.getByLabel("Code").fill(code);
  await page.getByRole("button", { name: "Verify", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Your email is verified" })).toBeVisible();
}

// Each state of a screen is looked at four times, and walked through by the keyboard.
test.describe.configure({ timeout: 300_000 });

/** What the screens provoke: refused forms, and links that lead nowhere. */
const provoked = [/status 4(01|04|09|22)/, /4(01|04|09|22) \(/];

for (const path of pages()) {
  test(`${path} can be read and used by everybody`, async ({ owner, browsers, faults }) => {
    faults.allow(...provoked);
    const screen = screens[path];
    if (screen === undefined) throw new Error(`nobody looks at ${path}: say in this file how it is come by`);
    const seen: string[] = [];
    const look = async (page: Page): Promise<void> => {
      seen.push(here(page));
      await expectAccessible(page);
      await expectReachable(page);
    };
    await screen({ owner, browsers, look });
    const leadsTo = path === "/" ? "/events" : path;
    expect(seen.some((one) => matches(leadsTo, one)), `${path} itself was looked at, not only ${seen.join(" ")}`).toBe(true);
  });
}

test("every screen that is looked at is a page of the product", () => {
  expect(Object.keys(screens).filter((path) => !pages().includes(path))).toEqual([]);
});

test("an address that leads nowhere", async ({ page, faults }) => {
  faults.allow(...provoked);
  await page.goto("/no/such/page");
  await expectAccessible(page);
  await expectReachable(page);
});

test.describe("on an empty database", () => {
  test.use({ demo: false });

  test("every screen says what belongs there", async ({ page, faults }) => {
    faults.allow(...provoked);
    const look = async (): Promise<void> => {
      await expectAccessible(page);
      await expectReachable(page);
    };
    await page.goto("/");
    await signUp(page);
    await expect(page).toHaveURL(/\/verify$/);
    await look();
    await page.getByLabel("Code").fill("12");
    await page.getByRole("button", { name: "Verify", exact: true }).click();
    await expect(page.locator("#code-note")).toBeVisible();
    await look();
    for (const [path, says] of [
      ["/events", "No events yet"],
      ["/contacts", "No contacts yet"],
      ["/spaces", "No spaces yet"],
      ["/templates", "No templates yet"],
      ["/deleted", "Nothing was deleted lately"],
    ] as const) {
      await visit(page, path);
      await expect(page.getByRole("heading", { name: says })).toBeVisible();
      await look();
    }
    const event = await newEvent(page, "The first");
    await expect(page.getByRole("heading", { name: "Nothing is planned yet" })).toBeVisible();
    await expect(page.getByRole("heading", { name: "Nobody is on this event yet" })).toBeVisible();
    await look();
    await visit(page, `${event}/people`);
    await expect(page.getByText("You have no contacts yet.")).toBeVisible();
    await look();
  });
});
