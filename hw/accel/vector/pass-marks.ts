/** Which stage of the lanes holds a group: marks that go along with the data. */
import { bit, bundle, input, module, mux, output, uint } from "../../../gen/index.ts";
import { lateLatency, productLatency, resultLatency, sigmoidDelay } from "./vector-lane.ts";

/** A group: the one with its column's last element may be partly used, those behind it are padding; one is the last one. */
export const groupMark = bundle({ valid: bit, partial: bit, padding: bit, last: bit });
const markNames = ["valid", "partial", "padding", "last"] as const;

/**
 * A group enters with `issue`. While `hold` is 1 none enters and the groups up to the operand stay where they are. With `toStores` a
 * group ends at the operand; with `usesSigmoid` it waits there until its sigmoid is known. Both hold still while groups are on their way.
 */
export function passMarks() {
  const ports = {
    clear: input(bit),
    issue: input(bit),
    issuePartial: input(bit),
    issuePadding: input(bit),
    issueLast: input(bit),
    hold: input(bit),
    toStores: input(bit),
    usesSigmoid: input(bit),
    fetched: output(groupMark, "the memories' data are there"),
    operand: output(groupMark, "the lanes' first operands are there"),
    late: output(groupMark, "the late operands are to be read"),
    product: output(groupMark, "the first products are there"),
    beforeResult: output(groupMark, "the results come in the next cycle"),
    result: output(groupMark, "the results are there"),
    empty: output(bit, "no group was on its way in the cycle before"),
  };
  return module(
    "PassMarks",
    ports,
    (io, m) => {
      const fetched = m.register("fetched_held", groupMark);
      const operand = m.register("operand_held", groupMark);
      m.when(io.hold.not(), () => {
        fetched.set({
          valid: io.issue,
          partial: io.issue.and(io.issuePartial),
          padding: io.issue.and(io.issuePadding),
          last: io.issue.and(io.issueLast),
        });
        operand.set(fetched);
      });
      m.when(io.clear, () => {
        for (const name of markNames) {
          fetched[name].set(0);
          operand[name].set(0);
        }
      });
      const stages = markNames.map((name) => {
        const entering = operand[name].and(io.toStores.not());
        const waits = m.register(`${name}_waiting`, uint(sigmoidDelay), { init: 0 });
        waits.set(waits.shiftLeft(1).truncate(sigmoidDelay).or(entering.and(io.usesSigmoid).zeroExtend(sigmoidDelay)));
        const first = mux(io.usesSigmoid, waits.bit(sigmoidDelay - 1), entering);
        const inLanes = m.register(`${name}_in_lanes`, uint(resultLatency), { init: 0 });
        inLanes.set(inLanes.shiftLeft(1).truncate(resultLatency).or(first.zeroExtend(resultLatency)));
        m.when(io.clear, () => {
          waits.set(0);
          inLanes.set(0);
        });
        return { name, waits, inLanes };
      });
      const [valid] = stages;
      if (valid === undefined) throw new RangeError("marks need a name");
      // Bit i of a register is the mark i + 1 cycles behind the first multiplier's operands.
      const behind = (mark: typeof io.late, cycles: number): void => {
        for (const { name, inLanes } of stages) mark[name].set(inLanes.bit(cycles - 1));
      };
      io.fetched.set(fetched);
      io.operand.set(operand);
      behind(io.late, lateLatency - 1);
      behind(io.product, productLatency);
      behind(io.beforeResult, resultLatency - 1);
      behind(io.result, resultLatency);
      // From a register, since much waits for it.
      const empty = m.register("is_empty", bit, { init: 1 });
      const entering = io.issue.or(fetched.valid).or(operand.valid);
      empty.set(entering.or(valid.waits.reduceOr()).or(valid.inLanes.reduceOr()).not());
      m.when(io.clear, () => {
        empty.set(1);
      });
      io.empty.set(empty);
    },
    { documentation: "Marks of the groups in the lanes." },
  );
}
