import { defineConfig } from "@playwright/test";
import * as browsers from "./browsers.mjs";
import { isChromiumOnly } from "./engines";

export default defineConfig({
  testDir: ".",
  outputDir: "test-results",
  globalSetup: "./global-setup.ts",
  // A test that passes at the second try is a test that fails.
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  fullyParallel: true,
  workers: 2,
  // Limits stop a hang and are no measure of speed: a machine may be slow or have other work.
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
      // The distribution's stock Firefox, over WebDriver BiDi.
      name: "firefox",
      grepInvert: isChromiumOnly(),
      use: { browserName: "firefox", channel: "moz-firefox", launchOptions: browsers.firefox() },
    },
  ],
});
