/** Where each result of a matrix goes: the bank, the group and the lane. */
import { bit, input, module, mux, output, sint, uint } from "../../../gen/index.ts";
import { indexBits } from "../parameters.ts";
import { parameterWidths } from "../registers.ts";
import { resultStream } from "../result-stream.ts";
import { columnOffset } from "./column-offset.ts";
import { delayed } from "./delayed.ts";
import { bankAddressWidth, elementWidth, laneBits, resultTarget, type VectorParameters } from "./vector-command.ts";

/**
 * Row r of a matrix is element `destination + r`, from row `split` on element `destination2 + r - split`. A result a cycle, without back
 * pressure; it leaves two cycles later.
 */
export function resultWriter(parameters: VectorParameters) {
  const { vectorElements, vectorLanes, columns } = parameters;
  const elements = indexBits(vectorElements);
  const inGroup = laneBits(parameters);
  const address = bankAddressWidth(parameters);
  const ports = {
    start: input(bit, "copies the target"),
    target: input(resultTarget(parameters)),
    results: input(resultStream(columns)),
    busy: output(bit, "results are on their way"),
    bank: output(bit),
    lanes: output(uint(vectorLanes), "the lane to write"),
    address: output(uint(address)),
    value: output(sint(elementWidth)),
  };
  return module(
    "ResultWriter",
    ports,
    (io, m) => {
      const data = { resettable: false } as const;
      const { destination, destination2, split } = io.target;
      const splitHeld = m.register("split_held", uint(parameterWidths.rows), data);
      const banks = m.register("banks", uint(2), data);
      const first = m.register("first_element", uint(elements), data);
      const first2 = m.register("first_element_behind_split", uint(elements), data);
      const started = m.register("started", bit, { init: 0 });
      started.set(io.start);
      m.when(io.start, () => {
        splitHeld.set(split);
        banks.bit(0).set(destination.bank);
        banks.bit(1).set(destination2.bank);
        first.set(destination.element);
        first2.set(destination2.element);
      });
      // Row `split` is the first one of destination2: the addresses are taken modulo the bank, and none lies beyond it.
      m.when(started, () => {
        first2.set(first2.sub(splitHeld.truncate(elements)).asUInt().truncate(elements));
      });

      io.results.ready.set(1);
      const { value, row, column } = io.results.payload;
      const valid1 = m.register("valid_1", bit, { init: 0 });
      const valid2 = m.register("valid_2", bit, { init: 0 });
      const value1 = m.register("value_1", sint(elementWidth), data);
      const value2 = m.register("value_2", sint(elementWidth), data);
      const row1 = m.register("row_1", uint(elements), data);
      const behind = m.register("behind_split", bit, data);
      valid1.set(io.results.valid);
      value1.set(value);
      row1.set(row.truncate(elements));
      behind.set(row.ge(splitHeld));

      const element = mux(behind, first2, first).add(row1).truncate(elements);
      const lane = m.register("lane", uint(inGroup), data);
      const bank = m.register("bank_held", bit, data);
      const group = m.register("group", uint(address), data);
      valid2.set(valid1);
      value2.set(value1);
      lane.set(element.bits(inGroup - 1, 0));
      bank.set(mux(behind, banks.bit(1), banks.bit(0)));
      const inColumn = element.bits(elements - 1, inGroup).zeroExtend(address);
      const offset = columnOffset(parameters, columns === 1 ? column : delayed(m, "column", column, 1));
      group.set(inColumn.add(offset).truncate(address));

      io.busy.set(started.or(valid1).or(valid2));
      io.bank.set(bank);
      io.lanes.set(uint(vectorLanes).constant(1).shiftLeftBy(lane).and(valid2.repeat(vectorLanes)));
      io.address.set(group);
      io.value.set(value2);
    },
    { documentation: "The bank, group and lane of each result of a matrix." },
  );
}
