/** What a configuration consists of, and how the sizes of a machine follow from its parts. */
import type { AcceleratorParameters } from "../hw/accel/parameters.ts";
import { flashMap, type BitstreamPlace, type FlashMap } from "./flash-map.ts";

/** A range of the CPU's address space, in bytes. */
export interface AddressRange {
  readonly origin: number;
  readonly bytes: number;
}

/** What LiteDRAM calls the parts that the machines carry. */
export type DramModule = "MT41K64M16" | "MT41K128M16" | "MT41K256M16" | "MT48LC16M16";

/** DRAM as the board carries it. */
export interface DramConfiguration {
  readonly type: "DDR3" | "SDR";
  /** LiteDRAM's name of the part. */
  readonly module: DramModule;
  /** Number of parts side by side; each adds 16 data lines. */
  readonly modules: number;
  /** Data lines to the DRAM. */
  readonly dataBits: number;
  /** DRAM clocks in one system clock: 4 on Xilinx 7 series, 2 on ECP5. */
  readonly ratio: 2 | 4;
  /** Bytes that the DRAM can carry in one system clock: dataBits / 8 * edges * ratio, with two edges for DDR3, one for SDR. */
  readonly portBytes: number;
  readonly bytes: number;
}

/** LiteSPI's names of the flash parts that the machines carry. */
export type FlashModule = "W25Q128JV" | "IS25LP128" | "S25FL128S" | "S25FL256S";

export interface FlashConfiguration {
  readonly module: FlashModule;
  /** The bytes that addresses of 24 bits reach: of a larger part the first 16 MiB. */
  readonly bytes: number;
  readonly map: FlashMap;
}

/** What a configuration says of its accelerator; DRAM's size and the build's identity follow from the rest of it. */
export type AcceleratorConfiguration = Omit<AcceleratorParameters, "dramBytes" | "buildId">;

/** Where the boot puts things in DRAM (addresses of the CPU). The arena begins behind the container, rounded up to 64 bytes. */
export interface DramLayout {
  /** Stage 1 with its .bss and stack. */
  readonly stage1: AddressRange;
  /** The model container, copied verbatim from flash, and behind it the arena, up to the end of DRAM. */
  readonly model: AddressRange;
}

/** The CPU's address map. */
export type MemoryMap = Readonly<Record<"flash" | "sram" | "mainRam" | "accelerator" | "csr", AddressRange>>;

export interface Configuration {
  /** As {@link configurationNamed} in configuration.ts takes it. */
  readonly name: string;
  readonly clockHz: number;
  readonly dram: DramConfiguration;
  readonly dramLayout: DramLayout;
  readonly flash: FlashConfiguration;
  readonly memory: MemoryMap;
  readonly accelerator: AcceleratorConfiguration;
}

const KiB = 1024;
const MiB = 1024 * KiB;
const flashBytes = 16 * MiB;
const mainRamOrigin = 0x4000_0000;
const stage1Bytes = 1 * MiB;
const modelOrigin = mainRamOrigin + 2 * MiB;

/** Of each DRAM part, all with 16 data lines: kind, capacity, bytes of a row (2^columns * 2). */
const dramParts: Readonly<Record<DramModule, { type: DramConfiguration["type"]; bytes: number; rowBytes: number }>> = {
  MT41K64M16: { type: "DDR3", bytes: 128 * MiB, rowBytes: 2 * KiB },
  MT41K128M16: { type: "DDR3", bytes: 256 * MiB, rowBytes: 2 * KiB },
  MT41K256M16: { type: "DDR3", bytes: 512 * MiB, rowBytes: 2 * KiB },
  MT48LC16M16: { type: "SDR", bytes: 32 * MiB, rowBytes: 1 * KiB },
};

/** The parts of a machine, from which everything else follows. */
export interface Machine<Name extends string = string> {
  readonly name: Name;
  readonly clockHz: number;
  readonly dram: Pick<DramConfiguration, "module" | "modules" | "ratio">;
  readonly flash: FlashModule;
  readonly bitstream: BitstreamPlace;
}

/** The configuration of a machine. Throws a RangeError where its flash has no room. */
export function machine<Name extends string>(parts: Machine<Name>): Configuration & { readonly name: Name } {
  const { name, clockHz, dram } = parts;
  const { type, bytes: partBytes, rowBytes } = dramParts[dram.module];
  const dataBits = 16 * dram.modules;
  const portBytes = (dataBits / 8) * (type === "SDR" ? 1 : 2) * dram.ratio;
  const wide = dram.modules > 1;
  const bytes = dram.modules * partBytes;
  return {
    name,
    clockHz,
    dram: { type, ...dram, dataBits, portBytes, bytes },
    dramLayout: {
      stage1: { origin: mainRamOrigin, bytes: stage1Bytes },
      model: { origin: modelOrigin, bytes: mainRamOrigin + bytes - modelOrigin },
    },
    flash: { module: parts.flash, bytes: flashBytes, map: flashMap(flashBytes, parts.bitstream) },
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
      portBytes: Math.max(8, portBytes),
      dramWordBytes: type === "SDR" ? Math.max(8, portBytes) : dataBits,
      vectorLanes: wide ? 8 : 4,
      columns: wide ? 8 : 1,
      dramPorts: 2,
      fifoDepth: 1024,
      rowBytes: rowBytes * dram.modules,
      vectorElements: 8192,
      activationBytes: 8 * KiB,
      stateElements: 2048,
      topK: 64,
      resultDepth: 16,
      watchdogCycles: 2 ** 20,
    },
  };
}
