// ternel bench matvec: one matrix streamed by the accelerator of the simulated SoC, counted by its own counters.
import { Argument, InvalidArgumentError, Option, type Command } from "commander";
import { configurations } from "../../boards/configuration.ts";
import { existing, flashOption, jsonOption, modelOption, socConfigOption, wholeNumber, type SocOptions } from "../options.ts";
import { printObject, table } from "../output.ts";
import { numberIn, objectIn } from "../reply.ts";
import { openSocSession } from "../targets/soc.ts";

interface BenchOptions extends SocOptions {
  readonly model: string;
  readonly shape: readonly [number, number];
  readonly rows?: number;
  readonly columns?: number;
  readonly json?: boolean;
}

/** What `bench --json` prints (docs/cli.md). */
export interface BenchResult {
  readonly config: string;
  readonly shape: string;
  readonly cycles: number;
  /** DRAM port words of weights that were read. */
  readonly beats: number;
  /** Bytes of weights that were read. */
  readonly bytes: number;
  /** beats / cycles: 1 is a weight word every cycle. */
  readonly efficiency: number;
  readonly stalls: Readonly<Record<string, number>>;
  /** How often the board's clock would do this in a second. */
  readonly tokensPerSecond: number;
  readonly clockHz: number;
  /** Every result equals the one computed by the CPU. */
  readonly equal: boolean;
}

function shape(text: string): [number, number] {
  const match = /^(\d{1,6})x(\d{1,6})$/.exec(text);
  if (match === null) throw new InvalidArgumentError("ROWSxCOLUMNS is needed, such as 1024x1024.");
  return [wholeNumber(1, 262_144)(match[1] ?? ""), wholeNumber(1, 32_768)(match[2] ?? "")];
}

/** Adds the verb to the program. */
export function addBench(program: Command): void {
  program
    .command("bench")
    .description("measure the accelerator in cycles on the simulated SoC")
    .addArgument(new Argument("<what>", "matvec: one matrix times a vector").choices(["matvec"]))
    .addOption(new Option("--shape <ROWSxCOLUMNS>", "shape of the matrix").argParser(shape).default([1024, 1024], "1024x1024"))
    .addOption(new Option("--rows <n>", "rows, in place of --shape").argParser(wholeNumber(1, 262_144)))
    .addOption(new Option("--columns <n>", "columns, in place of --shape").argParser(wholeNumber(1, 32_768)))
    .addOption(modelOption())
    .addOption(socConfigOption())
    .addOption(flashOption())
    .addOption(jsonOption())
    .action(async (_what: string, options: BenchOptions) => {
      const result = await benchMatvec(options, options.rows ?? options.shape[0], options.columns ?? options.shape[1]);
      if (options.json === true) printObject(result);
      else printTable(result);
      if (!result.equal) process.exitCode = 1;
    });
}

/** Boots the SoC and lets it multiply a pseudo-random matrix of this shape. */
export async function benchMatvec(
  options: SocOptions & { readonly model: string },
  rows: number,
  columns: number,
): Promise<BenchResult> {
  const session = await openSocSession(existing(options.model), options);
  try {
    const reply = await session.send(`/bench matvec ${rows} ${columns}`);
    const { clockHz } = configurations[options.config];
    const stalls = objectIn(reply, "stalls");
    const cycles = numberIn(reply, "cycles");
    const beats = numberIn(reply, "beats");
    return {
      config: options.config,
      shape: `${rows}x${columns}`,
      cycles,
      beats,
      bytes: numberIn(reply, "bytes"),
      efficiency: beats / cycles,
      stalls: Object.fromEntries(Object.keys(stalls).map((name) => [name, numberIn(stalls, name)])),
      tokensPerSecond: clockHz / cycles,
      clockHz,
      equal: reply["equal"] === true,
    };
  } finally {
    await session.close();
  }
}

function printTable(result: BenchResult): void {
  const percent = `${(100 * result.efficiency).toFixed(1)}%`;
  table(
    ["config", "shape", "cycles", "beats", "bytes", "efficiency", "per second", "equal"],
    [
      [
        result.config,
        result.shape,
        result.cycles,
        result.beats,
        result.bytes,
        percent,
        result.tokensPerSecond.toFixed(0),
        result.equal ? "yes" : "NO",
      ],
    ],
  );
  const causes = Object.entries(result.stalls).map(([cause, cycles]) => `${cause} ${cycles}`);
  process.stdout.write(`stalled cycles by cause: ${causes.join(", ")}\n`);
}
