/** The files through which the other languages see a configuration: JSON for Python and the harness, C headers for the firmware. */
import { formatBuildId } from "./build-id.ts";
import type { Configuration } from "./machine.ts";
import {
  stage0Header,
  stage0HeaderBytes,
  stage0Magic,
  stage1Header,
  stage1HeaderBytes,
  stage1Magic,
  stage1Version,
} from "./stage-header.ts";

/** The text of build/<configuration>/configuration.json. */
export function emitConfigurationJson(configuration: Configuration, buildId: number): string {
  return JSON.stringify({ ...configuration, buildId: formatBuildId(buildId) }, undefined, 2) + "\n";
}

const provenance = (source: string): string => `// Generated from ${source}. Do not edit.\n#pragma once\n\n`;
const hexadecimal = (value: number): string => `0x${value.toString(16).padStart(8, "0")}u`;
const upperSnake = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase();
const define = (name: string, value: string): string => `#define ${name} ${value}\n`;

/** The text of ternel_configuration.h: clock, memory map, DRAM layout, the accelerator's parameters and the build id. */
export function emitConfigurationHeader(configuration: Configuration, buildId: number): string {
  const { memory, dramLayout, accelerator } = configuration;
  const ranges = Object.entries({
    FLASH: memory.flash,
    SRAM: memory.sram,
    MAIN_RAM: memory.mainRam,
    ACCELERATOR: memory.accelerator,
    CSR: memory.csr,
    STAGE1: dramLayout.stage1,
    MODEL: dramLayout.model,
  });
  let text = provenance("boards/configuration.ts");
  text += define("TERNEL_CONFIGURATION_NAME", `"${configuration.name}"`);
  text += define("TERNEL_BUILD_ID", hexadecimal(buildId));
  text += define("TERNEL_CLOCK_HZ", `${configuration.clockHz}u`);
  text += define("TERNEL_FLASH_MODULE", `"${configuration.flash.module}"`);
  text += "\n// Address ranges of the CPU; the arena begins behind the container in MODEL, rounded up to 64 bytes.\n";
  for (const [name, range] of ranges) {
    text += define(`TERNEL_${name}_ORIGIN`, hexadecimal(range.origin));
    text += define(`TERNEL_${name}_BYTES`, hexadecimal(range.bytes));
  }
  text += "\n// The accelerator as it was elaborated.\n";
  for (const [name, value] of Object.entries(accelerator)) text += define(`TERNEL_ACCELERATOR_${upperSnake(name)}`, `${value}u`);
  return text;
}

/** The text of ternel_flash_map.h: where things lie in flash, and the stages' headers. */
export function emitFlashMapHeader(configuration: Configuration): string {
  let text = provenance("boards/flash-map.ts and boards/stage-header.ts");
  text += "// Offsets from the beginning of the flash.\n";
  for (const [name, region] of Object.entries(configuration.flash.map)) {
    text += define(`TERNEL_FLASH_${upperSnake(name)}_OFFSET`, hexadecimal(region.offset));
    text += define(`TERNEL_FLASH_${upperSnake(name)}_BYTES`, hexadecimal(region.bytes));
  }
  text += "\n// Stage 0: the header lies behind the first instruction, a jump.\n";
  text += define("TERNEL_STAGE0_MAGIC", hexadecimal(stage0Magic));
  text += define("TERNEL_STAGE0_HEADER_BYTES", `${stage0HeaderBytes}u`);
  text += emitFields("STAGE0", stage0Header);
  text += "\n// Stage 1: the hash is over the header with its digest zero, then the payload.\n";
  text += define("TERNEL_STAGE1_MAGIC", hexadecimal(stage1Magic));
  text += define("TERNEL_STAGE1_VERSION", `${stage1Version}u`);
  text += define("TERNEL_STAGE1_HEADER_BYTES", `${stage1HeaderBytes}u`);
  text += emitFields("STAGE1", stage1Header);
  return text;
}

/** The offset of every field, in upper snake case. */
function emitFields(stage: string, fields: Readonly<Record<string, { readonly offset: number }>>): string {
  return Object.entries(fields)
    .map(([name, { offset }]) => define(`TERNEL_${stage}_${upperSnake(name)}_OFFSET`, `${offset}u`))
    .join("");
}
