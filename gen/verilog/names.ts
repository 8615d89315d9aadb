/** names.json: from the paths of the program to the names in the Verilog, for waveform viewers, testbenches and documentation. */
import type { Circuit } from "../ir/nodes.ts";
import { formatLocation } from "../diagnostics/location.ts";

export interface NameEntry {
  /** The path in the program: `result.payload.data`. */
  readonly path: string;
  /** The identifier in the module's Verilog. */
  readonly name: string;
  readonly kind: string;
  readonly width: number;
  readonly signed: boolean;
  readonly location: string;
}

export interface Names {
  readonly top: string;
  readonly modules: readonly {
    readonly name: string;
    readonly signals: readonly NameEntry[];
    readonly memories: readonly {
      readonly name: string;
      readonly width: number;
      readonly depth: number;
      readonly location: string;
    }[];
    readonly instances: readonly { readonly name: string; readonly module: string; readonly location: string }[];
  }[];
}

export function namesOf(circuit: Circuit): Names {
  return {
    top: circuit.top,
    modules: circuit.modules.map((module) => ({
      name: module.name,
      signals: module.signals.map((signal) => ({
        path: signal.path,
        name: signal.id,
        kind: signal.signal.kind,
        width: signal.type.width,
        signed: signal.type.signed,
        location: formatLocation(signal.location),
      })),
      memories: module.memories.map(({ name, width, depth, location }) => ({
        name,
        width,
        depth,
        location: formatLocation(location),
      })),
      instances: module.instances.map((instance) => ({
        name: instance.name,
        module: instance.module,
        location: formatLocation(instance.location),
      })),
    })),
  };
}
