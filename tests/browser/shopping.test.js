// A shopper buys something: on a phone, on a desk, and without scripts.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { DESKTOP, PHONE, openBrowser, visiting } from "./browser.js";
import { fits, isAccessible } from "./inspection.js";
import { SHOP, TEE, buy } from "./journey.js";
import { startStoa } from "../server.mjs";

/** With `STOA_PICTURES=1` the documents' pictures are taken on the way. */
const PICTURES = process.env.STOA_PICTURES === "1" && fileURLToPath(new URL("../../docs/pictures/", import.meta.url));
const SHOWN = ["home", "product", "cart", "checkout", "order"];

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

/** Looks at a page with everything that can be checked, and takes its picture when it is one of the documents'. */
function looking(page, suffix) {
  return async (name) => {
    await fits(page, name);
    await isAccessible(page, name);
    if (PICTURES && SHOWN.includes(name)) await take(page, `${name}${suffix}`);
  };
}

async function take(page, name) {
  mkdirSync(PICTURES, { recursive: true });
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: `${PICTURES}${name}.png`, caret: "hide" });
}

for (const [place, device, suffix] of [
  ["on a phone", PHONE, "-phone"],
  ["on a desk", DESKTOP, ""],
]) {
  test(`a shopper orders ${place}`, async () => {
    await visiting(browser, stoa.origin(SHOP), device, async (page) => {
      const order = await buy(page, { scripts: true, see: looking(page, suffix) });
      await page.getByRole("link", { name: "Back to the shop" }).click();
      const cart = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Cart" });
      assert.equal((await cart.innerText()).trim(), "Cart", "the cart has become the order");
      const again = await page.goto(order.path);
      assert.equal(again.status(), 200, "the order's page stays");
      await page.getByText(`Order ${order.number}`).waitFor();
    });
  });
}

test("a shopper orders without scripts", async () => {
  const device = { ...PHONE, javaScriptEnabled: false };
  await visiting(browser, stoa.origin(SHOP), device, async (page) => {
    await buy(page, { scripts: false, see: (name) => fits(page, name) });
  });
});

test("what was chosen is what is bought: price and stock follow the variant", async () => {
  await visiting(browser, stoa.origin(SHOP), PHONE, async (page) => {
    await page.goto(`/products/${TEE.slug}`);
    await page.getByRole("radio", { name: "Cream, M" }).check();
    await page.getByText("Only 3 left").waitFor();
    assert.ok(await page.getByRole("radio", { name: "Cream, L" }).isDisabled(), "what is sold out cannot be chosen");
  });
});

test("a quantity changed just before the checkout counts there", async () => {
  await visiting(browser, stoa.origin(SHOP), PHONE, async (page) => {
    await page.goto(`/products/${TEE.slug}`);
    await page.getByRole("radio", { name: TEE.choice }).check();
    await page.getByRole("button", { name: "Add to cart" }).click();
    await page.getByRole("heading", { level: 1, name: "Your cart" }).waitFor();
    await page.getByRole("button", { name: /^More: / }).click();
    await page.getByRole("link", { name: "Go to checkout" }).click();
    await page.getByRole("heading", { level: 1, name: "Checkout" }).waitFor();
    await page.getByRole("listitem").filter({ hasText: TEE.title }).getByText(/^2 × /).waitFor();
  });
});

test("the other shop's front page", async () => {
  for (const [device, suffix] of [
    [PHONE, "-phone"],
    [DESKTOP, ""],
  ]) {
    await visiting(browser, stoa.origin("terra-and-tide"), device, async (page) => {
      await page.goto("/");
      await fits(page, "home");
      await isAccessible(page, "home");
      if (PICTURES) await take(page, `other-home${suffix}`);
    });
  }
});

test("a page that is not there says so, and leads back", async () => {
  await visiting(browser, stoa.origin(SHOP), PHONE, async (page) => {
    const answer = await page.goto("/products/no-such-thing");
    assert.equal(answer.status(), 404);
    await fits(page, "404");
    await isAccessible(page, "404");
    await page.getByRole("link", { name: "To the front page" }).click();
    await page.waitForURL("/");
  });
});
