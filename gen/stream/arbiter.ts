/** Several producers, one consumer. */
import { here } from "../diagnostics/location.ts";
import { Vector, type StreamInput } from "../language/aggregates.ts";
import { UInt } from "../language/bits.ts";
import type { Builder } from "../language/builder.ts";
import { mux } from "../language/combine.ts";
import { checkedCount } from "../language/literal.ts";
import { addressWidth } from "../ir/nodes.ts";
import { bit, low, uint, vector, type DataType } from "../language/types.ts";
import { beatOf, beatType, offer } from "./beat.ts";

export interface ArbiterOptions {
  /** "roundRobin" (default): after a transfer the other sources come first. "fixed": the first source that is valid. */
  readonly policy?: "roundRobin" | "fixed";
  /** Keep a source until its `last`; default: for streams that have one. */
  readonly packets?: boolean;
}

/** The payloads of all sources, one after the other. A source that was offered stays until it is taken, with packets until its last. */
export function arbiter<T extends DataType, Last extends boolean>(
  m: Builder,
  name: string,
  sources: readonly StreamInput<T, Last>[],
  options: ArbiterOptions = {},
): StreamInput<T, Last> {
  const [first] = sources;
  checkedCount(sources.length, 1, `arbiter ${name} of ${sources.length} streams`, here());
  if (first === undefined) throw new RangeError(`arbiter ${name} without sources`);
  const out = m.wire(name, first.type);
  const index = uint(addressWidth(sources.length));
  const valid = sources.map((source) => source.valid);
  const locked = m.register(`${name}_locked`, bit);
  const current = m.register(`${name}_current`, index);

  // The first valid source; in turns, the first one behind the current, which is where the next round begins.
  const number = (position: number): UInt => index.constant(position);
  const firstOf = (candidates: readonly UInt<1>[], otherwise: UInt): UInt =>
    candidates.reduceRight<UInt>((rest, candidate, position) => mux(candidate, number(position), rest), otherwise);
  const lowest = firstOf(valid, number(sources.length - 1));
  const behind = valid.map((isValid, position) => isValid.and(current.lt(position)));
  const next = (options.policy ?? "roundRobin") === "fixed" ? lowest : firstOf(behind, lowest);
  const chosen = m.node(`${name}_chosen`, mux(locked, current, next));

  const isChosen = (position: number): UInt<1> => chosen.eq(position);
  out.valid.set(sources.reduce<UInt<1>>((any, source, position) => any.or(source.valid.and(isChosen(position))), low));
  const beats = new Vector(vector(beatType(first), sources.length), sources.map(beatOf));
  offer(out, beats.select(chosen));
  for (const [position, source] of sources.entries()) source.ready.set(out.ready.and(isChosen(position)));

  const packets = options.packets ?? first.type.last;
  const { last } = beatOf(out).fields.has("last") ? { last: out.last } : { last: null };
  const ends = packets && last instanceof UInt ? out.ready.and(last) : out.ready;
  m.when(out.valid, () => {
    locked.set(ends.not());
    current.set(chosen);
  });
  return out;
}
