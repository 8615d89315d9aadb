/**
 * Random circuits for comparing the engines. A recipe is plain data that fast-check can draw and shrink; `circuitOf` turns any recipe into
 * a circuit that keeps all rules of the language: operands are picked modulo what there is and converted to what the operator wants.
 */
import fc from "fast-check";
import { binary, binaryType, bitType, constant, convert, mux, unary, unsignedType } from "../ir/build.ts";
import { addressWidth } from "../ir/nodes.ts";
import type {
  BinaryOperator,
  BitsType,
  Expression,
  Instance,
  Location,
  Memory,
  Module,
  Property,
  Signal,
  SignalId,
  SignalKind,
  Statement,
  UnaryOperator,
} from "../ir/nodes.ts";

const location: Location = { file: "random-circuit.ts", line: 1, column: 1 };
/** Wider results are cut. */
const maximumWidth = 130;

const unaryOperators: readonly UnaryOperator[] = ["not", "negate", "reduceAnd", "reduceOr", "reduceXor"];
const binaryOperators: readonly BinaryOperator[] = [
  "add", "sub", "mul", "and", "or", "xor", "eq", "ne", "lt", "le", "gt", "ge", "shiftLeft", "shiftRight",
]; // prettier-ignore
const otherOperations = ["mux", "slice", "concatenate", "convert", "constant", "wires", "memory", "instance"] as const;

/** One step of a recipe. What the numbers mean depends on the operation; all are taken modulo what there is. */
export interface Step {
  readonly operation: UnaryOperator | BinaryOperator | (typeof otherOperations)[number];
  readonly picks: readonly [number, number, number];
  readonly width: number;
  readonly signed: boolean;
  readonly statements: readonly StatementRecipe[];
}

export type StatementRecipe =
  | { readonly kind: "assign"; readonly target: number; readonly value: number; readonly range: readonly [number, number] | null }
  | {
      readonly kind: "when";
      readonly condition: number;
      readonly then: readonly StatementRecipe[];
      readonly otherwise: readonly StatementRecipe[];
    }
  | {
      readonly kind: "switch";
      readonly subject: number;
      readonly cases: readonly (readonly StatementRecipe[])[];
      readonly otherwise: readonly StatementRecipe[];
    };

export interface Recipe {
  readonly inputs: readonly BitsType[];
  /** The clock domain of everything in it. */
  readonly domain: "sys" | "fast";
  readonly registers: readonly { readonly type: BitsType; readonly init: bigint; readonly resettable: boolean }[];
  readonly steps: readonly Step[];
  /** Assign the registers and outputs. */
  readonly statements: readonly StatementRecipe[];
  /** A module instantiated by the `instance` steps. */
  readonly child: Recipe | null;
  readonly asserted: boolean;
}

const pick = fc.nat(1 << 16);
const width = fc.oneof(
  fc.integer({ min: 1, max: 9 }),
  fc.constantFrom(31, 32, 33, 53, 54, 63, 64, 65, 96, 127, 128),
  fc.integer({ min: 1, max: maximumWidth }),
);
const bitsType: fc.Arbitrary<BitsType> = fc.record({ signed: fc.boolean(), width });

const { list: statements } = fc.letrec<{ list: readonly StatementRecipe[]; one: StatementRecipe }>((tie) => ({
  list: fc.array(tie("one"), { maxLength: 3, depthIdentifier: "statement" }),
  one: fc.oneof(
    { depthSize: "small", depthIdentifier: "statement", maxDepth: 3 },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("assign" as const),
        target: pick,
        value: pick,
        range: fc.option(fc.tuple(pick, pick)),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("when" as const), condition: pick, then: tie("list"), otherwise: tie("list") }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("switch" as const),
        subject: pick,
        cases: fc.array(tie("list"), { minLength: 1, maxLength: 3 }),
        otherwise: tie("list"),
      }),
    },
  ),
}));

const step: fc.Arbitrary<Step> = fc.record({
  operation: fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...unaryOperators) },
    { weight: 6, arbitrary: fc.constantFrom(...binaryOperators) },
    { weight: 6, arbitrary: fc.constantFrom(...otherOperations) },
  ),
  picks: fc.tuple(pick, pick, pick),
  width,
  signed: fc.boolean(),
  statements,
});

function recipeOf(child: fc.Arbitrary<Recipe | null>, maximumSteps: number): fc.Arbitrary<Recipe> {
  const register = fc.record({ type: bitsType, init: fc.bigInt({ min: 0n, max: (1n << 130n) - 1n }), resettable: fc.boolean() });
  return fc.record({
    inputs: fc.array(bitsType, { minLength: 1, maxLength: 4 }),
    domain: fc.constantFrom("sys" as const, "fast" as const),
    registers: fc.array(register, { maxLength: 4 }),
    steps: fc.array(step, { minLength: 1, maxLength: maximumSteps }),
    statements,
    child,
    asserted: fc.boolean(),
  });
}

/** Recipes of circuits with up to 24 operations and possibly a child module. */
export const recipes: fc.Arbitrary<Recipe> = recipeOf(fc.option(recipeOf(fc.constant(null), 8), { freq: 2 }), 24);

/** The modules of one circuit, the top last; `name` is the top's and prefixes the others'. */
export function modulesOf(recipe: Recipe, name: string): readonly Module[] {
  const child = recipe.child === null ? [] : modulesOf(recipe.child, `${name}_child`);
  return [...child, new CircuitBuilder(name, recipe.domain, child.at(-1) ?? null).build(recipe)];
}

class CircuitBuilder {
  readonly #name: string;
  readonly #domain: "sys" | "fast";
  readonly #child: Module | null;
  readonly #signals: Signal[] = [];
  readonly #statements: Statement[] = [];
  readonly #memories: Memory[] = [];
  readonly #instances: Instance[] = [];
  /** Everything that an operand may be; what stands later may depend on what stands earlier, never the other way round. */
  readonly #pool: Expression[] = [];

  constructor(name: string, domain: "sys" | "fast", child: Module | null) {
    this.#name = name;
    this.#domain = domain;
    this.#child = child;
  }

  build(recipe: Recipe): Module {
    recipe.inputs.forEach((type, index) => this.#pool.push(this.#signal(`in${index}`, type, { kind: "input" })));
    const outputs: SignalId[] = [];
    const registers = recipe.registers.map(({ type, init, resettable }, index) => {
      const value = type.signed ? BigInt.asIntN(type.width, init) : BigInt.asUintN(type.width, init);
      const kind = { kind: "register", domain: this.#domain, init: value, resettable } as const;
      const register = this.#signal(`r${index}`, type, kind);
      this.#pool.push(register);
      return register;
    });
    recipe.steps.forEach((next, index) => {
      this.#step(next, index);
    });
    // Everything is seen: the last values as they are, of all values the parity.
    const seen = this.#pool.slice(-3);
    seen.forEach((value, index) => {
      const id = `out${index}`;
      this.#signal(id, value.type, { kind: "output" });
      outputs.push(id);
      this.#assign(id, value);
    });
    const parities = this.#pool.map((value) => unary("reduceXor", value, location));
    const parity = { kind: "concatenate", type: unsignedType(parities.length), parts: parities, location } as const;
    this.#signal("parities", parity.type, { kind: "output" });
    this.#assign("parities", parity);
    const targets = [...outputs, ...registers.map((register) => (register.kind === "reference" ? register.signal : ""))];
    registers.forEach((register, index) => {
      if (register.kind !== "reference") return;
      const value = this.#as(this.#pick(index * 7 + 3), register.type);
      const assignment: Statement = { kind: "assign", target: register.signal, range: null, value, location };
      this.#statements.push({ kind: "when", condition: this.#bit(index + 5), then: [assignment], otherwise: [], location });
    });
    this.#statements.push(...this.#run(recipe.statements, targets, this.#pool, this.#wholly([...outputs, "parities"])));
    const flag = this.#bit(1);
    const always: Property = {
      kind: "assert",
      name: "holds",
      message: "never violated",
      condition: binary("or", flag, unary("not", flag, location), location),
      enable: this.#bit(0),
      domain: this.#domain,
      location,
    };
    const properties = recipe.asserted ? [always] : [];
    const clocked = this.#memories.length + registers.length + properties.length > 0;
    const childDomain = this.#instances.length > 0 ? this.#child?.domains[0] : undefined;
    const resettable =
      recipe.registers.some((register) => register.resettable) || properties.length > 0 || typeof childDomain?.reset === "string";
    const prefix = this.#domain === "sys" ? "" : "fast_";
    return {
      name: this.#name,
      documentation: "",
      signals: this.#signals,
      statements: this.#statements,
      memories: this.#memories,
      instances: this.#instances,
      properties,
      streams: [],
      domains:
        clocked || childDomain !== undefined
          ? [{ name: this.#domain, clock: `${prefix}clk`, reset: resettable ? `${prefix}rst` : null }]
          : [],
      blackBox: null,
      location,
    };
  }

  #signal(id: SignalId, type: BitsType, signal: SignalKind): Expression {
    this.#signals.push({ id, type, signal, location, path: id, documentation: "" });
    return { kind: "reference", type, signal: id, location };
  }

  #assign(target: SignalId, value: Expression): void {
    this.#statements.push({ kind: "assign", target, range: null, value, location });
  }

  #pick(number: number): Expression {
    return this.#from(number, this.#pool);
  }

  #from(number: number, pool: readonly Expression[]): Expression {
    return pool[number % pool.length] ?? constant(0n, bitType, location);
  }

  #as(value: Expression, type: BitsType): Expression {
    return convert(value, type, location);
  }

  #bit(number: number, pool: readonly Expression[] = this.#pool): Expression {
    const value = this.#from(number, pool);
    return value.type.width === 1 && !value.type.signed
      ? value
      : unary(number % 2 === 0 ? "reduceOr" : "reduceXor", value, location);
  }

  #add(value: Expression): void {
    const { type } = value;
    this.#pool.push(type.width <= maximumWidth ? value : this.#as(value, { signed: type.signed, width: maximumWidth }));
  }

  #step({ operation, picks, width: size, signed, statements: body }: Step, index: number): void {
    const a = this.#pick(picks[0]);
    // Linters rightly complain about x < x and what follows from it.
    const b = this.#pick(picks[1]) === a ? unary("not", a, location) : this.#pick(picks[1]);
    const type = { signed, width: size };
    switch (operation) {
      case "not":
      case "negate":
      case "reduceAnd":
      case "reduceOr":
      case "reduceXor":
        this.#add(unary(operation, a, location));
        break;
      case "shiftLeft":
      case "shiftRight":
        // Amounts of 7 bits pass every width; wider ones pass the 32 bits of a number too.
        this.#add(
          binary(operation, a, this.#as(b, unsignedType(picks[2] % 4 === 0 ? Math.max(33, size) : 1 + (picks[2] % 8))), location),
        );
        break;
      case "mux":
        this.#add(mux(this.#bit(picks[2]), a, this.#as(b, a.type), location));
        break;
      case "slice": {
        const low = picks[1] % a.type.width;
        const high = low + (picks[2] % (a.type.width - low));
        this.#add({ kind: "slice", type: unsignedType(high - low + 1), operand: a, high, low, location });
        break;
      }
      case "concatenate": {
        const parts = [a, b, this.#pick(picks[2])].slice(0, 1 + (size % 3));
        const total = parts.reduce((sum, part) => sum + part.type.width, 0);
        this.#add({ kind: "concatenate", type: unsignedType(total), parts, location });
        break;
      }
      case "convert":
        this.#add(this.#as(a, type));
        break;
      case "constant": {
        const bits = (BigInt(picks[0]) << 100n) ^ (BigInt(picks[1]) << 50n) ^ BigInt(picks[2]) ^ (1n << BigInt(size - 1));
        const value = constant(signed ? BigInt.asIntN(size, bits) : BigInt.asUintN(size, bits), type, location);
        this.#add(
          binary(size % 2 === 0 ? "add" : "mul", this.#as(a, { signed, width: Math.min(a.type.width, 60) }), value, location),
        );
        break;
      }
      case "wires":
        this.#wires(index, [type, a.type], b, body);
        break;
      case "memory":
        this.#memory(index, picks, size);
        break;
      case "instance":
        this.#instance(index, picks);
        break;
      default:
        this.#add(binary(operation, a, this.#matched(operation, a, b), location));
    }
  }

  /** The second operand with the signedness, or the type, that the operator wants. */
  #matched(operator: BinaryOperator, a: Expression, b: Expression): Expression {
    const sameType = operator === "and" || operator === "or" || operator === "xor";
    const matched = this.#as(b, sameType ? a.type : { signed: a.type.signed, width: b.type.width });
    // Products of two wide values are cut, but not needlessly slow.
    return binaryType(operator, a.type, matched.type).width <= 2 * maximumWidth
      ? matched
      : this.#as(matched, { signed: a.type.signed, width: 8 });
  }

  /** Two wires, one with a default and one assigned as a whole first, and statements that assign both. */
  #wires(index: number, types: readonly BitsType[], value: Expression, body: readonly StatementRecipe[]): void {
    const before = [...this.#pool];
    const wires = types.map((type, number) => {
      const initial = this.#as(value, type);
      const wire = this.#signal(`w${index}_${number}`, type, { kind: "wire", default: number === 0 ? initial : null });
      if (number !== 0 && wire.kind === "reference") this.#assign(wire.signal, initial);
      return wire;
    });
    const targets = wires.map((wire) => (wire.kind === "reference" ? wire.signal : ""));
    this.#statements.push(...this.#run(body, targets, before, this.#wholly(targets.slice(1))));
    this.#pool.push(...wires);
  }

  #memory(index: number, picks: readonly [number, number, number], size: number): void {
    const depth = 1 + (picks[2] % 19);
    const granularity = [size, 8, 1, 3].find((bits, kind) => size % bits === 0 && kind >= picks[0] % 4) ?? size;
    const name = `m${index}`;
    const address = (number: number): Expression => this.#as(this.#pick(number), unsignedType(addressWidth(depth)));
    const masked = granularity < size;
    const write = (number: number): Memory["writes"][number] => ({
      address: address(picks[0] + number),
      data: this.#as(this.#pick(picks[1] + number), unsignedType(size)),
      enable: this.#bit(picks[2] + number),
      mask: masked ? this.#as(this.#pick(picks[0] + picks[1]), unsignedType(size / granularity)) : null,
      domain: this.#domain,
    });
    const reads = [0, 1, 2].slice(0, 1 + (picks[1] % 3)).map((number) => {
      const kind = (picks[1] + number) % 3;
      const data = `${name}_d${number}`;
      return {
        data,
        address: address(picks[1] + number),
        enable: kind === 1 ? this.#bit(picks[0] + number) : null,
        domain: kind === 0 ? null : this.#domain,
      };
    });
    this.#memories.push({
      name,
      width: size,
      depth,
      granularity,
      init:
        picks[0] % 3 === 0
          ? null
          : Array.from({ length: 1 + (picks[1] % depth) }, (_, word) =>
              BigInt.asUintN(size, BigInt(picks[2] + 1) * 0x9e3779b97f4a7c15f39cc0605cedc834n * BigInt(word + 1)),
            ),
      reads,
      writes: picks[2] % 5 === 0 ? [write(0), write(1)] : [write(0)],
      location,
    });
    for (const { data } of reads) this.#pool.push(this.#signal(data, unsignedType(size), { kind: "memoryRead", memory: name }));
  }

  #instance(index: number, picks: readonly [number, number, number]): void {
    const child = this.#child;
    if (child === null) return;
    const name = `i${index}`;
    const inputs = child.signals.flatMap(({ id, type, signal }, number) =>
      signal.kind === "input" ? [{ port: id, value: this.#as(this.#pick(picks[0] + number * picks[1]), type) }] : [],
    );
    const outputs = child.signals.flatMap(({ id, type, signal }) => {
      if (signal.kind !== "output") return [];
      const output = this.#signal(`${name}_${id}`, type, { kind: "instanceOutput", instance: name, port: id });
      return [{ port: id, signal: `${name}_${id}`, output }];
    });
    this.#instances.push({
      name,
      module: child.name,
      inputs,
      outputs: outputs.map(({ port, signal }) => ({ port, signal })),
      domains: child.domains.map((domain) => ({ child: domain.name, parent: this.#domain })),
      location,
    });
    this.#pool.push(...outputs.map(({ output }) => output));
  }

  /** `assigned` has the bits of each target that the list around assigns already. */
  #run(
    recipes: readonly StatementRecipe[],
    targets: readonly SignalId[],
    pool: readonly Expression[],
    assigned = new Map<SignalId, bigint[]>(),
  ): Statement[] {
    return recipes.map((recipe): Statement => {
      switch (recipe.kind) {
        case "assign": {
          const target = targets[recipe.target % targets.length] ?? "";
          const type = this.#typeOf(target);
          const value = this.#from(recipe.value, pool);
          const low = recipe.range === null ? 0 : recipe.range[0] % type.width;
          const high = recipe.range === null ? type.width - 1 : low + (recipe.range[1] % (type.width - low));
          const assignment: Statement =
            recipe.range === null
              ? { kind: "assign", target, range: null, value: this.#as(value, type), location }
              : { kind: "assign", target, range: { high, low }, value: this.#as(value, unsignedType(high - low + 1)), location };
          const mask = ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low);
          const earlier = assigned.get(target) ?? [];
          // To overwrite an assignment whatever the conditions are is an error; under a condition it is not.
          if (earlier.some((bits) => (bits & ~mask) === 0n)) {
            return { kind: "when", condition: this.#bit(recipe.value + 1, pool), then: [assignment], otherwise: [], location };
          }
          assigned.set(target, [...earlier, mask]);
          return assignment;
        }
        case "when":
          return {
            kind: "when",
            condition: this.#bit(recipe.condition, pool),
            then: this.#run(recipe.then, targets, pool),
            otherwise: this.#run(recipe.otherwise, targets, pool),
            location,
          };
        case "switch": {
          const subject = this.#as(this.#from(recipe.subject, pool), unsignedType(1 + (recipe.subject % 4)));
          const limit = 2 ** subject.type.width;
          const cases = recipe.cases.slice(0, limit - 1).map((body, number) => ({
            values: number === 0 ? [0n, BigInt(limit - 1)] : [BigInt(number)],
            body: this.#run(body, targets, pool),
          }));
          return { kind: "switch", subject, cases, default: this.#run(recipe.otherwise, targets, pool), location };
        }
      }
    });
  }

  #typeOf(id: SignalId): BitsType {
    return this.#signals.find((signal) => signal.id === id)?.type ?? bitType;
  }

  /** For `#run`: these signals are assigned as a whole already. */
  #wholly(signals: readonly SignalId[]): Map<SignalId, bigint[]> {
    return new Map(signals.map((id) => [id, [(1n << BigInt(this.#typeOf(id).width)) - 1n]]));
  }
}
