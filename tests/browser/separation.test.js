// A shop shows nothing of another's.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { PHONE, openBrowser, visiting } from "./browser.js";
import { SHOP, TEE, buy } from "./journey.js";
import { startStoa } from "../server.mjs";

const OTHER = "terra-and-tide";

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

async function titles(page) {
  await page.goto("/products");
  return page.getByRole("main").getByRole("heading", { level: 2 }).allInnerTexts();
}

test("two shops have no product in common", async () => {
  let first;
  await visiting(browser, stoa.origin(SHOP), PHONE, async (page) => {
    first = await titles(page);
    assert.ok(first.includes(TEE.title), `${first}`);
    assert.equal((await page.goto(`/products/${TEE.slug}`)).status(), 200);
  });
  await visiting(browser, stoa.origin(OTHER), PHONE, async (page) => {
    const second = await titles(page);
    assert.ok(second.length > 0, "the other shop has products of its own");
    assert.deepEqual(second.filter((title) => first.includes(title)), []);
    assert.equal((await page.goto(`/products/${TEE.slug}`)).status(), 404);
  });
});

test("an order's page exists in its own shop only", async () => {
  let order;
  await visiting(browser, stoa.origin(SHOP), PHONE, async (page) => {
    order = await buy(page, { scripts: true, see: async () => {} });
    assert.equal((await page.goto(order.path)).status(), 200);
  });
  await visiting(browser, stoa.origin(OTHER), PHONE, async (page) => {
    assert.equal((await page.goto(order.path)).status(), 404);
    await page.goto("/cart");
    await page.getByRole("heading", { name: "Nothing here yet" }).waitFor();
  });
});
