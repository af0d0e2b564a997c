// Not a test run: measures a planner with 500 items and 300 people in the browser. `npm --prefix end2end run large-planner`
import { defineConfig } from "@playwright/test";
import journeys from "./playwright.config.ts";

export default defineConfig(journeys, { testDir: "large-planner", testMatch: "*.ts", timeout: 600_000 });
