/** One stream to several, several to one. */
import type { StreamInput } from "../language/aggregates.ts";
import type { UInt } from "../language/bits.ts";
import type { Builder } from "../language/builder.ts";
import { checkedCount } from "../language/literal.ts";
import { here } from "../diagnostics/location.ts";
import { bit, bundle, high, low, stream, type BundleType, type DataType } from "../language/types.ts";
import { beatOf, offer } from "./beat.ts";

/** Every payload to `count` consumers, each of which takes it when it is ready; the source moves on when all have. */
export function fork<T extends DataType, Last extends boolean>(
  m: Builder,
  name: string,
  source: StreamInput<T, Last>,
  count: number,
): StreamInput<T, Last>[] {
  const copies = checkedCount(count, 1, `fork ${name} to ${count} streams`, here());
  let allTaken: UInt<1> = high;
  const outs = Array.from({ length: copies }, (_, index) => {
    const out = m.wire(`${name}_${index}`, source.type);
    // Whether this consumer has taken the present payload in an earlier cycle.
    const taken = m.register(`${name}_${index}_taken`, bit);
    out.valid.set(source.valid.and(taken.not()));
    offer(out, beatOf(source));
    allTaken = allTaken.and(taken.or(out.ready));
    return { out, taken };
  });
  source.ready.set(allTaken);
  for (const { out, taken } of outs) {
    m.when(source.fire(), () => {
      taken.set(0);
    }).elseWhen(out.fire(), () => {
      taken.set(1);
    });
  }
  return outs.map(({ out }) => out);
}

/** Each payload to the consumer whose number is `index`, which must stay while the source waits; numbers beyond `count` are dropped. */
export function demux<T extends DataType, Last extends boolean>(
  m: Builder,
  name: string,
  source: StreamInput<T, Last>,
  index: UInt,
  count: number,
): StreamInput<T, Last>[] {
  const outs = Array.from({ length: checkedCount(count, 1, `demux ${name} to ${count} streams`, here()) }, (_, number) => {
    const out = m.wire(`${name}_${number}`, source.type);
    const chosen = number < 2 ** index.width ? index.eq(number) : low;
    out.valid.set(source.valid.and(chosen));
    offer(out, beatOf(source));
    return { out, chosen };
  });
  // Taken where the chosen consumer is ready, or where there is none.
  const blocked = outs.reduce<UInt<1>>((any, { out, chosen }) => any.or(chosen.and(out.ready.not())), low);
  source.ready.set(blocked.not());
  return outs.map(({ out }) => out);
}

type Payloads<S extends Readonly<Record<string, StreamInput>>> = {
  readonly [K in keyof S]: S[K] extends StreamInput<infer T> ? T : never;
};

/** One payload of every source together, as a bundle; all sources move at once. */
export function join<const S extends Readonly<Record<string, StreamInput>>>(
  m: Builder,
  name: string,
  sources: S,
): StreamInput<BundleType<Payloads<S>>, false> {
  const entries = Object.entries<StreamInput>(sources);
  const types = Object.fromEntries(entries.map(([field, source]) => [field, source.type.payload]));
  // The fields are those of `sources`, with the types of their payloads.
  const type = bundle(types) as BundleType<Payloads<S>>;
  const out = m.wire(name, stream(type, { last: false }));
  const allValid = m.node(
    `${name}_all_valid`,
    entries.reduce<UInt<1>>((all, [, source]) => all.and(source.valid), high),
  );
  out.valid.set(allValid);
  const payload: { set(value: unknown): void } = out.payload;
  payload.set(Object.fromEntries(entries.map(([field, source]) => [field, source.payload])));
  for (const [, source] of entries) source.ready.set(allValid.and(out.ready));
  return out;
}
