// The screens as their users name them. Every selector that is not a role or a label of the contract is in this file.
import { type Locator, type Page, expect } from "@playwright/test";
import { hydrated, visit } from "./fixtures.ts";

/** An event of the demo account with people who were not invited yet. */
export const wedding = "Amara & Jon";

export async function openEvent(page: Page, name = wedding): Promise<void> {
  await visit(page, "/events");
  await page.getByRole("main").getByRole("link", { name }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await expect(crewRows(page).first()).toBeVisible();
}

export function crewRows(page: Page): Locator {
  return page.locator("ul.crew > li");
}

/** People of the open event whose row is ready for a first invite, by name. */
export async function notInvited(page: Page): Promise<string[]> {
  const rows = crewRows(page)
    .filter({ hasText: "Not invited yet" })
    .filter({ has: page.getByRole("button", { name: "Email link", exact: true, disabled: false }) });
  await expect(rows.first()).toBeVisible();
  return (await rows.locator(".name").allTextContents()).map((name) => name.trim());
}

/** The first person of the open event who was not invited yet. */
export async function someoneNotInvited(page: Page): Promise<string> {
  const [name] = await notInvited(page);
  if (name === undefined) throw new Error("the demo has nobody left to invite");
  return name;
}

/** Not "Ann" in "Ann Lee". */
function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}\\s*$`);
}

/** One person on the planner page. */
export class CrewRow {
  readonly row: Locator;

  constructor(
    readonly page: Page,
    readonly name: string,
  ) {
    this.row = crewRows(page).filter({ has: page.locator(".name", { hasText: exactly(name) }) });
  }

  get emailLink(): Locator {
    return this.row.locator(".row").getByRole("button", { name: "Email link", exact: true });
  }

  get badge(): Locator {
    return this.row.locator(".row .badge");
  }

  get tooltip(): Locator {
    return this.row.getByRole("tooltip");
  }

  /** What stands at the button when a send was refused. */
  get refusal(): Locator {
    return this.row.locator(".row").getByRole("alert");
  }

  get sendTo(): Locator {
    return this.row.getByLabel("Send to");
  }

  get shareLink(): Locator {
    return this.row.getByLabel("Share link");
  }

  get fix(): Locator {
    return this.row.getByRole("group", { name: /^Fix the address/ });
  }

  button(name: string): Locator {
    return this.row.getByRole("button", { name, exact: true });
  }

  /** Opens and closes the row's panel. */
  get more(): Locator {
    return this.row.locator(".row button[aria-expanded]");
  }

  async openPanel(): Promise<void> {
    if ((await this.more.getAttribute("aria-expanded")) !== "true") await this.more.click();
    await expect(this.sendTo).toBeVisible();
  }

  /** Sends to another address than the contact's, without changing the contact. */
  async sendOnceTo(address: string): Promise<void> {
    await this.openPanel();
    await this.sendTo.fill(address);
    await this.emailLink.click();
  }

  /** Corrects a bounced address in place and sends again. */
  async correct(address: string): Promise<void> {
    const field = this.fix.getByRole("textbox");
    if (!(await field.isVisible())) await this.fix.getByRole("button", { name: "Edit the address" }).click();
    await field.fill(address);
    await this.button("Correct and send again").click();
  }

  /** The address of the live link, made now if there is none. */
  async link(): Promise<string> {
    await this.openPanel();
    const generate = this.button("Generate link");
    if (await generate.isVisible()) await generate.click();
    await expect(this.shareLink).toHaveValue(/\/v\//);
    return this.shareLink.inputValue();
  }

  async revoke(): Promise<void> {
    await this.openPanel();
    await this.button("Revoke").click();
    await this.button("Yes, revoke").click();
    await expect(this.button("Generate link")).toBeVisible();
  }
}

/** An item as it is typed into the form for the next one; what is left out stays as the form suggests it. */
export interface TypedItem {
  title: string;
  start?: string;
  length?: string;
  pinned?: boolean;
}

/** The run of show on the planner page. */
export class RunOfShow {
  readonly items: Locator;
  /** The form for the next item, below the list. */
  readonly next: Locator;
  readonly undo: Locator;

  constructor(readonly page: Page) {
    this.items = page.locator("ol.timeline > li:not(.day, .now-line, .insert)");
    this.next = page.locator("form#next");
    this.undo = page.locator(".undo").getByRole("button", { name: "Undo" });
  }

  link(title: string): Locator {
    return this.page.locator("ol.timeline").getByRole("link", { name: title, exact: true });
  }

  item(title: string): Locator {
    return this.items.filter({ has: this.page.getByRole("link", { name: title, exact: true }) });
  }

  /** The titles from top to bottom. */
  async titles(): Promise<string[]> {
    return (await this.items.locator("h3 a").allTextContents()).map((title) => title.trim());
  }

  async starts(title: string): Promise<string> {
    return clock(await this.item(title).locator("time").textContent());
  }

  async add({ title, start, length, pinned }: TypedItem): Promise<void> {
    await expect(this.next.getByLabel("Title")).toBeVisible();
    if (start !== undefined) await this.next.getByLabel("Start").fill(start);
    if (length !== undefined) await this.next.getByLabel("Length").fill(length);
    if (pinned === true) await this.next.getByLabel("Pinned").check();
    await this.next.getByLabel("Title").fill(title);
    await this.next.getByLabel("Title").press("Enter");
    await expect(this.item(title)).toBeVisible();
    // The row may be there before the answer, which empties the form for the next item and takes the focus.
    await expect(this.next.getByLabel("Title")).toHaveValue("");
  }

  /** Opens the form of an item in its row. */
  async edit(title: string): Promise<Locator> {
    const link = this.link(title);
    const id = (await link.getAttribute("id"))?.replace("item-", "edit-") ?? "";
    await link.click();
    const form = this.page.locator(`form#${id}`);
    await expect(form.getByLabel("Title")).toBeFocused();
    return form;
  }

  /** The address of an item's own page. */
  async pageOf(title: string): Promise<string> {
    return (await this.link(title).getAttribute("href")) ?? "";
  }

  /** Deletes an item on its own page, which leads back to the planner. */
  async remove(title: string): Promise<void> {
    await visit(this.page, await this.pageOf(title));
    await this.page.getByRole("button", { name: "Delete", exact: true }).click();
    await expect(this.undo).toBeVisible();
    await hydrated(this.page);
    await expect(this.item(title)).toHaveCount(0);
  }
}

/** Makes an event that has nothing in it yet, and stays on its planner. Returns its path. */
export async function newEvent(page: Page, name: string): Promise<string> {
  await visit(page, "/events/new");
  await page.getByLabel("Name", { exact: true }).first().fill(name);
  await page.getByLabel("Starts").fill("2031-06-14T16:00");
  await page.getByLabel("Ends").fill("2031-06-15T01:00");
  await page.getByRole("button", { name: "Create event" }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await hydrated(page);
  return new URL(page.url()).pathname;
}

export async function signOut(page: Page): Promise<void> {
  await page.locator("details.menu > summary").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/\/sign-in/);
}

export async function openContact(page: Page, name: string, tab: "Details" | "Events" | "Emails" = "Details"): Promise<void> {
  await visit(page, "/contacts");
  await searchContacts(page, name);
  await page.getByRole("main").getByRole("link", { name }).first().click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await hydrated(page);
  await openTab(page, tab);
}

export async function searchContacts(page: Page, words: string): Promise<void> {
  await page.getByLabel("Search contacts").fill(words);
  await page.getByLabel("Search contacts").press("Enter");
}

export async function openTab(page: Page, tab: "Details" | "Events" | "Emails"): Promise<void> {
  const link = page.getByRole("link", { name: new RegExp(`^${tab}`) });
  // "Events" is also the name of a place in the top navigation.
  const own = page.locator("nav.tabs").filter({ has: link }).getByRole("link", { name: new RegExp(`^${tab}`) });
  await own.click();
  await expect(own).toHaveAttribute("aria-current", "page");
  // The address follows when the tab's code has arrived; a reload before that would lead back.
  await expect(page).toHaveURL({ Details: /\/contacts\/\d+$/, Events: /\/events$/, Emails: /\/emails$/ }[tab]);
}

/** The contact's Emails tab. */
export class EmailsTab {
  readonly rows: Locator;
  readonly count: Locator;
  readonly loadMore: Locator;

  constructor(readonly page: Page) {
    this.rows = page.locator(".mails > li");
    this.count = page.locator("nav.tabs").getByRole("link", { name: /^Emails/ }).locator(".count");
    this.loadMore = page.getByRole("button", { name: "Load more" });
  }

  async total(): Promise<number> {
    await expect(this.count).toHaveText(/^\d+$/);
    return Number(await this.count.innerText());
  }

  badge(row: Locator): Locator {
    return row.locator(".badge");
  }

  /** What tells one row from another, top to bottom. */
  async identities(): Promise<{ at: string; text: string }[]> {
    return this.rows.evaluateAll((rows) =>
      rows.map((row) => ({
        at: row.querySelector("time")?.getAttribute("datetime") ?? "",
        text: ["time", ".subject", ".fine"].map((part) => row.querySelector(part)?.textContent ?? "").join(" "),
      })),
    );
  }
}

/** The demo's contact with the longest history, and how long it is. */
export async function busiestContact(page: Page): Promise<{ name: string; emails: number }> {
  await visit(page, "/contacts");
  const rows = page.locator("ul.rows > li");
  await expect(rows.first()).toBeVisible();
  const counted = await rows.evaluateAll((items) =>
    items.map((item) => ({
      name: item.querySelector(".name")?.textContent?.trim() ?? "",
      emails: Number(/(\d+)\s+emails?/.exec(item.querySelector(".counts")?.textContent ?? "")?.[1] ?? 0),
    })),
  );
  const [busiest] = counted.sort((a, b) => b.emails - a.emails);
  if (busiest === undefined) throw new Error("the demo has no contacts");
  return busiest;
}

/** The text of the newest mail that the sandbox took for an address. */
export async function mailTo(page: Page, address: string): Promise<string> {
  await page.goto("/sandbox");
  await page.getByRole("main").getByRole("link").filter({ hasText: address }).first().click();
  await page.getByRole("link", { name: "Text", exact: true }).click();
  return page.getByRole("region", { name: "The mail as text" }).innerText();
}

/** Somebody new, with a password that is let pass. */
export const mira = { name: "Mira Okafor", venue: "The Mill", email: "mira@mill.example", password: "tidal otter lamp" };

/** Fills in the page to sign up, which is open, and sends it. */
export async function signUp(page: Page, who = mira): Promise<void> {
  await page.getByLabel("Your name").fill(who.name);
  await page.getByLabel("Venue or company").fill(who.venue);
  await page.getByLabel("Email").fill(who.email);
  await page.getByLabel("Password", { exact: true }).fill(who.password);
  await page.getByRole("button", { name: "Create account" }).click();
}

/** The code in the newest mail to an address. */
export async function codeFor(page: Page, address: string): Promise<string> {
  const [digits = ""] = /\b\d{6}\b/.exec(await mailTo(page, address)) ?? [];
  return digits;
}

/** The path of the account's link in the newest mail to an address. */
export async function accountLink(page: Page, address: string): Promise<string> {
  const found = /https?:\/\/[^/\s]+(\/(?:reset|change-email)\/\S+)/.exec(await mailTo(page, address));
  if (found?.[1] === undefined) throw new Error(`no link in the newest mail to ${address}`);
  return found[1];
}

/** The start in what a row says of its time. A row that is off the screen has no text by its layout. */
export function clock(time: string | null): string {
  return /^\s*(\d\d:\d\d)/.exec(time ?? "")?.[1] ?? "";
}

/** Asks everybody for a file, on the page of an event's requests that is open. */
export async function aRequest(page: Page): Promise<void> {
  await page.locator("details > summary", { hasText: "Ask everybody" }).click();
  await page.getByLabel("What you ask for").fill("Stage plot");
  await page.getByRole("button", { name: "Ask for it" }).click();
  await expect(page.getByRole("heading", { level: 2, name: "Stage plot" })).toBeVisible();
  await hydrated(page);
}
