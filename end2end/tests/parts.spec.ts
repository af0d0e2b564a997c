// The code of a screen is fetched when somebody goes there, and a phone in a cellar may not get it.
import { expect, live, test, visit } from "../fixtures.ts";
import { crewRows } from "../screens.ts";

test.use({ readsOnly: true });

/** What a browser says about what it could not fetch. */
const notFetched = [/ERR_FAILED/, /Failed to fetch/, /request failed/];

test("a screen whose code does not arrive says so, and all else goes on", async ({ owner, faults }) => {
  faults.allow(...notFetched);
  await visit(owner, "/events");
  await live(owner);
  await owner.route(/\/pkg\/split_.*planner.*\.wasm$/, (route) => route.abort());
  await owner.getByRole("main").getByRole("link", { name: "Amara & Jon" }).click();
  await expect(owner.getByRole("alert")).toContainText("This page did not arrive");

  await owner.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Contacts" }).click();
  await expect(owner.getByRole("heading", { level: 1, name: "Contacts" })).toBeVisible();
  await owner.goBack();
  await expect(owner.getByRole("alert")).toContainText("This page did not arrive");
  await owner.unroute(/\/pkg\/split_.*planner.*\.wasm$/);
  await owner.getByRole("link", { name: "Try again" }).click();
  await expect(crewRows(owner).first()).toBeVisible();
  await live(owner);
});

test("a page comes alive once its code has arrived, however late", async ({ owner, faults }) => {
  faults.allow(...notFetched);
  let refused = 0;
  await owner.route(/\/pkg\/split_contacts_screens.*\.wasm$/, (route) => {
    refused += 1;
    return refused > 5 ? route.continue() : route.abort();
  });
  await owner.goto("/contacts");
  await live(owner);
  expect(refused).toBeGreaterThan(5);
});
