/** The steps of a serial unit: when it is busy, and when it is done. */
import { bit, uint, type Bit, type Builder } from "../../../gen/index.ts";

/**
 * `busy` from the cycle after `start` for `steps` cycles, then `done` for one cycle. A start at any time begins anew. A one that is pushed
 * out of the marks at the last step counts the steps.
 */
export function serialSteps(m: Builder, start: Bit, steps: number): { readonly busy: Bit; readonly done: Bit } {
  const marks = m.register("marks", uint(steps), { init: 0 });
  const busy = m.register("is_busy", bit, { init: 0 });
  const done = m.register("is_done", bit, { init: 0 });
  done.set(0);
  m.when(busy, () => {
    marks.set(marks.shiftLeft(1).truncate(steps));
    m.when(marks.bit(steps - 1), () => {
      busy.set(0);
      done.set(1);
    });
  });
  m.when(start, () => {
    marks.set(1);
    busy.set(1);
    done.set(0);
  });
  return { busy, done };
}
