// A program that prints lines of JSON objects, run to its end.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { TernelError } from "../../models/errors.ts";
import { errorInLine } from "../reported-error.ts";
import type { Reply } from "../reply.ts";

/** All objects; each is also given to `onObject` as it comes. What the program prints on standard error goes there, too. */
export async function jsonLines(
  program: string,
  parameters: readonly string[],
  options: { readonly folder?: string; readonly onObject?: (object: Reply) => void } = {},
): Promise<Reply[]> {
  const child = spawn(program, parameters, { cwd: options.folder, stdio: ["ignore", "pipe", "pipe"] });
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  const ended = Promise.withResolvers<number | null>();
  child.on("error", (error) => {
    ended.reject(new TernelError("toolMissing", `${program}: ${error.message}`));
  });
  child.on("close", ended.resolve);
  let complaints = "";
  child.stderr.on("data", (piece: Buffer) => (complaints = (complaints + piece.toString()).slice(-4000)));
  const objects: Reply[] = [];
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.startsWith("{")) continue;
      const object = JSON.parse(line) as Reply;
      objects.push(object);
      options.onObject?.(object);
    }
    const status = await ended.promise;
    if (status === 0) return objects;
    const told = complaints
      .split("\n")
      .map(errorInLine)
      .find((error) => error !== undefined);
    throw told ?? new TernelError("toolFailed", `${program} ended with status ${String(status)}: ${complaints.trim()}`);
  } finally {
    process.off("exit", kill);
  }
}
