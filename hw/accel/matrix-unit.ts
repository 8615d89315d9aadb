/** The matrix unit: a stream of weights times the activations of one or more columns, to a stream of rescaled results. */
import { bit, concatenate, input, module, mux, output, stream, uint, vector, type Bit, type UInt } from "../../gen/index.ts";
import { activationBuffer, activationWrite, type ActivationBufferParameters } from "./activation-buffer.ts";
import { lane, laneLatency } from "./lane.ts";
import { accumulatorWidth, bitsFor } from "./parameters.ts";
import { parameterWidths } from "./registers.ts";
import { columnIndexWidth, resultStream } from "./result-stream.ts";
import { drainLatency, groupsInFlight, rowsInGroup, sumDrain } from "./sum-drain.ts";
import { tritDecoder } from "./trit-decoder.ts";

export { rowsInGroup } from "./sum-drain.ts";

/** A part of the accelerator's parameters. */
export interface MatrixUnitParameters extends ActivationBufferParameters {
  /** Results in the rescaler and behind it: a power of two from 16 on; 16 are enough for one a cycle. */
  readonly resultDepth: number;
}

/** Width of the index of a port word of activations. */
export function beatWidth({ activationBytes, portBytes }: ActivationBufferParameters): number {
  return bitsFor(activationBytes / portBytes);
}

/** Cycles from the one that takes a word of weights to the one in which the accumulators add its products. */
function accumulateLatency(portBytes: number): number {
  return 2 + laneLatency(portBytes);
}

/** Cycles from the one that takes the last word of a row group to the one in which its first result can be taken. */
export function firstResultLatency(portBytes: number): number {
  return accumulateLatency(portBytes) + 1 + drainLatency;
}

/**
 * `start` copies the parameters. A row group takes lastBeat + 1 words of weights, one a cycle; the next group follows without a gap, a
 * group of another row as well as one whose sums still wait. Every word serves all columns: its trits are decoded once, and each
 * column has its own activations and its own five lanes. Sums of columns outside of columnFirst..columnLast are dropped.
 *
 * Nothing between the weights and the results can wait: a group's last word is only taken while there is room for the group's sums,
 * and a sum is only sent to the rescaler while there is room for its result. The results are the limit where a group has fewer words
 * than results (5 a column): the weights then wait.
 *
 *     cycle 0  a word of weights is taken, the activations of every column are read
 *           1  both are there; block RAM late in the cycle
 *           2  trits decoded, activations held
 *           .  products and first adder level ... log2(portBytes) levels, then the accumulators
 *           .  sums into a memory of row groups (sum-drain.ts); one sum a cycle through the rescaler
 */
export function matrixUnit(parameters: MatrixUnitParameters) {
  const { portBytes, activationBytes, columns, resultDepth } = parameters;
  const beats = beatWidth(parameters);
  const width = accumulatorWidth(activationBytes);
  const columnWidth = columnIndexWidth(columns);
  const ports = {
    start: input(bit, "while not busy"),
    clear: input(bit, "stops at once and empties everything; the results' valid falls"),
    rows: input(uint(parameterWidths.rows), "at least 1"),
    lastBeat: input(uint(beats), "port words of a row group, less one"),
    columnFirst: input(uint(columnWidth), "first column that gives results"),
    columnLast: input(uint(columnWidth), "last one"),
    mantissa: input(vector(uint(parameterWidths.mantissa), columns), "holds still while busy"),
    shift: input(vector(uint(parameterWidths.shift), columns), "holds still while busy"),
    activationWrite: input(activationWrite(parameters), "only while not busy"),
    weights: input(stream(uint(8 * portBytes)), "byte i: the five trits of column i of the port word"),
    results: output(resultStream(columns)),
    busy: output(bit, "from the cycle after start until the last result was taken"),
    stalledByWeights: output(bit),
    stalledByOutput: output(bit),
  };
  return module(
    "MatrixUnit",
    ports,
    (io, m) => {
      // Taking: one port word a cycle.
      const taking = m.register("taking", bit, { init: 0 });
      const beat = m.register("beat", uint(beats), { init: 0 });
      const rowsToTake = m.register("rows_to_take", uint(parameterWidths.rows), { resettable: false });
      const groups = m.register("groups_in_flight", uint(bitsFor(groupsInFlight) + 1), { init: 0 });
      const lastBeat = m.register("last_beat", uint(beats), { resettable: false });
      const endsGroup = m.node("ends_group", beat.eq(lastBeat));
      const noRoom = m.node("no_room_for_sums", endsGroup.and(groups.bit(bitsFor(groupsInFlight))));
      io.weights.ready.set(taking.and(noRoom.not()));
      const take = m.node("take", io.weights.fire());
      const takesGroup = m.node("takes_group", take.and(endsGroup));
      m.when(take, () => {
        beat.set(mux(endsGroup, 0, beat.add(1).wrap(beats)));
      });
      m.when(takesGroup, () => {
        rowsToTake.set(rowsToTake.sub(rowsInGroup).asUInt().wrap(parameterWidths.rows));
        m.when(rowsToTake.le(rowsInGroup), () => {
          taking.set(0);
        });
      });

      // What belongs to the word that was taken n cycles ago.
      const accumulateAt = accumulateLatency(portBytes);
      const delayed = (name: string, now: Bit, cycles: number): Bit => {
        let mark = now;
        for (let i = 1; i <= cycles; i++) {
          const stage = m.register(`${name}_${i}`, bit, { init: 0 });
          stage.set(mark.and(io.clear.not()));
          mark = stage;
        }
        return mark;
      };
      const add = delayed("taken", take, accumulateAt);
      const first = delayed("first", beat.eq(0), accumulateAt);
      const push = delayed("last", takesGroup, accumulateAt + 1);

      // Five lanes a column.
      const data = { resettable: false } as const;
      const buffer = m.instance("activations", activationBuffer(parameters));
      buffer.write.set(io.activationWrite);
      buffer.readAddress.set(beat);
      const weights = m.register("weights_held", uint(8 * portBytes), data);
      weights.set(io.weights.payload);
      const decoders = Array.from({ length: portBytes }, (_, i) => {
        const decoder = m.instance(`decoder_${i}`, tritDecoder());
        decoder.code.set(weights.bits(8 * i + 7, 8 * i));
        return decoder;
      });
      const decoded = (name: string, row: number, five: readonly UInt[]): UInt => {
        const bits = m.register(`${name}_${row}`, uint(portBytes), data);
        bits.set(concatenate(...five.map((each) => each.bit(row)).toReversed()));
        return bits;
      };
      const trits = Array.from({ length: rowsInGroup }, (_, row) => ({
        nonzero: decoded(
          "nonzero",
          row,
          decoders.map(({ nonzero }) => nonzero),
        ),
        negative: decoded(
          "negative",
          row,
          decoders.map(({ negative }) => negative),
        ),
      }));
      const activations = Array.from({ length: columns }, (_, column) => {
        const held = m.register(`activations_held_${column}`, uint(8 * portBytes), data);
        held.set(buffer.data.at(column));
        return held;
      });
      const sums = trits.map(({ nonzero, negative }, row) =>
        activations.map((held, column) => {
          const unit = m.instance(`lane_${row}_${column}`, lane(portBytes, width));
          unit.activations.set(held);
          unit.nonzero.set(nonzero);
          unit.negative.set(negative);
          unit.add.set(add);
          unit.first.set(first);
          return unit.sum;
        }),
      );

      const drain = m.instance("drain", sumDrain(width, columns, resultDepth));
      drain.start.set(io.start);
      drain.clear.set(io.clear);
      drain.rows.set(io.rows);
      drain.columnFirst.set(io.columnFirst);
      drain.columnLast.set(io.columnLast);
      drain.mantissa.set(io.mantissa);
      drain.shift.set(io.shift);
      drain.push.set(push);
      drain.sums.set(sums);
      m.connect(io.results, drain.results);
      m.when(takesGroup.and(drain.popped.not()), () => {
        groups.set(groups.add(1).wrap(groups.width));
      });
      m.when(drain.popped.and(takesGroup.not()), () => {
        groups.set(groups.sub(1).asUInt().wrap(groups.width));
      });

      m.when(io.start, () => {
        taking.set(1);
        beat.set(0);
        rowsToTake.set(io.rows);
        lastBeat.set(io.lastBeat);
      });
      m.when(io.clear, () => {
        taking.set(0);
        groups.set(0);
      });
      io.busy.set(drain.busy);
      io.stalledByWeights.set(taking.and(io.weights.valid.not()));
      io.stalledByOutput.set(mux(taking, io.weights.valid.and(noRoom), drain.stalled));

      m.assert(push.not().or(groups.ne(0)), "a row group arrived that had no room");
      m.assert(io.start.not().or(drain.busy.not()), "started while a matrix runs");
      m.assert(io.activationWrite.enable.not().or(taking.not()), "activations written while a matrix reads them");
    },
    {
      documentation: `Five lanes of ${portBytes} products for each of ${columns} column${columns === 1 ? "" : "s"}: weights in, rescaled results out.`,
    },
  );
}
