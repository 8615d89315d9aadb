/**
 * Every problem that the language reports, in one table: the code, what it is called in the message, why it happens, what to do, and
 * the shortest program that shows it. docs/errors.md is printed from it, and a test triggers each one.
 */
export interface CodeEntry {
  /** The text after the code in a message. */
  readonly title: string;
  readonly cause: string;
  readonly fix: string;
  /** Lines of a module's body, or of a program where a body is not enough, that trigger it. */
  readonly example: string;
}

export const codes = {
  W101: {
    title: "width mismatch",
    cause:
      "An assignment or connection joins two signals of different widths. The language never cuts or extends a value silently.",
    fix: "Say what is meant: .truncate(n) or .wrap(n) to lose the high bits, .extend(n) to grow, or declare the target with the width of the value.",
    example: "count.set(count.add(1))",
  },
  W102: {
    title: "signedness mismatch",
    cause: "An assignment or connection joins a signed and an unsigned signal.",
    fix: "UInt to SInt without loss: .toSigned() (one bit wider). To read the same bits the other way: .asSInt() or .asUInt().",
    example: "acc.set(sample) // acc: sint(8), sample: uint(8)",
  },
  W103: {
    title: "operands of different widths",
    cause: "and, or, xor, mux and unpack work bit by bit and need values of one width.",
    fix: "Extend the narrower operand with .extend(n), or cut the wider one with .truncate(n).",
    example: "a.and(b) // a: uint(8), b: uint(4)",
  },
  W104: {
    title: "operands of different signedness",
    cause: "An operation mixes a signed and an unsigned value: which of them the result should follow is not said.",
    fix: "Convert one of them: .toSigned() keeps the value of a UInt, .asSInt() and .asUInt() keep the bits.",
    example: "a.add(b) // a: uint(8), b: sint(8)",
  },
  W105: {
    title: "literal out of range",
    cause: "A JavaScript number stands where a value of a given type is expected, and the type cannot hold it.",
    fix: "Use a number inside the range, or a wider type.",
    example: "count.set(256) // count: uint(8)",
  },
  W106: {
    title: "illegal change of width",
    cause: "truncate and wrap only make values narrower, extend, zeroExtend and signExtend only wider.",
    fix: "Use the opposite operation, or check the parameter that the width comes from.",
    example: "a.truncate(9) // a: uint(8)",
  },
  W107: {
    title: "bits out of range",
    cause:
      "A bit, a range of bits or a vector's element does not exist. Numbering starts at 0; bits(high, low) includes both ends.",
    fix: "Stay between 0 and the width minus 1; write the higher bit first.",
    example: "a.bits(8, 1) // a: uint(8)",
  },
  W108: {
    title: "condition is not one bit",
    cause: "when, mux, assert, an enable or a shift amount was given a value that is wider than it can be, or signed.",
    fix: "Compare it (.ne(0)), reduce it (.reduceOr()) or take one of its bits (.bit(0)).",
    example: "m.when(count, () => { ... }) // count: uint(8)",
  },
  W109: {
    title: "illegal width",
    cause: "A width is not a whole number from 1 to 65536.",
    fix: "Check the parameter that it is computed from; where nothing is to be carried, leave the signal out.",
    example: "uint(0)",
  },
  W110: {
    title: "memory port of the wrong width",
    cause: "The address, data or mask of a memory port does not have the width that the memory's shape asks for.",
    fix: "Addresses have as many bits as depth - 1 needs, data the word's width, masks one bit for each granularity bits.",
    example: 'memory.read("port", address) // depth: 16, address: uint(5)',
  },
  W111: {
    title: "malformed expression",
    cause:
      "A node of the IR breaks the IR's own typing rules. Programs in the language cannot do that; circuits that other tools build can.",
    fix: "Build nodes with gen/ir/build.ts, which derives their types.",
    example: "a slice of a signal of 8 bits whose type says 9",
  },
  D201: {
    title: "undriven",
    cause: "Nothing assigns an output, a wire or an input of an instance.",
    fix: "Assign it, give the wire a default, or remove it.",
    example: "{ sum: output(uint(8)) } // and a body that never sets sum",
  },
  D202: {
    title: "not driven in every case",
    cause: "A combinational signal is assigned under some conditions only. Holding its value would need a latch.",
    fix: "Assign a value before the when, add .otherwise(...), or give the wire a default. To hold a value, use a register.",
    example: "m.when(enable, () => { io.y.set(1) })",
  },
  D203: {
    title: "assigned twice",
    cause: "An assignment is overwritten by a later one in the same cases, so it has no effect.",
    fix: "Remove one of the two, or put the later one under its condition.",
    example: "y.set(a); y.set(b)",
  },
  D204: {
    title: "never read",
    cause:
      "A register, wire, node or memory is not read anywhere: it does nothing, and usually another signal was read by mistake.",
    fix: "Read it, or remove it.",
    example: 'm.node("sum", a.add(b)) // and the node is not used',
  },
  D205: {
    title: "not assignable",
    cause: "Only registers, wires, outputs and the inputs of instances are assigned.",
    fix: "Assign the signal that drives it, or make it a wire.",
    example: "m.connect(io.input, value)",
  },
  D206: {
    title: "signal of another module",
    cause: "A value of one module is used in the body of another, for example through a variable outside of both.",
    fix: "Pass it through a port.",
    example: "let leaked; module A stores a signal in it, module B reads it",
  },
  D207: {
    title: "statement outside the module's body",
    cause: "A body has returned, and code that kept its builder or signals goes on adding to it.",
    fix: "Do it inside the body: no callbacks that run later, no await.",
    example: "let kept; module A stores its builder, somebody calls kept.wire(...) later",
  },
  D208: {
    title: "unknown signal",
    cause: "The IR refers to a signal, module, memory or port that does not exist, or assigns what cannot be assigned.",
    fix: "Programs in the language cannot do that; check the tool that built the circuit.",
    example: "a reference to a signal that is not in the module's list",
  },
  D209: {
    title: "register never assigned",
    cause: "A register is never assigned and so always has its initial value.",
    fix: "Assign it, or write a constant: uint(8).constant(3).",
    example: 'const r = m.register("r", uint(8)) // and only read',
  },
  L301: {
    title: "combinational loop",
    cause:
      "A signal depends on itself without a register in between. The dependence is counted by whole signals, through instances too.",
    fix: "Put a register into the path. Where only different bits of one signal depend on each other, split it into several.",
    example: "a.set(b.not()); b.set(a)",
  },
  L302: {
    title: "module contains itself",
    cause: "A module's body instantiates the module, directly or through others.",
    fix: "Make the recursion depend on a parameter that shrinks, with a module of its own for each value.",
    example: 'const a = module("A", {}, (io, m) => { m.instance("again", a) })',
  },
  C401: {
    title: "clock domain crossing",
    cause: "A register, memory port or property of one clock domain reads a register of another one.",
    fix: "Bring a single bit over with m.synchronizer(name, bit, { domain }); use a handshake or an asynchronous FIFO for more.",
    example: 'const b = m.register("b", bit, { domain: fast }); b.set(a) // a: a register of sys',
  },
  C402: {
    title: "unknown clock domain",
    cause: "The domains of an instance name one that the module does not have.",
    fix: "Use the names of the child's domains as keys.",
    example: 'm.instance("fifo", fifo, { domains: { wirte: fast } })',
  },
  C403: {
    title: "two clock domains of one name",
    cause: "Two different domains with one name meet in a module.",
    fix: "Declare the domain once and share the value.",
    example: 'clockDomain("fast") and clockDomain("fast", { reset: false }) in one module',
  },
  N501: {
    title: "name used twice",
    cause: "Two things of a module have one name. Fields of bundles and ports of instances are joined with an underscore.",
    fix: "Rename one of them.",
    example: 'm.wire("x", bit); m.wire("x", bit)',
  },
  N502: {
    title: "names differ only in case",
    cause: "Some tools do not distinguish upper and lower case, so such names clash there.",
    fix: "Rename one of them.",
    example: 'm.wire("Sum", bit); m.wire("sum", bit)',
  },
  N503: {
    title: "reserved word",
    cause: "The name is a keyword of Verilog or SystemVerilog, or, for a port, of C++, in which simulators write the ports.",
    fix: "Choose another name.",
    example: 'm.register("reg", bit)',
  },
  N504: {
    title: "illegal name",
    cause: "Names begin with a letter and hold letters, digits and underscores: they are printed as they are.",
    fix: "Choose another name.",
    example: 'm.register("next-state", bit)',
  },
  N505: {
    title: "two modules of one name",
    cause: "Two definitions with one name have different contents, usually because a parameter is missing in the name.",
    fix: "Put what differs into the name: `Fifo${depth}`.",
    example: 'module("Fifo", ...) for depth 4 and again for depth 8',
  },
  N506: {
    title: "instance named like a signal inside it",
    cause: "The name of an instance is visible inside it, where a signal of the same name hides it; linters warn.",
    fix: "Give the instance another name.",
    example: 'm.instance("count", counter) // and counter has a port count',
  },
  S601: {
    title: "valid depends on ready",
    cause: "The valid of a stream is computed from its own ready in the same cycle. Two such ends wait for each other for ever.",
    fix: "Offer the payload without looking at ready; decide what happens next with fire().",
    example: "io.out.valid.set(io.out.ready)",
  },
  S602: {
    title: "payload depends on ready",
    cause: "The payload or last of a stream is computed from the stream's own ready, so it changes while it waits.",
    fix: "Keep what is offered in a register, or compute it from signals that hold until fire().",
    example: "io.out.payload.set(mux(io.out.ready, a, b))",
  },
  P701: {
    title: "illegal parameter",
    cause: "A depth, length, count or size is outside its range.",
    fix: "The message says what is allowed; check where the number comes from.",
    example: "vector(bit, 0)",
  },
  P702: {
    title: "not a hardware value",
    cause: "Something else than a signal, a number or a bigint stands where a value is expected.",
    fix: "Give a signal, a number or a bigint; initial values of registers are numbers.",
    example: 'm.register("r", uint(8), { init: io.a })',
  },
  P703: {
    title: "signal used as a JavaScript value",
    cause:
      "JavaScript's own operators and statements were used on a signal: they run while the design is built, when no signal has a value.",
    fix: "Use the methods: a.add(b), a.eq(b), mux(condition, x, y), m.when(condition, ...).",
    example: "if (count > 3) { ... }",
  },
  P704: {
    title: "shapes do not fit",
    cause: "A bundle, vector or stream is combined with a value of another shape.",
    fix: "Give every field and element, and no other; streams are joined with m.connect.",
    example: "point.set({ x: 1 }) // point: bundle({ x: uint(8), y: uint(8) })",
  },
  P705: {
    title: "case listed twice",
    cause: "A switch lists one value in two cases; the second would never run.",
    fix: "Keep it in one of them.",
    example: "m.switch(x, { cases: [[0, f], [0, g]] })",
  },
  P706: {
    title: "unknown state",
    cause: "A state machine is asked for a state that it does not have.",
    fix: "Use one of its states; TypeScript checks this where it sees the list.",
    example: 'fsm.goto("runn")',
  },
} as const satisfies Readonly<Record<string, CodeEntry>>;

export type Code = keyof typeof codes;
