/**
 * The one description of each machine that Ternel builds: clock, DRAM, flash, memory map and the accelerator's parameters. The SoC
 * (Python), the firmware (C header), the harness (C++) and the accelerator (TypeScript) all take their constants from here.
 */
import { arty } from "./arty/board.ts";
import type { Board } from "./board.ts";
import { ecpix5 } from "./ecpix5/board.ts";
import { ecp5Bitstream } from "./flash-map.ts";
import { machine, type Configuration } from "./machine.ts";
import { orangecrab } from "./orangecrab/board.ts";
import { ulx3s } from "./ulx3s/board.ts";

export type { AcceleratorConfiguration, AddressRange, Configuration, DramConfiguration, FlashConfiguration } from "./machine.ts";

/** The boards: what has pins, a bitstream and a flash to write. Each is also a configuration of this name. */
export const boards = { ulx3s, orangecrab, ecpix5, arty } as const satisfies Readonly<Record<string, Board>>;
export type BoardName = keyof typeof boards;

export function isBoardName(name: string): name is BoardName {
  return Object.hasOwn(boards, name);
}

/**
 * Every configuration by name. `ecp5` (a small ECP5 board) and `wide` (two parts side by side: no supported board carries it) exist for
 * the accelerator's sake, in simulation.
 */
export const configurations = {
  arty,
  ecp5: machine({
    name: "ecp5",
    clockHz: 75_000_000,
    dram: { module: "MT41K64M16", modules: 1, ratio: 2 },
    flash: "W25Q128JV",
    bitstream: ecp5Bitstream,
  }),
  wide: machine({
    name: "wide",
    clockHz: 100_000_000,
    dram: { module: "MT41K128M16", modules: 2, ratio: 4 },
    flash: arty.flash.module,
    bitstream: arty.flash.map.bitstream,
  }),
  ulx3s,
  orangecrab,
  ecpix5,
} as const satisfies Readonly<Record<string, Configuration>>;

export type BaseConfigurationName = keyof typeof configurations;

/** The accelerators that differ in more than the board around them: what is measured and compared. */
export const designNames = ["arty", "ecp5", "wide"] as const satisfies readonly BaseConfigurationName[];

/** A configuration, or one with other parameters, see {@link configurationNamed}. */
export type ConfigurationName = BaseConfigurationName | `${BaseConfigurationName}-${string}`;

/** Parameters of the accelerator, and the clock, that a name may change: by their letters, in the order in which a name has them. */
const variableParameters = { c: "columns", v: "vectorLanes", f: "fifoDepth", p: "dramPorts", m: "clockMHz" } as const;
export type VariableParameter = (typeof variableParameters)[keyof typeof variableParameters];

const variantPattern = new RegExp(
  `^(${Object.keys(configurations).join("|")})${Object.keys(variableParameters)
    .map((letter) => `(?:-${letter}([1-9]\\d{0,4}))?`)
    .join("")}$`,
);

/** The name of a configuration with other parameters; those that it has anyway are left out. */
export function variantName(
  base: BaseConfigurationName,
  changes: Readonly<Partial<Record<VariableParameter, number>>>,
): ConfigurationName {
  const { accelerator, clockHz } = configurations[base];
  const own = { ...accelerator, clockMHz: clockHz / 1e6 };
  const parts = Object.entries(variableParameters).map(([letter, parameter]) => {
    const value = changes[parameter];
    return value === undefined || value === own[parameter] ? "" : `-${letter}${value}`;
  });
  return `${base}${parts.join("")}` as ConfigurationName;
}

/** The configuration and what its name changes, or undefined. */
function parseName(name: string): Configuration | undefined {
  const match = variantPattern.exec(name);
  const [, baseName, ...values] = match ?? [];
  if (baseName === undefined) return undefined;
  const base = configurations[baseName as BaseConfigurationName];
  const changes = Object.fromEntries(
    Object.values(variableParameters).flatMap((parameter, i) => {
      const value = values[i];
      return value === undefined ? [] : [[parameter, Number(value)]];
    }),
  ) as Partial<Record<VariableParameter, number>>;
  const canonical = variantName(baseName as BaseConfigurationName, changes);
  const { clockMHz = base.clockHz / 1e6, ...accelerator } = changes;
  return canonical === name
    ? { ...base, name: canonical, clockHz: clockMHz * 1e6, accelerator: { ...base.accelerator, ...accelerator } }
    : undefined;
}

/**
 * The configuration of this name: a base's, or one with other parameters, such as `arty-c8-v8`: columns c, vector lanes v, FIFO depth f,
 * DRAM ports p, system clock m in MHz. Each is an ordinary build (`make sim CONFIG=arty-c8`). Whether the parameters can be built is
 * checked when the accelerator is elaborated. Throws a RangeError for a name that is none.
 */
export function configurationNamed(name: ConfigurationName): Configuration {
  const found = parseName(name);
  if (found === undefined) throw new RangeError(`no configuration is called ${name}`);
  return found;
}

/** Whether `name` names a configuration; for names that come from a command line. */
export function isConfigurationName(name: string): name is ConfigurationName {
  return parseName(name) !== undefined;
}
