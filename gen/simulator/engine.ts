/** What a testbench drives: the compiled simulator here, or the same circuit on Verilator (gen/verilator). */
import type { BitsType, Property } from "../ir/nodes.ts";
import { rangeOf } from "./limbs.ts";

export interface EnginePort {
  readonly direction: "input" | "output";
  readonly type: BitsType;
}

/** The synchronous interface for fast loops. Values of signed signals are negative where their top bit is set. */
export interface Engine {
  /** The top module's ports by name, resets included, clocks not: `step` makes the edges. */
  readonly ports: ReadonlyMap<string, EnginePort>;
  /** Names of the clock domains; the first is the one that `step` counts by default. */
  readonly domains: readonly string[];
  /** Time of the last edge, in the unit of the clocks' periods. */
  readonly time: number;
  /** How often each cover point has been reached, by `instance.path.name`. */
  readonly covers: ReadonlyMap<string, number>;
  /** Holds until it is set again. Throws RangeError where the value does not fit the port. */
  setInput(name: string, value: bigint | number): void;
  /** The settled value of an output or input; the compiled simulator also gives every inner signal (`instance.signal`). */
  get(name: string): bigint;
  /** Goes on to just after the `cycles`-th next edge of the domain. */
  step(cycles?: number, domain?: string): void;
  /** Steps until the port has the value, at most `maximumCycles`; returns the cycles made, or null where it never had it. */
  stepUntil(port: string, value: bigint | number, maximumCycles: number, domain?: string): number | null;
  /** The domains that have the next edge. */
  upcoming(): readonly string[];
  /** Makes that edge. */
  advance(): void;
  /** Waits until everything ordered so far is done; throws what went wrong in it. */
  synchronize(): void;
  /** Back to power-on: registers and memories at their initial values, inputs 0, time 0. */
  reset(): void;
  /** Ends what the engine has running. */
  close(): void;
}

/** An assertion or assumption of the design that did not hold at an edge. */
export class PropertyViolation extends Error {
  override readonly name = "PropertyViolation";
  readonly property: Property;

  constructor(property: Property, path: string, time: number) {
    const { kind, name, message, location } = property;
    const where = path === "" ? name : `${path}.${name}`;
    super(
      `${kind} ${where} violated at time ${time}: ${message}\n  declared at ${location.file}:${location.line}:${location.column}`,
    );
    this.property = property;
  }
}

/** The value as it is stored in a port, or RangeError. */
export function checkedValue(name: string, type: BitsType, value: bigint | number): bigint {
  const exact = BigInt(value);
  const { minimum, maximum } = rangeOf(type);
  if (exact < minimum || exact > maximum) {
    throw new RangeError(
      `${name}: ${exact} does not fit ${type.signed ? "sint" : "uint"}(${type.width}), which holds ${minimum} to ${maximum}`,
    );
  }
  return exact;
}
