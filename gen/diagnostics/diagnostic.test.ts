import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  check,
  DesignError,
  elaborate,
  formatDiagnostic,
  input,
  module,
  output,
  sint,
  uint,
  type ModuleDefinition,
  type SInt,
} from "../index.ts";

const file = "gen/diagnostics/diagnostic.test.ts";
const lines = readFileSync(import.meta.filename, "utf8").split("\n");

/** `file:line:column` of the one line that holds `marker`, at `token` in it. */
function placeOf(marker: string, token: string): string {
  const line = lines.findIndex((text) => text.includes(`// ${marker}`) && !text.includes("placeOf"));
  const text = lines[line] ?? "";
  return `${file}:${line + 1}:${text.indexOf(token) + 1}`;
}

function mac(): ModuleDefinition {
  return module("mac", { a: input(sint(9)), b: input(sint(10)), y: output(sint(18)) }, (io, m) => {
    const acc = m.register("acc", sint(18)); // the register
    const sum: SInt = m.node("sum", io.a.mul(io.b).add(acc)); // the sum
    acc.set(sum); // the assignment
    io.y.set(acc);
  });
}

test("a message names both ends, the place, the declarations and the fix", () => {
  const result = check(mac());
  assert.ok("diagnostics" in result);
  assert.deepEqual(
    result.diagnostics.map(formatDiagnostic).join("\n"),
    [
      "error[W101] width mismatch: mac.acc (18 bits, signed) <- mac.sum (20 bits, signed)",
      `  at ${placeOf("the assignment", "set(")}`,
      `  declared: mac.acc at ${placeOf("the register", "register(")}; mac.sum at ${placeOf("the sum", "node(")}`,
      "  fix: acc.set(sum.truncate(18)) if the loss is intended (.wrap(18) for a counter), or widen acc to 20 bits",
    ].join("\n"),
  );
});

test("all problems are thrown at once, and counted", () => {
  const broken = module("Broken", { a: input(uint(8)), x: output(uint(4)), y: output(sint(8)) }, (io) => {
    const wide: { set(value: unknown): void } = io.x;
    wide.set(io.a);
  });
  assert.throws(
    () => elaborate(broken),
    (error) => {
      assert.ok(error instanceof DesignError);
      assert.deepEqual(
        error.diagnostics.map((diagnostic) => diagnostic.code),
        ["W101", "D201"],
      );
      assert.match(error.message, /\n2 errors; docs\/errors\.md explains each code$/);
      return true;
    },
  );
});

test("locations are those of the user's lines also through the stream library", async () => {
  const { fifo, stream, bit } = await import("../index.ts");
  const user = module("User", { in: input(stream(bit)), out: output(stream(bit)) }, (io, m) => {
    m.connect(io.out, fifo(m, "buffer", io.in, 4)); // the buffer
  });
  const { modules } = elaborate(user);
  const places = new Set(
    modules.flatMap((inner) => inner.signals).map((signal) => `${signal.location.file}:${signal.location.line}`),
  );
  const line = placeOf("the buffer", "fifo(").split(":")[1];
  assert.ok(places.has(`${file}:${line ?? ""}`));
  for (const place of places) assert.ok(place.startsWith(`${file}:`), place);
});

test("a path is relative to the nearest package.json and has forward slashes", () => {
  const result = check(mac());
  assert.ok("diagnostics" in result);
  assert.equal(result.diagnostics[0]?.location.file, file);
});
