import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elaborate, simulate } from "../../gen/index.ts";
import { sha256Feed } from "./sha256-feed.ts";

const chance = fc.constantFrom(0.2, 0.6, 1);
/** The words of a message, the first byte most significant. */
const wordsOf = (bytes: Uint8Array): number[] =>
  Array.from({ length: bytes.length / 4 }, (_, i) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(4 * i));
const blocks = fc.integer({ min: 1, max: 5 }).chain((count) => fc.uint8Array({ minLength: 64 * count, maxLength: 64 * count }));

for (const portBytes of [8, 16, 32]) {
  const { engine } = simulate(elaborate(sha256Feed(portBytes)));
  const start = (fromBlock: boolean): void => {
    engine.setInput("fromBlock", fromBlock ? 1 : 0);
    engine.setInput("start", 1);
    engine.step();
    engine.setInput("start", 0);
  };
  /** Takes words where `takes` says so; the port words come where `comes` does. */
  const taken = (bytes: Uint8Array, comes: () => boolean, takes: () => boolean): { words: number[]; cycles: number } => {
    const words: number[] = [];
    let sent = 0;
    let offers = false;
    let cycles = 0;
    for (; words.length < bytes.length / 4; cycles++) {
      assert.ok(cycles < 1000 + 40 * bytes.length, "the feed does not end");
      offers = sent < bytes.length && (offers || comes());
      engine.setInput("words_valid", offers ? 1 : 0);
      const word = bytes.subarray(sent, sent + portBytes);
      engine.setInput("words_payload", offers ? BigInt(`0x${Buffer.from(word).reverse().toString("hex")}`) : 0n);
      const valid = engine.get("wordValid") === 1n;
      const takesNow = valid && takes();
      engine.setInput("wordTaken", takesNow ? 1 : 0);
      if (takesNow) words.push(Number(engine.get("word")));
      if (offers && engine.get("words_ready") === 1n) {
        sent += portBytes;
        offers = false;
      }
      engine.step();
    }
    engine.setInput("wordTaken", 0);
    engine.setInput("words_valid", 0);
    assert.equal(sent, bytes.length);
    return { words, cycles };
  };

  test(`port words of ${portBytes} bytes become the message's words, whoever waits`, () => {
    engine.setInput("run", 1);
    fc.assert(
      fc.property(
        blocks,
        chance,
        chance,
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        (bytes, come, take, dice) => {
          const roll = (): number => Number(dice.next().value);
          start(false);
          assert.deepEqual(
            taken(
              bytes,
              () => roll() < come,
              () => roll() < take,
            ).words,
            wordsOf(bytes),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  test(`port words of ${portBytes} bytes: a word a cycle`, () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => (37 * i) & 255);
    engine.setInput("run", 1);
    start(false);
    const { words, cycles } = taken(
      bytes,
      () => true,
      () => true,
    );
    assert.deepEqual(words, wordsOf(bytes));
    assert.equal(cycles, bytes.length / 4 + 1);
  });

  test(`port words of ${portBytes} bytes: a start drops what an abandoned message left`, () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, i) => i);
    engine.setInput("run", 1);
    start(false);
    engine.setInput("words_valid", 1);
    engine.setInput("words_payload", 0x1234n);
    engine.step(5);
    engine.setInput("words_valid", 0);
    start(false);
    assert.deepEqual(
      taken(
        bytes,
        () => true,
        () => true,
      ).words,
      wordsOf(bytes),
    );
  });
}

test("a block that was written is the message", () => {
  const { engine } = simulate(elaborate(sha256Feed(16)));
  const bytes = Uint8Array.from({ length: 64 }, (_, i) => (11 * i) & 255);
  engine.setInput("write", 1);
  for (let i = 0; i < 16; i++) {
    engine.setInput("writeIndex", i);
    engine.setInput("writeData", new DataView(bytes.buffer).getUint32(4 * i, true));
    engine.step();
  }
  engine.setInput("write", 0);
  engine.setInput("fromBlock", 1);
  engine.setInput("start", 1);
  engine.step();
  engine.setInput("start", 0);
  engine.setInput("wordTaken", 1);
  for (const word of wordsOf(bytes)) {
    assert.equal(engine.get("wordValid"), 1n);
    assert.equal(Number(engine.get("word")), word);
    engine.step();
  }
});
