// Synthesis, place and route, packing. A clock that is missed is an error, and then there is no bitstream.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { TernelError } from "../../models/errors.ts";
import type { Gateware } from "./gateware.ts";
import { readRouteReport, type RouteReport } from "./route-report.ts";
import type { DesignNames } from "./signal-origin.ts";
import { runTool, type Tools } from "./tool.ts";

export type StepName = "synthesise" | "route" | "pack";

export interface MakeOptions {
  readonly gateware: Gateware;
  /** Where the accelerator's signals come from, for the report. */
  readonly names: DesignNames | undefined;
  /** Of the placement; the same gateware and seed give the same bytes. */
  readonly seed: number;
  /** How many seeds to try at most, from `seed` on, until one meets every clock. */
  readonly seeds: number;
  /** Goes into the bitstream's comment, where {@link bitstreamBuildId} finds it. */
  readonly buildId: string;
  readonly tools: Tools;
  /** Folder for the logs. */
  readonly logs: string;
  /** Told each step as it begins. */
  readonly onStep: (step: StepName, title: string) => void;
}

/** A routed design that meets every clock, packed. */
export interface Made {
  readonly seed: number;
  readonly report: RouteReport;
  readonly bitstream: Uint8Array;
}

/** MHz with which the FPGA reads its bitstream: the fastest of the ECP5's own below 50, up to which all our flash parts take a plain read. */
const configurationClock = "38.8";

/** Yosys's script: LiteX's own way of reading, then synthesis without wide multiplexers, which cost placement more than they save. */
function synthesisScript({ top, sources }: Gateware, netlist: string): string {
  return [
    "verilog_defaults -push",
    "verilog_defaults -add -defer",
    `read_verilog ${sources.join(" ")}`,
    "verilog_defaults -pop",
    `attrmap -tocase keep -imap keep="true" keep=1 -imap keep="false" keep=0 -remove keep=0`,
    `synth_ecp5 -nowidelut -top ${top} -json ${netlist}`,
  ].join("; ");
}

/**
 * Makes the bitstream of a gateware folder; throws a TernelError that names the log of the step that failed. The tools run in that folder
 * and see only names relative to it, so no path of this machine reaches a netlist.
 */
export async function makeBitstream(options: MakeOptions): Promise<Made> {
  const { gateware, tools, logs, onStep } = options;
  const { folder, top } = gateware;
  const script = synthesisScript(gateware, netlistName(gateware));
  onStep("synthesise", "synthesising");
  await runTool(tools.yosys, ["-q", "-p", script], { folder, log: join(logs, "yosys.log") });
  const { seed, report } = await firstThatMeets(options);
  const packed = `${top}.bit`;
  nameBuild(join(folder, routedName(gateware, seed)), options.buildId);
  const pack = ["--compress", "--freq", configurationClock, "--input", routedName(gateware, seed), "--bit", packed];
  onStep("pack", "packing");
  await runTool(tools.ecppack, pack, { folder, log: join(logs, "ecppack.log") });
  return { seed, report, bitstream: readFileSync(join(folder, packed)) };
}

/**
 * The routed design is text, whose `.comment` lines ecppack puts before the bitstream's preamble; the FPGA passes over them. The first
 * line names the device and has to stay the first.
 */
function nameBuild(file: string, buildId: string): void {
  const text = readFileSync(file, "utf8");
  const end = text.indexOf("\n") + 1;
  writeFileSync(file, `${text.slice(0, end)}.comment Build: ${buildId}\n${text.slice(end)}`);
}

const netlistName = ({ top }: Gateware): string => `${top}.json`;
const routedName = ({ top }: Gateware, seed: number): string => `${top}-${seed}.config`;
const routeLog = (logs: string, seed: number): string => join(logs, `nextpnr-${seed}.log`);

interface Routed {
  readonly seed: number;
  readonly report: RouteReport;
}

/** The first seed that meets every clock; throws by how much the best one missed. */
async function firstThatMeets(options: MakeOptions): Promise<Routed> {
  const missed: Routed[] = [];
  for (let seed = options.seed; seed < options.seed + options.seeds; seed++) {
    options.onStep("route", `placing and routing, seed ${seed}`);
    const report = await route(options, seed);
    if (report.clocks.every(({ met }) => met)) return { seed, report };
    missed.push({ seed, report });
  }
  const slack = ({ report }: Routed): number => report.clocks.at(0)?.slackNs ?? 0;
  const best = missed.toSorted((a, b) => slack(b) - slack(a)).at(0);
  const clock = best?.report.clocks.at(0);
  if (best === undefined || clock === undefined) throw new TernelError("argument", `--seeds ${options.seeds}`);
  const log = relative(process.cwd(), routeLog(options.logs, best.seed));
  const { name, achievedMHz, wantedMHz } = clock;
  throw new TernelError("timingMissed", `${name}: ${achievedMHz} MHz of ${wantedMHz}, seed ${best.seed}; log: ${log}`);
}

/** One run of nextpnr. It fails where a clock is missed; the report, written all the same, then says by how much. */
async function route({ gateware, names, tools, logs }: MakeOptions, seed: number): Promise<RouteReport> {
  const { folder, architecture, package: packageName, speed, constraints } = gateware;
  const reportName = `report-${seed}.json`;
  const reportPath = join(folder, reportName);
  const log = routeLog(logs, seed);
  rmSync(reportPath, { force: true });
  const part = [`--${architecture}`, "--package", packageName, "--speed", speed];
  const files = ["--json", netlistName(gateware), "--lpf", constraints, "--textcfg", routedName(gateware, seed)];
  let failure: unknown;
  try {
    await runTool(tools.nextpnr, [...part, ...files, "--report", reportName, "--seed", `${seed}`], { folder, log });
  } catch (error) {
    failure = error;
  }
  const report = existsSync(reportPath) ? readRouteReport(readFileSync(reportPath, "utf8"), names) : undefined;
  const missed = report?.clocks.some(({ met }) => !met) ?? false;
  if (failure instanceof Error && !missed) throw failure;
  if (report === undefined || report.clocks.length === 0)
    throw new TernelError("toolAnswer", `${basename(tools.nextpnr)} reports no clock; log: ${relative(process.cwd(), log)}`);
  return report;
}
