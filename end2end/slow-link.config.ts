// Not a test run: measures the release on a slow link. `npm --prefix end2end run slow-link`
import { defineConfig } from "@playwright/test";
import journeys from "./playwright.config.ts";

export default defineConfig(journeys, { testDir: "slow-link", testMatch: "*.ts", timeout: 600_000 });
