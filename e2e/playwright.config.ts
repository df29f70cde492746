import { defineConfig } from "@playwright/test";
import * as browsers from "./browsers.mjs";
import { isChromiumOnly } from "./engines";

export default defineConfig({
  testDir: ".",
  outputDir: "test-results",
  globalSetup: "./global-setup.ts",
  // A test that passes only at the second try counts as failed.
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  fullyParallel: true,
  workers: 2,
  // Limits only stop a hang; they do not measure speed, because a machine may be slow or busy.
  timeout: 600_000,
  expect: { timeout: 120_000 },
  reporter: [["list"]],
  use: { viewport: { width: 1440, height: 900 } },
  projects: [
    {
      name: "chromium",
      use: { browserName: "chromium", launchOptions: browsers.chromium() },
    },
    {
      // The distribution's Firefox, driven by WebDriver BiDi.
      name: "firefox",
      grepInvert: isChromiumOnly(),
      use: { browserName: "firefox", channel: "moz-firefox", launchOptions: browsers.firefox() },
    },
  ],
});
