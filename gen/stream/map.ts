/** Streams with other payloads, or fewer of them. Both are combinational. */
import { here } from "../diagnostics/location.ts";
import { StreamBase, type StreamInput } from "../language/aggregates.ts";
import type { UInt } from "../language/bits.ts";
import type { Builder } from "../language/builder.ts";
import { toValue } from "../language/structure.ts";
import { StreamType, type DataType, type DriverOf, type ReadOf } from "../language/types.ts";
import { beatOf, offer } from "./beat.ts";

/** The stream of `change(payload)`, a value of `type`, for every payload. */
export function map<T extends DataType, Last extends boolean, U extends DataType>(
  source: StreamInput<T, Last>,
  type: U,
  change: (payload: ReadOf<T>) => DriverOf<U>,
): StreamInput<U, Last> {
  const payload = toValue(type, change(source.payload), here());
  const { valid, ready, last } = source;
  const mapped = new StreamBase(new StreamType(type, source.type.last), { valid, ready, last, payload: payload ?? valid });
  // The parts are those of an input stream: valid, payload and last are read, ready is the source's own.
  return mapped as StreamInput<U, Last>;
}

/** The payloads for which `keep(payload)` is 1; the others are taken and dropped. Of a packet whose last payload is dropped, last is lost. */
export function filter<T extends DataType, Last extends boolean>(
  m: Builder,
  name: string,
  source: StreamInput<T, Last>,
  keep: (payload: ReadOf<T>) => UInt<1>,
): StreamInput<T, Last> {
  const out = m.wire(name, source.type);
  const kept = keep(source.payload);
  out.valid.set(source.valid.and(kept));
  source.ready.set(out.ready.or(kept.not()));
  offer(out, beatOf(source));
  return out;
}
