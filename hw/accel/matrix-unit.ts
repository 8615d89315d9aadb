/** The matrix unit: takes weights and activations, runs the five lanes, rescales the sums and queues the results. */
import { bit, concatenate, input, module, mux, output, sint, uint, vector, type Bit, type UInt } from "../../gen/index.ts";
import { blockFifo } from "./block-fifo.ts";
import { lane, laneLatency } from "./lane.ts";
import { accumulatorWidth, bitsFor, type AcceleratorParameters } from "./parameters.ts";
import { parameterWidths } from "./registers.ts";
import { rescaler } from "./rescaler.ts";
import { resultWidth } from "./rounding-shift.ts";
import { tritDecoder } from "./trit-decoder.ts";

/** Rows that share a byte of weights. */
export const rowsInGroup = 5;

/** Sums of row groups that wait for the rescaler; also bounds the groups that are in the lanes. */
const groupsInFlight = 16;

/** Width of the index of a port word of activations. */
export function beatWidth(parameters: AcceleratorParameters): number {
  return bitsFor(parameters.activationBytes / parameters.portBytes);
}

/**
 * `start` copies the parameters. A row group takes lastBeat + 1 cycles in the lanes, one port word of weights each, and the next group follows without a gap. Nothing in
 * the pipeline can wait: a group's last word is only taken while there is room for the group's sums, and a sum is only sent to the rescaler
 * while there is room for its result.
 *
 *     cycle 0  take: the weight FIFO and the activation buffer are read
 *           1  their data, held once more because block RAM is late in the cycle
 *           2  trits decoded
 *           3  products and first adder level ... log2(columns) levels, then the accumulators
 *           .  sums into a FIFO of row groups; one sum a cycle through the rescaler into the result FIFO
 */
export function matrixUnit(parameters: AcceleratorParameters) {
  const { portBytes, resultDepth } = parameters;
  const beats = beatWidth(parameters);
  const width = accumulatorWidth(parameters.activationBytes);
  const resultCount = bitsFor(resultDepth) + 1;
  const ports = {
    start: input(bit),
    clear: input(bit, "stops at once and empties everything"),
    rows: input(uint(parameterWidths.rows), "at least 1"),
    lastBeat: input(uint(beats), "port words of a row group, less one"),
    mantissa: input(uint(parameterWidths.mantissa)),
    shift: input(uint(parameterWidths.shift)),
    weightsEmpty: input(bit),
    weights: input(uint(8 * portBytes), "one cycle after `take`"),
    activations: input(uint(8 * portBytes), "one cycle after `take`"),
    take: output(bit),
    beat: output(uint(beats), "index of the port word of activations to read with `take`"),
    takeResult: input(bit),
    result: output(sint(resultWidth), "one cycle after takeResult"),
    resultsWaiting: output(uint(resultCount)),
    resultsEmpty: output(bit),
    busy: output(bit),
    stalledByWeights: output(bit),
    stalledByOutput: output(bit),
  };
  return module(
    "MatrixUnit",
    ports,
    (io, m) => {
      // Taking: one port word a cycle.
      const taking = m.register("taking", bit, { init: 0 });
      const beat = m.register("beat_next", uint(beats), { init: 0 });
      const rowsToTake = m.register("rows_to_take", uint(parameterWidths.rows), { resettable: false });
      const groups = m.register("groups_in_flight", uint(bitsFor(groupsInFlight) + 1), { init: 0 });
      const groupsFull = groups.bit(bitsFor(groupsInFlight));
      const lastBeat = m.register("last_beat", uint(beats), { resettable: false });
      const mantissa = m.register("mantissa_held", uint(parameterWidths.mantissa), { resettable: false });
      const shift = m.register("shift_held", uint(parameterWidths.shift), { resettable: false });
      const endsGroup = m.node("ends_group", beat.eq(lastBeat));
      const noRoom = m.node("no_room_for_sums", endsGroup.and(groupsFull));
      const take = m.node("take_now", taking.and(io.weightsEmpty.not()).and(noRoom.not()));
      const isLastGroup = m.node("is_last_group", rowsToTake.le(rowsInGroup));
      m.when(take, () => {
        beat.set(mux(endsGroup, uint(beats).constant(0), beat.add(1).wrap(beats)));
        m.when(endsGroup, () => {
          rowsToTake.set(rowsToTake.sub(rowsInGroup).asUInt().wrap(parameterWidths.rows));
          m.when(isLastGroup, () => {
            taking.set(0);
          });
        });
      });
      io.take.set(take);
      io.beat.set(beat);

      // What belongs to the word that was taken n cycles ago.
      const accumulateAt = 3 + laneLatency(portBytes);
      const marks = (name: string, first: Bit, length: number): Bit[] => {
        const stages: Bit[] = [first];
        for (let i = 1; i <= length; i++) {
          const stage = m.register(`${name}_${i}`, bit, { init: 0 });
          const before = stages[i - 1] ?? first;
          stage.set(before.and(io.clear.not()));
          stages.push(stage);
        }
        return stages;
      };
      const at = (stages: readonly Bit[], index: number): Bit => {
        const stage = stages[index];
        if (stage === undefined) throw new RangeError(`no stage ${index}`);
        return stage;
      };
      const taken = marks("taken", take, accumulateAt);
      const first = marks("first", beat.eq(0), accumulateAt);
      const last = marks("last", take.and(endsGroup), accumulateAt + 1);

      const data = { resettable: false } as const;
      const weights = m.register("weights_held", uint(8 * portBytes), data);
      const activations1 = m.register("activations_held", uint(8 * portBytes), data);
      const activations2 = m.register("activations_decoded", uint(8 * portBytes), data);
      weights.set(io.weights);
      activations1.set(io.activations);
      activations2.set(activations1);
      const decoders = Array.from({ length: portBytes }, (_, column) => {
        const decoder = m.instance(`decoder_${column}`, tritDecoder());
        decoder.code.set(weights.bits(8 * column + 7, 8 * column));
        return decoder;
      });
      const column = (bits: readonly UInt[], row: number): UInt => concatenate(...bits.map((five) => five.bit(row)).toReversed());
      const sums = Array.from({ length: rowsInGroup }, (_, row) => {
        const unit = m.instance(`lane_${row}`, lane(portBytes, width));
        const nonzero = m.register(`nonzero_${row}`, uint(portBytes), data);
        const negative = m.register(`negative_${row}`, uint(portBytes), data);
        nonzero.set(
          column(
            decoders.map((decoder) => decoder.nonzero),
            row,
          ),
        );
        negative.set(
          column(
            decoders.map((decoder) => decoder.negative),
            row,
          ),
        );
        unit.activations.set(activations2);
        unit.nonzero.set(nonzero);
        unit.negative.set(negative);
        unit.add.set(at(taken, accumulateAt));
        unit.first.set(at(first, accumulateAt));
        return unit.sum;
      });

      // The sums of finished row groups.
      const groupBits = bitsFor(groupsInFlight);
      const groupType = vector(sint(width), rowsInGroup);
      const finished = m.memory("finished_groups", { type: groupType, depth: groupsInFlight });
      const groupTail = m.register("group_tail", uint(groupBits + 1), { init: 0 });
      const groupHead = m.register("group_head", uint(groupBits + 1), { init: 0 });
      const pushGroup = at(last, accumulateAt + 1);
      finished.write(groupTail.bits(groupBits - 1, 0), sums, { enable: pushGroup });
      m.when(pushGroup, () => {
        groupTail.set(groupTail.add(1).wrap(groupBits + 1));
      });

      // One row a cycle into the rescaler.
      const rowsToSend = m.register("rows_to_send", uint(parameterWidths.rows), { init: 0 });
      const row = m.register("row_in_group", uint(3), { init: 0 });
      const reserved = m.register("results_reserved", uint(resultCount), { init: 0 });
      const resultRoom = m.node("has_room_for_result", reserved.bit(resultCount - 1).not());
      const group = finished.readNow("head", groupHead.bits(groupBits - 1, 0));
      const groupReady = m.node("group_ready", groupHead.ne(groupTail));
      const send = m.node("send", groupReady.and(resultRoom));
      const popGroup = m.node("pop_group", send.and(row.eq(rowsInGroup - 1).or(rowsToSend.eq(1))));
      m.when(send, () => {
        row.set(mux(popGroup, uint(3).constant(0), row.add(1).wrap(3)));
        rowsToSend.set(rowsToSend.sub(1).asUInt().wrap(parameterWidths.rows));
      });
      m.when(popGroup, () => {
        groupHead.set(groupHead.add(1).wrap(groupBits + 1));
      });
      const reservesGroup = m.node("reserves_group", take.and(endsGroup));
      m.when(reservesGroup.and(popGroup.not()), () => {
        groups.set(groups.add(1).wrap(groups.width));
      });
      m.when(popGroup.and(reservesGroup.not()), () => {
        groups.set(groups.sub(1).asUInt().wrap(groups.width));
      });

      const scale = m.instance("rescaler", rescaler(width));
      scale.valid.set(send);
      scale.value.set(group.select(row));
      scale.mantissa.set(mantissa);
      scale.shift.set(shift);
      scale.clear.set(io.clear);

      const results = m.instance("results", blockFifo("ResultFifo", resultWidth, resultDepth));
      results.push.set(scale.resultValid.and(io.clear.not()));
      results.pushData.set(scale.result.asUInt());
      results.take.set(io.takeResult);
      results.clear.set(io.clear);
      m.when(send.and(io.takeResult.not()), () => {
        reserved.set(reserved.add(1).wrap(resultCount));
      });
      m.when(io.takeResult.and(send.not()), () => {
        reserved.set(reserved.sub(1).asUInt().wrap(resultCount));
      });
      io.result.set(results.data.asSInt());
      io.resultsWaiting.set(results.waiting);
      io.resultsEmpty.set(results.empty);

      m.when(io.start, () => {
        taking.set(1);
        beat.set(0);
        rowsToTake.set(io.rows);
        rowsToSend.set(io.rows);
        row.set(0);
        lastBeat.set(io.lastBeat);
        mantissa.set(io.mantissa);
        shift.set(io.shift);
      });
      m.when(io.clear, () => {
        taking.set(0);
        groups.set(0);
        groupHead.set(0);
        groupTail.set(0);
        rowsToSend.set(0);
        reserved.set(0);
      });
      io.busy.set(rowsToSend.ne(0).or(reserved.ne(results.waiting)));
      io.stalledByWeights.set(taking.and(io.weightsEmpty));
      io.stalledByOutput.set(taking.and(io.weightsEmpty.not()).and(noRoom).or(taking.not().and(groupReady).and(resultRoom.not())));

      m.assert(pushGroup.not().or(groups.ne(0)), "a row group arrived that had no room");
      m.assert(reserved.ge(results.waiting), "a result waits that had no room");
    },
    { documentation: `Five lanes of ${portBytes} columns, their accumulators, the rescaler and the result FIFO.` },
  );
}
