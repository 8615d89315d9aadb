/** The hardware language: construct, check, print. Everything that users of gen/ import comes from here. */
export { high, low, bit, bundle, sint, stream, uint, vector } from "./language/types.ts";
export {
  BundleType,
  DataType,
  HardwareType,
  SIntType,
  StreamType,
  UIntType,
  VectorType,
  type AssignableOf,
  type DriverOf,
  type Fields,
  type InitialOf,
  type LocalOf,
  type ReadOf,
} from "./language/types.ts";
export { AssignableSInt, AssignableUInt, Bits, SInt, UInt, type Bit } from "./language/bits.ts";
export type { Literal } from "./language/literal.ts";
export { concatenate, equal, mux, pack, unpack } from "./language/combine.ts";
export {
  StreamBase,
  Vector,
  type AssignableBundle,
  type AssignableVector,
  type Bundle,
  type StreamInput,
  type StreamOutput,
  type StreamWire,
  type Value,
} from "./language/aggregates.ts";
export { clockDomain, sys, type ClockDomain } from "./language/clock-domain.ts";
export {
  blackBox,
  input,
  module,
  output,
  type BlackBoxDefinition,
  type Definition,
  type InsideOf,
  type ModuleDefinition,
  type OutsideOf,
  type Port,
  type Ports,
} from "./language/module.ts";
export { Builder } from "./language/builder.ts";
export type { Fsm, SwitchBranches, WhenChain } from "./language/control.ts";
export type { MemoryHandle, MemoryOptions } from "./language/memory.ts";
export { check, elaborate, type Checked } from "./language/elaborate.ts";
export { checkCircuit } from "./passes/check.ts";
export { codes, type Code } from "./diagnostics/codes.ts";
export { DesignError, formatDiagnostic, type Diagnostic } from "./diagnostics/diagnostic.ts";
export { emitVerilog, type VerilogOutput } from "./verilog/emit.ts";
export type { CheckedCircuit, Circuit, Location, Module } from "./ir/nodes.ts";
export { simulate, type SimulateOptions } from "./simulator/simulate.ts";
export { Simulation, SimulationFailure, type RunOptions, type TestbenchBody } from "./simulator/simulation.ts";
export type { Agent } from "./simulator/agent.ts";
export { Testbench, TimeoutError, type Condition, type Process } from "./simulator/testbench.ts";
export { ProtocolError, ScoreboardError, type StallOptions, type StreamItem } from "./simulator/stream-agents.ts";
export { PropertyViolation, type Engine } from "./simulator/engine.ts";
export { CompiledEngine } from "./simulator/compiled-engine.ts";
export { Random } from "./simulator/random.ts";
export { arbiter, type ArbiterOptions } from "./stream/arbiter.ts";
export { fifo, fifoModule, type FifoOptions } from "./stream/fifo.ts";
export { demux, fork, join } from "./stream/fork.ts";
export { filter, map } from "./stream/map.ts";
export { pipe, skid } from "./stream/pipe.ts";
export { VerilatorEngine, VerilatorFailure } from "./verilator/verilator-engine.ts";
export { VerilatorBuildError, verilatorVersion, type BuildOptions } from "./verilator/build.ts";
export { missingProofTools, prove, ProofError, type ProofResult, type ProveOptions } from "./verify/prove.ts";
