import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TernelError } from "../errors.ts";
import type { ErrorName } from "../errors.ts";
import { encodeSafetensors, rawSafetensors } from "../testing/safetensors-file.ts";
import { memorySource } from "./byte-source.ts";
import { halfToNumber } from "./floats.ts";
import { duplicateName } from "./json.ts";
import { Safetensors } from "./safetensors.ts";

const zeros = (bytes: number): Uint8Array => new Uint8Array(bytes);
const entry = (begin: number, end: number, shape: readonly number[] = [(end - begin) / 4], dtype = "F32"): object => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});
const file = (header: unknown, data: number): Uint8Array => rawSafetensors(JSON.stringify(header), zeros(data));

function refusal(bytes: Uint8Array): ErrorName | undefined {
  try {
    const tensors = new Safetensors(memorySource(bytes));
    for (const name of tensors.names) tensors.tensor(name);
    return undefined;
  } catch (error) {
    if (!(error instanceof TernelError)) throw error;
    return error.error;
  }
}

function withLength(length: bigint, rest: Uint8Array): Uint8Array {
  const bytes = Buffer.concat([zeros(8), rest]);
  bytes.writeBigUInt64LE(length);
  return bytes;
}

const damaged: readonly (readonly [name: string, bytes: Uint8Array, error: ErrorName | undefined])[] = [
  ["valid", file({ a: entry(0, 8), __metadata__: { format: "pt" } }, 8), undefined],
  ["an empty tensor", file({ a: entry(0, 0, [0, 3]), b: entry(0, 4) }, 4), undefined],
  ["empty", zeros(0), "safetensorsShort"],
  ["seven bytes", zeros(7), "safetensorsShort"],
  ["header cut", file({ a: entry(0, 8) }, 8).subarray(0, 20), "safetensorsShort"],
  ["header length 0", withLength(0n, zeros(20)), "safetensorsHeaderLength"],
  ["header length 2^63", withLength(2n ** 63n, zeros(20)), "safetensorsHeaderLength"],
  ["header length -1", withLength(2n ** 64n - 1n, zeros(20)), "safetensorsHeaderLength"],
  ["header length beyond the file", withLength(1000n, zeros(20)), "safetensorsShort"],
  ["no JSON", rawSafetensors("{nothing", zeros(0)), "safetensorsJson"],
  ["a list", rawSafetensors("[]", zeros(0)), "safetensorsJson"],
  ["no UTF-8", withLength(2n, Uint8Array.of(0xff, 0xfe)), "safetensorsJson"],
  [
    "a name twice",
    rawSafetensors(`{"a":${JSON.stringify(entry(0, 4))},"a":${JSON.stringify(entry(0, 4))}}`, zeros(4)),
    "safetensorsDuplicate",
  ],
  [
    "a field twice",
    rawSafetensors(`{"a":{"dtype":"F32","dtype":"F16","shape":[1],"data_offsets":[0,4]}}`, zeros(4)),
    "safetensorsDuplicate",
  ],
  ["entry is a number", file({ a: 5 }, 0), "safetensorsEntry"],
  ["no shape", file({ a: { dtype: "F32", data_offsets: [0, 4] } }, 4), "safetensorsEntry"],
  ["negative shape", file({ a: entry(0, 4, [-1]) }, 4), "safetensorsEntry"],
  ["fractional shape", file({ a: entry(0, 4, [0.5, 2]) }, 4), "safetensorsEntry"],
  ["shape is text", file({ a: { dtype: "F32", shape: "1", data_offsets: [0, 4] } }, 4), "safetensorsEntry"],
  ["three offsets", file({ a: { dtype: "F32", shape: [1], data_offsets: [0, 4, 8] } }, 8), "safetensorsEntry"],
  ["wrong dtype", file({ a: entry(0, 4, [1], "I32") }, 4), "safetensorsDtype"],
  ["dtype of Object's prototype", file({ a: entry(0, 4, [1], "toString") }, 4), "safetensorsDtype"],
  ["data cut", file({ a: entry(0, 8) }, 7), "safetensorsRange"],
  ["offsets swapped", file({ a: { dtype: "F32", shape: [1], data_offsets: [8, 4] } }, 8), "safetensorsRange"],
  ["size is not the shape's", file({ a: entry(0, 8, [3]) }, 8), "safetensorsSize"],
  ["shape overflows", file({ a: entry(0, 8, [2 ** 40, 2 ** 40]) }, 8), "safetensorsSize"],
  ["overlap", file({ a: entry(0, 8), b: entry(4, 12) }, 12), "safetensorsOverlap"],
  ["the same bytes twice", file({ a: entry(0, 8), b: entry(0, 8) }, 8), "safetensorsOverlap"],
  ["a hole", file({ a: entry(0, 4), b: entry(8, 12) }, 12), "safetensorsHole"],
  ["a hole before", file({ a: entry(4, 8) }, 8), "safetensorsHole"],
  ["bytes behind", file({ a: entry(0, 4) }, 5), "safetensorsHole"],
  ["NaN", encodeSafetensors([{ name: "a", shape: [2], values: Float32Array.of(1, NaN) }]), "safetensorsNotFinite"],
  ["infinity", encodeSafetensors([{ name: "a", shape: [2], values: Float32Array.of(-Infinity, 1) }]), "safetensorsNotFinite"],
];

for (const [name, bytes, error] of damaged) {
  test(`safetensors: ${name} ${error === undefined ? "is read" : "is refused"}`, () => {
    assert.equal(refusal(bytes), error);
  });
}

test("no damage to a header leads to anything but a clean refusal or a clean read", () => {
  const valid = file({ a: entry(0, 8), b: entry(8, 12, [1]) }, 12);
  fc.assert(
    fc.property(fc.nat(valid.length - 1), fc.nat(255), (offset, value) => {
      const bytes = valid.slice();
      bytes[offset] = value;
      refusal(bytes); // throws on anything but a TernelError
    }),
    { numRuns: 1000 },
  );
});

test("the three element types are decoded exactly", () => {
  const data = Buffer.alloc(4 + 2 + 2);
  data.writeFloatLE(-1.5, 0);
  data.writeUInt16LE(0x3555, 4);
  data.writeUInt16LE(0xc0a0, 6);
  const header = { a: entry(0, 4), b: entry(4, 6, [1], "F16"), c: entry(6, 8, [1], "BF16") };
  const tensors = new Safetensors(memorySource(rawSafetensors(JSON.stringify(header), data)));
  assert.deepEqual([tensors.tensor("a")[0], tensors.tensor("b")[0], tensors.tensor("c")[0]], [-1.5, 0.333251953125, -5]);
  assert.deepEqual([0x0000, 0x0001, 0x8400, 0x7bff, 0x7c00].map(halfToNumber), [0, 2 ** -24, -(2 ** -14), 65504, Infinity]);
});

test("duplicate names are found at any depth, and only those", () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      assert.equal(duplicateName(JSON.stringify(JSON.parse(json))), undefined);
    }),
  );
  assert.equal(duplicateName(`{"a":[{"b":1},{"b":2,"c":{"x\\"y":1,"x\\u0022y":2}}]}`), `x"y`);
  assert.equal(duplicateName(`{"a"${" ".repeat(1000)}:1,"a"\n:2}`), "a");
  assert.equal(duplicateName(`{"a":"b","b":"a","c":["a","a"],"d":"\\\\"}`), undefined);
});
