// ternel image: the contents of a board's SPI flash, or the disk from which a PC boots.
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { dirname } from "node:path";
import { Option, type Command } from "commander";
import { boards } from "../../boards/configuration.ts";
import { TernelError } from "../../models/errors.ts";
import { buildFlashImage } from "../flash-image.ts";
import { existing, jsonOption, modelsOption, socConfigOption, type SocOptions } from "../options.ts";
import { printObject } from "../output.ts";
import { writeBoardImage, writeImage, type BoardImageOptions } from "./image-board.ts";
import { writeDiskImage, type DiskImageOptions } from "./image-disk.ts";

interface ImageOptions extends SocOptions, Omit<BoardImageOptions, "model">, Omit<DiskImageOptions, "output"> {
  readonly uefi?: boolean;
}

/** Adds the verb to the program. */
export function addImage(program: Command): void {
  program
    .command("image")
    .description("write a flash image: stage 0, stage 1 and the model; or a PC's disk image")
    .addOption(new Option("--board <name>", "the machine").choices(["sim", ...Object.keys(boards)]).default("sim"))
    .addOption(new Option("--uefi", "the disk image from which a PC boots without an operating system"))
    .addOption(modelsOption())
    .addOption(new Option("-o, --output <file>", "the image to write"))
    .addOption(new Option("--regions <folder>", "for a board: write one file for each region of its flash, and regions.json"))
    .addOption(new Option("--bitstream <file>", "for a board: the bitstream; the one of `ternel build` unless given"))
    .addOption(new Option("--no-bitstream", "for a board: an image without a bitstream"))
    .addOption(
      new Option("--blink", "for a board: the self-test of `ternel build --blink` in place of firmware and model").conflicts(
        "model",
      ),
    )
    .addOption(new Option("--files", "with --uefi: models as files in the system partition, not in partitions of their own"))
    .addOption(
      new Option("--sign", "with --uefi: sign the application for Secure Boot, with a test key unless --key names another"),
    )
    .addOption(new Option("--key <file>", "sign with this private key (PEM)"))
    .addOption(new Option("--certificate <file>", "the certificate of --key (PEM), which the firmware knows"))
    .addOption(new Option("--write <device>", "with --uefi: write the image to this USB stick, too, and read it back"))
    .addOption(new Option("--yes", "with --write: without asking"))
    .addOption(socConfigOption())
    .addOption(jsonOption())
    .action(writeAnyImage);
}

async function writeAnyImage(options: ImageOptions): Promise<void> {
  if (options.uefi !== true) {
    const disk = (["files", "sign", "key", "certificate", "write", "yes"] as const).find((name) => options[name] !== undefined);
    if (disk !== undefined) throw new TernelError("argument", `--${disk} goes with --uefi`);
  }
  if (options.uefi === true && options.board !== "sim") throw new TernelError("argument", "--uefi and --board do not go together");
  if (options.yes === true && options.write === undefined) throw new TernelError("argument", "--yes goes with --write");
  const forBoard = options.regions !== undefined || typeof options.bitstream === "string" || options.blink !== undefined;
  if (forBoard && (options.uefi === true || options.board === "sim"))
    throw new TernelError("argument", "--regions, --bitstream and --blink go with a board");
  const { output } = options;
  if (output !== undefined) requireOutput(output, options.model);
  if (options.uefi !== true && options.board !== "sim") {
    await writeBoardImage({ ...options, model: oneModel(options.model) });
    return;
  }
  if (output === undefined) throw new TernelError("argument", "-o is needed");
  if (options.uefi === true) await writeDiskImage({ ...options, output });
  else await writeFlashImage({ ...options, output });
}

/** Throws before any work where no image can be written, or where it would take the place of a model or a device. */
function requireOutput(output: string, models: readonly string[]): void {
  const folder = statSync(dirname(output), { throwIfNoEntry: false });
  if (folder?.isDirectory() !== true) throw new TernelError("fileUnwritable", `${output}: ${dirname(output)} is no folder`);
  const there = statSync(output, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (there.isDirectory()) throw new TernelError("fileUnwritable", `${output} is a folder`);
  if (!there.isFile()) throw new TernelError("fileUnwritable", `${output} is a device; with --uefi, --write DEVICE writes a stick`);
  const taken = models.find((model) => {
    const file = statSync(model, { throwIfNoEntry: false });
    return file?.ino === there.ino && file.dev === there.dev;
  });
  if (taken !== undefined) throw new TernelError("argument", `-o ${output} is the model`);
}

/** A flash has room for one model. */
function oneModel([model = "", second]: readonly string[]): string {
  if (second !== undefined) throw new TernelError("argument", "a flash image holds one model");
  return existing(model);
}

async function writeFlashImage({ output, ...options }: ImageOptions & { readonly output: string }): Promise<void> {
  const { image, buildId } = await buildFlashImage(options.config, oneModel(options.model));
  writeImage(output, image);
  const sha256 = createHash("sha256").update(image).digest("hex");
  if (options.json === true) printObject({ config: options.config, file: output, bytes: image.length, buildId, sha256 });
  else process.stdout.write(`${output}: ${image.length} bytes, build ${buildId}\n`);
}
