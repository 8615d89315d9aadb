/** fast-check arbitraries for what goes into circuits. They shrink towards zero and prefer the values at which arithmetic goes wrong. */
import fc from "fast-check";
import type { BitsType, Circuit } from "../ir/nodes.ts";
import { topModule } from "../simulator/flatten.ts";
import { rangeOf } from "../simulator/limbs.ts";
import type { StreamItem } from "../simulator/stream-agents.ts";

/** Any value of a type: one of its extremes, or near zero, or any. */
export function valueOf(type: BitsType): fc.Arbitrary<bigint> {
  const { minimum, maximum } = rangeOf(type);
  const edges = [0n, minimum, maximum, minimum + 1n, maximum - 1n, ...(type.signed ? [-1n] : [])].filter(
    (value) => value >= minimum && value <= maximum,
  );
  return fc.oneof(
    { weight: 3, arbitrary: fc.bigInt({ min: minimum, max: maximum }) },
    { weight: 1, arbitrary: fc.constantFrom(...new Set(edges)) },
  );
}

/** Values for all inputs of a circuit, or for those that `names` accepts; clocks and resets are not among them. */
export function inputsOf(
  circuit: Circuit,
  names: (name: string) => boolean = () => true,
): fc.Arbitrary<Readonly<Record<string, bigint>>> {
  const inputs = topModule(circuit).signals.filter(({ id, signal }) => signal.kind === "input" && names(id));
  return fc.record(Object.fromEntries(inputs.map(({ id, type }) => [id, valueOf(type)])));
}

/** Items for an input stream of a circuit, as `Testbench.source` takes them. Throws RangeError where there is no such stream. */
export function streamItemsOf(
  circuit: Circuit,
  stream: string,
  constraints: fc.ArrayConstraints = {},
): fc.Arbitrary<readonly StreamItem[]> {
  const { signals } = topModule(circuit);
  if (!signals.some(({ id }) => id === `${stream}_valid`)) throw new RangeError(`no stream ${stream} in ${circuit.top}`);
  const fields = signals.flatMap(({ id, type }) => {
    const field = id.startsWith(`${stream}_`) ? id.slice(stream.length + 1) : "";
    return field === "payload" || field === "last" || field.startsWith("payload_") ? [[field, valueOf(type)] as const] : [];
  });
  return fc.array(fc.record(Object.fromEntries(fields)), constraints);
}
