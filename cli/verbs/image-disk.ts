// The part of `ternel image` for PCs: the disk image, signed where asked, and onto a USB stick.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { TernelError } from "../../models/errors.ts";
import { existing } from "../options.ts";
import { printObject } from "../output.ts";
import { requireKeyOf, testKey, type SigningKey } from "../secure-boot.ts";
import { buildUefiImage } from "../uefi-image.ts";
import { deviceNumber, readDisk, requireStick } from "../usb-stick.ts";
import { writeDevice } from "../write-device.ts";

export interface DiskImageOptions {
  readonly model: readonly string[];
  readonly files?: boolean;
  readonly sign?: boolean;
  readonly key?: string;
  readonly certificate?: string;
  readonly write?: string;
  readonly yes?: boolean;
  readonly output: string;
  readonly json?: boolean;
}

/** The key to sign with, where signing was asked for. */
function signingKey({ sign, key, certificate }: DiskImageOptions): SigningKey | undefined {
  if (key !== undefined && certificate !== undefined) {
    const own = { key: existing(key), certificate: existing(certificate) };
    requireKeyOf(own); // before the work
    return own;
  }
  if (key !== undefined || certificate !== undefined) throw new TernelError("argument", "--key and --certificate belong together");
  if (sign !== true) return undefined;
  const test = testKey();
  process.stderr.write(
    `WARNING: signed with a TEST key, ${test.key}, which lies there unprotected. A machine that trusts ${test.certificate} runs\n` +
      `whatever somebody signs with it. Use --key and --certificate for a machine that matters.\n`,
  );
  return test;
}

export async function writeDiskImage(options: DiskImageOptions): Promise<void> {
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
async function writeStick(options: DiskImageOptions, device: string, number: string, bytes: number): Promise<void> {
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
