// The simulated SoC: build/<config>/sim/ternel-sim with a flash image. The fast path puts what stage 0 would copy into DRAM right
// away (boot mode 1: it still checks everything); the true path boots through the bit-level flash.
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { configurationNamed, type ConfigurationName } from "../../boards/configuration.ts";
import { makeTargets } from "../make.ts";
import { buildPaths } from "../paths.ts";
import { openSession, type Session } from "../session.ts";
import { buildFlashImage } from "../flash-image.ts";
import { runOnConsole, selectEngine } from "./console-target.ts";
import type { EngineName, Target } from "./target.ts";

export interface SocSettings {
  readonly config: ConfigurationName;
  /** Boot through the flash instead of by the fast path. */
  readonly flash?: boolean;
  /** Leave the check of the model's hash to the simulator's harness, for models whose hash takes the SoC too long (boot mode 2). */
  readonly harnessHash?: boolean;
  /** Told now and then how many cycles were simulated. */
  readonly onCycles?: (cycles: number) => void;
  readonly onText?: (text: string) => void;
}

/** A simulator ready to start: the program with its arguments, and how to remove its files. */
export interface PreparedSimulator {
  readonly program: string;
  readonly arguments: readonly string[];
  /** Where it has to run: memories of the Verilog are filled from files there ($readmemh). */
  readonly folder: string;
  readonly dispose: () => void;
}

/** Builds simulator and firmware, and writes the flash image of a model into a folder of its own. */
export async function prepareSimulator(modelFile: string, settings: SocSettings): Promise<PreparedSimulator> {
  const { config, flash = false, harnessHash = false } = settings;
  await makeTargets(["sim"], config);
  const paths = buildPaths(config);
  // On the fast path stage 0 does not look for the model in flash, and a large one would not fit there.
  const inFlash = flash || statSync(modelFile).size <= configurationNamed(config).flash.map.model.bytes;
  const { image, stage1 } = await buildFlashImage(config, inFlash ? modelFile : undefined);
  const folder = mkdtempSync(join(tmpdir(), "ternel-"));
  const write = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const { dramLayout } = configurationNamed(config);
  // An Artix PHY's training is not simulated (hw/soc/build.py), and of the others it would be most of the boot.
  const preload = flash
    ? ["--boot-mode", "3"]
    : [
        ["--preload-dram", `${dramLayout.stage1.origin}:${write("stage1.bin", stage1)}`],
        ["--preload-dram", `${dramLayout.model.origin}:${resolve(modelFile)}`],
        ["--boot-mode", harnessHash ? "2" : "1"],
        settings.onCycles === undefined ? [] : ["--progress"],
      ].flat();
  const dispose = () => {
    rmSync(folder, { recursive: true, force: true });
  };
  process.on("exit", dispose); // also when a signal ends this process
  return {
    program: paths.simulator,
    arguments: ["--flash", write("flash.bin", image), "--uart", "stdio", ...preload],
    folder: paths.verilog,
    dispose,
  };
}

/** Boots a simulated SoC with this model and opens its console. */
export async function openSocSession(modelFile: string, settings: SocSettings): Promise<Session> {
  const simulator = await prepareSimulator(modelFile, settings);
  const told = {
    ...(settings.onText === undefined ? {} : { onText: settings.onText }),
    ...(settings.onCycles === undefined ? {} : { onCycles: settings.onCycles }),
  };
  try {
    // A token on the CPU alone takes most of a minute at 400 kHz, and a prompt several of them.
    const session = await openSession({ ...simulator, bootLimit: 600, silenceLimit: 1800, ...told });
    return {
      send: session.send,
      close: async () => {
        await session.close();
        simulator.dispose();
      },
    };
  } catch (error) {
    simulator.dispose();
    throw error;
  }
}

/** Boots a simulated SoC with this model as a target. */
export async function openSoc(modelFile: string, engine: EngineName, settings: SocSettings): Promise<Target> {
  const session = await openSocSession(modelFile, settings);
  try {
    await selectEngine(session, engine);
  } catch (error) {
    await session.close();
    throw error;
  }
  const { clockHz } = configurationNamed(settings.config);
  return {
    run: async (runSettings, onToken) => ({
      ...(await runOnConsole(session, "soc", runSettings, onToken)),
      config: settings.config,
      engine,
      clockHz,
    }),
    close: session.close,
  };
}
