// Everything that a configuration's build takes from the TypeScript sources.
import type { Configuration } from "../../boards/configuration.ts";
import { emitConfigurationHeader, emitConfigurationJson, emitFlashMapHeader } from "../../boards/emit.ts";
import { emitRegistersPython } from "../../hw/accel/registers-header.ts";
import { acceleratorVerilog, currentBuildId } from "./accelerator.ts";
import { engineHeaders } from "./headers.ts";

/** The files below build/<config>, by path. */
export function generatedForConfiguration(configuration: Configuration): ReadonlyMap<string, string> {
  const id = currentBuildId(configuration);
  const within = (folder: string, files: ReadonlyMap<string, string>) =>
    [...files].map(([name, content]) => [`${folder}/${name}`, content] as const);
  return new Map([
    ["configuration.json", emitConfigurationJson(configuration, id)],
    ...within("generated", engineHeaders()),
    ["generated/ternel_configuration.h", emitConfigurationHeader(configuration, id)],
    ["generated/ternel_flash_map.h", emitFlashMapHeader(configuration)],
    ["generated/ternel_registers.py", emitRegistersPython()],
    ...within("verilog", acceleratorVerilog(configuration, id)),
  ]);
}
