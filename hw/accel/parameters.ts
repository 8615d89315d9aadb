/** The accelerator's parameters, checked before anything is built from them. */
import { parameterWidths, windows } from "./registers.ts";

/** Everything that distinguishes one accelerator from another. Sizes are powers of two. */
export interface AcceleratorParameters {
  /** Bytes of a DRAM port word: 8, 16, 32 or 64. Also the columns a cycle. */
  readonly portBytes: number;
  /** Bytes of the activation buffer = the most columns a matrix may have: 2 * portBytes to 16384. */
  readonly activationBytes: number;
  /** Results the FIFO holds: 16 to 4096. */
  readonly resultDepth: number;
  /** Port words the weight FIFO holds: 16 to 4096. */
  readonly fifoDepth: number;
  /** Bytes of DRAM that may be read: up to 2^32. The engine never asks for an address beyond. */
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

const activationWindowBytes = windows.find((window) => window.name === "ACTIVATION")?.bytes ?? 0;

function powerOfTwo(name: string, given: number, least: number, most: number): string[] {
  const right = Number.isInteger(given) && given >= least && given <= most && Number.isInteger(Math.log2(given));
  return right ? [] : [`${name} is ${given}: it must be a power of two from ${least} to ${most}`];
}

/** What is wrong with the parameters, one line each; empty where they can be built. */
export function parameterProblems(parameters: AcceleratorParameters): readonly string[] {
  const { portBytes, activationBytes, resultDepth, fifoDepth, dramBytes, buildId } = parameters;
  const problems = [
    ...powerOfTwo("portBytes", portBytes, 8, 64),
    ...powerOfTwo("activationBytes", activationBytes, 2 * portBytes, activationWindowBytes),
    ...powerOfTwo("resultDepth", resultDepth, 16, 4096),
    ...powerOfTwo("fifoDepth", fifoDepth, 16, 4096),
    ...powerOfTwo("dramBytes", dramBytes, 1024, 2 ** 32),
  ];
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

/** Port words that DRAM holds: the address's range. */
export function dramWords(parameters: AcceleratorParameters): number {
  return parameters.dramBytes / parameters.portBytes;
}

/** One line for the person who runs the generator. */
export function summary(parameters: AcceleratorParameters): string {
  const { portBytes, activationBytes, resultDepth, fifoDepth, dramBytes } = parameters;
  return (
    `${portBytes * 8}-bit port: ${5 * portBytes} products a cycle, up to ${activationBytes} columns and ${2 ** parameterWidths.rows - 1} rows, ` +
    `${accumulatorWidth(activationBytes)}-bit accumulators, FIFOs of ${fifoDepth} port words and ${resultDepth} results, ${dramBytes / 2 ** 20} MiB of DRAM`
  );
}
