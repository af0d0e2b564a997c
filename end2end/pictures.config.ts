// Not a test run: takes pictures of the release. `npm --prefix end2end run pictures`
import { defineConfig } from "@playwright/test";
import journeys from "./playwright.config.ts";

// The journey that the README tells of takes its pictures on the way.
process.env["CALLBOARD_PICTURES"] = "1";

export default defineConfig(journeys, { testDir: ".", testMatch: ["pictures/*.ts", "tests/first-event.spec.ts"], timeout: 300_000 });
