// The disk image from which a PC boots: GPT, a FAT32 system partition with the application, a partition for each model. Written with
// sgdisk, mkfs.vfat and mtools, without mounting anything; equal inputs give equal bytes.
import { spawnSync } from "node:child_process";
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
import { diskLayout, sectorsOf, type DiskPartition } from "../boards/uefi-disk.ts";
import { TernelError } from "../models/errors.ts";
import { makeTargets } from "./make.ts";
import { uefiProgram } from "./paths.ts";

export interface UefiImageOptions {
  readonly models: readonly string[];
  /** The models lie as files in the system partition rather than in partitions of their own. */
  readonly asFiles?: boolean;
  /** The text of ternel.txt, the application's settings (firmware/platform/uefi/settings.h). */
  readonly settings?: string;
  /** The application, where it is not the one that make builds. */
  readonly program?: string;
}

/** 1980-01-01, the first day that FAT knows. */
const environment = { ...process.env, SOURCE_DATE_EPOCH: "315532800", TZ: "UTC", LC_ALL: "C", MTOOLS_SKIP_CHECK: "1" };
const piece = 1 << 20;

/** Runs a program; Debian keeps some of these where only root looks. */
function tool(program: string, ...args: readonly string[]): void {
  const path = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;
  const { error, status, stderr, stdout } = spawnSync(program, args, { env: { ...environment, PATH: path }, encoding: "utf8" });
  if (error !== undefined) throw new TernelError("toolMissing", `${program}: ${error.message}`);
  if (status !== 0) throw new TernelError("toolFailed", `${program}: ${(stderr + stdout).trim()}`);
}

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
      if (bytes.some((byte) => byte !== 0)) writeSync(disk, bytes, 0, count, offset + at);
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

/** Writes the image; returns its size. Throws a TernelError when a tool is missing or two models have one name. */
export async function buildUefiImage(output: string, options: UefiImageOptions): Promise<number> {
  const program = options.program ?? uefiProgram;
  if (options.program === undefined) await makeTargets(["uefi"]);
  const names = options.models.map((model) => basename(model));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new TernelError("argument", `two models are named ${twice}`);
  const sizes = options.models.map((model, i) => ({ name: names[i] ?? "", bytes: statSync(model).size }));
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  const layout = options.asFiles === true ? diskLayout([], total) : diskLayout(sizes);
  const hashes = [...[program, ...options.models].map(fileHash), options.settings ?? ""];
  const folder = mkdtempSync(join(tmpdir(), "ternel-image-"));
  const unfinished = join(folder, "disk.img");
  try {
    const system = join(folder, "system.img");
    const files = options.asFiles === true ? [...options.models] : [];
    if (options.settings !== undefined) {
      files.push(join(folder, "ternel.txt"));
      writeFileSync(join(folder, "ternel.txt"), options.settings);
    }
    makeSystem(system, layout.system.bytes, program, files, guidOf("serial", ...hashes).slice(0, 8));
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
  try {
    const beside = join(dirname(to), `.${basename(to)}.${process.pid}`);
    copyFileSync(from, beside);
    renameSync(beside, to);
  } catch (error) {
    throw new TernelError("fileUnwritable", error instanceof Error ? error.message : to);
  }
}
