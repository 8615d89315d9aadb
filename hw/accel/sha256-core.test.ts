import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { elaborate, simulate } from "../../gen/index.ts";
import { sha256Core } from "./sha256-core.ts";
import { initialState, roundConstants } from "./sha256-constants.ts";
import { padMessage } from "./reference.ts";

const { engine } = simulate(elaborate(sha256Core()));

function start(blocks: number, initialise: boolean): void {
  engine.setInput("blocks", blocks);
  engine.setInput("initialise", initialise ? 1 : 0);
  engine.setInput("start", 1);
  engine.step();
  engine.setInput("start", 0);
}

/** Hashes whole blocks; `ready` says in which cycles a word is there. Returns the cycles that it took. */
function feed(blocks: Uint8Array, initialise: boolean, ready: (cycle: number) => boolean): number {
  const view = new DataView(blocks.buffer, blocks.byteOffset, blocks.length);
  start(blocks.length / 64, initialise);
  let sent = 0;
  let cycle = 0;
  for (; engine.get("busy") === 1n; cycle++) {
    assert.ok(cycle < 1000 * (1 + blocks.length), "the core does not end");
    const offered = sent < blocks.length && ready(cycle);
    engine.setInput("wordValid", offered ? 1 : 0);
    engine.setInput("word", offered ? view.getUint32(sent) : 0);
    if (offered && engine.get("wordTaken") === 1n) sent += 4;
    engine.step();
  }
  assert.equal(sent, blocks.length);
  return cycle;
}

function digest(): string {
  return [0, 1, 2, 3, 4, 5, 6, 7].map((i) => engine.get(`state_${i}`).toString(16).padStart(8, "0")).join("");
}

const expected = (message: Uint8Array): string => createHash("sha256").update(message).digest("hex");

test("constants as FIPS 180-4 prints them", () => {
  assert.deepEqual([roundConstants[0], roundConstants[1], roundConstants[63]], [0x428a2f98, 0x71374491, 0xc67178f2]);
  assert.deepEqual([initialState[0], initialState[7]], [0x6a09e667, 0x5be0cd19]);
});

test("the examples of FIPS 180-4 and the empty message", () => {
  const examples: readonly (readonly [string, string])[] = [
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
    [
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
    ],
  ];
  for (const [text, hash] of examples) {
    feed(padMessage(Buffer.from(text)), true, () => true);
    assert.equal(digest(), hash);
  }
});

test("a block takes 65 cycles", () => {
  const message = new Uint8Array(64 * 20 - 9).fill(0x5a);
  const first = feed(padMessage(new Uint8Array(0)), true, () => true);
  const all = feed(padMessage(message), true, () => true);
  assert.equal(digest(), expected(message));
  assert.equal(all - first, 19 * 65);
  assert.ok(first <= 65 + 3);
});

test("random messages, in random parts, with words that come at random", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(6), fc.infiniteStream(fc.boolean()), (message, split, stalls) => {
      const padded = padMessage(message);
      const cut = Math.min(64 * split, padded.length - 64);
      const ready = (): boolean => stalls.next().value === true;
      if (cut > 0) feed(padded.subarray(0, cut), true, ready);
      feed(padded.subarray(cut), cut === 0, ready);
      assert.equal(digest(), expected(message));
    }),
    { numRuns: 30 },
  );
});

test("after clear a new message is hashed right", () => {
  start(3, true);
  engine.setInput("wordValid", 1);
  engine.step(40);
  engine.setInput("clear", 1);
  engine.step();
  engine.setInput("clear", 0);
  assert.equal(engine.get("busy"), 0n);
  feed(padMessage(Buffer.from("abc")), true, () => true);
  assert.equal(digest(), expected(Buffer.from("abc")));
});
