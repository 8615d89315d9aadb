// What a board's project takes of a Xilinx 7 series FPGA, by Yosys's synthesis alone: there is no free place and route for it here.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TernelError } from "../../models/errors.ts";
import { runTool, type Tools } from "../bitstream/tool.ts";
import type { VivadoProject } from "./vivado-project.ts";

/** What a device has; Xilinx DS180. */
export const devices = {
  xc7a35t: { lut6: 20_800, ff: 41_600, ramb36: 50, dsp48: 90 },
  xc7a100t: { lut6: 63_400, ff: 126_800, ramb36: 135, dsp48: 240 },
} as const satisfies Readonly<Record<string, Resources>>;
export type DeviceName = keyof typeof devices;

export function isDeviceName(name: string): name is DeviceName {
  return Object.hasOwn(devices, name);
}

/** Kinds of cells, and how many of each. */
export interface Resources {
  /** Six-input LUTs, those that are RAM or shift registers included. */
  readonly lut6: number;
  readonly ff: number;
  /** RAMB36; a RAMB18 counts half. */
  readonly ramb36: number;
  readonly dsp48: number;
}

export interface ResourceReport {
  readonly device: DeviceName;
  readonly yosys: string;
  readonly used: Resources;
  readonly available: Resources;
  readonly fits: boolean;
}

/** Cells by name in the last `stat` of Yosys's output. */
export function countCells(text: string): ReadonlyMap<string, number> {
  const last = text.slice(text.lastIndexOf("Number of cells:") + 1);
  const cells = new Map<string, number>();
  for (const [, before, name, after] of last.matchAll(/^ +(\d+)? +(?:- +)?([A-Z][A-Z0-9_]+)(?: +(\d+))?$/gm)) {
    if (name !== undefined) cells.set(name, Number(before ?? after));
  }
  return cells;
}

/** The resources that cells take; a RAM64M is four LUTs, a RAM32M, which holds six bits and two addresses, as well. */
export function resourcesOf(cells: ReadonlyMap<string, number>): Resources {
  const lutsOf = (name: string): number => {
    if (/^LUT[1-6]$/.test(name)) return 1;
    if (name === "RAM32M" || name === "RAM64M") return 4;
    if (name === "RAM32X1D" || name === "RAM64X1D") return 2;
    return name.startsWith("SRL") ? 1 : 0;
  };
  const sum = (weight: (name: string) => number): number =>
    [...cells].reduce((all, [name, count]) => all + count * weight(name), 0);
  return {
    lut6: sum(lutsOf),
    ff: sum((name) => (/^FD[A-Z]+E$/.test(name) ? 1 : 0)),
    ramb36: sum((name) => (name === "RAMB36E1" ? 1 : name === "RAMB18E1" ? 0.5 : 0)),
    dsp48: sum((name) => (name === "DSP48E1" ? 1 : 0)),
  };
}

/** Whether each kind fits. */
export function fitsIn(used: Resources, available: Resources): boolean {
  return (Object.keys(available) as (keyof Resources)[]).every((kind) => used[kind] <= available[kind]);
}

/** Synthesises a project in its own folder; its log lies beside that. Takes minutes. */
export async function reportResources(
  { folder, top, sources }: VivadoProject,
  device: DeviceName,
  tools: Tools,
): Promise<ResourceReport> {
  const script = [
    `read_verilog ${sources.join(" ")}`,
    `synth_xilinx -family xc7 -flatten -abc9 -top ${top}`,
    "tee -o yosys_stat.txt stat",
  ].join("; ");
  const log = `${folder}.yosys.log`;
  await runTool(tools.yosys, ["-p", script], { folder, log });
  const used = resourcesOf(countCells(readFileSync(join(folder, "yosys_stat.txt"), "utf8")));
  if (used.lut6 === 0) throw new TernelError("toolAnswer", `yosys counted no LUT; log: ${log}`);
  const yosys = /Yosys [\d.]+/.exec(readFileSync(log, "utf8"))?.[0] ?? "Yosys";
  const available = devices[device];
  return { device, yosys, used, available, fits: fitsIn(used, available) };
}
