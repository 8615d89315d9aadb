/**
 * Statements -> one expression a target. Written independently of the Verilog printer's own lowering, on purpose: the comparison of the
 * two engines (gen/verify) then also compares the two readings of when, switch and partial assignments.
 */
import type { BitsType, Expression, Location, Module, SignalId, Statement } from "../ir/nodes.ts";

export function constant(value: bigint, type: BitsType, location: Location): Expression {
  return { kind: "constant", type, value, location };
}

export function reference(signal: SignalId, type: BitsType, location: Location): Expression {
  return { kind: "reference", type, signal, location };
}

/** The value of every output, wire and register (its next value) after all statements of the module have run. */
export function lowerStatements(module: Module): ReadonlyMap<SignalId, Expression> {
  const types = new Map(module.signals.map((signal) => [signal.id, signal.type]));
  const values = new Map<SignalId, Expression>();
  for (const { id, type, signal, location } of module.signals) {
    if (signal.kind === "register") values.set(id, reference(id, type, location));
    else if (signal.kind === "wire") values.set(id, signal.default ?? constant(0n, type, location));
    else if (signal.kind === "output") values.set(id, constant(0n, type, location));
  }
  run(module.statements, { values, outer: null, types });
  return values;
}

/** The values assigned so far in a branch; what it has not assigned stands in the branch around it. */
interface Scope {
  readonly values: Map<SignalId, Expression>;
  readonly outer: Scope | null;
  readonly types: ReadonlyMap<SignalId, BitsType>;
}

type Values = ReadonlyMap<SignalId, Expression>;

function valueOf(id: SignalId, scope: Scope): Expression {
  for (let place: Scope | null = scope; place !== null; place = place.outer) {
    const value = place.values.get(id);
    if (value !== undefined) return value;
  }
  throw new TypeError(`assignment to ${id}, which is no output, wire or register`);
}

function run(statements: readonly Statement[], scope: Scope): void {
  for (const statement of statements) {
    switch (statement.kind) {
      case "assign":
        assign(statement, scope);
        break;
      case "when": {
        const { condition, location } = statement;
        const otherwise = branch(statement.otherwise, scope);
        apply(choose(condition, branch(statement.then, scope), otherwise, scope, location), scope);
        break;
      }
      case "switch":
        apply(chooseCase(statement, scope), scope);
        break;
    }
  }
}

/** What the statements assign, started from the scope's values. */
function branch(statements: readonly Statement[], scope: Scope): Values {
  const values = new Map<SignalId, Expression>();
  run(statements, { values, outer: scope, types: scope.types });
  return values;
}

function apply(values: Values, scope: Scope): void {
  for (const [id, value] of values) scope.values.set(id, value);
}

/** What either branch assigns, chosen by the condition; a branch that does not assign a signal leaves it as it was. */
function choose(condition: Expression, then: Values, otherwise: Values, scope: Scope, location: Location): Values {
  const chosen = new Map<SignalId, Expression>();
  for (const id of new Set([...then.keys(), ...otherwise.keys()])) {
    const whenTrue = then.get(id) ?? valueOf(id, scope);
    const whenFalse = otherwise.get(id) ?? valueOf(id, scope);
    chosen.set(id, { kind: "mux", type: whenTrue.type, condition, whenTrue, whenFalse, location });
  }
  return chosen;
}

/** A switch is a chain of whens over its cases. */
function chooseCase(statement: Extract<Statement, { kind: "switch" }>, scope: Scope): Values {
  const { subject, cases, location } = statement;
  const bit = { signed: false, width: 1 };
  let chosen = branch(statement.default, scope);
  for (const { values, body } of cases.toReversed()) {
    const fits = values
      .map((value): Expression => {
        const right = constant(value, subject.type, location);
        return { kind: "binary", type: bit, operator: "eq", left: subject, right, location };
      })
      .reduce(
        (left, right): Expression => ({ kind: "binary", type: bit, operator: "or", left, right, location }),
        constant(0n, bit, location),
      );
    chosen = choose(fits, branch(body, scope), chosen, scope, location);
  }
  return chosen;
}

function assign(statement: Extract<Statement, { kind: "assign" }>, scope: Scope): void {
  const { target, range, value, location } = statement;
  const before = valueOf(target, scope);
  const type = scope.types.get(target) ?? before.type;
  if (range === null) {
    scope.values.set(target, value);
    return;
  }
  const parts: Expression[] = [];
  if (range.high < type.width - 1) parts.push(...slice(before, type.width - 1, range.high + 1));
  parts.push(value);
  if (range.low > 0) parts.push(...slice(before, range.low - 1, 0));
  const joined: Expression = { kind: "concatenate", type: { signed: false, width: type.width }, parts, location };
  scope.values.set(target, type.signed ? { kind: "convert", type, operand: joined, location } : joined);
}

/** Bits high to low of an expression as parts of a concatenation, taken apart where it is itself one: assignments of single bits stay flat. */
function slice(expression: Expression, high: number, low: number): Expression[] {
  const { location, type } = expression;
  const width = high - low + 1;
  if (expression.kind === "concatenate") {
    const parts: Expression[] = [];
    let top = type.width;
    for (const part of expression.parts) {
      const bottom = top - part.type.width;
      const from = Math.min(high, top - 1);
      const to = Math.max(low, bottom);
      if (from >= to) parts.push(...slice(part, from - bottom, to - bottom));
      top = bottom;
    }
    return parts;
  }
  if (expression.kind === "convert" && expression.operand.type.width === type.width) return slice(expression.operand, high, low);
  if (expression.kind === "constant") {
    const bits = BigInt.asUintN(width, expression.value >> BigInt(low));
    return [constant(bits, { signed: false, width }, location)];
  }
  if (width === type.width) return [expression];
  return [{ kind: "slice", type: { signed: false, width }, operand: expression, high, low, location }];
}
