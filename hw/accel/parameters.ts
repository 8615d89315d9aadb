/** The accelerator's parameters, checked before anything is built from them. */
import { parameterWidths } from "./registers.ts";

/** Everything that distinguishes one accelerator from another. */
export interface AcceleratorParameters {
  /** B: bytes of a DRAM port word: 8, 16, 32 or 64. Also the columns of weights a cycle; where DRAM gives less they wait for it. */
  readonly portBytes: number;
  /** W: bytes of the words it moves, portBytes or twice as many: the DRAM controller's, or several of them behind LiteDRAM's converter. */
  readonly dramWordBytes: number;
  /** V: elements that the vector unit takes a cycle: 2, 4, 8 or 16, at most portBytes. */
  readonly vectorLanes: number;
  /** C: activation columns that share one pass over the weights: 1, 2, 4 or 8. */
  readonly columns: number;
  /** P: DRAM ports of the stream reader, which take turns by DRAM row: 1, 2 or 4. */
  readonly dramPorts: number;
  /** Port words that each of the DRAM ports may have requested or waiting: a power of two, 16 to 4096. */
  readonly fifoDepth: number;
  /** Bytes of a DRAM row, after which the next port takes its turn: a power of two, 64 to 16384. */
  readonly rowBytes: number;
  /** Elements (24 bits) of ONE vector bank for ONE column: a multiple of 64, 64 to 32768. */
  readonly vectorElements: number;
  /** Bytes of the activation buffer of ONE column = the most columns a matrix may have: a power of two, 64 to 16384. */
  readonly activationBytes: number;
  /** Elements (24 bits) of the state memory = the largest dimension: a multiple of 64, 64 to 8192. */
  readonly stateElements: number;
  /** Entries of the sorted list of largest logits: 0 (none) to 64. */
  readonly topK: number;
  /** Results that wait between the rescaler and whoever takes them: a power of two, 16 to 64. */
  readonly resultDepth: number;
  /**
   * Cycles without a word of the stream and without the start of a command after which a list is given up: a power of two, 512 to 2^24,
   * and above what the longest command takes that streams nothing.
   */
  readonly watchdogCycles: number;
  /** Bytes of DRAM: a power of two up to 2^32. The engine never asks for an address beyond. */
  readonly dramBytes: number;
  /** The build's identity, 32 bits (see docs: a firmware of another build refuses to run). */
  readonly buildId: number;
}

/** A parameter that cannot be built, found before elaboration. */
export class ParameterError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`the accelerator's parameters cannot be built:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.name = "ParameterError";
    this.problems = problems;
  }
}

/** Vectors, operands and streams start at multiples of this many elements or bytes. */
export const alignment = 64;

function powerOfTwo(name: string, given: number, least: number, most: number): string[] {
  const right = Number.isInteger(given) && given >= least && given <= most && Number.isInteger(Math.log2(given));
  return right ? [] : [`${name} is ${given}: it must be a power of two from ${least} to ${most}`];
}

function aligned(name: string, given: number, most: number): string[] {
  const right = Number.isInteger(given) && given >= alignment && given <= most && given % alignment === 0;
  return right ? [] : [`${name} is ${given}: it must be a multiple of ${alignment} from ${alignment} to ${most}`];
}

/**
 * Cycles, rounded up, that a command can take without a word of its stream: for each column two passes over a vector (QUANTISE: the maximum,
 * then the activations) with a square root and divisions in between; and a vector that is stored, a port word a cycle.
 */
function longestSilence({ columns, vectorElements, vectorLanes, portBytes }: AcceleratorParameters): number {
  return columns * ((2 * vectorElements) / vectorLanes + 256) + (4 * vectorElements) / portBytes;
}

/** What is wrong with the parameters, one line each; empty where they can be built. */
export function parameterProblems(parameters: AcceleratorParameters): readonly string[] {
  const { portBytes, dramWordBytes, vectorLanes, columns, dramPorts, topK, dramBytes, buildId } = parameters;
  const problems = [
    ...powerOfTwo("portBytes", portBytes, 8, 64),
    ...powerOfTwo("vectorLanes", vectorLanes, 2, 16),
    ...powerOfTwo("columns", columns, 1, 8),
    ...powerOfTwo("dramPorts", dramPorts, 1, 4),
    ...powerOfTwo("fifoDepth", parameters.fifoDepth, 16, 4096),
    ...powerOfTwo("rowBytes", parameters.rowBytes, 64, 16384),
    ...aligned("vectorElements", parameters.vectorElements, 32768),
    ...powerOfTwo("activationBytes", parameters.activationBytes, 64, 16384),
    ...aligned("stateElements", parameters.stateElements, 8192),
    ...powerOfTwo("resultDepth", parameters.resultDepth, 16, 64),
    ...powerOfTwo("watchdogCycles", parameters.watchdogCycles, 512, 2 ** 24),
    ...powerOfTwo("dramBytes", dramBytes, 1024, 2 ** 32),
  ];
  if (dramWordBytes !== portBytes && dramWordBytes !== 2 * portBytes)
    problems.push(`dramWordBytes is ${dramWordBytes}: it must be portBytes, ${portBytes}, or twice as many`);
  if (problems.length === 0 && vectorLanes > portBytes)
    problems.push(`vectorLanes is ${vectorLanes}: it must not be above portBytes, ${portBytes}`);
  if (problems.length === 0 && parameters.activationBytes < 2 * portBytes)
    problems.push(`activationBytes is ${parameters.activationBytes}: it must be at least 2 * portBytes, ${2 * portBytes}`);
  if (problems.length === 0 && dramBytes > 2 ** 26 * portBytes)
    problems.push(`dramBytes is ${dramBytes}: it must not be above 2^26 port words`);
  if (problems.length === 0 && dramBytes < 2 * dramPorts * parameters.rowBytes)
    problems.push(`dramBytes is ${dramBytes}: less than two rows of ${parameters.rowBytes} bytes for each of ${dramPorts} ports`);
  if (problems.length === 0 && parameters.watchdogCycles <= longestSilence(parameters))
    problems.push(
      `watchdogCycles is ${parameters.watchdogCycles}: a command may take ${longestSilence(parameters)} without a word`,
    );
  if (!Number.isInteger(topK) || topK < 0 || topK > 64) problems.push(`topK is ${topK}: it must be a number from 0 to 64`);
  if (!Number.isInteger(buildId) || buildId < 0 || buildId >= 2 ** 32)
    problems.push(`buildId is ${buildId}: it must be a 32-bit number`);
  return problems;
}

/** The parameters themselves; throws a ParameterError that names every problem. */
export function checkParameters(parameters: AcceleratorParameters): AcceleratorParameters {
  const problems = parameterProblems(parameters);
  if (problems.length > 0) throw new ParameterError(problems);
  return parameters;
}

/** Address bits of a power of two. */
export function bitsFor(powerOfTwoCount: number): number {
  return Math.log2(powerOfTwoCount);
}

/** Bits that number `count` things from 0 on, at least 1. */
export function indexBits(count: number): number {
  return count > 1 ? (count - 1).toString(2).length : 1;
}

/**
 * Width of the accumulators. A sum of `columns` products of int8 and a trit lies in [-128 columns, 128 columns] (the upper end is reached
 * by -128 times -1), so `bits(128 columns) + 1` signed bits hold every one of its prefixes: with columns limited by the activation buffer
 * no overflow is possible, and the engine refuses longer rows before it starts.
 */
export function accumulatorWidth(columns: number): number {
  const width = (128 * columns).toString(2).length + 1;
  if (!Number.isInteger(columns) || columns < 1 || width > 32)
    throw new RangeError(`accumulators of ${columns} columns need ${width} bits`);
  return width;
}

/** One line for the person who runs the generator. */
export function summary(parameters: AcceleratorParameters): string {
  const { portBytes, vectorLanes, columns, dramPorts, fifoDepth, vectorElements, activationBytes, dramBytes } = parameters;
  return (
    `${portBytes * 8}-bit port: ${5 * portBytes * columns} products a cycle in ${columns} column${columns === 1 ? "" : "s"}, rows of up to ` +
    `${activationBytes}, at most ${2 ** parameterWidths.rows - 1} of them, ${accumulatorWidth(activationBytes)}-bit accumulators, ` +
    `${vectorLanes} vector lanes on ${vectorElements} elements, ${dramPorts} DRAM port${dramPorts === 1 ? "" : "s"} of ${fifoDepth} words, ` +
    `${dramBytes / 2 ** 20} MiB of DRAM`
  );
}
