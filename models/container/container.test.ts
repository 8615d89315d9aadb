import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeTrits } from "../../hw/accel/trit-code.ts";
import { packModel } from "../convert/pack.ts";
import { TernelError } from "../errors.ts";
import { randomCheckpoint } from "../testing/random-model.ts";
import { emitContainerHeader } from "./c-header.ts";
import { countsOf } from "./counts.ts";
import { containerLayout } from "./layout.ts";
import { readContainer } from "./read.ts";
import { packTrits, unpackTrits } from "./trits.ts";
import { writeContainer } from "./write.ts";

test("what is written is read back, for any shape", () => {
  const shape = fc.record({
    dimension: fc.integer({ min: 1, max: 40 }),
    intermediate: fc.integer({ min: 1, max: 70 }),
    layers: fc.integer({ min: 1, max: 3 }),
    vocabulary: fc.integer({ min: 270, max: 300 }),
    tokenCount: fc.integer({ min: 257, max: 270 }),
    seed: fc.bigInt({ min: 0n, max: 1000n }),
  });
  fc.assert(
    fc.property(shape, (given) => {
      const { bytes, model } = packModel(randomCheckpoint(given), { name: "a model", calibrationTokens: 2 });
      const read = readContainer(bytes);
      assert.deepEqual(writeContainer(read), bytes);
      assert.deepEqual(
        read.layers,
        model.layers.map((layer) => ({ ...layer })),
      );
      assert.deepEqual(read.head, model.head);
      assert.deepEqual(read.fractions, model.fractions);
      assert.deepEqual(read.embedding, model.embedding);
      assert.deepEqual(read.tokenizer.merges, model.tokenizer.merges);
    }),
    { numRuns: 15 },
  );
});

test("arrays lie in file order, aligned, without overlap", () => {
  const counts = fc.record({
    vocabulary: fc.integer({ min: 1, max: 262_144 }),
    dimension: fc.integer({ min: 1, max: 8192 }),
    layers: fc.integer({ min: 1, max: 40 }),
    intermediate: fc.integer({ min: 1, max: 32_768 }),
    tokenCount: fc.integer({ min: 1, max: 262_144 }),
    tokenTextBytes: fc.integer({ min: 0, max: 2 ** 24 }),
    mergeCount: fc.integer({ min: 0, max: 262_144 }),
    commandBytes: fc.integer({ min: 0, max: 2 ** 14 }).map((commands) => 64 * commands),
  });
  fc.assert(
    fc.property(counts, (given) => {
      const layout = containerLayout(given);
      if (layout === undefined) return;
      let end = 0;
      for (const { name, offset, bytes } of layout.places.values()) {
        assert.ok(offset >= end && offset - end < 64, name);
        if (!/byteToken|merge|text/.test(name)) assert.equal(offset % 64, 0, name);
        end = offset + bytes;
      }
      assert.equal(end, layout.totalBytes);
      assert.equal(
        layout.sections.reduce((sum, section) => sum + section.bytes, 0),
        layout.totalBytes,
      );
    }),
  );
});

test("the public models fit, and the largest shapes do not", () => {
  const counts = {
    vocabulary: 32_000,
    tokenCount: 32_000,
    tokenTextBytes: 300_000,
    mergeCount: 60_000,
    commandBytes: 0,
  };
  const size = (dimension: number, layers: number, intermediate: number): number =>
    Math.round((containerLayout({ ...counts, dimension, layers, intermediate })?.totalBytes ?? 0) / 1e6);
  assert.deepEqual([size(1024, 24, 2816), size(2048, 24, 5632), size(2560, 32, 6912)], [103, 328, 609]);
  assert.equal(containerLayout({ ...counts, dimension: 8192, layers: 128, intermediate: 32_768 }), undefined);
});

test("a packed matrix holds its trits where the format says", () => {
  const matrix = fc.tuple(fc.integer({ min: 1, max: 23 }), fc.integer({ min: 1, max: 140 })).chain(([rows, columns]) =>
    fc.record({
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      trits: fc.array(fc.integer({ min: -1, max: 1 }), { minLength: rows * columns, maxLength: rows * columns }),
    }),
  );
  fc.assert(
    fc.property(matrix, ({ rows, columns, trits }) => {
      const packed = packTrits(Int8Array.from(trits), rows, columns);
      const padded = Math.ceil(columns / 64) * 64;
      assert.equal(packed.length, Math.ceil(rows / 5) * padded);
      packed.forEach((byte, index) => {
        const [group, column] = [Math.floor(index / padded), index % padded];
        decodeTrits(byte).forEach((trit, k) => {
          const row = 5 * group + k;
          assert.equal(trit, row < rows && column < columns ? trits[row * columns + column] : 0);
        });
      });
      assert.deepEqual([...unpackTrits(packed, rows, columns)], trits);
    }),
  );
});

test("a model beyond 4 GiB is refused by the writer", () => {
  const shape = { dimension: 8, intermediate: 8, layers: 1, vocabulary: 260, tokenCount: 258, seed: 1n };
  const { model } = packModel(randomCheckpoint(shape), { name: "x", calibrationTokens: 2 });
  const layer = model.layers[0];
  assert.ok(layer !== undefined);
  const huge = { ...model, dimension: 8192, intermediate: 32_768, layers: new Array(128).fill(layer) as (typeof layer)[] };
  assert.equal(containerLayout(countsOf(huge, 0)), undefined);
  assert.throws(() => writeContainer(huge), new TernelError("packTooLarge"));
});

test("the C header names the format's numbers", () => {
  const header = emitContainerHeader();
  for (const line of [
    "#define TERNEL_CONTAINER_MAGIC 0x4e524554u",
    "#define TERNEL_CONTAINER_TOKEN_TEXT_BYTES_OFFSET 40u",
    "#define TERNEL_CONTAINER_MAX_VOCABULARY 0x40000u",
    "    TERNEL_LAYER_GAIN_DOWN = 8,",
  ]) {
    assert.ok(header.includes(`${line}\n`), line);
  }
});
