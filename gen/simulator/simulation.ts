/** One circuit on one engine: running testbenches, and explaining their failures with a waveform. */
import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { buildFolder } from "./build-folder.ts";
import type { Engine } from "./engine.ts";
import { Testbench } from "./testbench.ts";

export interface RunOptions {
  /** Name of the waveform file of a failing run; the top module's name by default. */
  readonly name?: string;
}

/** A testbench failed; `cause` is its error. */
export class SimulationFailure extends Error {
  override readonly name = "SimulationFailure";
  /** The waveform of the failing run, relative to the working directory; null where none could be written. */
  readonly waveform: string | null;

  constructor(cause: unknown, details: readonly string[], waveform: string | null) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    const wave = waveform === null ? [] : [`waveform: ${waveform}`];
    super([reason, ...details, ...wave].join("\n  "), { cause });
    this.waveform = waveform;
  }
}

export type TestbenchBody = (testbench: Testbench) => Promise<void>;

/** A circuit on one engine, ready to run testbenches; each run starts from power-on. */
export class Simulation<SomeEngine extends Engine = Engine> {
  readonly engine: SomeEngine;
  readonly #name: string;
  readonly #record: (path: string) => Recording | null;

  /** `record` restarts the simulation so that it writes a waveform. */
  constructor(name: string, engine: SomeEngine, record: (path: string) => Recording | null) {
    this.#name = name;
    this.engine = engine;
    this.#record = record;
  }

  /**
   * Runs a testbench from power-on. Where it fails it runs once more, recording a waveform to build/waves/NAME.vcd, and throws
   * SimulationFailure; so a testbench must not depend on what an earlier run left outside of it.
   */
  async run(body: TestbenchBody, { name = this.#name }: RunOptions = {}): Promise<void> {
    this.engine.reset();
    const testbench = new Testbench(this.engine);
    try {
      await testbench.run(body);
    } catch (error) {
      throw await this.#explained(error, testbench, body, name);
    }
  }

  /** Ends the engine; only Verilator has something to end. */
  close(): void {
    this.engine.close();
  }

  async #explained(error: unknown, failed: Testbench, body: TestbenchBody, name: string): Promise<SimulationFailure> {
    const details = [`at time ${this.engine.time}`, ...failed.seeds.map((seed) => `seed of stream ${seed}`)];
    mkdirSync(join(buildFolder(), "waves"), { recursive: true });
    const path = join(buildFolder(), "waves", `${name.replace(/[^\w.-]+/g, "-")}.vcd`);
    const recording = this.#record(path);
    if (recording === null) return new SimulationFailure(error, details, null);
    let repeated = false;
    try {
      await new Testbench(recording.engine).run(body);
    } catch {
      repeated = true;
    } finally {
      recording.finish();
    }
    if (!repeated) details.push("the failure did not repeat: this testbench depends on something outside of it");
    return new SimulationFailure(error, [...details, ...recording.details], relative(process.cwd(), path));
  }
}

/** A run that is written to a file. */
export interface Recording {
  readonly engine: Engine;
  /** More to say about the failing run. */
  readonly details: readonly string[];
  finish(): void;
}
