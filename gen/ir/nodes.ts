/**
 * The intermediate representation: plain immutable data between construction (gen/language) and what reads it (passes, the Verilog
 * printer, the simulator). Every signal is a vector of bits, unsigned or signed; bundles, vectors and streams are flattened to
 * signals whose names are their paths (`axis_payload_data`) when they are constructed.
 */

/** A place in the user's source, relative to the project's root. Lines and columns count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The type of every expression: `width` >= 1 bits; signed values are two's complement. */
export interface BitsType {
  readonly signed: boolean;
  readonly width: number;
}

/** not and negate have the operand's type (negate is modulo 2^width: the language extends first); reductions give 1 unsigned bit. */
export type UnaryOperator = "not" | "negate" | "reduceAnd" | "reduceOr" | "reduceXor";
/**
 * Widths of results, a and b being the operands' widths: add, sub: max + 1 (sub is signed for signed operands, unsigned modulo 2^(max+1)
 * for unsigned ones: the language wraps it explicitly); mul: a + b; and, or, xor: equal widths and signedness; comparisons: 1 bit.
 * Operands of add, sub, mul and comparisons have equal signedness. shiftLeft, shiftRight shift by an unsigned signal, the result has a's type
 * (bits shifted out are lost; shiftRight of a signed value is arithmetic).
 */
export type BinaryOperator =
  "add" | "sub" | "mul" | "and" | "or" | "xor" | "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "shiftLeft" | "shiftRight";

/** Combinational expressions: pure trees over signals of the same module. */
export type Expression =
  | { readonly kind: "constant"; readonly type: BitsType; readonly value: bigint; readonly location: Location }
  | { readonly kind: "reference"; readonly type: BitsType; readonly signal: SignalId; readonly location: Location }
  | {
      readonly kind: "unary";
      readonly type: BitsType;
      readonly operator: UnaryOperator;
      readonly operand: Expression;
      readonly location: Location;
    }
  | {
      readonly kind: "binary";
      readonly type: BitsType;
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly location: Location;
    }
  | {
      readonly kind: "mux";
      readonly type: BitsType;
      readonly condition: Expression;
      readonly whenTrue: Expression;
      readonly whenFalse: Expression;
      readonly location: Location;
    }
  /** Bits `high` down to `low`, both included; unsigned. */
  | {
      readonly kind: "slice";
      readonly type: BitsType;
      readonly operand: Expression;
      readonly high: number;
      readonly low: number;
      readonly location: Location;
    }
  /** Most significant part first; unsigned. */
  | { readonly kind: "concatenate"; readonly type: BitsType; readonly parts: readonly Expression[]; readonly location: Location }
  /** The same bits with the other signedness, or fewer (low bits kept) or more bits (extended by the operand's own signedness). */
  | { readonly kind: "convert"; readonly type: BitsType; readonly operand: Expression; readonly location: Location };

/** Unique in its module: the signal's name, which is also its name in the Verilog. */
export type SignalId = string;

export type SignalKind =
  | { readonly kind: "input" }
  | { readonly kind: "output" }
  /** Combinational; `default` holds where no statement assigns it. */
  | { readonly kind: "wire"; readonly default: Expression | null }
  /** Written at the rising edge of its domain's clock; `init` is the value at power-on and at reset. */
  | {
      readonly kind: "register";
      readonly domain: string;
      readonly init: bigint;
      readonly resettable: boolean;
      /** A synchroniser's first stage: its value may come from other clock domains. */
      readonly crossing?: boolean;
      /** The names of a state machine's states, in the order of their values. */
      readonly states?: readonly string[];
    }
  /** The data of a memory's read port, driven by the memory. */
  | { readonly kind: "memoryRead"; readonly memory: string }
  /** An output port of an instance, driven by the instance. */
  | { readonly kind: "instanceOutput"; readonly instance: string; readonly port: string };

export interface Signal {
  readonly id: SignalId;
  readonly type: BitsType;
  readonly signal: SignalKind;
  readonly location: Location;
  /** The user's path (`result.payload.data`), for diagnostics, waveforms and names.json. */
  readonly path: string;
  readonly documentation: string;
}

/** Statements run in order, the last assignment wins. Targets are outputs, wires and registers. */
export type Statement =
  | {
      readonly kind: "assign";
      readonly target: SignalId;
      /** Bits of the target, both included; null: all. */
      readonly range: { readonly high: number; readonly low: number } | null;
      readonly value: Expression;
      readonly location: Location;
    }
  | {
      readonly kind: "when";
      readonly condition: Expression;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
      readonly location: Location;
    }
  | {
      readonly kind: "switch";
      readonly subject: Expression;
      readonly cases: readonly { readonly values: readonly bigint[]; readonly body: readonly Statement[] }[];
      readonly default: readonly Statement[];
      readonly location: Location;
    };

/**
 * A memory of `depth` words of `width` bits. Reads see the word as it was before a write of the same edge. An address has
 * addressWidth(depth) bits; at an address that is not below `depth` reads give 0 and writes do nothing. The data of a synchronous read
 * is 0 until the first enabled edge; reset does not change it. Of several writes to one word at one edge the last in the list wins.
 */
export interface Memory {
  readonly name: string;
  readonly width: number;
  readonly depth: number;
  /** Words from address 0; missing ones are 0. Printed as a $readmemh file. */
  readonly init: readonly bigint[] | null;
  /** Width of the part that one mask bit of a write port enables: `width` where there is no mask. */
  readonly granularity: number;
  /**
   * "undefined": the design promises not to use the data of a read whose word is written at the same edge. Simulators give the old word
   * all the same; synthesis saves the logic around block RAM that would keep it.
   */
  readonly collisions?: "undefined";
  readonly reads: readonly {
    readonly data: SignalId;
    readonly address: Expression;
    /** Synchronous reads hold their data while enable is 0; null: always enabled. */
    readonly enable: Expression | null;
    /** null: asynchronous (combinational) read. */
    readonly domain: string | null;
  }[];
  readonly writes: readonly {
    readonly address: Expression;
    readonly data: Expression;
    readonly enable: Expression;
    /** One bit a `granularity` bits; null: the whole word. */
    readonly mask: Expression | null;
    readonly domain: string;
  }[];
  readonly location: Location;
}

/** A module or black box inside a module. Its outputs are signals of kind instanceOutput, its inputs expressions of the parent. */
export interface Instance {
  readonly name: string;
  readonly module: string;
  readonly inputs: readonly { readonly port: string; readonly value: Expression }[];
  readonly outputs: readonly { readonly port: string; readonly signal: SignalId }[];
  /** The parent's domain for each domain of the child. */
  readonly domains: readonly { readonly child: string; readonly parent: string }[];
  readonly location: Location;
}

/** Checked at every rising edge of the domain's clock outside reset. */
export interface Property {
  readonly kind: "assert" | "assume" | "cover";
  readonly name: string;
  readonly message: string;
  readonly condition: Expression;
  /** Holds where this is 1 (the enclosing when/switch conditions). */
  readonly enable: Expression;
  readonly domain: string;
  readonly location: Location;
}

/**
 * The signals of a stream, for the checks of its rules: what drives `valid` must not depend on `ready` combinationally.
 * `output`: this module drives valid, last and payload; `input`: it drives ready. Both are ports of the module.
 */
export interface StreamPort {
  readonly path: string;
  readonly direction: "input" | "output";
  readonly valid: SignalId;
  readonly ready: SignalId;
  readonly last: SignalId | null;
  readonly payload: readonly SignalId[];
  readonly location: Location;
}

/** A clock and its synchronous, active-high reset (null: none; registers then have only their power-on value). */
export interface ClockDomain {
  readonly name: string;
  readonly clock: string;
  readonly reset: string | null;
}

export interface Module {
  readonly name: string;
  readonly documentation: string;
  /** Ports first, in the order of their declaration. Clock and reset ports are not among them: they follow from `domains`. */
  readonly signals: readonly Signal[];
  readonly statements: readonly Statement[];
  readonly memories: readonly Memory[];
  readonly instances: readonly Instance[];
  readonly properties: readonly Property[];
  readonly streams: readonly StreamPort[];
  readonly domains: readonly ClockDomain[];
  /** Not null: a black box; no body is printed, `parameters` are printed at each instance. */
  readonly blackBox: { readonly parameters: readonly { readonly name: string; readonly value: bigint | string }[] } | null;
  readonly location: Location;
}

/** All modules, children before their parents; the last one is the top. */
export interface Circuit {
  readonly top: string;
  readonly modules: readonly Module[];
}

declare const checked: unique symbol;
/** A circuit that passed every check (gen/passes): the only thing that the printer and the simulator accept. */
export type CheckedCircuit = Circuit & { readonly [checked]: true };

/** The bits of an address that reaches every word of a memory: at least 1. */
export function addressWidth(depth: number): number {
  return Math.max(1, BigInt(depth - 1).toString(2).length);
}
