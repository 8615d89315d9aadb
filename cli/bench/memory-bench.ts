// The memory without a model: hw/soc/dram_bench.py measures this project's stream reader and LiteDRAM's own DMA reader on the same
// controller.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConfigurationName, DramConfiguration } from "../../boards/configuration.ts";
import { TernelError } from "../../models/errors.ts";
import { installedTools } from "../bitstream/tool.ts";
import { makeTargets } from "../make.ts";
import { buildPaths, projectRoot } from "../paths.ts";
import { numberIn, textIn, type Reply } from "../reply.ts";
import { kept, keyOf } from "./kept.ts";

/** One run of the memory's bench, in cycles. */
export interface MemoryRun {
  /** "1 MiB", "1 MiB LiteDRAMDMAReader", "layers of 370M", ... */
  readonly run: string;
  readonly cycles: number;
  /** Port words read. */
  readonly beats: number;
  /** Those of them that were weights. */
  readonly weights: number;
  /** Cycles without data: for refresh, turns between reading and writing, opening of rows, and because nothing was asked for. */
  readonly refresh: number;
  readonly turn: number;
  readonly row: number;
  readonly unasked: number;
}

/**
 * The share of time that refreshes leave over, whatever the controller: a refresh takes tRFC every tREFI = 7.8125 us (JESD79-3F at up to
 * 85 degrees). tRFC by the part's capacity: 110 ns for 1 Gbit, 160 ns for 2 Gbit, 260 ns for 4 Gbit; SDR: 66 ns for 256 Mbit.
 */
export function refreshLimit(module: DramConfiguration["module"]): number {
  const refreshNanoseconds = { MT41K64M16: 110, MT41K128M16: 160, MT41K256M16: 260, MT48LC16M16: 66 } as const;
  return 1 - refreshNanoseconds[module] / 7812.5;
}

function memoryRun(line: string): MemoryRun {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new TernelError("toolAnswer", line.slice(0, 200));
  }
  const reply = value as Reply;
  const [cycles, beats, weights, refresh, turn, row, unasked] = (
    ["cycles", "beats", "weights", "refresh", "turn", "row", "unasked"] as const
  ).map((name) => numberIn(reply, name)) as [number, number, number, number, number, number, number];
  return { run: textIn(reply, "run"), cycles, beats, weights, refresh, turn, row, unasked };
}

/** All runs on a configuration's memory controller: about a minute. */
export async function benchMemory(config: ConfigurationName): Promise<readonly MemoryRun[]> {
  await makeTargets(["sim"], config);
  const { description, simulator } = buildPaths(config);
  // The simulator stands for the reader, the controller and the model of DRAM, which it has as well.
  const sources = ["dram_bench.py", "dram_bench.cpp", "dram_bench_design.py", "dram_bench_runs.py"];
  const contents = sources.map((name) => readFileSync(join(projectRoot, "hw/soc", name)));
  return kept(`memory-${config}`, keyOf(readFileSync(simulator), ...contents), () => {
    process.stderr.write(`measuring: the memory of ${config}\n`);
    const args = ["-m", "hw.soc.dram_bench", "--configuration", description, "--json"];
    const output = execFileSync(installedTools.python, args, {
      cwd: projectRoot,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    return Promise.resolve(output.trim().split("\n").map(memoryRun));
  });
}
