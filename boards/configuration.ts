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

/** Parameters of the accelerator, checked again when it is elaborated. */
export interface AcceleratorConfiguration {
  /** Width of the weight port in bytes: columns of weights a cycle. */
  readonly portBytes: number;
  /** Longest row, in columns (the padded length), that a command may name. */
  readonly columnsMax: number;
  /** Capacity of the activation buffer: one int8 for each column. */
  readonly activationBytes: number;
  /** Results (int32) that wait for the CPU before the weight stream stalls. */
  readonly resultDepth: number;
  /** Port words of weights that may be requested or waiting. */
  readonly fifoDepth: number;
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

export type ConfigurationName = "arty" | "ecp5" | "wide";

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
  name: ConfigurationName,
  clockHz: number,
  part: Pick<DramConfiguration, "module" | "modules" | "ratio">,
): Configuration {
  const dataBits = 16 * part.modules;
  const portBytes = (dataBits / 8) * 2 * part.ratio;
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
    // 2048 results: a matrix of 1024 rows streams to its end with the CPU asleep. 128 words: a refresh (about 40 cycles of DRAM silence)
    // is covered by what was already requested.
    accelerator: { portBytes, columnsMax: 16 * KiB, activationBytes: 16 * KiB, resultDepth: 2048, fifoDepth: 128 },
  };
}

/** Every configuration by name. `wide` (two parts side by side) exists for the accelerator's sake: no supported board carries it. */
export const configurations: Readonly<Record<ConfigurationName, Configuration>> = {
  arty: machine("arty", 100_000_000, { module: "MT41K128M16", modules: 1, ratio: 4 }),
  ecp5: machine("ecp5", 75_000_000, { module: "MT41K64M16", modules: 1, ratio: 2 }),
  wide: machine("wide", 100_000_000, { module: "MT41K128M16", modules: 2, ratio: 4 }),
};

/** Whether `name` names a configuration; for names that come from a command line. */
export function isConfigurationName(name: string): name is ConfigurationName {
  return Object.hasOwn(configurations, name);
}
