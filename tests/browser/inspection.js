// What holds on every page: it fits its window and everybody can use it.
import assert from "node:assert/strict";

import { AxeBuilder } from "@axe-core/playwright";

const RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];

/** Asserts that nothing is wider than the window. */
export async function fits(page, name) {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= page.viewportSize().width, `${name} scrolls sideways: it is ${width} px wide`);
}

/** Asserts that axe finds no violation of WCAG 2.2, levels A and AA. */
export async function isAccessible(page, name) {
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  assert.deepEqual(violations.flatMap(described), [], `accessibility of ${name}`);
}

function described({ id, help, nodes }) {
  return nodes.map(({ html, failureSummary }) => `${id}: ${help}\n${html}\n${failureSummary}`);
}
