// ternel verilog: the accelerator as Verilog, with names.json and what its memories begin with.
import { join } from "node:path";
import { Option, type Command } from "commander";
import { configurationNamed, type ConfigurationName } from "../../boards/configuration.ts";
import { anyConfigOption, jsonOption } from "../options.ts";
import { printObject } from "../output.ts";
import { buildPaths } from "../paths.ts";
import { writeIfChanged } from "../write-if-changed.ts";

interface VerilogOptions {
  readonly config: ConfigurationName;
  readonly output?: string;
  readonly json?: boolean;
}

/** Adds the verb to the program. */
export function addVerilog(program: Command): void {
  program
    .command("verilog")
    .description("write the accelerator's Verilog and names.json (signal path -> Verilog name, width, source)")
    .addOption(new Option("-o, --output <folder>", "where (default: build/<config>/verilog)"))
    .addOption(anyConfigOption())
    .addOption(jsonOption())
    .action(async (options: VerilogOptions) => {
      // Loaded here only: the whole hardware language would slow down every other verb.
      const { acceleratorVerilog } = await import("../generate/accelerator.ts");
      const folder = options.output ?? buildPaths(options.config).verilog;
      const files = acceleratorVerilog(configurationNamed(options.config));
      for (const [name, content] of files) writeIfChanged(join(folder, name), content);
      const names = [...files.keys()];
      if (options.json === true) printObject({ config: options.config, top: "ternel_accelerator", folder, files: names });
      else process.stdout.write(`${names.map((name) => join(folder, name)).join("\n")}\n`);
    });
}
