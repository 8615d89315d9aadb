/** A checked circuit as files: one Verilog file, the contents of memories, and names.json. Equal circuits give equal bytes. */
import type { CheckedCircuit, Memory, Module } from "../ir/nodes.ts";
import { documentationComment } from "./comment.ts";
import { memoryFile, printModule } from "./module.ts";
import { namesOf } from "./names.ts";

export interface VerilogOutput {
  /** File names (without folders) and their contents. */
  readonly files: ReadonlyMap<string, string>;
}

/** Prints `<top>.v`, a .hex file for each memory with an initial content, and names.json. */
export function emitVerilog(circuit: CheckedCircuit): VerilogOutput {
  const modules = new Map(circuit.modules.map((module) => [module.name, module]));
  const files = new Map<string, string>();
  const printed = circuit.modules.filter((module) => module.blackBox === null);
  const header = [
    ...documentationComment(`${circuit.top}, generated from its TypeScript sources: change those, not this file.`),
    "",
  ];
  const lines = [...header, "`default_nettype none", ""];
  for (const module of printed) {
    // Linters ask for a file per module; the directive names one, and keeps the line numbers of this file.
    lines.push(`\`line ${lines.length + 2} "${module.name}.v" 0`, ...printModule(module, modules).split("\n"));
  }
  lines.push("`default_nettype wire", "");
  files.set(`${circuit.top}.v`, lines.join("\n"));
  for (const module of printed) {
    for (const memory of module.memories) {
      if (memory.init !== null) files.set(memoryFile(module.name, memory.name), memoryContent(module, memory, memory.init));
    }
  }
  files.set("names.json", `${JSON.stringify(namesOf(circuit), null, 2)}\n`);
  return { files };
}

/** Every word, so that tools do not warn about missing ones; in hexadecimal, one a line. */
function memoryContent(module: Module, memory: Memory, init: readonly bigint[]): string {
  const digits = Math.ceil(memory.width / 4);
  const lines = Array.from({ length: memory.depth }, (_, address) => (init[address] ?? 0n).toString(16).padStart(digits, "0"));
  return `// ${module.name}.${memory.name}: ${memory.depth} words of ${memory.width} bits\n${lines.join("\n")}\n`;
}
