// Starts the built program with the demonstration shops, on a port and in a directory of its own.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const PATIENCE = 30_000;

/**
 * A running server with these settings: `address` is the platform's own, `origin(host)` a site's, `local` where both listen,
 * whatever resolves names; `stop()` ends it and removes its data.
 */
export async function startStoa(settings = {}) {
  const binary = builtBinary();
  const port = await freePort();
  const data = mkdtempSync(join(tmpdir(), "stoa-tests-"));
  const program = spawn(binary, ["demo", "--data", data, "--listen", `127.0.0.1:${port}`], {
    env: { ...withoutSettings(process.env), ...settings },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const log = collect(program.stderr);
  const ended = new Promise((resolve) => program.once("exit", (code, signal) => resolve(code ?? signal)));
  // However this process ends, nothing of it stays behind.
  process.once("exit", () => {
    program.kill("SIGKILL");
    rmSync(data, { recursive: true, force: true });
  });
  await ready(port, ended, log);
  return {
    address: `http://localhost:${port}`,
    local: `http://127.0.0.1:${port}`,
    origin: (host) => `http://${host}.localhost:${port}`,
    stop: async () => {
      program.kill("SIGTERM");
      const end = await Promise.race([ended, pause(PATIENCE, "nothing", { ref: false })]);
      assert.equal(end, 0, `the server ends by itself when it is told to\n${log()}`);
    },
  };
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

function builtBinary() {
  const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
  const binary = join(target, "debug", "stoa");
  if (!existsSync(binary)) {
    const { status } = spawnSync("cargo", ["build", "--package", "stoa"], { cwd: ROOT, stdio: "inherit" });
    assert.equal(status, 0, "cargo build --package stoa");
  }
  return binary;
}

function withoutSettings(environment) {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith("STOA_"));
  return { ...Object.fromEntries(kept), STOA_LOG: "warn" };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const socket = createServer().once("error", reject);
    socket.listen(0, "127.0.0.1", () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

function collect(stream) {
  const parts = [];
  stream.on("data", (part) => parts.push(part));
  return () => Buffer.concat(parts).toString();
}

async function ready(port, ended, log) {
  let end;
  ended.then((code) => (end = code));
  const late = Date.now() + PATIENCE;
  while (!(await answers(`http://127.0.0.1:${port}/readyz`))) {
    assert.equal(end, undefined, `the server ended with ${end}\n${log()}`);
    assert.ok(Date.now() < late, `the server is not ready after ${PATIENCE} ms\n${log()}`);
    await pause(50);
  }
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
