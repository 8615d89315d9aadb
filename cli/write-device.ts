// Writes an image to a device and reads it back. Until all of it is there the device has no partition table, so that nothing half-written boots.
import { closeSync, constants, fsyncSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { TernelError } from "../models/errors.ts";
import { startProgress } from "./progress.ts";
import { tool } from "./tool.ts";

const piece = 4 << 20;
/** Boot sector, partition table and its entries lie before the first partition, which begins here. */
const tableBytes = 1 << 20;
const mebibytes = (bytes: number): number => Math.round(bytes / (1 << 20));

/** Calls `each` with piece after piece of the image, those from `from` to `to`. */
function pieces(image: number, from: number, to: number, each: (bytes: Buffer, at: number) => void): void {
  const buffer = Buffer.alloc(piece);
  for (let at = from; at < to;) {
    const count = readSync(image, buffer, 0, Math.min(piece, to - at), at);
    if (count === 0) throw new TernelError("fileUnreadable", "the image became shorter");
    each(buffer.subarray(0, count), at);
    at += count;
  }
}

/** All of it: a write may take less than it was given. */
function writeAll(device: number, bytes: Buffer, at: number): void {
  for (let done = 0; done < bytes.length;) done += writeSync(device, bytes, done, bytes.length - done, at + done);
}

function openDevice(target: string): number {
  try {
    // O_EXCL on a block device: the kernel refuses while it is mounted.
    return openSync(target, constants.O_RDWR | constants.O_EXCL);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EBUSY") throw new TernelError("deviceUnfit", `${target} is in use`);
    const hint = code === "EACCES" ? "no permission: be root, or first sudo setfacl -m u:$USER:rw" : String(code);
    throw new TernelError("fileUnwritable", `${hint} ${target}`);
  }
}

/** Writes and verifies; throws when a byte comes back changed. `target` is not checked here (usb-stick.ts). */
export function writeDevice(file: string, target: string): void {
  const bytes = statSync(file).size;
  const image = openSync(file, "r");
  const device = openDevice(target);
  const written = startProgress(`writing ${target}`, mebibytes(bytes), "MiB");
  try {
    writeAll(device, Buffer.alloc(tableBytes), 0);
    fsyncSync(device);
    pieces(image, tableBytes, bytes, (part, at) => {
      writeAll(device, part, at);
      fsyncSync(device); // so that the bar shows what the stick has, not what waits in memory
      written.update(mebibytes(at + part.length));
    });
    pieces(image, 0, tableBytes, (part, at) => {
      writeAll(device, part, at);
    });
    fsyncSync(device);
  } catch (error) {
    if (error instanceof TernelError) throw error;
    throw new TernelError("fileUnwritable", `${target}: ${error instanceof Error ? error.message : ""}`);
  } finally {
    written.stop();
    closeSync(device);
    closeSync(image);
  }
  verifyDevice(file, target);
}

/** Reads as many bytes back as the image has; throws at the first that differs. */
export function verifyDevice(file: string, target: string): void {
  const bytes = statSync(file).size;
  // What was written lies in memory; this makes the kernel forget it, so that the device is read.
  tool("dd", `if=${target}`, "iflag=nocache", "count=0");
  const image = openSync(file, "r");
  const device = openSync(target, "r");
  const verified = startProgress(`verifying ${target}`, mebibytes(bytes), "MiB");
  try {
    const back = Buffer.alloc(piece);
    pieces(image, 0, bytes, (part, at) => {
      for (let done = 0; done < part.length;) {
        const count = readSync(device, back, done, part.length - done, at + done);
        if (count === 0) throw new TernelError("deviceDiffers", `${target} ends at byte ${at + done}`);
        done += count;
      }
      if (!part.equals(back.subarray(0, part.length))) throw new TernelError("deviceDiffers", `${target}, from byte ${at} on`);
      verified.update(mebibytes(at + part.length));
    });
  } finally {
    verified.stop();
    closeSync(device);
    closeSync(image);
  }
}
