// Which bitstreams go with which firmware: by what ecppack and Vivado write at the beginning.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TernelError } from "../../models/errors.ts";
import { checkBitstreamBuild } from "./board-bitstream.ts";
import { standInBitstream } from "./testing/stand-in-bitstream.ts";

type Board = "ecpix5" | "arty";

/** What a refusal says; undefined where the bitstream is taken. */
function refusal(board: Board, bytes: Uint8Array, buildId: string, blink = false): string | undefined {
  try {
    checkBitstreamBuild({ board, blink, file: "some.bit", bytes }, buildId);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof TernelError && error.error === "imageBuild", String(error));
    return error.message;
  }
}

test("the firmware's own build and no other", () => {
  for (const board of ["ecpix5", "arty"] as const) {
    const own = standInBitstream(board, "0badcafe");
    assert.equal(refusal(board, own, "0badcafe"), undefined);
    const other = refusal(board, own, "0badcaff") ?? "";
    assert.match(other, /some\.bit is of build 0badcafe, the firmware of 0badcaff: /);
    assert.ok(other.includes(`npx ternel build --board ${board}\``), other);
    assert.ok(refusal(board, own, "00000000", true)?.includes(`npx ternel build --board ${board} --blink\``));
  }
});

test("a bitstream that names no build", () => {
  const bare = Buffer.from("\xff\0Part: LFE5UM5G-85F-8CABGA554\0\xff\xff\xff\xbd\xb3", "latin1");
  assert.match(refusal("ecpix5", Buffer.concat([bare, Buffer.alloc(1000)]), "00000000") ?? "", /some\.bit names no build/);
  // Vivado writes 0 where nothing is set.
  assert.match(refusal("arty", standInBitstream("arty", "00000000"), "00000000") ?? "", /names no build/);
  const words = Buffer.from(standInBitstream("arty", "0badcafe"));
  const cut = (end: number): Uint8Array => words.subarray(0, end);
  const value = words.indexOf(Buffer.from("0badcafe", "hex"));
  assert.match(refusal("arty", cut(value + 3), "0badcafe") ?? "", /names no build/);
  assert.equal(refusal("arty", cut(value + 4), "0badcafe"), undefined);
  for (const end of [0, 3, 40, 48]) assert.match(refusal("arty", cut(end), "0badcafe") ?? "", /names no build/);
  // Two bytes further on the same bytes are no write to the register.
  words.copyWithin(value - 2, value - 4, value + 4);
  assert.match(refusal("arty", words, "0badcafe") ?? "", /names no build/);
});
