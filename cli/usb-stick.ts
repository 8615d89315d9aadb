// Whether a device is a USB stick that may be overwritten. Read from sysfs and proc: what the kernel knows of it, and who uses it.
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { TernelError } from "../models/errors.ts";

/** A whole disk, by what sysfs says. */
export interface Disk {
  readonly name: string;
  /** Vendor and model as the disk tells them. */
  readonly label: string;
  readonly bytes: number;
  readonly partition: boolean;
  readonly removable: boolean;
  readonly usb: boolean;
  readonly readOnly: boolean;
  /** Where it or a partition of it is mounted, or what else uses it. */
  readonly uses: readonly string[];
}

/** Where the kernel shows itself; a test has trees of its own. */
export interface KernelFolders {
  readonly sys: string;
  readonly proc: string;
}
const kernel: KernelFolders = { sys: "/sys", proc: "/proc" };

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return ""; // the attribute is not there for every disk
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The number of a block device, as "8:16". Throws for anything else. */
export function deviceNumber(target: string): string {
  let status;
  try {
    status = statSync(target);
  } catch {
    throw new TernelError("fileMissing", target);
  }
  if (!status.isBlockDevice()) throw new TernelError("deviceUnfit", `${target} is no block device`);
  // Linux's dev_t: 12 bits of major in the middle of 20 bits of minor.
  const major = (status.rdev >>> 8) & 0xfff;
  const minor = (status.rdev & 0xff) | ((status.rdev >>> 12) & 0xfff00);
  return `${major}:${minor}`;
}

/** What the kernel says of a block device. */
export function readDisk(number: string, { sys, proc }: KernelFolders = kernel): Disk {
  let folder;
  try {
    folder = realpathSync(join(sys, "dev/block", number));
  } catch {
    throw new TernelError("deviceUnfit", `the kernel knows no disk ${number}`);
  }
  const parts = namesIn(folder).filter((name) => textOf(join(folder, name, "partition")) !== "");
  const folders = [folder, ...parts.map((name) => join(folder, name))];
  const numbers = new Set(folders.map((part) => textOf(join(part, "dev"))));
  const mounts = textOf(join(proc, "self/mountinfo"))
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, , device = ""]) => numbers.has(device))
    .map(([, , , , place = ""]) => `mounted on ${place}`);
  const swaps = textOf(join(proc, "swaps"))
    .split("\n")
    .map((line) => basename(line.split(/\s/)[0] ?? ""))
    .filter((name) => name !== "" && folders.some((part) => basename(part) === name))
    .map((name) => `${name} is swap space`);
  const holders = folders.flatMap((part) => namesIn(join(part, "holders"))).map((name) => `used by ${name}`);
  return {
    name: basename(folder),
    label: [textOf(join(folder, "device/vendor")), textOf(join(folder, "device/model"))].join(" ").trim(),
    bytes: Number(textOf(join(folder, "size"))) * 512,
    partition: textOf(join(folder, "partition")) !== "",
    removable: textOf(join(folder, "removable")) === "1",
    usb: /\/usb\d+\//.test(folder),
    readOnly: textOf(join(folder, "ro")) !== "0",
    uses: [...mounts, ...swaps, ...holders],
  };
}

/** Throws unless this is a removable USB disk that nobody uses, with room for so many bytes. */
export function requireStick(disk: Disk, bytes: number): void {
  const problem = disk.partition
    ? "it is a partition; name the whole disk"
    : !disk.usb
      ? "it is not on USB"
      : !disk.removable
        ? "it is not removable"
        : disk.readOnly
          ? "it is write-protected"
          : disk.uses.length > 0
            ? disk.uses.join(", ")
            : disk.bytes < bytes
              ? `it has ${disk.bytes} bytes, the image ${bytes}`
              : undefined;
  if (problem !== undefined) throw new TernelError("deviceUnfit", `${disk.name}: ${problem}`);
}
