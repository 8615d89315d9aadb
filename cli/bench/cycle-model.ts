// Cycles of a command list without simulating it: for sweeps over designs that nobody wants to build one by one. The list runs one
// command after the other; DRAM reads ahead of it at a steady rate as far as the ring has room.
import { commandFields, everyColumn, lastColumn, operationNamed, type OperationName } from "../../hw/accel/commands.ts";
import type { Command } from "../../hw/accel/command-codec.ts";
import type { AcceleratorParameters } from "../../hw/accel/parameters.ts";

/** What a list runs on. */
export type ModelledParameters = Pick<AcceleratorParameters, "portBytes" | "vectorLanes" | "columns" | "dramPorts" | "fifoDepth">;

/** Cycles of a vector command beyond those of its groups, for each column (hw/accel/vector/vector-cycles.test.ts measures them). */
const beyondGroups: Readonly<Partial<Record<OperationName, number>>> = {
  EMBED: 19,
  NORM: 53,
  QUANTISE: 42,
  SQUARES: 17,
  GATE: 23,
  LOAD_STATE: 19,
  UPDATE: 23,
  STORE_STATE: 6,
  GLU: 23,
  RESIDUAL: 17,
};

/** What was measured of the rest of the machine, on the simulated SoC. */
export const machineTimes = {
  /**
   * Port words a cycle while the ring has room: refresh, row turns, stores and the way from one array to the next are in it. Measured on
   * the layers of 370M; wider ports are taken to do as well as 128 bits.
   */
  rate: { 8: 0.958, 16: 0.951, 32: 0.951, 64: 0.951 } as Readonly<Record<number, number>>,
  /** From one command's end to the next one's start (hw/accel/executor.ts). */
  betweenCommands: 3,
  /** Cycles of a matrix after its last word: sums, rescaler, writing. */
  drain: 40,
  /** From the doorbell to the first word. */
  start: 200,
  /** Of the CPU, before and after a list. */
  processor: 2400,
} as const;

/** What a list takes, in cycles. */
export interface ModelledCycles {
  readonly cycles: number;
  /** Words of weights. */
  readonly weightBeats: number;
  /** Cycles of matrices waiting for words. */
  readonly memory: number;
  readonly vector: number;
}

/** A number of a command, 0 where it is left out. */
const field = (command: Command, name: Exclude<keyof typeof commandFields, "opcode" | "flags" | "epsilon">): number =>
  command[name] ?? 0;

function selected(command: Command, active: number): number {
  const column = command.column ?? everyColumn;
  if (column === everyColumn) return active;
  return column === lastColumn || column < active ? 1 : 0;
}

/** Port words that a command streams. */
function wordsOf(command: Command, active: number, portBytes: number): number {
  const { stream } = operationNamed(command.operation);
  if (stream === undefined || (command.operation === "GATE" && command.flag !== true)) return 0;
  if (stream.kind === "weights") return (field(command, "groups") * field(command, "stride")) / portBytes;
  const words = Math.ceil((field(command, "count") * stream.elementBytes) / portBytes);
  return stream.each === "column" ? words * selected(command, active) : words;
}

/** Whether a command works once, whatever the columns. */
const once: ReadonlySet<OperationName> = new Set(["LOAD_STATE", "STORE_STATE"]);

/**
 * The cycles of one list with `active` columns. With `logits` it goes on behind END_UNLESS_LOGITS. `rate`: port words a cycle while the
 * ring has room, where they are not those of a DDR3 part of the port's width.
 */
export function modelList(
  commands: readonly Command[],
  parameters: ModelledParameters,
  active: number,
  logits: boolean,
  rate = machineTimes.rate[parameters.portBytes] ?? 1,
): ModelledCycles {
  const { portBytes, vectorLanes } = parameters;
  const capacity = parameters.dramPorts * parameters.fifoDepth;
  const sums = { cycles: machineTimes.start, weightBeats: 0, memory: 0, vector: 0 };
  let ahead = 0; // words that wait in the ring
  const pass = (cycles: number, taken: number): void => {
    sums.cycles += cycles;
    ahead = Math.min(capacity, ahead + rate * cycles - taken);
  };
  for (const command of commands) {
    if (command.operation === "END" || (command.operation === "END_UNLESS_LOGITS" && !logits)) break;
    const columns = selected(command, active);
    if (columns === 0 || command.operation === "END_UNLESS_LOGITS") continue;
    const words = wordsOf(command, active, portBytes);
    pass(machineTimes.betweenCommands, 0);
    if (command.operation === "MATRIX") {
      // A word a cycle while there are some, then as DRAM gives them.
      const lasting = ahead / (1 - rate);
      const cycles = words <= lasting ? words : (words - ahead) / rate;
      pass(cycles, words);
      ahead = Math.max(0, ahead);
      pass(machineTimes.drain, 0);
      sums.weightBeats += words;
      sums.memory += cycles - words;
    } else {
      const passes = command.operation === "QUANTISE" ? 2 : 1;
      const groups = Math.ceil(field(command, "count") / vectorLanes);
      const each = passes * groups + (beyondGroups[command.operation] ?? 0);
      const cycles = Math.max(each * (once.has(command.operation) ? 1 : columns), (words - ahead) / rate);
      pass(cycles, words);
      sums.vector += cycles;
    }
  }
  return sums;
}
