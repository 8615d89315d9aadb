/** Delay lines of the pipeline. */
import { SInt, sint, uint, UInt, type Builder } from "../../../gen/index.ts";

/** The value `cycles` cycles later; registers without reset, named NAME_1, NAME_2 ... */
export function delayed(m: Builder, name: string, value: UInt, cycles: number): UInt;
export function delayed(m: Builder, name: string, value: SInt, cycles: number): SInt;
export function delayed(m: Builder, name: string, value: UInt | SInt, cycles: number): UInt | SInt {
  let last = value;
  for (let cycle = 1; cycle <= cycles; cycle++) {
    const data = { resettable: false } as const;
    if (last instanceof SInt) {
      const next = m.register(`${name}_${cycle}`, sint(value.width), data);
      next.set(last);
      last = next;
    } else {
      const next = m.register(`${name}_${cycle}`, uint(value.width), data);
      next.set(last);
      last = next;
    }
  }
  return last;
}
