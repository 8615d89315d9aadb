// ternel uefi: the console of a PC that boots our disk image, on this terminal.
import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { TernelError } from "../../models/errors.ts";
import { existing, modelsOption, wholeNumber } from "../options.ts";
import { certificateBytes, testKey } from "../secure-boot.ts";
import { kernelNames, type KernelName } from "../targets/native.ts";
import { prepareMachine, settingsText, temporaryImage, type MachineSettings } from "../targets/uefi.ts";
import { attachTerminal } from "../terminal.ts";

interface UefiOptions {
  readonly model: readonly string[];
  readonly image?: string;
  readonly cores: number;
  readonly kernel?: KernelName;
  readonly memory: number;
  readonly cpu: string;
  readonly secureBoot?: string | true;
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
    .addOption(
      new Option("--kernel <name>", "instructions that the application uses (default: the best there are)").choices(kernelNames),
    )
    .addOption(new Option("--memory <mib>", "its memory").argParser(wholeNumber(128, 65_536)).default(1024))
    .addOption(new Option("--cpu <name>", "its processor, by QEMU's name: max, Haswell, Nehalem, ...").default("max"))
    .addOption(
      new Option(
        "--secure-boot [certificate]",
        "a firmware that runs only what is signed: by this certificate's key (PEM), or by the test key",
      ),
    )
    .action(openMachine);
}

async function openMachine(options: UefiOptions): Promise<void> {
  const secure = options.secureBoot;
  if (typeof secure === "string" && options.image === undefined)
    throw new TernelError("argument", "--secure-boot CERTIFICATE needs --image");
  const made =
    options.image === undefined
      ? await temporaryImage({
          models: options.model.map(existing),
          ...settingsText(options.kernel === undefined ? {} : { kernel: options.kernel }),
          ...(secure === undefined ? {} : { sign: testKey() }),
        })
      : undefined;
  const image = made?.image ?? resolve(existing(options.image ?? ""));
  const certificate = secure === true ? testKey().certificate : secure;
  const settings: MachineSettings = {
    ...{ cores: options.cores, processor: options.cpu, megabytes: options.memory },
    ...(certificate === undefined ? {} : { trusted: certificateBytes(existing(certificate)) }),
  };
  const machine = prepareMachine(image, settings);
  try {
    process.exitCode = await attachTerminal(machine);
  } finally {
    machine.dispose();
    made?.dispose();
  }
}
