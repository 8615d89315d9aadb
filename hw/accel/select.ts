/** Chooses one of several values by a binary index. */
import { mux, type UInt } from "../../gen/index.ts";

/** The value whose index is `index`: a tree of two-way choices, one bit of the index a level. There are a power of two of them. */
export function selected(values: readonly UInt[], index: UInt): UInt {
  const [first, ...others] = values;
  if (first === undefined) throw new RangeError("nothing to select from");
  if (others.length === 0) return first;
  const half = values.length / 2;
  const rest = index.width === 1 ? index : index.truncate(index.width - 1);
  return mux(index.bit(index.width - 1), selected(values.slice(half), rest), selected(values.slice(0, half), rest));
}
