// ternel uefi: the console of a PC that boots our disk image, on this terminal.
import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { existing, modelsOption, wholeNumber } from "../options.ts";
import { prepareMachine, temporaryImage, type MachineSettings } from "../targets/uefi.ts";
import { attachTerminal } from "../terminal.ts";

interface UefiOptions {
  readonly model: readonly string[];
  readonly image?: string;
  readonly cores: number;
  readonly memory: number;
  readonly cpu: string;
}

/** Adds the verb to the program. */
export function addUefi(program: Command): void {
  program
    .command("uefi")
    .description(
      "boot a PC in QEMU and open its console: Ctrl+] leaves; without a terminal, lines from standard input are typed one by one",
    )
    .addOption(modelsOption())
    .addOption(new Option("--image <file>", "boot this image, as `ternel image --uefi` writes it"))
    .addOption(new Option("--cores <n>", "cores of the machine").argParser(wholeNumber(1, 64)).default(1))
    .addOption(new Option("--memory <mib>", "its memory").argParser(wholeNumber(128, 65_536)).default(1024))
    .addOption(new Option("--cpu <name>", "its processor, by QEMU's name: max, Haswell, Nehalem, ...").default("max"))
    .action(openMachine);
}

async function openMachine(options: UefiOptions): Promise<void> {
  const made = options.image === undefined ? await temporaryImage({ models: options.model.map(existing) }) : undefined;
  const image = made?.image ?? resolve(existing(options.image ?? ""));
  const settings: MachineSettings = { cores: options.cores, processor: options.cpu, megabytes: options.memory };
  const machine = prepareMachine(image, settings);
  try {
    process.exitCode = await attachTerminal(machine);
  } finally {
    machine.dispose();
    made?.dispose();
  }
}
