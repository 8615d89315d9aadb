// `ternel build`: a board's bitstream from the sources, and what is known of it.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { boards, type BoardName } from "../../boards/configuration.ts";
import { TernelError } from "../../models/errors.ts";
import { builtId } from "../flash-image.ts";
import { buildPaths } from "../paths.ts";
import { generateGateware } from "./gateware.ts";
import { makeBitstream, type StepName } from "./make-bitstream.ts";
import type { RouteReport } from "./route-report.ts";
import type { DesignNames } from "./signal-origin.ts";
import { installedTools } from "./tool.ts";

export interface BitstreamOptions {
  readonly board: BoardName;
  /** The self-test: no DRAM, no accelerator. */
  readonly blink: boolean;
  readonly seed: number;
  readonly seeds: number;
  /** Told each step as it begins, and how many have ended. */
  readonly onStep: (title: string, done: number) => void;
}

/** What was built; also build/<board>/bitstream.json. */
export interface BitstreamResult extends RouteReport {
  readonly board: BoardName;
  readonly blink: boolean;
  readonly device: string;
  readonly seed: number;
  /** The configuration's and the accelerator's, see boards/build-id.ts: firmware of another build does not go with this bitstream. */
  readonly buildId: string;
  readonly bitstream: { readonly file: string; readonly bytes: number; readonly sha256: string; readonly regionBytes: number };
  readonly seconds: Readonly<Record<"generate" | StepName, number>>;
}

/** Where a build of a board leaves things. */
export function bitstreamPaths(board: BoardName, blink: boolean) {
  const { folder } = buildPaths(board);
  const work = join(folder, blink ? "blink" : "bitstream");
  return {
    /** Logs of the tools. */
    logs: work,
    /** Sources, netlist, routed design. */
    gateware: join(work, "gateware"),
    bitstream: join(folder, `${blink ? "blink" : "ternel"}_${board}.bit`),
    result: join(folder, blink ? "blink.json" : "bitstream.json"),
  } as const;
}

/** Builds the bitstream; a build that fails leaves none, not even that of an earlier build. */
export async function buildBitstream({ board, blink, seed: first, seeds, onStep }: BitstreamOptions): Promise<BitstreamResult> {
  const { fpga, flash } = boards[board];
  if (fpga.family !== "ecp5") throw new TernelError("argument", `--board ${board}: only ECP5 boards can be placed and routed here`);
  const paths = bitstreamPaths(board, blink);
  rmSync(paths.bitstream, { force: true });
  rmSync(paths.result, { force: true });
  mkdirSync(paths.logs, { recursive: true });

  const seconds = { generate: 0, synthesise: 0, route: 0, pack: 0 };
  let current: keyof typeof seconds = "generate";
  let started = performance.now();
  let done = 0;
  const begin = (step: keyof typeof seconds, title: string): void => {
    seconds[current] += Math.round((performance.now() - started) / 1000);
    [current, started] = [step, performance.now()];
    onStep(title, done++);
  };

  begin("generate", "generating");
  const gateware = await generateGateware({ board, blink, folder: paths.gateware, logs: paths.logs, tools: installedTools });
  const namesFile = join(buildPaths(board).verilog, "names.json");
  const names = blink ? undefined : (JSON.parse(readFileSync(namesFile, "utf8")) as DesignNames);
  const buildId = builtId(board);
  const options = { buildId, gateware, names, seed: first, seeds, tools: installedTools, logs: paths.logs, onStep: begin };
  const { seed, report, bitstream } = await makeBitstream(options);
  begin("pack", "writing");

  const regionBytes = flash.map.bitstream.bytes;
  if (bitstream.length > regionBytes) throw new TernelError("imageBitstream", `${bitstream.length} of ${regionBytes} bytes`);
  writeFileSync(paths.bitstream, bitstream);
  const result: BitstreamResult = {
    board,
    blink,
    device: `${fpga.device}-${fpga.speed}${fpga.package}`,
    seed,
    buildId,
    ...report,
    bitstream: {
      file: relative(process.cwd(), paths.bitstream),
      bytes: bitstream.length,
      sha256: createHash("sha256").update(bitstream).digest("hex"),
      regionBytes,
    },
    seconds,
  };
  writeFileSync(paths.result, `${JSON.stringify(result, null, 2)}\n`);
  return result;
}
