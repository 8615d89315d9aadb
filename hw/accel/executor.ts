/** The executor: takes checked commands one after the other and runs each on its unit. */
import { bit, concatenate, input, module, output, uint, type Bit, type UInt } from "../../gen/index.ts";
import { commandFields, commandWords, type CommandFieldName } from "./commands.ts";
import { commandNote, errorBits, isOperation } from "./command-checker.ts";
import { fitted, listIndexBits, noteIndex, placeAddress, placeWord } from "./list-fetcher.ts";
import { wordAddressWidth } from "./memory-parameters.ts";
import { bitsFor, type AcceleratorParameters } from "./parameters.ts";
import { parameterWidths, statusError } from "./registers.ts";
import { columnIndexWidth } from "./result-stream.ts";
import { beatWidth } from "./matrix-unit.ts";
import { operand, resultTarget, vectorCommand } from "./vector/vector-command.ts";

/**
 * While a command runs, the next one is read from the FIFO, word by word, into the shadow: registers that hold what the units copy when they
 * start. Starts go to every unit, and whether one is busy comes from every unit: both are registers, since those lie far apart. So a unit
 * starts two cycles after the first one in which none is busy.
 *
 * `ended` is a pulse: the list is over, with an error or, after END, without. Everything before has run by then, but for words on their way
 * to DRAM.
 */
export function executor(parameters: AcceleratorParameters) {
  const { portBytes, columns } = parameters;
  const watchdogBits = bitsFor(parameters.watchdogCycles);
  const wordBits = wordAddressWidth(parameters);
  const column = uint(columnIndexWidth(columns));
  const note = commandNote(columns);
  const ports = {
    run: input(bit, "a list runs"),
    clear: input(bit, "forgets everything"),
    // The command FIFO.
    available: input(bit),
    readIndex: output(uint(bitsFor(commandWords))),
    data: input(uint(32), "one cycle after readIndex"),
    taken: output(bit),
    // The units.
    startVector: output(bit),
    startMatrix: output(bit),
    startLogits: output(bit, "with startMatrix: its results are logits"),
    startResults: output(bit, "with startMatrix: its results go to the vector unit"),
    command: output(vectorCommand(parameters)),
    target: output(resultTarget(parameters)),
    rows: output(uint(parameterWidths.rows)),
    lastBeat: output(uint(beatWidth(parameters))),
    columnFirst: output(column),
    columnLast: output(column),
    place: output(uint(wordBits), "port word at which the command stores"),
    busy: input(bit, "a unit is busy, from the cycle after its start"),
    progress: input(bit, "a word of the stream was taken"),
    ended: output(bit),
    error: output(uint(errorBits), "with ended"),
    index: output(uint(listIndexBits), "the command that runs, or at which the list ended"),
    vectorRuns: output(bit),
    matrixRuns: output(bit),
  };
  return module(
    "Executor",
    ports,
    (io, m) => {
      const plain = { resettable: false } as const;
      // Loading: one word a cycle; a word arrives one cycle after its index.
      const full = m.register("shadow_full", bit, { init: 0 });
      const loading = m.register("loading", bit, { init: 0 });
      const index = m.register("load_index", uint(bitsFor(commandWords)), { init: 0 });
      const arriving = m.register("arriving", bit, { init: 0 });
      const arrives = m.register("arriving_index", uint(bitsFor(commandWords)), plain);
      const judging = m.register("judging", bit, { init: 0 });
      const begins = m.node("begins", io.available.and(concatenate(full, loading, arriving, judging).eq(0)));
      const ends = m.node("ends_loading", loading.and(index.eq(commandWords - 1)));
      m.when(begins, () => {
        loading.set(1);
      });
      m.when(loading, () => {
        index.set(index.add(1).wrap(index.width));
      });
      m.when(ends, () => {
        loading.set(0);
      });
      arriving.set(loading);
      arrives.set(index);
      io.readIndex.set(index);
      io.taken.set(ends);
      const last = m.node("last_word", arriving.and(arrives.eq(commandWords - 1)));

      const inWord = (word: number): Bit => arriving.and(arrives.eq(word));
      const wordOf = (name: CommandFieldName): number => Math.floor(commandFields[name].offset / 4);
      /** A register with the bits of a field that the units need. */
      const kept = (name: CommandFieldName, width: number, low = 0): UInt => {
        const first = 8 * (commandFields[name].offset % 4) + low;
        const register = m.register(`shadow_${name.toLowerCase()}`, uint(width), plain);
        m.when(inWord(wordOf(name)), () => {
          register.set(io.data.bits(first + width - 1, first));
        });
        return register;
      };
      const elements = operand(parameters).fields.element.width;
      const keptOperand = (name: "a" | "b" | "destination" | "destination2") => {
        const bank = m.register(`shadow_${name}_bank`, bit, plain);
        m.when(inWord(wordOf(name)), () => {
          bank.set(io.data.bit(31));
        });
        return { bank, element: kept(name, elements) };
      };
      const opcode = kept("opcode", 4);
      const flag = kept("flags", 1).truncate(1);
      const count = kept("count", parameterWidths.rows);
      // A row group's port words, less one.
      const beats = kept("stride", beatWidth(parameters) + 1, bitsFor(portBytes));
      const epsilonLow = kept("epsilon", 32);
      const epsilonHigh = m.register("shadow_epsilon_high", uint(30), plain);
      m.when(inWord(wordOf("epsilon") + 1), () => {
        epsilonHigh.set(io.data.truncate(30));
      });
      const place = m.register("shadow_place", uint(wordBits), plain);
      m.when(inWord(placeWord), () => {
        place.set(placeAddress(io.data, portBytes, wordBits));
      });
      const noted = m.register("shadow_note", uint(note.width), plain);
      m.when(inWord(noteIndex), () => {
        noted.set(io.data.truncate(note.width));
      });
      const columnBits = columnIndexWidth(columns);
      const error = noted.bits(errorBits - 1, 0);
      const first = noted.bits(errorBits + columnBits - 1, errorBits);
      const final = noted.bits(errorBits + 2 * columnBits - 1, errorBits + columnBits);
      const command = noted.bits(note.width - 1, errorBits + 2 * columnBits);

      // Running.
      // The start is a register: it is 1 in `begin`, the unit busy in the cycle that follows, and that is known in the one after it.
      const state = m.fsm("state", ["idle", "begin", "began", "run", "ended"] as const, { initial: "idle" });
      const busy = m.register("unit_busy", bit, { init: 0 });
      busy.set(io.busy);
      const runsMatrix = m.register("runs_matrix", bit, { init: 0 });
      const running = m.register("running_index", uint(listIndexBits), { init: 0 });
      const free = m.node("free", state.is("idle").or(state.is("run").and(busy.not())));
      const ready = m.node("ready", free.and(full).and(io.run));
      const isMatrix = m.node(
        "is_matrix",
        isOperation(opcode, ({ unit }) => unit === "matrix"),
      );
      const isControl = m.node(
        "is_control",
        isOperation(opcode, ({ unit }) => unit === "control"),
      );
      // What becomes of a command is known a cycle before it may start: starts go far.
      const willStop = m.register("will_stop", bit, plain);
      const willMatrix = m.register("will_run_matrix", bit, plain);
      judging.set(last);
      m.when(judging, () => {
        full.set(1);
        willStop.set(error.ne(0).or(isControl));
        willMatrix.set(isMatrix);
      });
      const stops = m.node("stops", ready.and(willStop));
      const goes = m.node("goes", ready.and(willStop.not()));
      const watchdog = m.register("watchdog", uint(watchdogBits), { init: 0 });
      const hung = m.node("hung", watchdog.reduceAnd());
      m.when(io.progress.or(goes).or(io.run.not()), () => {
        watchdog.set(0);
      }).otherwise(() => {
        watchdog.set(watchdog.add(1).wrap(watchdogBits));
      });
      m.when(ready, () => {
        full.set(0);
        running.set(command);
        runsMatrix.set(willMatrix);
      });
      state.in("begin", () => {
        state.goto("began");
      });
      state.in("began", () => {
        state.goto("run");
      });
      m.when(goes, () => {
        state.goto("begin");
      }).elseWhen(free, () => {
        state.goto("idle");
      });
      m.when(stops.or(hung), () => {
        state.goto("ended");
      });
      m.when(io.clear, () => {
        full.set(0);
        loading.set(0);
        arriving.set(0);
        judging.set(0);
        index.set(0);
        state.goto("idle");
      });
      m.when(io.run.not(), () => {
        running.set(0);
      });
      const result = m.register("result", uint(errorBits), plain);
      m.when(stops, () => {
        result.set(error);
      });
      m.when(hung, () => {
        result.set(statusError("HUNG"));
      });
      const endedBefore = m.register("ended_before", bit, { init: 0 });
      endedBefore.set(state.is("ended"));

      // The shadow holds still until then: the first word of the next command arrives two cycles later.
      const start = (name: string, here: Bit): Bit => {
        const register = m.register(name, bit, { init: 0 });
        register.set(here);
        return register;
      };
      io.startVector.set(start("start_vector_held", goes.and(willMatrix.not())));
      io.startMatrix.set(start("start_matrix_held", goes.and(willMatrix)));
      io.startLogits.set(start("start_logits_held", goes.and(willMatrix).and(flag)));
      io.startResults.set(start("start_results_held", goes.and(willMatrix).and(flag.not())));
      const countBits = vectorCommand(parameters).fields.count.width;
      const destination = keptOperand("destination");
      io.command.set({
        opcode,
        bound: flag,
        count: fitted(count, countBits),
        a: keptOperand("a"),
        b: keptOperand("b"),
        destination,
        epsilon: concatenate(epsilonHigh, epsilonLow),
        mantissa: kept("mantissa", parameterWidths.mantissa),
        exponent: kept("exponent", 8).asSInt(),
        gainFraction: kept("gainFraction", 5),
        fractionIn: kept("fractionIn", 5),
        fractionOut: kept("fractionOut", 5),
        shift: kept("shift", parameterWidths.shift),
      });
      io.target.set({ destination, destination2: keptOperand("destination2"), split: kept("split", parameterWidths.rows) });
      io.rows.set(count);
      io.lastBeat.set(beats.sub(1).asUInt().truncate(beatWidth(parameters)));
      io.columnFirst.set(first);
      io.columnLast.set(final);
      io.place.set(place);
      io.ended.set(state.is("ended").and(endedBefore.not()));
      io.error.set(result);
      io.index.set(running);
      const runs = m.node("runs", state.is("begin").or(state.is("began")).or(state.is("run").and(busy)));
      io.vectorRuns.set(runs.and(runsMatrix.not()));
      io.matrixRuns.set(runs.and(runsMatrix));
    },
    { documentation: "Takes commands from the FIFO and runs one after the other on the vector, matrix and logits unit." },
  );
}
