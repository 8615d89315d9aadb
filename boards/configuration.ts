/**
 * The one description of each machine that Ternel builds: clock, DRAM, flash, memory map and the accelerator's parameters. The SoC
 * (Python), the firmware (C header), the harness (C++) and the accelerator (TypeScript) all take their constants from here.
 */
import { flashMap, type FlashMap } from "./flash-map.ts";

/** A range of the CPU's address space, in bytes. */
export interface AddressRange {
  readonly origin: number;
  readonly bytes: number;
}

/** DRAM as the board carries it; `module` is LiteDRAM's name of the part. */
export interface DramConfiguration {
  readonly module: "MT41K64M16" | "MT41K128M16";
  /** Number of parts side by side; each adds 16 data lines. */
  readonly modules: number;
  /** Data lines to the DRAM. */
  readonly dataBits: number;
  /** DRAM clocks in one system clock: 4 on Xilinx 7 series, 2 on ECP5. */
  readonly ratio: 2 | 4;
  /** Bytes that the accelerator's port can carry in one system clock: dataBits / 8 * 2 edges * ratio. */
  readonly portBytes: number;
  readonly bytes: number;
}

/** Parameters of the accelerator, checked again when it is elaborated (hw/accel/parameters.ts says what they may be). */
export interface AcceleratorConfiguration {
  /** Width of the DRAM ports in bytes: columns of weights a cycle. */
  readonly portBytes: number;
  /** Width of a word of the DRAM controller, a burst of eight, in bytes. */
  readonly dramWordBytes: number;
  /** Elements that the vector unit takes a cycle. */
  readonly vectorLanes: number;
  /** Activation columns that share one pass over the weights: tokens of a prompt, or sequences. */
  readonly columns: number;
  /** DRAM ports of the stream reader; they take turns by DRAM row. */
  readonly dramPorts: number;
  /** Port words that each of these ports may have requested or waiting. */
  readonly fifoDepth: number;
  /** Bytes of a DRAM row over all parts. */
  readonly rowBytes: number;
  /** Elements of one of the two vector banks, for one column. */
  readonly vectorElements: number;
  /** Capacity of the activation buffer, for one column: one int8 for each column of a matrix. */
  readonly activationBytes: number;
  /** Elements of the state memory: the largest dimension of a model. */
  readonly stateElements: number;
  /** Entries of the sorted list of largest logits; 0: none. */
  readonly topK: number;
  /** Results that wait between the rescaler and whoever takes them. */
  readonly resultDepth: number;
  /** Cycles without progress after which a command list is given up. */
  readonly watchdogCycles: number;
}

/** Where the boot puts things in DRAM (addresses of the CPU). The arena begins behind the container, rounded up to 64 bytes. */
export interface DramLayout {
  /** Stage 1 with its .bss and stack. */
  readonly stage1: AddressRange;
  /** The model container, copied verbatim from flash, and behind it the arena, up to the end of DRAM. */
  readonly model: AddressRange;
}

/** The CPU's address map. */
export type MemoryMap = Readonly<Record<"flash" | "sram" | "mainRam" | "accelerator" | "csr", AddressRange>>;

export type BaseConfigurationName = "arty" | "ecp5" | "wide";

/** A configuration, or one with other parameters of the accelerator, see {@link configurationNamed}. */
export type ConfigurationName = BaseConfigurationName | `${BaseConfigurationName}-${string}`;

export interface Configuration {
  readonly name: ConfigurationName;
  readonly clockHz: number;
  readonly dram: DramConfiguration;
  readonly dramLayout: DramLayout;
  readonly flash: { readonly module: "W25Q128JV"; readonly bytes: number; readonly map: FlashMap };
  readonly memory: MemoryMap;
  readonly accelerator: AcceleratorConfiguration;
}

const KiB = 1024;
const MiB = 1024 * KiB;
const flashBytes = 16 * MiB;
const mainRamOrigin = 0x4000_0000;
const stage1Bytes = 1 * MiB;
const modelOrigin = mainRamOrigin + 2 * MiB;

function machine(
  name: BaseConfigurationName,
  clockHz: number,
  part: Pick<DramConfiguration, "module" | "modules" | "ratio">,
): Configuration {
  const dataBits = 16 * part.modules;
  const portBytes = (dataBits / 8) * 2 * part.ratio;
  const wide = part.modules > 1;
  const bytes = part.modules * (part.module === "MT41K64M16" ? 128 * MiB : 256 * MiB);
  return {
    name,
    clockHz,
    dram: { ...part, dataBits, portBytes, bytes },
    dramLayout: {
      stage1: { origin: mainRamOrigin, bytes: stage1Bytes },
      model: { origin: modelOrigin, bytes: mainRamOrigin + bytes - modelOrigin },
    },
    flash: { module: "W25Q128JV", bytes: flashBytes, map: flashMap(flashBytes) },
    memory: {
      flash: { origin: 0x0000_0000, bytes: flashBytes },
      sram: { origin: 0x1000_0000, bytes: 16 * KiB },
      mainRam: { origin: mainRamOrigin, bytes },
      accelerator: { origin: 0x9000_0000, bytes: 64 * KiB },
      csr: { origin: 0xf000_0000, bytes: 64 * KiB },
    },
    // 2 x 1024 words: the weights run ahead by what DRAM sends during the longest vector pass of a layer. A model of d = 2048, inter = 5632
    // (1.3B) takes d + max(inter, 2d) = 7680 elements of a bank.
    accelerator: {
      portBytes,
      dramWordBytes: dataBits,
      vectorLanes: wide ? 8 : 4,
      columns: wide ? 8 : 1,
      dramPorts: 2,
      fifoDepth: 1024,
      rowBytes: 2 * KiB * part.modules,
      vectorElements: 8192,
      activationBytes: 8 * KiB,
      stateElements: 2048,
      topK: 64,
      resultDepth: 16,
      watchdogCycles: 2 ** 20,
    },
  };
}

/** Every configuration by name. `wide` (two parts side by side) exists for the accelerator's sake: no supported board carries it. */
export const configurations: Readonly<Record<BaseConfigurationName, Configuration>> = {
  arty: machine("arty", 100_000_000, { module: "MT41K128M16", modules: 1, ratio: 4 }),
  ecp5: machine("ecp5", 75_000_000, { module: "MT41K64M16", modules: 1, ratio: 2 }),
  wide: machine("wide", 100_000_000, { module: "MT41K128M16", modules: 2, ratio: 4 }),
};

/** Parameters of the accelerator that a name may change, by their letters, in the order in which a name has them. */
const variableParameters = { c: "columns", v: "vectorLanes", f: "fifoDepth", p: "dramPorts" } as const;
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
  const { accelerator } = configurations[base];
  const parts = Object.entries(variableParameters).map(([letter, parameter]) => {
    const value = changes[parameter];
    return value === undefined || value === accelerator[parameter] ? "" : `-${letter}${value}`;
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
  const canonical = variantName(base.name as BaseConfigurationName, changes);
  return canonical === name ? { ...base, name: canonical, accelerator: { ...base.accelerator, ...changes } } : undefined;
}

/**
 * The configuration of this name: a base's, or one with other parameters of the accelerator, such as `arty-c8-v8`: columns c, vector
 * lanes v, FIFO depth f, DRAM ports p. Each is an ordinary build (`make sim CONFIG=arty-c8`). Whether the parameters can be built is
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
