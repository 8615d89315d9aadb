// Where things are. Everything that is built lies under build/; paths do not depend on the folder the command is called in.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ConfigurationName } from "../boards/configuration.ts";

/** The project's root folder. */
export const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/** The engine and console on this machine. */
export const nativeProgram = join(projectRoot, "build/host/ternel-host");

/** The engine and console as a UEFI application. */
export const uefiProgram = join(projectRoot, "build/uefi/bootx64.efi");

/** What belongs to one configuration of the SoC. */
export function buildPaths(config: ConfigurationName) {
  const folder = join(projectRoot, "build", config);
  return {
    folder,
    /** The configuration as JSON, with the build id. */
    description: join(folder, "configuration.json"),
    verilog: join(folder, "verilog"),
    generated: join(folder, "generated"),
    simulator: join(folder, "sim/ternel-sim"),
    stage0: join(folder, "firmware/stage0.bin"),
    stage1: join(folder, "firmware/stage1.bin"),
    /** The self-test, in stage 0's place. */
    blink: join(folder, "firmware/blink.bin"),
  } as const;
}
