/** `simulate(circuit)`: the entry to both engines. */
import type { CheckedCircuit } from "../ir/nodes.ts";
import type { BuildOptions } from "../verilator/build.ts";
import { VerilatorEngine } from "../verilator/verilator-engine.ts";
import { emitVerilog } from "../verilog/emit.ts";
import type { ClockTiming } from "./clock-schedule.ts";
import { CompiledEngine } from "./compiled-engine.ts";
import { recordWaveform } from "./record-waveform.ts";
import { Simulation } from "./simulation.ts";

export interface SimulateOptions {
  /** "compiled" (the default): JavaScript in this process. "verilator": the emitted Verilog, built once, in a child process. */
  readonly engine?: "compiled" | "verilator";
  /** Periods of the clocks by domain name; without it all rise together. */
  readonly clocks?: Readonly<Record<string, ClockTiming>>;
  /** How Verilator's C++ is compiled. */
  readonly build?: BuildOptions;
}

/** Makes a circuit ready to run testbenches. Verilator's simulation is to be closed at the end. */
export function simulate(
  circuit: CheckedCircuit,
  options: SimulateOptions & { readonly engine: "verilator" },
): Simulation<VerilatorEngine>;
export function simulate(
  circuit: CheckedCircuit,
  options?: SimulateOptions & { readonly engine?: "compiled" },
): Simulation<CompiledEngine>;
export function simulate(circuit: CheckedCircuit, options?: SimulateOptions): Simulation;
export function simulate(circuit: CheckedCircuit, options: SimulateOptions = {}): Simulation {
  if (options.engine === "verilator") return simulateWithVerilator(circuit, options);
  const engine = new CompiledEngine(circuit, options.clocks);
  return new Simulation(circuit.top, engine, (path) => recordWaveform(circuit.top, engine, path));
}

function simulateWithVerilator(circuit: CheckedCircuit, { clocks, build }: SimulateOptions): Simulation<VerilatorEngine> {
  const verilog = emitVerilog(circuit);
  const engine = new VerilatorEngine(circuit, verilog, clocks, build);
  return new Simulation(circuit.top, engine, (path) => {
    // Waveforms make a simulation slow, so they have a build of their own, made when the first run fails.
    const traced = new VerilatorEngine(circuit, verilog, clocks, { ...build, trace: true });
    traced.record(path);
    return {
      engine: traced,
      details: [`repeat with: make -C ${traced.folder} replay`],
      finish: () => {
        traced.finishRecording();
        traced.close();
      },
    };
  });
}
