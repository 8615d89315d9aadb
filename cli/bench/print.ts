// A bench's result for people and for programs.
import { printObject, table } from "../output.ts";
import { paperBlock } from "./peers.ts";
import type { BenchResult, Whereabouts } from "./measurement.ts";

/** What the names of {@link Whereabouts} mean, in the order in which they are printed. */
export const whereaboutsMeaning: Readonly<Record<keyof Whereabouts, string>> = {
  weights: "a matrix took a word of weights",
  memory: "a matrix waited for DRAM: refresh, row turns",
  results: "a matrix waited for room for its results",
  pipeline: "a matrix filled or drained its pipeline",
  vector: "the vector unit worked",
  operands: "the vector unit waited for DRAM",
  commands: "between two commands",
  processor: "the CPU: before and after the list",
};

export const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)}%`;

/** Seconds that the paper's FPGA takes for its block, over those of this result at the same clock. */
export function ratioToPaper(result: BenchResult): number {
  return paperBlock.seconds / (result.cycles / paperBlock.clockHz);
}

export function printBench(result: BenchResult, json: boolean): void {
  if (json) {
    printObject(result.what === "block" ? { ...result, ratioToPaper: ratioToPaper(result) } : result);
    return;
  }
  table(
    ["config", "shape", "engine", "tokens", "cycles", "cycles/token", "weight beats", "efficiency", "tokens/s", "equal"],
    [
      [
        result.config,
        result.shape,
        result.engine,
        result.tokens,
        result.cycles,
        Math.round(result.cycles / result.tokens),
        result.beats,
        percent(result.beats, result.cycles),
        result.tokensPerSecond.toFixed(result.tokensPerSecond < 100 ? 2 : 0),
        result.equal ? "yes" : "NO",
      ],
    ],
  );
  process.stdout.write("\n");
  table(
    ["cycles", "", "what for"],
    Object.entries(whereaboutsMeaning).map(([name, meaning]) => {
      const cycles = result.stalls[name as keyof Whereabouts];
      return [cycles, percent(cycles, result.cycles), `${name}: ${meaning}`];
    }),
  );
  if (result.what === "block") {
    const { seconds, clockHz, source } = paperBlock;
    process.stdout.write(
      `\n${ratioToPaper(result).toFixed(0)} times as fast as ${seconds * 1000} ms, both at ${clockHz / 1e6} MHz (${source})\n`,
    );
  }
}
