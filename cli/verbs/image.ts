// ternel image: the contents of a board's SPI flash, or the disk from which a PC boots.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { Option, type Command } from "commander";
import { TernelError } from "../../models/errors.ts";
import { buildFlashImage } from "../flash-image.ts";
import { existing, jsonOption, modelsOption, socConfigOption, type SocOptions } from "../options.ts";
import { printObject } from "../output.ts";
import { testKey, type SigningKey } from "../secure-boot.ts";
import { buildUefiImage } from "../uefi-image.ts";

interface ImageOptions extends SocOptions {
  readonly board: string;
  readonly model: readonly string[];
  readonly uefi?: boolean;
  readonly files?: boolean;
  readonly sign?: boolean;
  readonly key?: string;
  readonly certificate?: string;
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
    .addOption(
      new Option("--sign", "with --uefi: sign the application for Secure Boot, with a test key unless --key names another"),
    )
    .addOption(new Option("--key <file>", "sign with this private key (PEM)"))
    .addOption(new Option("--certificate <file>", "the certificate of --key (PEM), which the firmware knows"))
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

/** The key to sign with, where signing was asked for. */
function signingKey({ sign, key, certificate }: ImageOptions): SigningKey | undefined {
  if (key !== undefined && certificate !== undefined) return { key: existing(key), certificate: existing(certificate) };
  if (key !== undefined || certificate !== undefined) throw new TernelError("argument", "--key and --certificate belong together");
  if (sign !== true) return undefined;
  const test = testKey();
  process.stderr.write(
    `WARNING: signed with a TEST key, ${test.key}, which lies there unprotected. A machine that trusts ${test.certificate} runs\n` +
      `whatever somebody signs with it. Use --key and --certificate for a machine that matters.\n`,
  );
  return test;
}

async function writeDiskImage(options: ImageOptions): Promise<void> {
  const sign = signingKey(options);
  const bytes = await buildUefiImage(options.output, {
    models: options.model.map(existing),
    asFiles: options.files === true,
    ...(sign === undefined ? {} : { sign }),
  });
  const sha256 = createHash("sha256").update(readFileSync(options.output)).digest("hex");
  if (options.json === true) {
    printObject({ file: options.output, bytes, models: options.model, sha256, signed: sign !== undefined });
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
