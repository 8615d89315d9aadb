// Opens a model in one of the engines.
import type { ConfigurationName } from "../../boards/configuration.ts";
import { openNative, type NativeOptions } from "./native.ts";
import { openReference } from "./reference.ts";
import { openSoc } from "./soc.ts";
import type { EngineName, Target, TargetName } from "./target.ts";
import { openUefi } from "./uefi.ts";

export interface TargetOptions extends NativeOptions {
  readonly config: ConfigurationName;
  readonly flash?: boolean;
  /** Who multiplies on the SoC. */
  readonly engine: EngineName;
}

/** Always close what it gives. */
export async function openTarget(name: TargetName, modelFile: string, options: TargetOptions): Promise<Target> {
  switch (name) {
    case "reference":
      return openReference(modelFile);
    case "native":
      return openNative(modelFile, options);
    case "soc":
      return openSoc(modelFile, options.engine, options);
    case "uefi":
      return openUefi(modelFile, options);
  }
}
