/** Writes the accelerator of one configuration as Verilog. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { elaborate, emitVerilog } from "../../gen/index.ts";
import { accelerator } from "./accelerator.ts";
import { summary, type AcceleratorParameters } from "./parameters.ts";

export interface EmittedAccelerator {
  /** Paths of the files written: ternel_accelerator.v, the contents of its memories (.hex) and names.json. */
  readonly files: readonly string[];
  /** The parameters in one line. */
  readonly summary: string;
}

/** The accelerator's files, by name, without writing them: what the build id is computed from (with buildId 0). */
export function acceleratorFiles(parameters: AcceleratorParameters): ReadonlyMap<string, string> {
  return emitVerilog(elaborate(accelerator(parameters))).files;
}

/** Elaborates the accelerator and writes its files to `folder`. Throws a ParameterError or DesignError with every problem. */
export function emitAccelerator(parameters: AcceleratorParameters, folder: string): EmittedAccelerator {
  mkdirSync(folder, { recursive: true });
  const files = [...acceleratorFiles(parameters)].map(([name, content]) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  });
  return { files, summary: summary(parameters) };
}
