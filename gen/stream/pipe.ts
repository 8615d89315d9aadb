/** Stages that cut a stream's combinational paths. Both keep the full rate of a transfer in every cycle. */
import type { StreamInput } from "../language/aggregates.ts";
import type { Builder } from "../language/builder.ts";
import { mux } from "../language/combine.ts";
import { bit, type DataType } from "../language/types.ts";
import { beatOf, beatType, offer } from "./beat.ts";

/** Registers valid, payload and last: one cycle later. Ready still goes through combinationally. */
export function pipe<T extends DataType, Last extends boolean>(
  m: Builder,
  name: string,
  source: StreamInput<T, Last>,
): StreamInput<T, Last> {
  const out = m.wire(name, source.type);
  const valid = m.register(`${name}_full`, bit);
  const beat = m.register(`${name}_held`, beatType(source), { resettable: false });
  const free = valid.not().or(out.ready);
  source.ready.set(free);
  m.when(free, () => {
    valid.set(source.valid);
  });
  m.when(free.and(source.valid), () => {
    beat.set(beatOf(source));
  });
  out.valid.set(valid);
  offer(out, beat);
  return out;
}

/** Registers ready: what arrives while the consumer stalls waits in a buffer. Valid and payload still go through combinationally. */
export function skid<T extends DataType, Last extends boolean>(
  m: Builder,
  name: string,
  source: StreamInput<T, Last>,
): StreamInput<T, Last> {
  const out = m.wire(name, source.type);
  const full = m.register(`${name}_full`, bit);
  const beat = m.register(`${name}_held`, beatType(source), { resettable: false });
  source.ready.set(full.not());
  out.valid.set(source.valid.or(full));
  offer(out, mux(full, beat, beatOf(source)));
  m.when(out.ready, () => {
    full.set(0);
  }).elseWhen(source.valid, () => {
    full.set(1);
  });
  m.when(full.not(), () => {
    beat.set(beatOf(source));
  });
  return out;
}
