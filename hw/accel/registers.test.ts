import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { registerNamed, registers, statusError, statusErrors, windowBytes, windows } from "./registers.ts";
import { emitRegistersHeader, emitRegistersPython, fieldMask } from "./registers-header.ts";

test("registers and windows do not overlap and lie in the window", () => {
  const ranges = [...registers.map(({ name, offset }) => ({ name, offset, bytes: 4 })), ...windows].toSorted(
    (a, b) => a.offset - b.offset,
  );
  for (const [i, range] of ranges.entries()) {
    assert.equal(range.offset % 4, 0, range.name);
    assert.ok(range.offset + range.bytes <= (ranges[i + 1]?.offset ?? windowBytes), range.name);
  }
  assert.equal(new Set(ranges.map(({ name }) => name)).size, ranges.length);
});

test("fields of a register do not overlap and lie in 32 bits", () => {
  for (const register of registers) {
    let used = 0n;
    for (const field of register.fields) {
      const mask = BigInt(fieldMask(field));
      assert.equal(used & mask, 0n, `${register.name}.${field.name}`);
      used |= mask;
    }
    assert.ok(used > 0n && used < 1n << 32n, register.name);
  }
});

test("error codes count from 0 and fit STATUS.ERROR", () => {
  assert.deepEqual(
    statusErrors.map(({ code }) => code),
    [...statusErrors.keys()],
  );
  const field = registerNamed("STATUS").fields.find(({ name }) => name === "ERROR");
  assert.ok(field !== undefined && statusErrors.length <= 2 ** field.width);
  for (const { name, code } of statusErrors) assert.equal(statusError(name), code);
});

test("unknown registers are refused", () => {
  assert.throws(() => registerNamed("NOTHING"), RangeError);
});

test("the C header compiles without warnings and has every register", (t) => {
  const header = emitRegistersHeader();
  for (const { name } of registers) assert.ok(header.includes(`#define TERNEL_REGISTER_${name} `), name);
  const compiler = process.env["CC"] ?? "gcc";
  const result = spawnSync(compiler, ["-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c", "-"], {
    input: header,
  });
  if (result.error !== undefined && process.env["CI"] === undefined) {
    t.skip(`${compiler} is not here`);
    return;
  }
  assert.equal(result.status, 0, String(result.stderr));
});

test("the Python module has every register and is Python", (t) => {
  const source = emitRegistersPython();
  for (const { name, offset } of registers) assert.ok(source.includes(`"${name}": 0x${offset.toString(16)},`), name);
  const result = spawnSync("python3", ["-c", "import ast, sys; ast.parse(sys.stdin.read())"], { input: source });
  if (result.error !== undefined && process.env["CI"] === undefined) {
    t.skip("python3 is not here");
    return;
  }
  assert.equal(result.status, 0, String(result.stderr));
});
