/** `simulate(circuit)`: the entry to both engines. */
import type { CheckedCircuit } from "../ir/nodes.ts";
import type { ClockTiming } from "./clock-schedule.ts";
import { CompiledEngine } from "./compiled-engine.ts";
import { recordWaveform } from "./record-waveform.ts";
import { Simulation } from "./simulation.ts";

export interface SimulateOptions {
  /** Periods of the clocks by domain name; without it all rise together. */
  readonly clocks?: Readonly<Record<string, ClockTiming>>;
}

/** Compiles the circuit to JavaScript and simulates it in this process. */
export function simulate(circuit: CheckedCircuit, options: SimulateOptions = {}): Simulation<CompiledEngine> {
  const engine = new CompiledEngine(circuit, options.clocks);
  return new Simulation(circuit.top, engine, (path) => recordWaveform(circuit.top, engine, path));
}
