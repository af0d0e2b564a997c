// Signing in: it works without scripts, says the same to everyone who is not let in, and wears guessers out.
import { expect, fillSignIn, live, password, people, preloadsRefused, signInRefusal, test, visit } from "../fixtures.ts";
import { signOut } from "../screens.ts";

const refused = [/status 4(01|22|29)/, /4(01|22|29) \(/];

test("it opens without scripts", async ({ browsers, faults }) => {
  faults.allow(...preloadsRefused);
  const page = await browsers.open({ javaScriptEnabled: false });
  await page.goto("/sign-in");
  await fillSignIn(page, people.demo, password);
  await expect(page).toHaveURL(/\/events$/);
  await expect(page.getByRole("heading", { level: 1, name: "Events" })).toBeVisible();
});

test("what was asked for comes after signing in, and only on this site", async ({ page, server }) => {
  await page.goto("/contacts");
  await expect(page).toHaveURL(/\/sign-in/);
  await fillSignIn(page, people.demo, password);
  await expect(page).toHaveURL(/\/contacts$/);
  await live(page);

  await page.context().clearCookies();
  await page.goto(`/sign-in?next=${encodeURIComponent("//evil.example/")}`);
  await fillSignIn(page, people.demo, password);
  await expect(page).toHaveURL(`${server.url}/events`);
});

test("a stranger and a wrong password get the same answer", async ({ page, faults }) => {
  faults.allow(...refused);
  await page.goto("/sign-in");
  await fillSignIn(page, people.demo, "not the password");
  const alert = signInRefusal(page);
  await expect(alert).toBeVisible();
  const known = await alert.innerText();
  await page.goto("/sign-in");
  await fillSignIn(page, "nobody@callboard.test", "not the password");
  await expect(alert).toBeVisible();
  expect(await alert.innerText()).toBe(known);
});

test("after five wrong passwords the right one is refused as well, and says why", async ({ page, faults }) => {
  faults.allow(...refused);
  const alert = signInRefusal(page);
  await page.goto("/sign-in");
  for (let attempt = 0; attempt < 5; attempt++) {
    const answered = page.waitForResponse((response) => response.request().method() === "POST");
    await fillSignIn(page, people.demo, `wrong ${attempt}`);
    await answered;
  }
  await fillSignIn(page, people.demo, password);
  await expect(alert).toContainText(/locked|too many/i);
  await expect(page).toHaveURL(/\/sign-in/);
  // Only this account is locked.
  await page.goto("/sign-in");
  await fillSignIn(page, people.handler, password);
  await expect(page).toHaveURL(/\/events$/);
});

test("signing out ends the session in every tab", async ({ owner }) => {
  const second = await owner.context().newPage();
  await visit(second, "/contacts");
  await live(second);
  await signOut(owner);
  // By itself: the server closes its channel, and the page goes to sign-in.
  await expect(second).toHaveURL(/\/sign-in/);
  await second.goto("/contacts");
  await expect(second).toHaveURL(/\/sign-in/);
});
