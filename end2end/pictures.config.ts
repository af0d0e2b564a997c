// Not a test run: takes pictures of the release. `npm --prefix end2end run pictures`
import { defineConfig } from "@playwright/test";
import journeys from "./playwright.config.ts";

export default defineConfig(journeys, { testDir: "pictures", testMatch: "*.ts", timeout: 300_000 });
