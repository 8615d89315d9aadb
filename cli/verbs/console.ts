// ternel console: the machine's console on this terminal, as a serial line would show it.
import { Option, type Command } from "commander";
import { existing, flashOption, modelOption, socConfigOption, type SocOptions } from "../options.ts";
import { prepareSimulator } from "../targets/soc.ts";
import { attachTerminal } from "../terminal.ts";

interface ConsoleOptions extends SocOptions {
  readonly board: string;
  readonly model: string;
}

/** Adds the verb to the program. */
export function addConsole(program: Command): void {
  program
    .command("console")
    .description("open a machine's console: Ctrl+] leaves; without a terminal, lines from standard input are typed one by one")
    .addOption(new Option("--board <name>", "the machine").choices(["sim"]).default("sim"))
    .addOption(modelOption())
    .addOption(socConfigOption())
    .addOption(flashOption())
    .action(openConsole);
}

async function openConsole(options: ConsoleOptions): Promise<void> {
  const simulator = await prepareSimulator(existing(options.model), options);
  try {
    process.exitCode = await attachTerminal(simulator);
  } finally {
    simulator.dispose();
  }
}
