/** Writes the stream reader and the control port alone, as Verilog, for hw/soc/dram_bench.py. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { elaborate, emitVerilog } from "../../gen/index.ts";
import { controlPort } from "./control-port.ts";
import type { MemoryParameters } from "./memory-parameters.ts";
import { streamReader } from "./stream-reader.ts";

/** The two modules' files by name. */
export function memoryUnitFiles(parameters: MemoryParameters): ReadonlyMap<string, string> {
  const files = [streamReader(parameters), controlPort(parameters)].flatMap((unit) => [...emitVerilog(elaborate(unit)).files]);
  return new Map(files.filter(([name]) => name.endsWith(".v")));
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { parameters: { type: "string" }, output: { type: "string" } } });
  if (values.parameters === undefined || values.output === undefined) {
    console.error("usage: node hw/accel/emit-memory-units.ts --parameters JSON --output FOLDER");
    process.exit(2);
  }
  mkdirSync(values.output, { recursive: true });
  for (const [name, content] of memoryUnitFiles(JSON.parse(values.parameters) as MemoryParameters))
    writeFileSync(join(values.output, name), content);
}
