// The platform's own pages: what a visitor who knows no shop yet finds, and the API's documentation.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { PHONE, openBrowser, visiting } from "./browser.js";
import { fits, isAccessible } from "./inspection.js";
import { startStoa } from "../server.mjs";

let stoa;
let browser;
before(async () => {
  stoa = await startStoa();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await stoa?.stop();
});

test("the console's host lists the sites and leads to the API's documentation", async () => {
  const origin = stoa.origin("app");
  await visiting(browser, origin, PHONE, async (page) => {
    await page.goto("/");
    await fits(page, "the list of sites");
    await isAccessible(page, "the list of sites");
    const addresses = await page.getByRole("link").evaluateAll((links) => links.map((link) => link.href));
    for (const shop of ["rongdhonu", "terra-and-tide"]) {
      assert.ok(addresses.includes(`${stoa.origin(shop)}/`), `${addresses} leads to ${shop}`);
    }
    assert.ok(addresses.includes(`${origin}/api/docs`), `${addresses} leads to the documentation`);
  });
});

test("the API's documentation", async () => {
  await visiting(browser, stoa.origin("app"), PHONE, async (page) => {
    assert.equal((await page.goto("/api/docs")).status(), 200);
    await page.locator("#get_ecommerce_products").waitFor();
    await fits(page, "the documentation");
    await isAccessible(page, "the documentation");
  });
});
