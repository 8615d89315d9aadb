import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { TernelError } from "../errors.ts";

/** Bytes that are read in pieces, so that a file of many gigabytes need not fit into memory. */
export interface ByteSource {
  readonly bytes: number;
  /** The bytes from `offset` on; the caller has checked that they exist. */
  read(offset: number, length: number): Uint8Array;
}

/** Bytes in memory. */
export function memorySource(data: Uint8Array): ByteSource {
  return { bytes: data.length, read: (offset, length) => data.subarray(offset, offset + length) };
}

/** Runs `use` on an open file and closes it. */
export function withFile<Result>(path: string, use: (source: ByteSource) => Result): Result {
  const file = openFile(path);
  try {
    return use({
      bytes: fstatSync(file).size,
      read: (offset, length) => {
        const data = new Uint8Array(length);
        for (let done = 0; done < length;) {
          const count = readSync(file, data, done, Math.min(length - done, 2 ** 30), offset + done);
          if (count === 0) throw new TernelError("fileUnreadable", `${path}: ended early`);
          done += count;
        }
        return data;
      },
    });
  } finally {
    closeSync(file);
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw new TernelError(missing ? "fileMissing" : "fileUnreadable", path);
  }
}
