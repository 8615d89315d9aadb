/**
 * Statements to expressions: for each wire, output and register of a module the one expression that it takes. When and switch become
 * trees of multiplexers, assignments to some bits become concatenations.
 */
import { binary, bitType, concatenate, constant, convert, mux, slice, unsignedType } from "../ir/build.ts";
import type { BitsType, Expression, Module, Signal, SignalId, Statement } from "../ir/nodes.ts";
import { nowhere } from "../diagnostics/location.ts";

/** The values of the assigned signals at a point of the statements; a branch's own assignments hide those before it. */
class Values {
  readonly own = new Map<SignalId, Expression>();
  readonly #before: Values | null;
  readonly #initial: (id: SignalId) => Expression;

  constructor(before: Values | null, initial: (id: SignalId) => Expression) {
    this.#before = before;
    this.#initial = initial;
  }

  get(id: SignalId): Expression {
    return this.own.get(id) ?? this.#before?.get(id) ?? this.#initial(id);
  }

  branch(): Values {
    return new Values(this, this.#initial);
  }
}

/**
 * The final value of every wire and output and the next value of every register, reset not yet applied. Registers that nothing
 * assigns hold; bits of wires that nothing assigns are 0 (a checked circuit has none).
 */
export function lower(module: Module): ReadonlyMap<SignalId, Expression> {
  const signals = new Map(module.signals.map((signal) => [signal.id, signal]));
  const initials = new Map<SignalId, Expression>();
  const initialOf = (id: SignalId): Expression => {
    const known = initials.get(id);
    if (known !== undefined) return known;
    const signal = signals.get(id);
    if (signal === undefined) throw new Error(`lower: ${module.name} has no signal ${id}`);
    const initial = unassigned(signal);
    initials.set(id, initial);
    return initial;
  };
  const values = new Values(null, initialOf);
  run(module.statements, values, (id) => signals.get(id)?.type ?? bitType);
  const result = new Map<SignalId, Expression>();
  for (const signal of module.signals) {
    const { kind } = signal.signal;
    if (kind === "wire" || kind === "output" || kind === "register") result.set(signal.id, values.get(signal.id));
  }
  return result;
}

/** What a signal is where no statement assigns it. */
function unassigned(signal: Signal): Expression {
  if (signal.signal.kind === "register")
    return { kind: "reference", type: signal.type, signal: signal.id, location: signal.location };
  if (signal.signal.kind === "wire" && signal.signal.default !== null) return signal.signal.default;
  return constant(0n, signal.type, signal.location);
}

function run(statements: readonly Statement[], values: Values, typeOf: (id: SignalId) => BitsType): void {
  for (const statement of statements) {
    switch (statement.kind) {
      case "assign": {
        const { target, range, value, location } = statement;
        const type = typeOf(target);
        if (range === null) {
          values.own.set(target, value);
          break;
        }
        const before = values.get(target);
        const parts: Expression[] = [convert(value, unsignedType(value.type.width), location)];
        if (range.high < type.width - 1) parts.unshift(slice(before, type.width - 1, range.high + 1, location));
        if (range.low > 0) parts.push(slice(before, range.low - 1, 0, location));
        values.own.set(target, convert(concatenate(parts, location), type, location));
        break;
      }
      case "when": {
        const then = values.branch();
        const otherwise = values.branch();
        run(statement.then, then, typeOf);
        run(statement.otherwise, otherwise, typeOf);
        merge(values, statement.condition, then, otherwise);
        break;
      }
      case "switch": {
        let rest = values.branch();
        run(statement.default, rest, typeOf);
        // From the last case to the first, each in front of what follows it.
        for (const { values: matches, body } of statement.cases.toReversed()) {
          const branch = values.branch();
          run(body, branch, typeOf);
          const joined = values.branch();
          merge(joined, matchesAny(statement.subject, matches), branch, rest);
          rest = joined;
        }
        for (const [id, value] of rest.own) values.own.set(id, value);
        break;
      }
    }
  }
}

function merge(into: Values, condition: Expression, then: Values, otherwise: Values): void {
  for (const id of new Set([...then.own.keys(), ...otherwise.own.keys()])) {
    const whenTrue = then.get(id);
    const whenFalse = otherwise.get(id);
    into.own.set(id, whenTrue === whenFalse ? whenTrue : mux(condition, whenTrue, whenFalse, condition.location));
  }
}

/** 1 where `subject` is one of the values of a switch's case. */
export function matchesAny(subject: Expression, values: readonly bigint[]): Expression {
  const [first, ...others] = values.map((value) =>
    binary("eq", subject, constant(value, subject.type, subject.location), subject.location),
  );
  if (first === undefined) return constant(0n, bitType, nowhere);
  return others.reduce((any, next) => binary("or", any, next, subject.location), first);
}
