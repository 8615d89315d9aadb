// A serial port for tests: a pseudo-terminal, with the test as the machine at its far end.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { projectRoot } from "../../paths.ts";

export interface PseudoTerminal {
  /** The near end, as a program opens it. */
  readonly path: string;
  /** What the machine prints. */
  readonly print: (bytes: string | Uint8Array) => void;
  /** Calls back with what was sent to the machine. */
  readonly onBytes: (take: (bytes: Buffer) => void) => void;
  /** Pulls the cable: the port goes away. */
  readonly remove: () => Promise<void>;
}

/** Python has pseudo-terminals, node has not. */
export async function openPseudoTerminal(): Promise<PseudoTerminal> {
  const script = join(projectRoot, "cli/serial/testing/pseudo_terminal.py");
  const child = spawn("python3", [script], { stdio: "pipe" });
  const killAtExit = (): void => {
    child.kill("SIGKILL");
  };
  process.once("exit", killAtExit);
  const [first] = (await once(child.stderr, "data")) as [Buffer];
  const ended = once(child, "close");
  child.stdin.on("error", () => undefined); // it may have been removed
  return {
    path: first.toString("utf8").trim(),
    print: (bytes) => child.stdin.write(bytes),
    onBytes: (take) => child.stdout.on("data", take),
    remove: async () => {
      process.off("exit", killAtExit);
      child.kill("SIGKILL");
      await ended;
    },
  };
}
