// Not a test run: measures a planner with 500 items and 300 people in the browser. `npm --prefix end2end run large-planner`
import { defineConfig } from "@playwright/test";
import journeys from "./playwright.config.ts";

// A trace would take a picture of the whole page at every key.
export default defineConfig(journeys, { testDir: "large-planner", testMatch: "*.ts", timeout: 600_000, use: { trace: "off" } });
