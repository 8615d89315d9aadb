import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeCommand, encodeList, encodeNumbers, zeroNumbers } from "../../hw/accel/command-codec.ts";
import { countsOf, layoutOf } from "../container/counts.ts";
import { randomTables } from "../testing/random-container.ts";
import { commandListBytes, compileCommands } from "./compile.ts";
import { disassemble, disassemblyLines, listNames } from "./disassemble.ts";

const model = randomTables("random", { dimension: 70, intermediate: 130, layers: 2, vocabulary: 300 }, 1);
const bytes = commandListBytes(2);
const names = listNames(countsOf(model, bytes), layoutOf(model, bytes));
const lines = (list: Uint8Array): string[] => disassemblyLines(disassemble(list, names));

test("a list in words: one line a command, with the model's names", () => {
  const list = lines(encodeList(compileCommands(model)));
  assert.equal(list.length, 54);
  const expected = [
    "    0  EMBED             x[70] = embedding[token], 300 rows of 128 bytes",
    "    1  NORM              n[70] = norm(x), layers.0.gain.attentionNorm (fraction 11), fraction 17",
    "    3  MATRIX            a[70] = layers.0.matrix.forget (70 x 128) * q",
    "    4  GATE              a[70] = sigmoid(a), fraction 17",
    "    7  LOAD_STATE        h[70] = layers.0.state",
    "    8  UPDATE            a[70] = h = a of h, rest of SiLU(b), fraction 17",
    "    9  STORE_STATE       layers.0.state = h[70]",
    "   12  SQUARES           of b[70]",
    "   14  GLU               b[70] = SiLU(a) * n, fraction 17, shift 17",
    "   17  RESIDUAL          x[70] += n",
    "   20  MATRIX            a[130], b[130] = layers.0.matrix.gateUp (260 x 128) * q",
    "   28  GATE              a[70] = sigmoid(a), fraction 17, at least layers.1.lowerBound",
    "   31  LOAD_STATE        h[70] = layers.1.state",
    "   49  END_UNLESS_LOGITS",
    "   52  MATRIX            logits at 0x280 = head.matrix (300 x 128) * q [column last]",
    "   53  END",
  ];
  assert.deepEqual(
    expected.map((line) => list[Number(line.slice(0, 5))]),
    expected,
  );
  const unnamed = list.filter((line) => /0x|bank/.test(line));
  assert.deepEqual(unnamed, [expected[14]]);
});

test("programs get the fields, the array and the bytes of the stream", () => {
  const [embed, , quantise, matrix] = disassemble(encodeList(compileCommands(model)), names);
  assert.deepEqual([embed?.array, embed?.streamBytes, embed?.fields.groups], ["embedding", 70, 300]);
  assert.deepEqual([quantise?.fields.epsilon, quantise?.streamBytes], [String(model.layers[0]?.gains.forget.epsilon), 140]);
  assert.deepEqual([matrix?.array, matrix?.streamBytes, matrix?.column], ["layers.0.matrix.forget", 14 * 128, "every"]);
});

test("what belongs to no model, and what is no command, is shown as it is", () => {
  const list = [
    encodeCommand({ operation: "STORE", column: 3, count: 4, offset: 0x4000, a: 2 ** 31 + 192 }),
    encodeCommand({ operation: "LOAD_ACTIVATIONS", column: 0, count: 64, offset: 64, mantissa: 40_000, shift: 9 }),
    encodeNumbers({ ...zeroNumbers, opcode: 200, shift: 255 }),
  ];
  assert.deepEqual(lines(Uint8Array.from(list.flatMap((command) => [...command]))), [
    "    0  STORE             0x4000 = bank1+192[4] [column 3]",
    "    1  LOAD_ACTIVATIONS  q[64] = 0x40, mantissa 40000, shift 9 [column 0]",
    `    2  unknown           c8${"00".repeat(54)}ff${"00".repeat(8)} [column 0]`,
  ]);
});
