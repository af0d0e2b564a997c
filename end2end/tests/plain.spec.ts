// Pages before they are hydrated, without scripts, and after they died: every form is a plain post.
import type { Page, Request } from "@playwright/test";
import { type Browsers, expect, fillSignIn, password, people, preloadsRefused, test } from "../fixtures.ts";
import { CrewRow, openEvent, someoneNotInvited, wedding } from "../screens.ts";

/** The client's code arrives only when it is let through. */
async function holdClient(page: Page): Promise<() => void> {
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route(/\/pkg\/.*\.wasm/, async (route) => {
    await held;
    await route.continue().catch(() => undefined);
  });
  return () => letGo();
}

async function withoutScripts(browsers: Browsers): Promise<Page> {
  const page = await browsers.open({ javaScriptEnabled: false });
  await page.goto("/sign-in");
  await fillSignIn(page, people.demo, password);
  await expect(page).toHaveURL(/\/events$/);
  return page;
}

/** No request names what was typed in its address. */
function watchAddresses(page: Page, typed: string): string[] {
  const leaked: string[] = [];
  page.on("request", (request: Request) => {
    if (decodeURIComponent(request.url()).includes(typed)) leaked.push(request.url());
  });
  return leaked;
}

for (const how of ["before the client arrives", "without scripts"] as const) {
  test(`A1: a contact is made and changed ${how}, and errors stand at their fields`, async ({ owner, browsers, faults }) => {
    faults.allow(...preloadsRefused, /status 422/, /422 \(/);
    const page = how === "without scripts" ? await withoutScripts(browsers) : owner;
    if (how !== "without scripts") await holdClient(page);
    const leaked = watchAddresses(page, "Quillfeather");

    await page.goto("/contacts/new");
    await page.getByLabel("First name").fill("Odette");
    await page.getByLabel("Last name").fill("Quillfeather");
    await page.getByLabel("Email").fill("odette@nowhere");
    await page.getByLabel("Internal notes").fill("likes <b>tea</b>\nand rain");
    await page.getByRole("button", { name: "Create contact" }).click();
    await expect(page.locator("#email-note.error")).toBeVisible();
    await expect(page.getByLabel("Email")).toBeFocused();
    await expect(page.getByLabel("Last name")).toHaveValue("Quillfeather");
    await expect(page.getByLabel("Internal notes")).toHaveValue("likes <b>tea</b>\nand rain");
    if (how !== "without scripts") await expect(page).toHaveURL(/\/contacts\/new$/);

    await page.getByLabel("Email").fill("odette@venue.example");
    await page.getByRole("button", { name: "Create contact" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Odette Quillfeather" })).toBeVisible();
    await expect(page.getByText("Saved.")).toBeVisible();
    await expect(page.getByLabel("Internal notes")).toHaveValue("likes <b>tea</b>\nand rain");

    await page.getByLabel("Role").fill("Harpist");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Saved.")).toBeVisible();
    await expect(page.locator(".head")).toContainText("Harpist");
    expect(leaked).toEqual([]);
  });

  test(`A1: a link is sent, made and revoked ${how}`, async ({ owner, browsers, faults }) => {
    faults.allow(...preloadsRefused, /status 422/, /422 \(/);
    await openEvent(owner);
    const name = await someoneNotInvited(owner);
    const planner = owner.url();
    const page = how === "without scripts" ? await withoutScripts(browsers) : owner;
    if (how !== "without scripts") await holdClient(page);

    await page.goto(planner);
    const row = new CrewRow(page, name);
    await row.emailLink.dblclick({ delay: 5 });
    await expect(row.row).toContainText("Invited at");
    await expect(row.refusal).toBeEmpty();
    await expect(row.emailLink).toBeDisabled();
    await expect(async () => {
      await page.goto(planner);
      await expect(row.badge).toHaveText("delivered", { timeout: 500 });
    }).toPass({ timeout: 15_000 });

    await row.more.click();
    await expect(row.button("Copy link")).toBeDisabled();
    await row.sendTo.fill("not an address");
    await row.emailLink.click();
    await expect(row.refusal).not.toBeEmpty();
    await expect(row.sendTo).toHaveValue("not an address");

    await row.sendTo.fill("bounce.odette@venue.example");
    await row.emailLink.click();
    await expect(async () => {
      await page.goto(planner);
      await expect(row.badge).toHaveText("bounced", { timeout: 500 });
    }).toPass({ timeout: 15_000 });
    await row.fix.getByRole("textbox").fill("odette@venue.example");
    await row.button("Correct and send again").click();
    await expect(row.row).toContainText(/Sending…|sent|delivered/);

    await row.more.click();
    await row.button("Revoke").click();
    await row.button("Yes, revoke").click();
    await row.button("Generate link").click();
    await expect(row.shareLink).toHaveValue(/\/v\//);
  });
}

test("A2: what was typed before the page is hydrated stays, and is saved", async ({ owner }) => {
  await openEvent(owner);
  const name = await someoneNotInvited(owner);
  const planner = owner.url();
  await owner.goto("/contacts/1");
  const notes = await owner.getByLabel("Internal notes").inputValue();

  const letGo = await holdClient(owner);
  await owner.goto("/contacts/1");
  await owner.getByLabel("Last name").fill("Typed-Early");
  await owner.getByLabel("Internal notes").fill(`${notes}\nearly`);
  letGo();
  await expect(owner.locator("html")).toHaveAttribute("data-hydrated", "");
  await expect(owner.getByLabel("Last name")).toHaveValue("Typed-Early");
  await expect(owner.getByLabel("Internal notes")).toHaveValue(`${notes}\nearly`);
  await owner.getByRole("button", { name: "Save" }).click();
  await expect(owner.getByText("Saved.")).toBeVisible();
  await expect(owner.locator(".head")).toContainText("Typed-Early");

  const again = await holdClient(owner);
  await owner.goto(`${planner}`);
  const row = new CrewRow(owner, name);
  await row.more.click();
  await row.sendTo.fill("early@venue.example");
  again();
  await expect(owner.locator("html")).toHaveAttribute("data-hydrated", "");
  await expect(row.sendTo).toHaveValue("early@venue.example");
  await row.emailLink.click();
  await expect(row.badge).toHaveText("delivered");
});

test("A3: a client that never arrives is said, and the page goes on as a plain one", async ({ owner, faults }) => {
  faults.allow(/request failed: GET \S+\.wasm/, /console: Failed to load resource/);
  await owner.route(/\/pkg\/callboard\..*\.wasm/, (route) => route.abort());
  await owner.goto("/contacts/1");
  const notice = owner.getByRole("alert").filter({ hasText: "This page does not change by itself now." });
  await expect(notice).toBeVisible({ timeout: 15_000 });
  await expect(owner.locator(".pill")).toBeHidden();
  await owner.getByLabel("Role").fill("Still works");
  await owner.getByRole("button", { name: "Save" }).click();
  await expect(owner.getByText("Saved.")).toBeVisible();
  await expect(owner.locator(".head")).toContainText("Still works");
});

test("A3: a client that ends later is said, and what was typed is saved by a plain post", async ({ owner, faults }) => {
  faults.allow(/page error: .*unreachable/s, /console: .*unreachable/);
  await owner.goto("/contacts/1");
  await expect(owner.locator("html")).toHaveAttribute("data-hydrated", "");
  await owner.getByLabel("Role").fill("Typed before the end");
  await owner.evaluate(() => setTimeout(() => { throw new WebAssembly.RuntimeError("unreachable"); }));
  await expect(owner.getByRole("alert").filter({ hasText: "This page does not change by itself now." })).toBeVisible();
  await expect(owner.locator(".pill")).toBeHidden();
  const posted = owner.waitForRequest((request) => request.method() === "POST" && request.isNavigationRequest());
  await owner.getByRole("button", { name: "Save" }).click();
  await posted;
  await expect(owner.getByText("Saved.")).toBeVisible();
  await expect(owner.locator(".head")).toContainText("Typed before the end");
});

test("A3: a page that a translator took over says that it no longer changes", async ({ owner }) => {
  await openEvent(owner, wedding);
  await owner.evaluate(() => {
    const text = document.createTreeWalker(document.querySelector("main")!, NodeFilter.SHOW_TEXT).nextNode() as Text;
    const font = document.createElement("font");
    text.replaceWith(font);
    font.append("translated");
  });
  await expect(owner.getByRole("alert").filter({ hasText: "This page does not change by itself now." })).toBeVisible();
});
