// ternel image: the contents of a board's SPI flash, or the disk from which a PC boots.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { Option, type Command } from "commander";
import { TernelError } from "../../models/errors.ts";
import { buildFlashImage } from "../flash-image.ts";
import { existing, jsonOption, modelsOption, socConfigOption, type SocOptions } from "../options.ts";
import { printObject } from "../output.ts";
import { buildUefiImage } from "../uefi-image.ts";

interface ImageOptions extends SocOptions {
  readonly board: string;
  readonly model: readonly string[];
  readonly uefi?: boolean;
  readonly files?: boolean;
  readonly output: string;
  readonly json?: boolean;
}

/** Adds the verb to the program. */
export function addImage(program: Command): void {
  program
    .command("image")
    .description("write a flash image: stage 0, stage 1 and the model; or a PC's disk image")
    .addOption(new Option("--board <name>", "the machine").choices(["sim"]).default("sim"))
    .addOption(new Option("--uefi", "the disk image from which a PC boots without an operating system"))
    .addOption(modelsOption())
    .addOption(new Option("--files", "with --uefi: models as files in the system partition, not in partitions of their own"))
    .addOption(new Option("-o, --output <file>", "the image to write").makeOptionMandatory())
    .addOption(socConfigOption())
    .addOption(jsonOption())
    .action((options: ImageOptions) => (options.uefi === true ? writeDiskImage(options) : writeFlashImage(options)));
}

async function writeFlashImage(options: ImageOptions): Promise<void> {
  const [model = "", second] = options.model.map(existing);
  if (second !== undefined) throw new TernelError("argument", "a flash image holds one model");
  const { image, buildId } = await buildFlashImage(options.config, model);
  try {
    writeFileSync(options.output, image);
  } catch (error) {
    throw new TernelError("fileUnwritable", error instanceof Error ? error.message : options.output);
  }
  const sha256 = createHash("sha256").update(image).digest("hex");
  if (options.json === true) printObject({ config: options.config, file: options.output, bytes: image.length, buildId, sha256 });
  else process.stdout.write(`${options.output}: ${image.length} bytes, build ${buildId}\n`);
}

async function writeDiskImage(options: ImageOptions): Promise<void> {
  const bytes = await buildUefiImage(options.output, { models: options.model.map(existing), asFiles: options.files === true });
  const sha256 = createHash("sha256").update(readFileSync(options.output)).digest("hex");
  if (options.json === true) {
    printObject({ file: options.output, bytes, models: options.model, sha256 });
    return;
  }
  process.stdout.write(
    `${options.output}: ${bytes} bytes, ${options.model.length} model${options.model.length === 1 ? "" : "s"}\n`,
  );
  process.stdout.write(
    `To a stick: find its name with lsblk -o NAME,SIZE,RM,TRAN,MODEL (RM 1, TRAN usb), then, with that name for sdX, which loses everything on it:\n` +
      `  [ "$(lsblk -dno RM,TRAN /dev/sdX | tr -s ' ')" = " 1 usb" ] && sudo dd if=${options.output} of=/dev/sdX bs=4M conv=fsync\n`,
  );
}
