// What translators, password managers and phones do to a page before the client takes it over.
import type { Page } from "@playwright/test";
import { expect, hydrated, live, test } from "../fixtures.ts";
import { CrewRow, busiestContact, openContact, openEvent, someoneNotInvited } from "../screens.ts";

/** Each runs in the page when its HTML is there. */
const intruders: Record<string, () => void> = {
  "a node before all others": () => {
    const node = document.createElement("div");
    node.textContent = "a password manager";
    document.body.prepend(node);
  },
  "text wrapped in <font>": () => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const all: Text[] = [];
    while (texts.nextNode()) if (texts.currentNode.nodeValue?.trim()) all.push(texts.currentNode as Text);
    for (const text of all) {
      const font = document.createElement("font");
      text.replaceWith(font);
      font.append(text);
    }
  },
  "numbers turned into links": () => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const all: Text[] = [];
    while (texts.nextNode()) if (/\d/.test(texts.currentNode.nodeValue ?? "")) all.push(texts.currentNode as Text);
    for (const text of all) {
      const parts = (text.nodeValue ?? "").split(/(\d+)/).map((part) => {
        if (!/\d/.test(part)) return document.createTextNode(part);
        const link = document.createElement("a");
        link.href = `tel:${part}`;
        link.textContent = part;
        return link;
      });
      text.replaceWith(...parts);
    }
  },
  "a button beside every field, and comments gone": () => {
    for (const field of document.querySelectorAll("input, textarea")) field.after(document.createElement("button"));
    const comments = document.createTreeWalker(document.body, NodeFilter.SHOW_COMMENT);
    const all: Comment[] = [];
    while (comments.nextNode()) all.push(comments.currentNode as Comment);
    for (const comment of all) comment.remove();
  },
  "text rewritten, merged and moved": () => {
    document.body.normalize();
    for (const heading of document.querySelectorAll("h1, h2")) heading.innerHTML = `<mark>${heading.textContent}</mark>`;
    const main = document.querySelector("main");
    if (main?.lastElementChild) main.prepend(main.lastElementChild);
  },
};

async function letIn(page: Page, intruder: () => void): Promise<void> {
  await page.addInitScript({ content: `document.addEventListener("DOMContentLoaded", ${intruder})` });
}

for (const [what, intruder] of Object.entries(intruders)) {
  test(`A3: every screen comes to life after ${what}`, async ({ owner, browsers }) => {
    const { name } = await busiestContact(owner);
    await openContact(owner, name);
    const contact = new URL(owner.url()).pathname;
    await openEvent(owner);
    const planner = new URL(owner.url()).pathname;
    const someone = await someoneNotInvited(owner);

    const page = await browsers.signedIn("handler");
    await letIn(page, intruder);
    for (const path of ["/events", "/contacts", "/contacts/new", contact, `${contact}/events`, `${contact}/emails`, planner]) {
      await page.goto(path);
      await hydrated(page);
      await live(page);
      await expect(page.locator(".plain-page")).toHaveCount(0);
    }
    const row = new CrewRow(page, someone);
    await row.emailLink.click();
    await expect(row.badge).toHaveText("delivered");
  });
}
