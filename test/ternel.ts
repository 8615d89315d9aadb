// The command line as a child process, as people and programs use it.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { projectRoot } from "../cli/paths.ts";

export interface Outcome {
  readonly status: number | null;
  readonly output: string;
  readonly complaints: string;
  /** The one object of --json. */
  readonly json: Readonly<Record<string, unknown>>;
}

export interface CallOptions {
  /** Seconds after which the call is ended; its status is then null. */
  readonly limit?: number;
  readonly input?: string;
  /** Where it runs; the project's root unless told. */
  readonly folder?: string;
}

/** Runs `ternel` with these arguments; a status of its own is no error here. */
export async function ternel(args: readonly string[], options: CallOptions = {}): Promise<Outcome> {
  const child = spawn(process.execPath, [join(projectRoot, "cli/ternel.js"), ...args], {
    cwd: options.folder ?? projectRoot,
    stdio: "pipe",
  });
  const timer = setTimeout(() => child.kill("SIGTERM"), (options.limit ?? 120) * 1000);
  const output: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => output.push(piece));
  child.stderr.on("data", (piece: Buffer) => complaints.push(piece));
  child.stdin.end(options.input ?? "");
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on("error", reject);
  child.on("close", resolve);
  const status = await promise;
  clearTimeout(timer);
  const text = Buffer.concat(output).toString("utf8");
  return {
    status,
    output: text,
    complaints: Buffer.concat(complaints).toString("utf8"),
    get json() {
      const value: unknown = JSON.parse(text);
      if (typeof value !== "object" || value === null) throw new TypeError(`no JSON object: ${text}`);
      return value as Readonly<Record<string, unknown>>;
    },
  };
}
