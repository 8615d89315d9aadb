// What the console's /bench answers on the simulated SoC, and what follows from it.
import { configurationNamed, type ConfigurationName } from "../../boards/configuration.ts";
import { numberIn, numbersIn, objectIn, textIn, type Reply } from "../reply.ts";

/** The accelerator's counters (docs/registers.md), summed up over a measurement. */
export const counterNames = [
  "cycles",
  "weightBeats",
  "beats",
  "writeBeats",
  "stallWeights",
  "stallOutput",
  "matrixCycles",
  "vectorCycles",
  "vectorStall",
  "commandCycles",
  "dmaStallCommand",
  "dmaStallRoom",
  "dmaStallData",
] as const;
export type Counters = Readonly<Record<(typeof counterNames)[number], number>>;

/** One measurement as the console gives it. */
export interface Measurement {
  /** Tokens that the model took. */
  readonly count: number;
  /** The choices of a decode, the token after a prefill; none of a block. */
  readonly tokens: readonly number[];
  /** From the first token to the last choice, the CPU's part included. */
  readonly cycles: number;
  /** SHA-256 over the logits of every choice; a block has none. */
  readonly logitsHash: string | undefined;
  readonly counters: Counters;
}

export function countersIn(reply: Reply): Counters {
  const counters = objectIn(reply, "counters");
  return Object.fromEntries(counterNames.map((name) => [name, numberIn(counters, name)])) as unknown as Counters;
}

export function measurementIn(reply: Reply): Measurement {
  return {
    count: numberIn(reply, "count"),
    tokens: numbersIn(reply, "tokens"),
    cycles: numberIn(reply, "cycles"),
    logitsHash: "logitsHash" in reply ? textIn(reply, "logitsHash") : undefined,
    counters: countersIn(reply),
  };
}

/** Where every cycle of a measurement went; the numbers add up to its cycles. */
export interface Whereabouts {
  /** A matrix took a word of weights. */
  readonly weights: number;
  /** A matrix waited for a word: refresh, row turns, the start of the stream. */
  readonly memory: number;
  /** A matrix waited for room for its results. */
  readonly results: number;
  /** A matrix without a word to take: its pipeline fills or drains. */
  readonly pipeline: number;
  /** The vector unit worked. */
  readonly vector: number;
  /** The vector unit waited for its operands from memory. */
  readonly operands: number;
  /** Between commands. */
  readonly commands: number;
  /** Before and after the list: the CPU rang, looked and chose. */
  readonly processor: number;
}

export function whereabouts(cycles: number, counters: Counters): Whereabouts {
  const { weightBeats, stallWeights, stallOutput, matrixCycles, vectorCycles, vectorStall, commandCycles } = counters;
  return {
    weights: weightBeats,
    memory: stallWeights,
    results: stallOutput,
    pipeline: matrixCycles - weightBeats - stallWeights - stallOutput,
    vector: vectorCycles - vectorStall,
    operands: vectorStall,
    commands: commandCycles,
    processor: cycles - matrixCycles - vectorCycles - commandCycles,
  };
}

/** What `bench --json` prints (docs/cli.md). */
export interface BenchResult {
  readonly what: "matvec" | "decode" | "prefill" | "block";
  readonly config: string;
  readonly shape: string;
  /** Who computed: accelerator, matrix or cpu. */
  readonly engine: string;
  /** Tokens that the model took; 1 for a matrix. */
  readonly tokens: number;
  readonly cycles: number;
  /** DRAM port words of weights that were read. */
  readonly beats: number;
  /** Bytes of weights that were read. */
  readonly bytes: number;
  /** beats / cycles: 1 is a weight word every cycle. */
  readonly efficiency: number;
  /** Where every cycle went. */
  readonly stalls: Whereabouts;
  /** The hardware's counters as they are. */
  readonly counters: Counters;
  /** At the board's clock. */
  readonly tokensPerSecond: number;
  readonly clockHz: number;
  /** The results equal the reference's. */
  readonly equal: boolean;
}

/** A measurement as its result. */
export function benchResult(
  facts: Pick<BenchResult, "what" | "shape" | "engine" | "equal"> & { readonly config: ConfigurationName },
  measured: Pick<Measurement, "count" | "cycles" | "counters">,
): BenchResult {
  const { clockHz, accelerator } = configurationNamed(facts.config);
  const { count, cycles, counters } = measured;
  return {
    what: facts.what,
    config: facts.config,
    shape: facts.shape,
    engine: facts.engine,
    tokens: count,
    cycles,
    beats: counters.weightBeats,
    bytes: counters.weightBeats * accelerator.portBytes,
    efficiency: counters.weightBeats / cycles,
    stalls: whereabouts(cycles, counters),
    counters,
    tokensPerSecond: (count * clockHz) / cycles,
    clockHz,
    equal: facts.equal,
  };
}
