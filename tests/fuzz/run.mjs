// Asks a running demonstration's API whatever its description allows and much that it does not, and holds the answers against the
// description: as an owner's browser, as a program, as nobody, and last the ways in and out, by an account of their own.
//
// The store is PostgreSQL when STOA_DATABASE_URL is set, else files. What is asked is the same each time.
import { spawnSync } from "node:child_process";
import { request } from "node:http";
import { fileURLToPath } from "node:url";

import { startStoa } from "../server.mjs";

/** Where Schemathesis is, and what it writes. */
const PLACE = fileURLToPath(new URL("../../target/fuzz/", import.meta.url));
const EXAMPLES = process.env.EXAMPLES ?? "25";
const SHOP = "rongdhonu";
const OWNER = { email: "nusrat@rongdhonu.example", password: "stoa demonstration" };
const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  "unsupported_method",
  "allow_header_conformance",
];
/** What begins and ends sessions; signing out would end the one that asks. */
const WAYS_IN_AND_OUT = "/api/(auth|me/sessions)";
/** Goes on for as long as somebody listens. */
const ENDLESS = "/api/events$";

const settings = Object.entries(process.env).filter(([name]) => name.startsWith("STOA_DATABASE"));
const stoa = await startStoa({ ...Object.fromEntries(settings), STOA_LIMITS_ENABLED: "false" });
const host = new URL(stoa.origin("app")).host;

const cookie = await signedIn("/api/auth/login", OWNER);
const key = await apiKey(cookie);
const account = await signedIn("/api/auth/signup", throwAway());
const runs = {
  "an owner's browser": ["--exclude-path-regex", `${WAYS_IN_AND_OUT}|${ENDLESS}`, ...header("Cookie", cookie)],
  "a program": ["--exclude-path-regex", ENDLESS, ...header("Authorization", `Bearer ${key}`)],
  nobody: [],
  "the ways in and out": ["--include-path-regex", WAYS_IN_AND_OUT, ...header("Cookie", account)],
};
const failed = Object.entries(runs).filter(([name, options]) => !passes(name, options));
await stoa.stop();
for (const [name] of failed) console.error(`found something: ${name}`);
process.exitCode = failed.length === 0 ? 0 : 1;

function passes(name, options) {
  console.log(`\n== ${name}`);
  const fixed = ["--seed", "1", "--generation-deterministic", "--generation-with-security-parameters", "false", "--max-examples", EXAMPLES];
  const run = ["run", `${stoa.local}/api/openapi.json`, "--url", stoa.local, "--checks", CHECKS.join(","), "--continue-on-failure"];
  const site = [...header("Host", host), ...header("X-Tenant-ID", SHOP), ...header("Sec-Fetch-Site", "same-origin")];
  const all = [...run, ...fixed, "--request-timeout", "20", "--warnings", "off", ...site, ...options];
  const { status } = spawnSync(`${PLACE}bin/schemathesis`, all, { cwd: PLACE, stdio: "inherit" });
  return status === 0;
}

function header(name, value) {
  return ["--header", `${name}: ${value}`];
}

async function signedIn(path, body) {
  const { headers } = await post(path, body, {});
  return headers["set-cookie"].map((set) => set.split(";")[0]).find((pair) => pair.startsWith("__Host-stoa="));
}

async function apiKey(cookie) {
  const wanted = ["products.read", "products.write", "orders.read", "orders.write", "sites.read", "imports.read", "imports.write", "jobs.read"];
  const { text } = await post(`/api/tenant/${SHOP}/api-keys`, { name: "Fuzz", permissions: wanted }, { Cookie: cookie });
  return JSON.parse(text).key;
}

function throwAway() {
  const business = { name: "Short-lived", slug: "short-lived", kind: "store", currency: "BDT" };
  return { name: "Nobody Much", email: "nobody@short-lived.example", password: "stoa demonstration", business };
}

/** By the console's host, whose name need not be known to the resolver. */
function post(path, body, headers) {
  const { hostname, port } = new URL(stoa.local);
  return new Promise((resolve, reject) => {
    const all = { Host: host, "Content-Type": "application/json", "Sec-Fetch-Site": "same-origin", ...headers };
    const sent = request({ hostname, port, path, method: "POST", headers: all }, async (answer) => {
      const text = (await answer.toArray()).join("");
      if (answer.statusCode < 300) resolve({ headers: answer.headers, text });
      else reject(new Error(`${path}: ${answer.statusCode} ${text}`));
    });
    sent.once("error", reject).end(JSON.stringify(body));
  });
}
