// ternel image: the contents of a board's SPI flash, or the disk from which a PC boots.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { Option, type Command } from "commander";
import { TernelError } from "../../models/errors.ts";
import { buildFlashImage } from "../flash-image.ts";
import { existing, jsonOption, modelsOption, socConfigOption, type SocOptions } from "../options.ts";
import { printObject } from "../output.ts";
import { testKey, type SigningKey } from "../secure-boot.ts";
import { buildUefiImage } from "../uefi-image.ts";
import { deviceNumber, readDisk, requireStick } from "../usb-stick.ts";
import { writeDevice } from "../write-device.ts";

interface ImageOptions extends SocOptions {
  readonly board: string;
  readonly model: readonly string[];
  readonly uefi?: boolean;
  readonly files?: boolean;
  readonly sign?: boolean;
  readonly key?: string;
  readonly certificate?: string;
  readonly write?: string;
  readonly yes?: boolean;
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
    .addOption(new Option("--write <device>", "with --uefi: write the image to this USB stick, too, and read it back"))
    .addOption(new Option("--yes", "with --write: without asking"))
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
  const device = options.write;
  // A device that will not do is found out before the work.
  const number = device === undefined ? undefined : deviceNumber(device);
  if (number !== undefined) requireStick(readDisk(number), 0);
  const sign = signingKey(options);
  const bytes = await buildUefiImage(options.output, {
    models: options.model.map(existing),
    asFiles: options.files === true,
    ...(sign === undefined ? {} : { sign }),
  });
  const sha256 = createHash("sha256").update(readFileSync(options.output)).digest("hex");
  if (device !== undefined && number !== undefined) await writeStick(options, device, number, bytes);
  if (options.json === true) {
    const written = device === undefined ? {} : { device };
    printObject({ file: options.output, bytes, models: options.model, sha256, signed: sign !== undefined, ...written });
    return;
  }
  process.stdout.write(
    `${options.output}: ${bytes} bytes, ${options.model.length} model${options.model.length === 1 ? "" : "s"}\n`,
  );
  if (device !== undefined) {
    process.stdout.write(`${device}: written and verified\n`);
    return;
  }
  process.stdout.write(
    `To a stick: \`lsblk -o NAME,SIZE,RM,TRAN,MODEL\` shows its name (RM 1, TRAN usb). The same command with --write /dev/NAME checks\n` +
      `that it is one, asks, writes and verifies; everything on it is lost.\n`,
  );
}

/** Writes the image to a stick that was checked, when somebody agrees. */
async function writeStick(options: ImageOptions, device: string, number: string, bytes: number): Promise<void> {
  const disk = readDisk(number);
  requireStick(disk, bytes);
  if (options.yes !== true) {
    const what = `${disk.name}, ${disk.label}, ${(disk.bytes / 1e9).toFixed(1)} GB`;
    if (!process.stdin.isTTY) throw new TernelError("deviceUnconfirmed", what);
    const asking = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await asking.question(`Everything on ${what} will be lost. Its name, to go on: `).finally(() => {
      asking.close();
    });
    if (answer.trim() !== disk.name) throw new TernelError("deviceUnconfirmed", what);
  }
  requireStick(readDisk(number), bytes); // while somebody thought, something may have been mounted
  writeDevice(options.output, device);
}
