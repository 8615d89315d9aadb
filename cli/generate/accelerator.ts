// The accelerator of a configuration as Verilog. Its build id depends on the Verilog itself, so it is printed once with build id 0
// for the hash and once with the id.
import { buildId } from "../../boards/build-id.ts";
import type { Configuration } from "../../boards/configuration.ts";
import { emitConfigurationHeader, emitFlashMapHeader } from "../../boards/emit.ts";
import { configuredParameters } from "../../hw/accel/configured-parameters.ts";
import { acceleratorFiles } from "../../hw/accel/emit.ts";
import { engineHeaders } from "./headers.ts";

function printed(configuration: Configuration, id: number): ReadonlyMap<string, string> {
  return acceleratorFiles(configuredParameters(configuration, id));
}

/** The build id of a configuration as the sources stand: over the configuration, the accelerator and all generated headers. */
export function currentBuildId(configuration: Configuration): number {
  const headers = new Map([
    ...engineHeaders(),
    ["ternel_configuration.h", emitConfigurationHeader(configuration, 0)],
    ["ternel_flash_map.h", emitFlashMapHeader(configuration)],
  ]);
  const inputs = [...printed(configuration, 0), ...headers].map(([name, content]) => ({ name, content }));
  return buildId(configuration, inputs);
}

/** Verilog, memory contents and names.json by file name. */
export function acceleratorVerilog(
  configuration: Configuration,
  id: number = currentBuildId(configuration),
): ReadonlyMap<string, string> {
  return printed(configuration, id);
}
