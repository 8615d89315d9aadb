/** The vector unit: everything of a token that is not a matrix, V elements a cycle. */
import { bit, concatenate, input, module, mux, output, stream, uint, vector, type Bit, type UInt } from "../../../gen/index.ts";
import { activationWrite } from "../activation-buffer.ts";
import { parameterWidths } from "../registers.ts";
import { columnIndexWidth, resultStream } from "../result-stream.ts";
import { addressWalker, toNextColumn } from "./address-walker.ts";
import { columnOffset } from "./column-offset.ts";
import { columnScalars } from "./column-scalars.ts";
import { commandSteps } from "./command-steps.ts";
import { delayed } from "./delayed.ts";
import { groupMemory, type GroupMemoryOptions } from "./group-memory.ts";
import { maximumAccumulator } from "./maximum-accumulator.ts";
import { passControl } from "./pass-control.ts";
import { passMarks } from "./pass-marks.ts";
import { passSettings } from "./pass-settings.ts";
import { resultWriter } from "./result-writer.ts";
import { exponentWidth, scalarUnit } from "./scalar-unit.ts";
import { sigmoid } from "./sigmoid.ts";
import { squaresAccumulator, squaresLatency } from "./squares-accumulator.ts";
import { storeGearbox, storeWord } from "./store-gearbox.ts";
import { streamGearbox } from "./stream-gearbox.ts";
import {
  bankAddressWidth,
  columnGroups,
  elementWidth,
  gainElements,
  gainWidth,
  groupWidth,
  laneBits,
  resultTarget,
  squaresWidth,
  tokenScale,
  vectorCommand,
  type VectorParameters,
} from "./vector-command.ts";
import { vectorLane } from "./vector-lane.ts";

/** Sizes of a bank. Its lanes are written one by one by a matrix's results. */
function bankOptions(parameters: VectorParameters): GroupMemoryOptions {
  const { vectorLanes, columns } = parameters;
  return { lanes: vectorLanes, width: elementWidth, depth: columnGroups(parameters) * columns, laneWrites: true };
}

/** A group's index as an address of a memory that may be smaller, or larger, than the largest vector. */
function resized(value: UInt, width: number): UInt {
  return value.width > width ? value.truncate(width) : value.zeroExtend(width);
}

/**
 * `start` copies the command. Everything an operation does is one pass of its groups through the lanes for each column, QUANTISE two; see
 * PassControl for the passes and VectorLane for what a lane computes. Operands are copied bank to bank without a copy between: a command
 * may write the operand it reads, but nothing that overlaps it otherwise.
 *
 *     cycle 0   a group is issued: the banks are read, the stream's group is taken
 *           2   first operands; GATE, UPDATE and GLU wait for their sigmoid
 *          +4   state memory, gain buffer and the second operand are read
 *         +12   results, which are written to the banks, the state memory or the activation buffer
 */
export function vectorUnit(parameters: VectorParameters) {
  const { vectorLanes, columns, portBytes, stateElements } = parameters;
  const columnType = uint(columnIndexWidth(columns));
  const groups = groupWidth(parameters);
  const addresses = bankAddressWidth(parameters);
  const ports = {
    start: input(bit, "while not busy; copies command, columnFirst and columnLast"),
    clear: input(bit, "stops at once; memories and squares keep what they have"),
    command: input(vectorCommand(parameters)),
    columnFirst: input(columnType),
    columnLast: input(columnType),
    tokenScales: input(vector(tokenScale, columns), "hold still while EMBED runs"),
    words: input(stream(uint(8 * portBytes))),
    activationWrite: output(activationWrite(parameters)),
    mantissa: output(vector(uint(parameterWidths.mantissa), columns), "the rescaler's"),
    shift: output(vector(uint(parameterWidths.shift), columns)),
    stores: output(stream(storeWord(parameters), { last: true })),
    startResults: input(bit, "copies the target of the results that follow"),
    resultTarget: input(resultTarget(parameters)),
    results: input(resultStream(columns)),
    busy: output(bit),
    waitsForStream: output(bit),
    waitsForStores: output(bit),
  };
  return module(
    "VectorUnit",
    ports,
    (io, m) => {
      const data = { resettable: false } as const;
      const lanes = Array.from({ length: vectorLanes }, (_, lane) => lane);

      // The command.
      const command = m.register("command_held", vectorCommand(parameters), data);
      const lastElement = m.register("last_element", uint(command.count.width), data);
      m.when(io.start, () => {
        command.set(io.command);
        lastElement.set(io.command.count.sub(1).asUInt().truncate(command.count.width));
      });
      const lastGroup = m.node("last_group", resized(lastElement.shiftRight(laneBits(parameters)), groups));
      const lastLane = lastElement.bits(laneBits(parameters) - 1, 0);
      const usedInLast = m.node("used_in_last", concatenate(...lanes.map((lane) => lastLane.ge(lane)).toReversed()));
      const steps = m.instance("steps", commandSteps());
      steps.start.set(io.start);
      steps.opcode.set(io.command.opcode);
      steps.bound.set(io.command.bound);
      steps.aInBank1.set(io.command.a.bank);

      const control = m.instance("control", passControl(parameters));
      const marks = m.instance("marks", passMarks());
      const gearbox = m.instance("stream_gearbox", streamGearbox(parameters));
      const stores = m.instance("store_gearbox", storeGearbox(parameters));
      const squares = m.instance("squares", squaresAccumulator(vectorLanes));
      const maximum = m.instance("largest", maximumAccumulator(vectorLanes));
      const scalars = m.instance("scalars", scalarUnit());
      const columnValues = m.instance("column_scalars", columnScalars(columns));
      const writer = m.instance("result_writer", resultWriter(parameters));
      const settings = m.instance("settings", passSettings());
      const bank0 = m.instance("bank_0", groupMemory("VectorBank", bankOptions(parameters)));
      const bank1 = m.instance("bank_1", groupMemory("VectorBank", bankOptions(parameters)));
      const stateDepth = stateElements / vectorLanes;
      const state = m.instance(
        "state",
        groupMemory("StateMemory", { lanes: vectorLanes, width: elementWidth, depth: stateDepth, laneWrites: false }),
      );
      const gainDepth = gainElements(parameters) / vectorLanes;
      const gain = m.instance(
        "gain",
        groupMemory("GainBuffer", { lanes: vectorLanes, width: gainWidth, depth: gainDepth, laneWrites: false }),
      );

      // Passes.
      const writesActivations = m.node(
        "writes_activations",
        steps.writesActivations.and(steps.needsMaximum.not().or(control.secondPass)),
      );
      const hold = m.node("hold", steps.stores.and(marks.operand.valid).and(stores.ready.not()));
      control.start.set(io.start);
      control.clear.set(io.clear);
      control.columnFirst.set(io.columnFirst);
      control.columnLast.set(io.columnLast);
      control.lastGroup.set(lastGroup);
      control.streams.set(steps.streams);
      control.streamsEachColumn.set(steps.streamsEachColumn);
      control.needsRoot.set(steps.needsRoot);
      control.needsMaximum.set(steps.needsMaximum);
      control.once.set(steps.once);
      control.columnsApart.set(steps.columnsApart);
      control.pads.set(writesActivations);
      control.squaresPending.set(squares.pending);
      control.groupValid.set(gearbox.valid);
      control.hold.set(hold);
      control.lanesEmpty.set(marks.empty.and(stores.empty));
      control.rootDone.set(scalars.rootDone);
      control.maximumDone.set(maximum.done);
      control.factorDone.set(scalars.factorDone);
      control.scaleDone.set(scalars.scaleDone);
      io.busy.set(control.busy.or(writer.busy));
      io.waitsForStream.set(control.waitsForStream);
      io.waitsForStores.set(hold);

      marks.clear.set(io.clear);
      marks.issue.set(control.issue);
      marks.issuePartial.set(control.issuePartial);
      marks.issuePadding.set(control.issuePadding);
      marks.issueLast.set(control.issueLast);
      marks.hold.set(hold);
      marks.toStores.set(steps.stores);
      marks.usesSigmoid.set(steps.usesSigmoid);

      // The stream.
      gearbox.open.set(control.open);
      gearbox.count.set(command.count);
      gearbox.size.set(steps.elementSize);
      gearbox.clear.set(io.clear);
      m.connect(gearbox.words, io.words);
      gearbox.take.set(control.pull);
      gearbox.last.set(control.issuePartial);
      const fetchedStreams = m.register("fetched_streams", bit, data);
      const fetchedGroup = m.register("fetched_group", uint(groups), data);
      fetchedStreams.set(control.streaming);
      fetchedGroup.set(control.group);

      // Addresses: those of the issue, those of the late reads and those of the results.
      const column = control.column;
      const offset = columnOffset(parameters, column);
      const firstGroup = (element: UInt): UInt =>
        element.shiftRight(laneBits(parameters)).zeroExtend(addresses).add(offset).truncate(addresses);
      const next = m.node("to_next_column", toNextColumn(parameters, resized(lastGroup, addresses)));
      const walk = (name: string, first: UInt, step: Bit, last: Bit): UInt => {
        const walker = m.instance(name, addressWalker(parameters));
        walker.load.set(control.load);
        walker.first.set(first);
        walker.step.set(step);
        walker.last.set(last);
        walker.toNextColumn.set(next);
        return walker.address;
      };
      const countGroups = (name: string, mark: { readonly valid: Bit; readonly last: Bit }): UInt => {
        const group = m.register(name, uint(groups), data);
        m.when(mark.valid, () => {
          group.set(mux(mark.last, 0, group.add(1).wrap(groups)));
        });
        m.when(control.load, () => {
          group.set(0);
        });
        return group;
      };
      const lateGroup = countGroups("late_group", marks.late);
      const resultGroup = countGroups("result_group", marks.result);
      const { issue, issueLast } = control;
      const { late, result } = marks;
      const a = m.node("first_group_a", firstGroup(command.a.element));
      const b = m.node("first_group_b", firstGroup(command.b.element));
      const destination = m.node("first_group_destination", firstGroup(command.destination.element));
      const readBank0 = m.node("read_bank_0", mux(steps.lateBank0, late.valid, steps.earlyBank0.and(issue)));
      const readBank1 = m.node("read_bank_1", mux(steps.lateBank1, late.valid, steps.earlyBank1.and(issue)));
      bank0.read.set(readBank0);
      bank0.readAddress.set(walk("walker_0", a, readBank0, mux(steps.lateBank0, late.last, issueLast)));
      bank1.read.set(readBank1);
      bank1.readAddress.set(walk("walker_1", mux(steps.bInBank1, b, a), readBank1, mux(steps.lateBank1, late.last, issueLast)));
      state.read.set(steps.earlyState.and(issue).or(steps.lateState.and(late.valid)));
      state.readAddress.set(resized(mux(steps.earlyState, control.group, lateGroup), state.readAddress.width));
      gain.read.set(steps.earlyGain.and(issue).and(control.streaming.not()).or(steps.lateGain.and(late.valid)));
      gain.readAddress.set(resized(mux(steps.earlyGain, control.group, lateGroup), gain.readAddress.width));
      gain.write.set(marks.fetched.valid.and(fetchedStreams).and(steps.usesGain));
      gain.writeAddress.set(resized(fetchedGroup, gain.writeAddress.width));
      gain.writeData.set(gearbox.halves);

      // The lanes.
      settings.opcode.set(command.opcode);
      settings.bound.set(command.bound);
      settings.aInBank1.set(command.a.bank);
      settings.gainFraction.set(command.gainFraction);
      settings.fractionOut.set(command.fractionOut);
      settings.shift.set(command.shift);
      settings.tokenScale.set(io.tokenScales.select(column));
      settings.rootMantissa.set(scalars.rootMantissa);
      settings.rootShift.set(scalars.rootShift);
      settings.factor.set(scalars.factor);
      settings.factorShift.set(scalars.factorShift);
      const sigmoids = m.instance("sigmoids", sigmoid(vectorLanes));
      sigmoids.fraction.set(command.fractionIn);
      const units = lanes.map((lane) => {
        const unit = m.instance(`lane_${lane}`, vectorLane());
        unit.settings.set(settings.settings);
        unit.hold.set(hold);
        unit.bank0.set(bank0.data.at(lane));
        unit.bank1.set(bank1.data.at(lane));
        unit.state.set(state.data.at(lane));
        unit.gain.set(gain.data.at(lane));
        unit.streamsGain.set(fetchedStreams.and(steps.earlyGain));
        unit.element.set(gearbox.elements.at(lane));
        unit.half.set(gearbox.halves.at(lane));
        unit.sigmoid.set(sigmoids.results.at(lane));
        const { partial, padding } = marks.beforeResult;
        unit.unused.set(padding.or(partial.and(usedInLast.bit(lane).not())));
        return unit;
      });
      sigmoids.values.set(units.map((unit) => unit.operand));

      // What becomes of the first operands and products.
      const used = (partial: Bit): UInt => usedInLast.or(partial.not().repeat(vectorLanes));
      stores.clear.set(io.clear);
      stores.valid.set(marks.operand.valid.and(steps.stores));
      stores.group.set(units.map((unit) => unit.operand));
      stores.used.set(used(marks.operand.partial));
      stores.last.set(marks.operand.last);
      m.connect(io.stores, stores.stores);
      // The first product comes long after.
      maximum.restart.set(delayed(m, "maximum_restarts", control.load.and(control.secondPass.not()), 1));
      maximum.valid.set(marks.product.valid.and(steps.needsMaximum).and(control.secondPass.not()));
      maximum.last.set(marks.product.last);
      maximum.used.set(used(marks.product.partial));
      maximum.group.set(units.map((unit) => unit.product));

      // What becomes of the results.
      const resultColumn = m.register("result_column", columnType, data);
      m.when(result.valid.and(result.last), () => {
        resultColumn.set(resultColumn.add(1).wrap(resultColumn.width));
      });
      m.when(control.load, () => {
        resultColumn.set(column);
      });
      const results = units.map((unit) => unit.result);
      const writesBank = m.node("writes_bank", result.valid.and(steps.writesBank));
      const writeAddress = walk("walker_results", mux(steps.writesA, a, destination), writesBank, result.last);
      const writeBank = mux(steps.writesA, command.a.bank, command.destination.bank);
      for (const [index, bank] of [bank0, bank1].entries()) {
        const here = (which: Bit): Bit => (index === 1 ? which : which.not());
        const group = writesBank.and(here(writeBank)).repeat(vectorLanes);
        bank.write.set(group.or(writer.lanes.and(here(writer.bank).repeat(vectorLanes))));
        bank.writeAddress.set(mux(control.busy, writeAddress, writer.address));
        bank.writeData.set(results.map((value) => mux(control.busy, value, writer.value).asUInt()));
      }
      state.write.set(result.valid.and(steps.writesState));
      state.writeAddress.set(resized(resultGroup, state.writeAddress.width));
      state.writeData.set(results.map((value) => value.asUInt()));
      io.activationWrite.set({
        enable: result.valid.and(writesActivations),
        column: resultColumn,
        group: resized(resultGroup, io.activationWrite.group.width),
        data: concatenate(...results.map((value) => value.asUInt().truncate(8)).toReversed()),
      });
      squares.clear.set(io.clear);
      squares.valid.set(result.valid.and(steps.writesSquares));
      squares.last.set(result.last);
      squares.group.set(results);

      // The columns' scalars.
      scalars.startRoot.set(control.startRoot);
      scalars.squares.set(columnValues.squares);
      scalars.epsilon.set(command.epsilon.zeroExtend(squaresWidth));
      scalars.startScale.set(control.startScale);
      scalars.maximum.set(maximum.maximum);
      scalars.mantissa.set(command.mantissa);
      scalars.exponent.set(command.exponent.signExtend(exponentWidth));
      scalars.gainFraction.set(command.gainFraction);
      scalars.fractionOut.set(command.fractionOut);
      columnValues.column.set(column);
      columnValues.setSquares.set(squares.done);
      columnValues.squaresColumn.set(
        columns === 1 ? columnType.constant(0) : delayed(m, "squares_column", resultColumn, squaresLatency(vectorLanes)),
      );
      columnValues.newSquares.set(squares.sum);
      columnValues.setRescaler.set(control.finished.and(steps.writesActivations));
      columnValues.newMantissa.set(mux(steps.needsMaximum, scalars.rescaleMantissa, command.mantissa));
      columnValues.newShift.set(mux(steps.needsMaximum, scalars.rescaleShift, command.shift));
      io.mantissa.set(columnValues.mantissa);
      io.shift.set(columnValues.shift);

      // Results of a matrix.
      writer.start.set(io.startResults);
      writer.target.set(io.resultTarget);
      m.connect(writer.results, io.results);
    },
    { documentation: `What is not a matrix, ${vectorLanes} elements a cycle, ${columns} column${columns === 1 ? "" : "s"}.` },
  );
}
