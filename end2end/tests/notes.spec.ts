// Free text about a contact, whatever stands in it.
import { expect, live, test } from "../fixtures.ts";
import { busiestContact, openContact } from "../screens.ts";

test("notes with markup in them stay text, and the page stays alive", async ({ owner }) => {
  const notes = "</textarea><h1>Tom & Jerry</h1> &lt;3\nsecond line";
  const { name } = await busiestContact(owner);
  await openContact(owner, name, "Details");
  await owner.getByLabel("Internal notes").fill(notes);
  await owner.getByRole("button", { name: "Save" }).click();
  await expect(owner.getByRole("status").filter({ hasText: "Saved." })).toBeVisible();

  await owner.reload();
  await live(owner);
  await expect(owner.getByLabel("Internal notes")).toHaveValue(notes);
  await expect(owner.getByRole("heading", { level: 1 })).toHaveText([name]);
  await owner.getByRole("link", { name: /^Emails/ }).click();
  await owner.getByRole("link", { name: "Details" }).click();
  await expect(owner.getByLabel("Internal notes")).toHaveValue(notes);
});
