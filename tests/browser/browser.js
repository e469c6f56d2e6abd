// Opens Chromium, and pages that note whatever goes wrong in them.
import assert from "node:assert/strict";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

import { chromium } from "playwright-core";

export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
export const DESKTOP = { viewport: { width: 1280, height: 800 } };

const ARGUMENTS = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];

export function openBrowser() {
  // Chromium's sandbox does not work for root.
  const chromiumSandbox = process.getuid() !== 0;
  return chromium.launch({ executablePath: installed("chromium"), args: ARGUMENTS, chromiumSandbox });
}

/** Opens a page for one site, lets `visit` use it, and asserts that nothing went wrong meanwhile. */
export async function visiting(browser, origin, device, visit) {
  const context = await browser.newContext({ ...device, baseURL: origin, locale: "en-GB", reducedMotion: "reduce" });
  context.setDefaultTimeout(10_000);
  try {
    const page = await context.newPage();
    const faults = watch(page, origin);
    await visit(page);
    assert.deepEqual(faults, [], "faults of the pages");
  } finally {
    await context.close();
  }
}

function installed(name) {
  for (const folder of process.env.PATH.split(delimiter)) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // Not in this one.
    }
  }
  throw new Error(`${name} is not installed`);
}

/** Fills a list with what no page should do: errors, failing parts, requests to anyone but its own site. */
function watch(page, origin) {
  const faults = [];
  page.on("pageerror", (error) => faults.push(`uncaught ${error}`));
  page.on("console", (message) => {
    // What failed to load is told, with its address, by the events below.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      faults.push(`console: ${message.text()}`);
    }
  });
  page.on("request", (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (asked !== origin && protocol !== "data:") faults.push(`request to ${request.url()}`);
  });
  page.on("requestfailed", (request) => {
    // Leaving a page ends what it was still fetching.
    const reason = request.failure()?.errorText;
    if (reason !== "net::ERR_ABORTED") faults.push(`${reason}: ${request.url()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400 && !response.request().isNavigationRequest()) {
      faults.push(`${response.status()}: ${response.url()}`);
    }
  });
  return faults;
}
