// The disk image from which a PC boots: GPT, a FAT32 system partition with the application, a partition for each model. Written with
// sgdisk, mkfs.vfat and mtools, without mounting anything; equal inputs give equal bytes.
import { createHash } from "node:crypto";
import {
  closeSync,
  copyFileSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { withModelList } from "../boards/uefi-application.ts";
import { diskLayout, modelsMost, sectorsOf, type DiskPartition } from "../boards/uefi-disk.ts";
import { readHeader, trailerBytes } from "../models/container.ts";
import { TernelError } from "../models/errors.ts";
import { makeTargets } from "./make.ts";
import { uefiProgram } from "./paths.ts";
import { certificateBytes, signApplication, type SigningKey } from "./secure-boot.ts";
import { tool } from "./tool.ts";

export interface UefiImageOptions {
  readonly models: readonly string[];
  /** The models lie as files in the system partition rather than in partitions of their own. */
  readonly asFiles?: boolean;
  /** The text of ternel.txt, the application's settings (firmware/platform/uefi/settings.h). */
  readonly settings?: string;
  /** Which of the models the application lists, so that they may run under Secure Boot; all of them unless told. They must be sound. */
  readonly listed?: readonly string[];
  /** Signs the application; its certificate goes onto the disk as well, for the firmware's setup. */
  readonly sign?: SigningKey;
  /** The application, where it is not the one that make builds. */
  readonly program?: string;
}

const piece = 1 << 20;
const zeros = Buffer.alloc(piece);
/** The certificate of a signed application, in the system partition's root folder: where a firmware's setup looks for it. */
const certificateName = "ternel.cer";

/** A GUID from a hash (RFC 9562, version 8). */
function guidOf(...parts: readonly string[]): string {
  const hex = createHash("sha256").update(parts.join("\0")).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function fileHash(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** Copies a file into an open one at an offset; pieces of zeros stay holes. */
function place(disk: number, offset: number, file: string): void {
  const source = openSync(file, "r");
  try {
    const buffer = Buffer.alloc(piece);
    for (let at = 0; ;) {
      const count = readSync(source, buffer, 0, piece, at);
      if (count === 0) break;
      const bytes = buffer.subarray(0, count);
      if (!bytes.equals(zeros.subarray(0, count))) writeSync(disk, bytes, 0, count, offset + at);
      at += count;
    }
  } finally {
    closeSync(source);
  }
}

/** The system partition as a file of its own. */
function makeSystem(file: string, bytes: number, program: string, files: readonly string[], serial: string): void {
  const descriptor = openSync(file, "wx");
  ftruncateSync(descriptor, bytes);
  closeSync(descriptor);
  const cluster = bytes > 512 << 20 ? "8" : "1"; // sectors; few clusters would not be FAT32
  tool("mkfs.vfat", "-F", "32", "-s", cluster, "-i", serial, "-n", "TERNEL", "-h", "2048", "--invariant", file);
  tool("mmd", "-i", file, "::/EFI", "::/EFI/BOOT");
  tool("mcopy", "-i", file, program, "::/EFI/BOOT/BOOTX64.EFI");
  for (const one of files) tool("mcopy", "-i", file, one, `::/${basename(one)}`);
}

/** The SHA-256 in a container's trailer. Throws where that is not the hash of what is before it. */
function trailerOf(file: string): Uint8Array {
  const bytes = readFileSync(file);
  try {
    const at = readHeader(bytes).header.totalBytes - trailerBytes;
    return bytes.subarray(at, at + 32);
  } catch (error) {
    if (error instanceof TernelError) throw new TernelError(error.error, file);
    throw error;
  }
}

/** Writes the application as it lies on the disk: with its list of models, and then signed. */
function makeApplication(output: string, program: string, options: UefiImageOptions): void {
  writeFileSync(output, withModelList(readFileSync(program), (options.listed ?? options.models).map(trailerOf)));
  if (options.sign !== undefined) signApplication(output, output, options.sign);
}

/**
 * Writes the image; returns its size. Equal inputs give equal bytes, but for a signature, in which the time of its making stands. Throws a
 * TernelError when a tool is missing, two models have one name, there are too many, or one that is to be listed is damaged.
 */
export async function buildUefiImage(output: string, options: UefiImageOptions): Promise<number> {
  const program = options.program ?? uefiProgram;
  if (options.program === undefined) await makeTargets(["uefi"]);
  const names = options.models.map((model) => basename(model));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new TernelError("argument", `two models are named ${twice}`);
  if (names.length > modelsMost) throw new TernelError("argument", `${names.length} models: an image holds ${modelsMost}`);
  const sizes = options.models.map((model, i) => ({ name: names[i] ?? "", bytes: statSync(model).size }));
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  const layout = options.asFiles === true ? diskLayout([], total) : diskLayout(sizes);
  const hashes = [...[program, ...options.models].map(fileHash), options.settings ?? ""];
  const folder = mkdtempSync(join(tmpdir(), "ternel-image-"));
  const unfinished = join(folder, "disk.img");
  try {
    const system = join(folder, "system.img");
    const application = join(folder, "bootx64.efi");
    makeApplication(application, program, options);
    const files = options.asFiles === true ? [...options.models] : [];
    if (options.sign !== undefined) {
      files.push(join(folder, certificateName));
      writeFileSync(join(folder, certificateName), certificateBytes(options.sign.certificate));
    }
    if (options.settings !== undefined) {
      files.push(join(folder, "ternel.txt"));
      writeFileSync(join(folder, "ternel.txt"), options.settings);
    }
    makeSystem(system, layout.system.bytes, application, files, guidOf("serial", ...hashes).slice(0, 8));
    const disk = openSync(unfinished, "wx");
    try {
      ftruncateSync(disk, layout.bytes);
      place(disk, layout.system.offset, system);
      layout.models.forEach((partition, i) => {
        place(disk, partition.offset, options.models[i] ?? "");
      });
    } finally {
      closeSync(disk);
    }
    const partitions = [layout.system, ...layout.models];
    tool(
      "sgdisk",
      "-a",
      "2048",
      `--disk-guid=${guidOf("disk", ...hashes)}`,
      ...partitions.flatMap(describePartition(hashes)),
      unfinished,
    );
    moveTo(unfinished, output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return layout.bytes;
}

const describePartition =
  (hashes: readonly string[]) =>
  (partition: DiskPartition, index: number): string[] => {
    const number = index + 1;
    const [first, last] = sectorsOf(partition);
    return [
      `--new=${number}:${first}:${last}`,
      `--typecode=${number}:${partition.type}`,
      `--change-name=${number}:${partition.name}`,
      `--partition-guid=${number}:${guidOf("partition", String(number), ...hashes)}`,
    ];
  };

/** The image appears whole or not at all. */
function moveTo(from: string, to: string): void {
  const beside = join(dirname(to), `.${basename(to)}.${process.pid}`);
  try {
    copyFileSync(from, beside);
    renameSync(beside, to);
  } catch (error) {
    rmSync(beside, { force: true });
    throw new TernelError("fileUnwritable", error instanceof Error ? error.message : to);
  }
}
