// `ternel console` on a pseudo-terminal: what is typed and printed, --match, --log, a port that goes and comes back, and every refusal.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { spawn } from "node:child_process";
import { ternel } from "../../test/ternel.ts";
import { skipWithout } from "../../test/tools.ts";
import { projectRoot } from "../paths.ts";
import { watchFor } from "./serial-terminal.ts";
import { openPseudoTerminal, type PseudoTerminal } from "./testing/pseudo-terminal.ts";

const python = { skip: skipWithout("python3"), timeout: 60_000 };

/** A machine that answers every line. */
function answerLines(terminal: PseudoTerminal): string[] {
  const lines: string[] = [];
  let pending = "";
  terminal.onBytes((bytes) => {
    pending += bytes.toString("utf8");
    for (let end = pending.indexOf("\n"); end >= 0; end = pending.indexOf("\n")) {
      lines.push(pending.slice(0, end));
      pending = pending.slice(end + 1);
      terminal.print(`${lines.at(-1) ?? ""}\r\nheard\r\n>>> `);
    }
  });
  return lines;
}

test("a text is found in whatever pieces it comes, and only whole", () => {
  for (const size of [1, 2, 3, 7, 100]) {
    let found = 0;
    const take = watchFor("a₂b", () => found++);
    const all = Buffer.from("xxa₂ a₂b", "utf8");
    for (let at = 0; at < all.length; at += size) take(all.subarray(at, at + size));
    assert.equal(found, 1, String(size));
  }
  let found = false;
  watchFor("ab", () => (found = true))(Buffer.from("a b"));
  assert.equal(found, false);
});

test("lines from standard input are typed at the prompt, and the output is kept in a file", python, async () => {
  const folder = mkdtempSync(join(tmpdir(), "ternel-"));
  const terminal = await openPseudoTerminal();
  try {
    const lines = answerLines(terminal);
    const log = join(folder, "console.log");
    const { status, output, complaints } = await ternel(["console", "--port", terminal.path, "--log", log], {
      input: "one\ntwo\n",
    });
    assert.equal(status, 0, complaints);
    assert.deepEqual(lines, ["", "one", "two"]);
    assert.equal(output, ["", "one", "two"].map((line) => `${line}\r\nheard\r\n>>> `).join(""));
    assert.equal(readFileSync(log, "utf8"), output);
  } finally {
    await terminal.remove();
    rmSync(folder, { recursive: true });
  }
});

test("--match leaves when the text comes, and is an error when it does not", python, async () => {
  const terminal = await openPseudoTerminal();
  try {
    answerLines(terminal);
    assert.equal((await ternel(["console", "--port", terminal.path, "--match", "heard", "--timeout", "20"])).status, 0);
    const late = await ternel(["console", "--port", terminal.path, "--match", "unheard", "--timeout", "1"]);
    assert.equal(late.status, 1);
    assert.match(late.complaints, /^E4305 console: .*"unheard" within 1 s/m);
  } finally {
    await terminal.remove();
  }
});

test("a port that goes away is opened again when it is back", python, async () => {
  const folder = mkdtempSync(join(tmpdir(), "ternel-"));
  const port = join(folder, "port");
  const first = await openPseudoTerminal();
  symlinkSync(first.path, port);
  const child = spawn(process.execPath, ["cli/ternel.js", "console", "--port", port, "--match", "second", "--timeout", "40"], {
    cwd: projectRoot,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const told = Promise.withResolvers<undefined>();
  let complaints = "";
  child.stderr.on("data", (piece: Buffer) => {
    complaints += piece.toString();
    if (complaints.includes("waiting for it")) told.resolve(undefined);
  });
  const ended = Promise.withResolvers<number | null>();
  child.on("close", ended.resolve);
  const greeted = Promise.withResolvers<undefined>();
  child.stdout.on("data", () => {
    greeted.resolve(undefined);
  });
  // What comes before the port is open is lost.
  const greeting = setInterval(() => {
    first.print("first\r\n");
  }, 200);
  try {
    await greeted.promise;
    clearInterval(greeting);
    await first.remove();
    unlinkSync(port);
    await told.promise;
    const second = await openPseudoTerminal();
    symlinkSync(second.path, port);
    const printing = setInterval(() => {
      second.print("second\r\n");
    }, 200);
    assert.equal(await ended.promise, 0, complaints);
    clearInterval(printing);
    assert.match(complaints, /the port is back/);
    await second.remove();
  } finally {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  }
});

test("every refusal is one clear error", { timeout: 60_000 }, async () => {
  const refusals: readonly (readonly [args: readonly string[], code: string, status: number])[] = [
    [["--port", "/dev/no-such-port"], "E4301", 1],
    [["--board", "orangecrab"], "E4301", 1], // has no serial port of its own
    [["--port", "/dev/null"], "E4302", 1],
    [["--log", "x"], "E4005", 1],
    [["--port", "/dev/null", "--timeout", "1"], "E4005", 1],
  ];
  for (const [args, code, wanted] of refusals) {
    const { status, complaints } = await ternel(["console", ...args]);
    assert.equal(status, wanted, complaints);
    assert.match(complaints, new RegExp(`^${code} [^\n]*\n$`), args.join(" "));
  }
  assert.equal((await ternel(["console", "--board", "toaster"])).status, 2);
});
