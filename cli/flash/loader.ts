// openFPGALoader (Debian package, 0.10) as a child process: its command lines, its progress, its ways of failing.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { TernelError } from "../../models/errors.ts";

const program = "openFPGALoader";

/** Told what it is doing ("Erasing", "Writing", "Read flash") and the percentage. */
export type LoaderProgress = (what: string, percent: number) => void;

/** One way to one board. */
export interface Loader {
  /** The identification codes of what hangs on the JTAG chain; empty where nothing answers. */
  readonly detect: () => Promise<readonly number[]>;
  /** Erases, writes and verifies a file; both ends of the flash's range must be whole blocks, which it erases. */
  readonly write: (offset: number, file: string, onProgress?: LoaderProgress) => Promise<void>;
  /** Reads a part of the flash by way of `file`. */
  readonly read: (offset: number, bytes: number, file: string) => Promise<Uint8Array>;
  /** Sends a file to a board's USB bootloader, which neither verifies nor reads back. */
  readonly download: (file: string, onProgress?: LoaderProgress) => Promise<void>;
}

/** What a write is called with, after the words that choose the board. */
export function writeArguments(offset: number, file: string): string[] {
  return ["--write-flash", "--verify", "--offset", String(offset), file];
}

/** `selection`: --board, --cable. */
export function openLoader(selection: readonly string[]): Loader {
  const call = (args: readonly string[], onProgress?: LoaderProgress) => runLoader([...selection, ...args], onProgress);
  return {
    detect: async () => {
      const text = await call(["--detect"]);
      return [...text.matchAll(/\bidcode\s+0x([0-9a-f]+)/gi)].map(([, digits = ""]) => Number.parseInt(digits, 16));
    },
    write: async (offset, file, onProgress) => {
      const text = await call(writeArguments(offset, file), onProgress);
      // Its exit status tells of failures; that it has verified at all it only says.
      if (!text.includes("Verifying write")) throw new TernelError("loaderFailed", `${file} was not verified`);
    },
    read: async (offset, bytes, file) => {
      await call(["--dump-flash", "--offset", String(offset), "--file-size", String(bytes), file]);
      // A dump that fails has exit status 0.
      const content = readDump(file);
      if (content.length !== bytes) throw new TernelError("loaderFailed", `read ${content.length} of ${bytes} bytes`);
      return content;
    },
    download: async (file, onProgress) => {
      await call([file], onProgress);
    },
  };
}

function readDump(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch {
    return new Uint8Array();
  }
}

/** All that it prints; a failure is one TernelError with its own words. */
async function runLoader(args: readonly string[], onProgress?: LoaderProgress): Promise<string> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const kill = (): void => {
    child.kill("SIGKILL");
  };
  process.once("exit", kill);
  let text = "";
  const take = (piece: Buffer): void => {
    text += piece.toString("utf8");
    // The bar rewrites its line: "\rWriting: [=====     ] 10.00%".
    const last = [...text.slice(-400).matchAll(/([A-Z][a-z]+(?: [a-z]+)?) ?: \[[= ]*\] (\d+\.\d+)%/g)].at(-1);
    if (last?.[1] !== undefined) onProgress?.(last[1], Number(last[2]));
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on("error", () => {
    reject(new TernelError("toolMissing", `${program}: Debian package openfpgaloader`));
  });
  child.on("close", resolve);
  const status = await promise.finally(() => process.off("exit", kill));
  if (status !== 0) throw failure(text, status);
  return text;
}

/** Lines of the program that say why, without the bars. */
function failure(text: string, status: number | null): TernelError {
  const lines = text.split(/[\r\n]+/).filter((line) => line.trim() !== "" && !line.includes("%"));
  const cable = lines.find((line) =>
    /unable to open|device not found|can't (?:open|find)|no (?:such )?device|init failed|Failed to claim cable/i.test(line),
  );
  if (cable !== undefined) return new TernelError("loaderCable", cable.trim());
  const why = lines.filter((line) => /error|fail|mismatch|overflow|protect/i.test(line)).slice(-3);
  return new TernelError("loaderFailed", why.length === 0 ? `status ${String(status)}` : why.map((line) => line.trim()).join("; "));
}
