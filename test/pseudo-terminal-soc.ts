// The simulated SoC with its serial line as a pseudo-terminal, for programs that open a serial port.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { configurationNamed, type ConfigurationName } from "../boards/configuration.ts";
import type { BuiltFlash } from "../cli/flash-image.ts";
import { makeTargets } from "../cli/make.ts";
import { buildPaths } from "../cli/paths.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { ternel } from "./ternel.ts";

export interface PseudoTerminalOptions {
  /** Put stage 1 and this model into DRAM (boot mode 1); left out: boot through the flash. */
  readonly model?: string;
  /** Where the flash's contents go at the end. */
  readonly saveFlash?: string;
}

export interface PseudoTerminalSoc {
  /** The port to open. */
  readonly port: string;
  /** Waits with `ternel console` until the machine has printed this. */
  readonly waitFor: (text: string) => Promise<void>;
  /** Switches it off; what it has said on standard error. */
  readonly stop: () => Promise<string>;
}

/** Builds the simulator and switches it on. */
export async function startOnPseudoTerminal(
  config: ConfigurationName,
  built: BuiltFlash,
  { model, saveFlash }: PseudoTerminalOptions,
): Promise<PseudoTerminalSoc> {
  await makeTargets(["sim"], config);
  const folder = temporaryFolder();
  const paths = buildPaths(config);
  const { dramLayout } = configurationNamed(config);
  const write = (name: string, bytes: Uint8Array): string => {
    writeFileSync(folder.path(name), bytes);
    return folder.path(name);
  };
  const preload =
    model === undefined
      ? ["--boot-mode", "3"]
      : [
          ["--preload-dram", `${dramLayout.stage1.origin}:${write("stage1.bin", built.stage1)}`],
          ["--preload-dram", `${dramLayout.model.origin}:${model}`],
          ["--boot-mode", "1"],
        ].flat();
  const save = saveFlash === undefined ? [] : ["--save-flash", saveFlash];
  const child = spawn(paths.simulator, ["--flash", write("flash.bin", built.image), "--uart", "pty", ...preload, ...save], {
    cwd: paths.verilog,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const kill = (): void => {
    child.kill("SIGKILL");
  };
  process.once("exit", kill);
  const ended = once(child, "close");
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let complaints = "";
  child.stderr.on("data", (piece: Buffer) => {
    complaints += piece.toString("utf8");
    const port = /serial line on (\S+)\n/.exec(complaints)?.[1];
    if (port !== undefined) resolve(port);
  });
  child.on("close", () => {
    reject(new Error(`the simulator has ended: ${complaints}`));
  });
  const port = await promise;
  return {
    port,
    waitFor: async (text) => {
      const args = ["console", "--port", port, "--match", text, "--timeout", "600"];
      const { status, complaints: said } = await ternel(args, { limit: 700 });
      assert.equal(status, 0, said);
    },
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
      process.off("exit", kill);
      folder.remove();
      return complaints;
    },
  };
}
