// From an empty database: the first account, its code, a forgotten password, another address. All of it by plain pages.
import { expect, fillSignIn, hydrated, preloadsRefused, test } from "../fixtures.ts";
import { accountLink, codeFor, mailTo, mira, signOut, signUp } from "../screens.ts";
import type { Page } from "@playwright/test";

test.use({ demo: false });

const refused = [/status 422/, /422 \(/];

/** The first account, in a page of its own that is signed in. */
async function owner(page: Page): Promise<void> {
  await page.goto("/");
  await expect(page).toHaveURL(/\/sign-up$/);
  await signUp(page);
  await expect(page).toHaveURL(/\/verify$/);
}

async function code(page: Page): Promise<string> {
  return codeFor(page, mira.email);
}

async function verify(page: Page): Promise<void> {
  const digits = await code(page);
  await page.goto("/verify");
  await page.getByLabel("Code").fill(digits);
  await page.getByRole("button", { name: "Verify", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Your email is verified" })).toBeVisible();
}

test("an empty database ends at sign-up, and the first to come owns it, verified by the code from the mail", async ({ page, browsers, faults }) => {
  faults.allow(...refused);
  await page.goto("/");
  await expect(page).toHaveURL(/\/sign-up$/);
  await signUp(page, { ...mira, password: "password1" });
  await expect(page.locator("#password-note")).toContainText("one of the first passwords");
  await expect(page.getByLabel("Your name")).toHaveValue(mira.name);
  await expect(page).toHaveURL(/\/sign-up$/);
  await page.getByLabel("Show password").check();
  await page.getByLabel("Password", { exact: true }).fill(mira.password);
  await expect(page.getByLabel("Password", { exact: true })).toHaveAttribute("type", "text");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL(/\/verify$/);

  // No gate.
  await page.getByRole("link", { name: "Go to your events" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Events" })).toBeVisible();
  await hydrated(page);
  await page.locator("details.menu > summary").click();
  await page.getByRole("link", { name: "Your account" }).click();
  await expect(page.getByText("Your address is not verified")).toBeVisible();

  const digits = await code(page);
  await page.goto("/verify");
  await page.getByLabel("Code").fill(digits === "000000" ? "000001" : "000000");
  await page.getByRole("button", { name: "Verify", exact: true }).click();
  await expect(page.locator("#code-note")).toContainText("not the code");
  await page.getByLabel("Code").fill(` ${digits.slice(0, 3)} ${digits.slice(3)} `);
  await page.getByRole("button", { name: "Verify", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Your email is verified" })).toBeVisible();

  const late = await browsers.open();
  await late.goto("/sign-up");
  await expect(late.getByText("It belongs to The Mill: ask there for an account.")).toBeVisible();
});

test("signing up needs no scripts", async ({ browsers, faults }) => {
  faults.allow(...preloadsRefused);
  const page = await browsers.open({ javaScriptEnabled: false });
  await owner(page);
  await expect(page.getByText(mira.email)).toBeVisible();
  await page.goto("/account");
  await page.locator("#name-name").fill("Mira O.");
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByText("Your name is saved.")).toBeVisible();
  await expect(page.locator("#name-name")).toHaveValue("Mira O.");
  await expect(page.getByLabel(/^Show password/)).toBeHidden();
});

test("a forgotten password is replaced by a link, once, and every session ends", async ({ page, browsers, faults }) => {
  faults.allow(/status 404: GET .*\/reset\//, /404 \(/);
  await owner(page);
  await verify(page);
  const other = await browsers.open();
  await other.goto("/sign-in");
  await other.getByRole("link", { name: "Forgot password?" }).click();
  await other.getByLabel("Email").fill(mira.email);
  await other.getByRole("button", { name: "Send reset link" }).click();
  await expect(other.getByRole("heading", { name: "Look into your mail" })).toBeVisible();

  const path = await accountLink(page, mira.email);
  await other.goto(path);
  await expect(other.getByLabel("Email")).toHaveValue(mira.email);
  await other.getByLabel("New password").fill("green tram at noon");
  await other.getByRole("button", { name: "Set password" }).click();
  await expect(other.getByRole("status")).toContainText("Your new password is set");
  expect(other.url()).not.toContain(path.split("/").at(-1));
  await fillSignIn(other, mira.email, "green tram at noon");
  await expect(other).toHaveURL(/\/events$/);

  await page.goto("/events");
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto(path);
  await expect(page.getByText("It was used already")).toBeVisible();
});

test("an address changes when its link is used, and the old one is told", async ({ page, browsers }) => {
  const next = "mira@new.example";
  await owner(page);
  await page.goto("/account");
  await hydrated(page);
  const form = page.locator("form", { has: page.getByRole("heading", { name: "Email" }) });
  await form.getByLabel("Email").fill(next);
  await form.getByLabel("Present password").fill(mira.password);
  await form.getByRole("button", { name: "Change email" }).click();
  await expect(page.getByText("on its way to the new address")).toBeVisible();

  const path = await accountLink(page, next);
  const elsewhere = await browsers.open();
  await elsewhere.goto(path);
  await elsewhere.getByRole("button", { name: "Use this address" }).click();
  await expect(elsewhere).toHaveURL(/\/sign-in/);
  await fillSignIn(elsewhere, next, mira.password);
  await expect(elsewhere).toHaveURL(/\/account\?saved=email$/);
  await expect(elsewhere.getByText("Your new address is in use")).toBeVisible();
  expect(await mailTo(page, mira.email)).toContain("has another address now");
  await page.goto("/events");
  await signOut(page);
});
