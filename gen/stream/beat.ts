/** What one transfer of a stream carries: the payload and, where the stream has it, last. The library stores and moves both as one. */
import { BundleBase, type Bundle, type StreamBase, type Value } from "../language/aggregates.ts";
import { bit, bundle, type BundleType, type Fields } from "../language/types.ts";
import { assignValue } from "../language/structure.ts";
import { here } from "../diagnostics/location.ts";

/** The type of a beat. */
export function beatType(stream: StreamBase): BundleType {
  const { payload, last } = stream.type;
  return last ? bundle({ last: bit, payload }) : bundle({ payload });
}

/** The beat that a stream offers. */
export function beatOf(stream: StreamBase): Bundle<Fields> {
  const fields: [string, Value][] = [["payload", stream.payload]];
  if (stream.last !== null) fields.unshift(["last", stream.last]);
  // The constructor makes each field a property.
  return new BundleBase(beatType(stream), new Map(fields)) as Bundle<Fields>;
}

/** Drives payload and last of a stream. */
export function offer(stream: StreamBase, beat: BundleBase): void {
  const location = here();
  for (const [name, value] of beat.fields) {
    const target = name === "last" ? stream.last : stream.payload;
    if (target !== null) assignValue(target, value, location);
  }
}
