/** For tests: sends operands through a pipeline, one set a cycle, and compares what comes out. */
import assert from "node:assert/strict";
import { elaborate, simulate, type Definition } from "../../../gen/index.ts";

/** One cycle's values by the names of their ports. */
export type PortValues = Readonly<Record<string, bigint>>;

/** A function that checks that, `latency` cycles after each set of operands, the outputs have their expected values. */
export function pipelineBench(
  definition: Definition,
  latency: number,
  expect: (operands: PortValues) => PortValues,
): (sets: readonly PortValues[]) => void {
  const { engine } = simulate(elaborate(definition));
  return (sets) => {
    for (let cycle = 0; cycle < sets.length + latency - 1; cycle++) {
      for (const [input, value] of Object.entries(sets[cycle] ?? {})) engine.setInput(input, value);
      engine.step();
      const due: PortValues | undefined = sets[cycle - latency + 1];
      if (due === undefined) continue;
      for (const [output, value] of Object.entries(expect(due))) {
        if (engine.get(output) === value) continue;
        const given: readonly string[] = Object.entries(due).map(([name, operand]) => `${name} ${operand}`);
        assert.equal(engine.get(output), value, `${output} of ${given.join(", ")}`);
      }
    }
  };
}

/** Every value of a signed number of `width` bits. */
export function everySigned(width: number): bigint[] {
  return Array.from({ length: 2 ** width }, (_, i) => BigInt(i - 2 ** (width - 1)));
}

/** Values of a signed number of `width` bits at which carries, signs and parts change. */
export function signedBorders(width: number): bigint[] {
  const borders = new Set<bigint>([0n]);
  for (let bit = 0n; bit < BigInt(width); bit++)
    for (const near of [-1n, 0n, 1n]) borders.add(2n ** bit + near).add(-(2n ** bit) + near);
  const limit = 2n ** BigInt(width - 1);
  return [...borders].filter((value) => value >= -limit && value < limit);
}

/** The values that are not negative, of a number of `width` bits without sign. */
export function unsignedBorders(width: number): bigint[] {
  return signedBorders(width + 1).filter((value) => value >= 0n);
}
