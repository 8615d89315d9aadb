/**
 * The same random stimuli on two engines, every output compared in every cycle. Many circuits stand side by side in one, so that Verilator
 * and the C++ compiler run once for all of them.
 */
import { DesignError } from "../diagnostics/diagnostic.ts";
import type { CheckedCircuit, Expression, Instance, Location, Module, Signal, Statement } from "../ir/nodes.ts";
import { checkCircuit } from "../passes/check.ts";
import type { Engine } from "../simulator/engine.ts";
import { rangeOf } from "../simulator/limbs.ts";
import { Random } from "../simulator/random.ts";
import type { BitsType } from "../ir/nodes.ts";

const location: Location = { file: "compare-engines.ts", line: 1, column: 1 };

/**
 * One circuit that instantiates each of the given module lists (the top last) once; the ports of the circuit number N are `cN_PORT`. Throws
 * DesignError where a circuit breaks a rule of the language.
 */
export function sideBySide(circuits: readonly (readonly Module[])[]): CheckedCircuit {
  const signals: Signal[] = [];
  const statements: Statement[] = [];
  const instances: Instance[] = [];
  const add = (id: string, type: BitsType, signal: Signal["signal"]): Expression => {
    signals.push({ id, type, signal, location, path: id, documentation: "" });
    return { kind: "reference", type, signal: id, location };
  };
  circuits.forEach((modules, number) => {
    const top = modules.at(-1);
    if (top === undefined) return;
    const inputs = top.signals.flatMap(({ id, type, signal }) =>
      signal.kind === "input" ? [{ port: id, value: add(`c${number}_${id}`, type, { kind: "input" }) }] : [],
    );
    const outputs = top.signals.flatMap(({ id, type, signal }) => {
      if (signal.kind !== "output") return [];
      const value = add(`i${number}_${id}`, type, { kind: "instanceOutput", instance: `i${number}`, port: id });
      add(`c${number}_${id}`, type, { kind: "output" });
      statements.push({ kind: "assign", target: `c${number}_${id}`, range: null, value, location });
      return [{ port: id, signal: `i${number}_${id}` }];
    });
    const domains = top.domains.map(({ name }) => ({ child: name, parent: name }));
    instances.push({ name: `i${number}`, module: top.name, inputs, outputs, domains, location });
  });
  const used = circuits.flatMap((modules) => modules.at(-1)?.domains ?? []);
  const domains = ["sys", "fast"].flatMap((name) => {
    const same = used.filter((domain) => domain.name === name);
    return same.find(({ reset }) => reset !== null) ?? same[0] ?? [];
  });
  const top: Module = {
    name: "SideBySide",
    documentation: "",
    signals: signals.toSorted((a, b) => rank(a) - rank(b)),
    statements,
    memories: [],
    instances,
    properties: [],
    streams: [],
    domains,
    blackBox: null,
    location,
  };
  const result = checkCircuit({ top: top.name, modules: [...circuits.flat(), top] });
  if ("diagnostics" in result) throw new DesignError(result.diagnostics);
  return result.circuit;
}

/** Ports come first. */
function rank({ signal }: Signal): number {
  return signal.kind === "input" || signal.kind === "output" ? 0 : 1;
}

/** An output that had different values. */
export interface Difference {
  readonly port: string;
  readonly cycle: number;
  readonly first: bigint;
  readonly second: bigint;
}

/**
 * Runs both engines from power-on with the same random inputs (extreme values more often than chance) and random resets. Returns the
 * first difference of every output that had one. The second clock runs at two thirds of the first, so that edges fall together and apart.
 */
export function compareEngines(
  first: Engine,
  second: Engine,
  options: {
    readonly seed: number;
    readonly cycles: number;
    /** Stops at the first cycle with a difference. */ readonly first?: boolean;
  },
): readonly Difference[] {
  const random = new Random(options.seed);
  const inputs = [...first.ports].filter(([, { direction }]) => direction === "input");
  const outputs = [...first.ports].filter(([, { direction }]) => direction === "output").map(([name]) => name);
  const resets = new Set(["rst", "fast_rst"]);
  const differences = new Map<string, Difference>();
  first.reset();
  second.reset();
  for (let cycle = 0; cycle < options.cycles; cycle++) {
    for (const [name, { type }] of inputs) {
      if (cycle > 0 && random.chance(0.25)) continue;
      const value = resets.has(name) ? (random.chance(0.05) ? 1n : 0n) : randomValue(type, random);
      first.setInput(name, value);
      second.setInput(name, value);
    }
    for (const port of outputs) {
      if (differences.has(port)) continue;
      const [a, b] = [first.get(port), second.get(port)];
      if (a !== b) differences.set(port, { port, cycle, first: a, second: b });
    }
    if (options.first === true && differences.size > 0) break;
    first.advance();
    second.advance();
  }
  second.synchronize();
  return [...differences.values()];
}

/** Uniform, or one of the values at which arithmetic goes wrong. */
export function randomValue(type: BitsType, random: Random): bigint {
  const { minimum, maximum } = rangeOf(type);
  switch (random.below(8)) {
    case 0:
      return 0n;
    case 1:
      return minimum;
    case 2:
      return maximum;
    case 3:
      return type.signed ? -1n : minimum + BigInt(Math.min(random.below(4), Number(BigInt.asUintN(30, maximum))));
    default: {
      const bits = random.bits(type.width);
      return type.signed ? BigInt.asIntN(type.width, bits) : bits;
    }
  }
}
