import assert from "node:assert/strict";
import { test } from "node:test";
import { deepestChain, parseCalls, parseFrames, parseLibraryFrames } from "./stack-depth.ts";

const disassembly = `
00000000 <main>:
   0:	add	sp,sp,-16
   4:	jal	100 <middle>
   8:	jal	ra,200 <leaf.constprop.0>
   c:	ret

00000100 <middle>:
 100:	jal	t0,300 <__riscv_save_4>
 104:	add	sp,sp,-48
 108:	jalr	a5
 10c:	beqz	a0,104 <middle+0x4>
 110:	j	200 <leaf.constprop.0>

00000200 <leaf.constprop.0>:
 200:	ret

00000300 <__riscv_save_4>:
 300:	jr	t0

00000400 <handler>:
 400:	ret
`;

test("frames come from GCC where it reports them, else from the code", () => {
  const reported = parseFrames(
    "a.c:3:6:main\t16\tstatic\nb.c:9:1:leaf.constprop\t32\tstatic\nb.c:12:1:handler\t64\tdynamic,bounded",
  );
  assert.deepEqual([...reported], [["main", 16], ["leaf", 32], ["handler", 64]]); // prettier-ignore
  // __riscv_save_4 keeps five registers: 32 bytes with the alignment.
  assert.equal(parseLibraryFrames(disassembly).get("middle"), 80);
});

test("a frame without a limit is refused", () => {
  assert.throws(() => parseFrames("a.c:3:6:main\t16\tdynamic"), /unbounded stack frame/);
});

test("calls are direct, tail calls, or through a pointer; branches within a function are none", () => {
  const calls = parseCalls(disassembly);
  assert.deepEqual([...(calls.get("main") ?? [])], ["middle", "leaf"]);
  assert.deepEqual([...(calls.get("middle") ?? [])].sort(), ["__riscv_save_4", "indirect", "leaf"]);
});

test("the deepest chain counts what a pointer may reach", () => {
  const frames = new Map([["main", 16], ["middle", 80], ["leaf", 32], ["handler", 64]]); // prettier-ignore
  const { bytes, chain } = deepestChain(["main"], frames, parseCalls(disassembly));
  assert.equal(bytes, 16 + 80 + 64);
  assert.deepEqual(chain, ["main", "middle", "handler"]);
});

test("recursion is an error", () => {
  const calls = new Map([["main", new Set(["again"])], ["again", new Set(["main"])]]); // prettier-ignore
  assert.throws(() => deepestChain(["main"], new Map([["main", 8], ["again", 8]]), calls), /recursion: main > again > main/); // prettier-ignore
});
