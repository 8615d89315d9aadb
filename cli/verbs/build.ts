// ternel build: a board's bitstream, with the clocks met.
import { relative } from "node:path";
import { Option, type Command } from "commander";
import { boards, type BoardName } from "../../boards/configuration.ts";
import { TernelError } from "../../models/errors.ts";
import { jsonOption, wholeNumber } from "../options.ts";
import { printObject, table } from "../output.ts";
import { startProgress } from "../progress.ts";
import type { BitstreamResult } from "../bitstream/bitstream.ts";

interface BuildOptions {
  readonly board: BoardName;
  readonly seed: number;
  readonly seeds: number;
  readonly blink?: boolean;
  readonly device?: string;
  readonly resources: boolean;
  readonly json?: boolean;
}

/** Adds the verb to the program. */
export function addBuild(program: Command): void {
  program
    .command("build")
    .description(
      "build a board's bitstream: Verilog, synthesis, place and route; an error when a clock is missed; for arty the project",
    )
    .addOption(new Option("--board <name>", "the board").choices(Object.keys(boards)).makeOptionMandatory())
    .addOption(new Option("--seed <n>", "of the placement").argParser(wholeNumber(1, 2 ** 31 - 1)).default(1))
    .addOption(
      new Option("--seeds <n>", "try up to so many seeds, until one meets every clock").argParser(wholeNumber(1, 100)).default(1),
    )
    .addOption(new Option("--blink", "the self-test: no DRAM, no model"))
    .addOption(new Option("--device <name>", "arty: the FPGA on it, xc7a35t or xc7a100t"))
    .addOption(new Option("--no-resources", "arty: only write the project, without what it takes of the FPGA"))
    .addOption(jsonOption())
    .action(async (options: BuildOptions) => {
      const { board, seed, seeds, blink = false, device, resources, json = false } = options;
      // What does the work is loaded here only: the whole hardware language would slow down every other verb.
      if (boards[board].fpga.family === "7series") {
        const { buildForVivado } = await import("../vivado/print-vivado.ts");
        await buildForVivado({ board, blink, resources, ...(device === undefined ? {} : { device }) }, json);
        return;
      }
      if (device !== undefined && device !== boards[board].fpga.device)
        throw new TernelError("argument", `--device ${device}: ${board} has ${boards[board].fpga.device}`);
      const { bitstreamPaths, buildBitstream } = await import("../bitstream/bitstream.ts");
      const progress = startProgress(`building ${board}`, 3 + seeds, "steps");
      const onStep = (name: string, index: number): void => {
        progress.update(index);
        if (!process.stderr.isTTY) process.stderr.write(`${board}: ${name}\n`);
      };
      const result = await buildBitstream({ board, seed, seeds, blink, onStep }).finally(progress.stop);
      if (json) printObject(result);
      else await printSummary(result, relative(process.cwd(), bitstreamPaths(board, blink).result));
    });
}

/** What people want to know: how full, how fast, what is slowest, where it lies. */
async function printSummary(result: BitstreamResult, file: string): Promise<void> {
  const { pathBySignal } = await import("../bitstream/route-report.ts");
  const kinds = [
    ["LUT4", result.lut4],
    ["FF", result.ff],
    ["EBR", result.ebr],
    ["DSP", result.dsp],
  ] as const;
  process.stdout.write(`${result.board}${result.blink ? " (self-test)" : ""}: ${result.device}, seed ${result.seed}\n\n`);
  table(
    ["cells", "used", "available", "%"],
    kinds.map(([name, { used, available }]) => [name, used, available, available === 0 ? 0 : Math.round((100 * used) / available)]),
  );
  process.stdout.write("\n");
  table(
    ["clock", "wanted (MHz)", "routed (MHz)", "slack (ns)"],
    result.clocks.map(({ name, wantedMHz, achievedMHz, slackNs }) => [name, wantedMHz, achievedMHz, slackNs]),
  );
  process.stdout.write(`\nslowest path of ${result.clocks.at(0)?.name ?? "no clock"}:\n`);
  table(
    ["ns", "signal", "source"],
    pathBySignal(result.criticalPath).map(({ delayNs, signal, location }) => [delayNs, signal, location ?? ""]),
  );
  const { file: bitstream, bytes, regionBytes, sha256 } = result.bitstream;
  process.stdout.write(`\n${bitstream}: ${bytes} of ${regionBytes} bytes, sha256 ${sha256.slice(0, 16)}; ${file}\n`);
}
