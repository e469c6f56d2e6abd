// One shopper's way from the front page to an order: gone by the tests, and by the pictures in the documents.
import assert from "node:assert/strict";

/** The demonstration shop it is gone in, and what is bought there. */
export const SHOP = "rongdhonu";
export const SHAWL = { title: "Kuasha Wool Chadar" };
export const TEE = { title: "Rickshaw Art Tee", slug: "rickshaw-art-tee", choice: "Black, M", variant: "Black / M" };

const GUEST = { name: "Farhana Akter", phone: "+880 1711 000000", line1: "House 12, Road 5", city: "Dhaka", country: "Bangladesh" };

/**
 * Buys two things. `see(name)` is called wherever there is something to look at. Resolves to the order's number and the
 * path of its page.
 */
export async function buy(page, { scripts, see }) {
  await lookAround(page, see);
  await fillCart(page, { scripts, see });
  await changeQuantity(page, { scripts });
  await see("cart");
  return checkOut(page, see);
}

async function lookAround(page, see) {
  await page.goto("/cart");
  await page.getByRole("heading", { name: "Nothing here yet" }).waitFor();
  await see("cart-empty");
  await page.goto("/");
  await see("home");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Shop" }).click();
  await heading(page, /products/i).waitFor();
  await see("products");
}

async function fillCart(page, { scripts, see }) {
  await openProduct(page, TEE);
  await page.getByRole("radio", { name: TEE.choice }).check();
  await see("product");
  await addToCart(page);
  await isInCart(page, { lines: 1, items: 1, scripts });
  await page.getByRole("link", { name: "Keep looking around" }).click();
  await openProduct(page, SHAWL);
  await addToCart(page);
  await isInCart(page, { lines: 2, items: 2, scripts });
}

async function openProduct(page, { title }) {
  await page.getByRole("link", { name: title }).click();
  await heading(page, title).waitFor();
}

async function addToCart(page) {
  await page.getByRole("button", { name: "Add to cart" }).click();
  await heading(page, "Your cart").waitFor();
}

async function isInCart(page, { lines, items, scripts }) {
  await page.getByText(items === 1 ? "1 item" : `${items} items`, { exact: true }).first().waitFor();
  const list = page.getByRole("list", { name: "What is in your cart" });
  assert.equal(await list.getByRole("listitem").count(), lines, "lines of the cart");
  const badge = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Cart" });
  if (scripts) await badge.getByText(String(items)).waitFor();
}

/** One more of the shirt, in the way that a shopper with or without scripts has. */
async function changeQuantity(page, { scripts }) {
  const before = money(await sum(page, "Subtotal"));
  const field = page.getByRole("spinbutton", { name: `Quantity of ${TEE.title}, ${TEE.variant}` });
  assert.equal(await field.inputValue(), "1");
  if (scripts) {
    await page.getByRole("button", { name: `More: Quantity of ${TEE.title}, ${TEE.variant}` }).click();
  } else {
    await field.fill("2");
    await page.getByRole("button", { name: `Update quantity of ${TEE.title}` }).click();
  }
  await isInCart(page, { lines: 2, items: 3, scripts });
  const shirt = page.getByRole("listitem").filter({ hasText: TEE.title });
  const price = money(await shirt.getByText("each").innerText());
  assert.equal(money(await sum(page, "Subtotal")), before + price, "the subtotal grew by one shirt");
}

async function checkOut(page, see) {
  await page.getByRole("link", { name: "Go to checkout" }).click();
  await heading(page, "Checkout").waitFor();
  await see("checkout");
  await isRefusedWithGaps(page, see);
  const total = await sum(page, "To pay on delivery");
  await fill(page, GUEST);
  await page.getByRole("button", { name: "Place order" }).click();
  return isConfirmed(page, total, see);
}

/** Blanks satisfy the browser, which only asks that something was entered, and not the shop. */
async function isRefusedWithGaps(page, see) {
  await fill(page, { ...GUEST, line1: " ", city: " ", phone: "12" });
  await page.getByRole("button", { name: "Place order" }).click();
  await page.getByRole("alert").waitFor();
  for (const label of ["Phone", "Address", "City or district"]) {
    assert.equal(await field(page, label).getAttribute("aria-invalid"), "true", `${label} is marked`);
  }
  assert.equal(await field(page, "Full name").inputValue(), GUEST.name, "what was typed is still there");
  assert.equal(await field(page, "Full name").getAttribute("aria-invalid"), null);
  await see("checkout-errors");
}

async function isConfirmed(page, total, see) {
  await heading(page, `Thank you, ${GUEST.name}`).waitFor();
  const number = (await page.getByText(/^Order \S+ ·/).innerText()).match(/^Order (\S+)/i)?.[1];
  assert.match(number, /\d/, "the order has a number");
  assert.equal(await sum(page, "Total"), total, "the total is the one that was shown");
  const things = page.getByRole("region", { name: "What you ordered" });
  for (const { title } of [TEE, SHAWL]) await things.getByRole("heading", { name: title }).waitFor();
  await see("order");
  return { number, path: new URL(page.url()).pathname };
}

function heading(page, name) {
  return page.getByRole("heading", { level: 1, name });
}

function field(page, label) {
  return page.getByRole("textbox", { name: label, exact: true });
}

async function fill(page, { name, phone, line1, city, country }) {
  await field(page, "Full name").fill(name);
  await field(page, "Phone").fill(phone);
  await field(page, "Address").fill(line1);
  await field(page, "City or district").fill(city);
  await field(page, "Country").fill(country);
}

/** What stands beside a label in a list of sums. */
function sum(page, label) {
  return page
    .locator("dl > div")
    .filter({ has: page.getByText(label, { exact: true }) })
    .getByRole("definition")
    .innerText();
}

/** An amount in minor units out of a text such as `৳1,299.00 each`. */
function money(text) {
  return Number(text.match(/[\d,]+\.\d\d/)[0].replaceAll(/\D/g, ""));
}
