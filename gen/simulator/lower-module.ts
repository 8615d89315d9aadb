/**
 * A module as the compiler wants it: a flat list of definitions (signal = expression), in which every expression that is used more than
 * once, or that nests very deeply, has a hidden signal of its own. The user's expressions are shared objects: `x = x.add(x)` thirty times
 * is thirty nodes, but 2^30 when read as a tree.
 */
import type { BitsType, Expression, Module, Property, SignalId } from "../ir/nodes.ts";
import { operandsOf } from "../ir/visit.ts";
import { constant, lowerStatements, reference } from "./lower-statements.ts";

/** A combinational signal; hidden ones (names starting with `$`) are no part of the design and are not shown to the user. */
export interface Definition {
  readonly id: SignalId;
  readonly type: BitsType;
  readonly value: Expression;
}

/** A write port whose address, data, enable and mask are signals, so that they can be used after the registers have changed. */
export interface LoweredWrite {
  readonly address: SignalId;
  readonly data: SignalId;
  readonly enable: SignalId;
  readonly mask: SignalId | null;
  readonly domain: string;
}

export interface LoweredModule {
  readonly module: Module;
  readonly definitions: readonly Definition[];
  /** Next value of every register, the reset not yet in it. */
  readonly registers: readonly { readonly id: SignalId; readonly next: Expression }[];
  readonly reads: readonly {
    readonly memory: string;
    readonly data: SignalId;
    readonly address: Expression;
    readonly enable: Expression | null;
    readonly domain: string | null;
  }[];
  readonly writes: ReadonlyMap<string, readonly LoweredWrite[]>;
  readonly instanceInputs: readonly { readonly instance: string; readonly port: string; readonly value: Expression }[];
  /** `violated` is 1 where an assertion or assumption does not hold, or where a cover point is reached. */
  readonly properties: readonly { readonly property: Property; readonly violated: SignalId }[];
}

/** Expressions that nest deeper than this are cut by a hidden signal: neither this compiler nor the JavaScript parser may run out of stack. */
const maximumDepth = 40;

export function lowerModule(module: Module): LoweredModule {
  const assigned = lowerStatements(module);
  const bit = { signed: false, width: 1 };
  const forbidden = module.properties.map((property): Expression => {
    const { condition, enable, location } = property;
    const holds: Expression =
      property.kind === "cover" ? condition : { kind: "unary", type: bit, operator: "not", operand: condition, location };
    return { kind: "binary", type: bit, operator: "and", left: enable, right: holds, location };
  });

  const sharing = new Sharing();
  sharing.countAll([...assigned.values()]);
  for (const { reads, writes } of module.memories) {
    for (const { address, enable } of reads) sharing.countAll([address, enable]);
    for (const { address, data, enable, mask } of writes) sharing.countAll([address, data, enable, mask]);
  }
  for (const { inputs } of module.instances) sharing.countAll(inputs.map(({ value }) => value));
  sharing.countAll(forbidden);

  const definitions = sharing.definitions;
  const registers: { id: SignalId; next: Expression }[] = [];
  for (const { id, type, signal, location } of module.signals) {
    const value = assigned.get(id);
    if (value === undefined) continue;
    const rewritten = sharing.rewrite(value);
    if (signal.kind === "register") registers.push({ id, next: rewritten });
    else
      definitions.push({
        id,
        type,
        value: value.type.signed === type.signed ? rewritten : { kind: "convert", type, operand: rewritten, location },
      });
  }
  const reads: LoweredModule["reads"][number][] = [];
  const writes = new Map<string, LoweredWrite[]>();
  for (const memory of module.memories) {
    for (const { data, address, enable, domain } of memory.reads) {
      reads.push({
        memory: memory.name,
        data,
        address: sharing.rewrite(address),
        enable: enable && sharing.rewrite(enable),
        domain,
      });
    }
    const named = memory.writes.map(({ address, data, enable, mask, domain }) => ({
      address: sharing.name(address),
      data: sharing.name(data),
      enable: sharing.name(enable),
      mask: mask && sharing.name(mask),
      domain,
    }));
    writes.set(memory.name, named);
  }
  const instanceInputs = module.instances.flatMap((instance) =>
    instance.inputs.map(({ port, value }) => ({ instance: instance.name, port, value: sharing.rewrite(value) })),
  );
  const properties = module.properties.map((property, index) => ({
    property,
    violated: sharing.name(forbidden[index] ?? constant(0n, bit, property.location)),
  }));
  return { module, definitions, registers, reads, writes, instanceInputs, properties };
}

/** Finds the expressions that are used more than once and gives each a hidden signal. */
class Sharing {
  readonly definitions: Definition[] = [];
  readonly #uses = new Map<Expression, number>();
  readonly #depths = new Map<Expression, number>();
  readonly #rewritten = new Map<Expression, Expression>();

  /** Counts the uses in these expressions and their parts; null stands for nothing. */
  countAll(roots: readonly (Expression | null)[]): void {
    // An explicit stack: the user's expressions may be deeper than JavaScript's.
    const pending = roots.filter((root) => root !== null);
    for (let expression = pending.pop(); expression !== undefined; expression = pending.pop()) {
      const uses = this.#uses.get(expression) ?? 0;
      this.#uses.set(expression, uses + 1);
      if (uses === 0) pending.push(...operandsOf(expression));
    }
  }

  /** The expression with references in place of its shared parts. */
  rewrite(root: Expression): Expression {
    const pending: Expression[] = [root];
    for (let expression = pending.at(-1); expression !== undefined; expression = pending.at(-1)) {
      const waiting = this.#rewritten.has(expression)
        ? []
        : operandsOf(expression).filter((operand) => !this.#rewritten.has(operand));
      if (waiting.length > 0) pending.push(...waiting);
      else {
        pending.pop();
        if (!this.#rewritten.has(expression)) this.#rewritten.set(expression, this.#finish(expression));
      }
    }
    return this.#known(root);
  }

  /** A signal that has the expression's value. */
  name(expression: Expression): SignalId {
    const value = this.rewrite(expression);
    return value.kind === "reference" ? value.signal : this.#define(value).signal;
  }

  #known(expression: Expression): Expression {
    const rewritten = this.#rewritten.get(expression);
    if (rewritten === undefined) throw new TypeError("an expression was not rewritten before its use");
    return rewritten;
  }

  #finish(expression: Expression): Expression {
    const operands = operandsOf(expression);
    if (operands.length === 0) return expression;
    const depth = 1 + Math.max(...operands.map((operand) => this.#depths.get(operand) ?? 0));
    const rewritten = withOperands(expression, (operand) => this.#known(operand));
    if ((this.#uses.get(expression) ?? 0) < 2 && depth < maximumDepth) {
      this.#depths.set(expression, depth);
      return rewritten;
    }
    return this.#define(rewritten);
  }

  #define(value: Expression): Extract<Expression, { kind: "reference" }> {
    const id = `$${this.definitions.length}`;
    this.definitions.push({ id, type: value.type, value });
    return { kind: "reference", type: value.type, signal: id, location: value.location };
  }
}

function withOperands(expression: Expression, replace: (operand: Expression) => Expression): Expression {
  switch (expression.kind) {
    case "constant":
    case "reference":
      return expression;
    case "unary":
    case "slice":
    case "convert":
      return { ...expression, operand: replace(expression.operand) };
    case "binary":
      return { ...expression, left: replace(expression.left), right: replace(expression.right) };
    case "mux":
      return {
        ...expression,
        condition: replace(expression.condition),
        whenTrue: replace(expression.whenTrue),
        whenFalse: replace(expression.whenFalse),
      };
    case "concatenate":
      return { ...expression, parts: expression.parts.map(replace) };
  }
}

export { reference };
