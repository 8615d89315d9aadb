/** Definitions of modules and black boxes: a name, ports and, for modules, a body that is run when the design is elaborated. */
import { here } from "../diagnostics/location.ts";
import type { Location } from "../ir/nodes.ts";
import type { Builder } from "./builder.ts";
import type { ClockDomain } from "./clock-domain.ts";
import type { AssignableOf, HardwareType, ReadOf } from "./types.ts";

export interface Port<T extends HardwareType = HardwareType, D extends "input" | "output" = "input" | "output"> {
  readonly direction: D;
  readonly type: T;
  readonly documentation: string;
}

export type Ports = Readonly<Record<string, Port>>;

/** The ports as the module's body sees them: inputs are read, outputs driven. */
export type InsideOf<P extends Ports> = {
  readonly [K in keyof P]: P[K]["direction"] extends "input" ? ReadOf<P[K]["type"]> : AssignableOf<P[K]["type"]>;
};

/** The ports as the module's user sees them: inputs are driven, outputs read. */
export type OutsideOf<P extends Ports> = {
  readonly [K in keyof P]: P[K]["direction"] extends "input" ? AssignableOf<P[K]["type"]> : ReadOf<P[K]["type"]>;
};

/** An input port; `documentation` is printed above it in the Verilog. */
export function input<T extends HardwareType>(type: T, documentation = ""): Port<T, "input"> {
  return { direction: "input", type, documentation };
}

/** An output port; `documentation` is printed above it in the Verilog. */
export function output<T extends HardwareType>(type: T, documentation = ""): Port<T, "output"> {
  return { direction: "output", type, documentation };
}

export interface ModuleOptions {
  readonly documentation?: string;
}

export interface ModuleDefinition<P extends Ports = Ports> {
  readonly kind: "module";
  readonly name: string;
  readonly ports: P;
  readonly documentation: string;
  readonly location: Location;
  /** Method syntax, so that every definition is a ModuleDefinition. */
  body(io: InsideOf<P>, m: Builder): void;
}

export interface BlackBoxDefinition<P extends Ports = Ports> {
  readonly kind: "blackBox";
  readonly name: string;
  readonly ports: P;
  readonly documentation: string;
  readonly location: Location;
  readonly parameters: Readonly<Record<string, number | bigint | string>>;
  readonly domains: readonly ClockDomain[];
}

export type Definition<P extends Ports = Ports> = ModuleDefinition<P> | BlackBoxDefinition<P>;

/**
 * A module. `body` receives the ports and the builder; it runs once when the design is elaborated. Call a function that returns a
 * module for every set of parameters; equal modules of one name are printed once.
 */
export function module<P extends Ports>(
  name: string,
  ports: P,
  body: (io: InsideOf<P>, m: Builder) => void,
  options: ModuleOptions = {},
): ModuleDefinition<P> {
  return { kind: "module", name, ports, body, documentation: options.documentation ?? "", location: here() };
}

/**
 * A module written elsewhere, in Verilog or by a vendor. `parameters` are printed at each instance; `domains` name its clock and reset
 * ports. It is printed as an instance only, and what it does is not known to the simulator.
 */
export function blackBox<P extends Ports>(
  name: string,
  ports: P,
  options: {
    readonly parameters?: Readonly<Record<string, number | bigint | string>>;
    readonly domains?: readonly ClockDomain[];
    readonly documentation?: string;
  } = {},
): BlackBoxDefinition<P> {
  return {
    kind: "blackBox",
    name,
    ports,
    documentation: options.documentation ?? "",
    location: here(),
    parameters: options.parameters ?? {},
    domains: options.domains ?? [],
  };
}
