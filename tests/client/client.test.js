// A client as others make one: types from the running server's description, which must compile, and then do its errands.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import openapiTS, { astToString } from "openapi-typescript";

import { startStoa } from "../server.mjs";

const OWNER = { email: "nusrat@rongdhonu.example", password: "stoa demonstration" };
const place = (name) => fileURLToPath(new URL(name, import.meta.url));

let stoa;
let errands;
before(async () => {
  stoa = await startStoa();
  mkdirSync(place("generated"), { recursive: true });
  const schema = await openapiTS(new URL(`${stoa.address}/api/openapi.json`));
  writeFileSync(place("generated/schema.d.ts"), astToString(schema));
  const compiler = spawnSync(process.execPath, [place("node_modules/typescript/bin/tsc"), "--project", place("tsconfig.json")]);
  assert.equal(compiler.status, 0, compiler.stdout.toString());
  errands = await import("./generated/errands.js");
});
after(() => stoa?.stop());

test("a program made from the description works in its shop", async () => {
  const api = await errands.signIn(stoa.address, "rongdhonu", OWNER.email, OWNER.password);
  const all = await errands.titles(api);
  assert.ok(all.length > 5, `${all}`);
  assert.deepEqual(all, all.toSorted((one, other) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1)));

  const mug = await errands.makeProduct(api, "Blue mug", "client-1");
  assert.deepEqual(await errands.makeProduct(api, "Blue mug", "client-1"), mug, "once, however often it is sent");
  assert.deepEqual((await errands.titles(api)).length, all.length + 1);

  const renamed = await errands.rename(api, mug, "Green mug");
  assert.equal(renamed.title, "Green mug");
  const stale = await errands.rename(api, mug, "Red mug");
  assert.deepEqual([stale.status, stale.problem.code], [409, "commerce.stale_version"]);
  assert.equal(await errands.discard(api, renamed), 204);
});

test("what the description does not offer is refused, and what there is instead is told", async () => {
  const api = await errands.signIn(stoa.address, "rongdhonu", OWNER.email, OWNER.password);
  const { status, problem } = await errands.sortBySmell(api);
  assert.deepEqual([status, problem.code], [422, "request.invalid"]);
  assert.deepEqual(problem.errors, [
    { field: "sort", code: "sort.unknown", detail: "must be one of -created_at, created_at, title, -title" },
  ]);
});
