/** The control flow of a module's body: when, switch and finite state machines. */
import { here } from "../diagnostics/location.ts";
import { binary, bitType, constant, interpret, unary } from "../ir/build.ts";
import type { Expression, Location, Statement } from "../ir/nodes.ts";
import { UInt, type AssignableUInt, type Bits } from "./bits.ts";
import { literal, type Literal } from "./literal.ts";
import { declaredOf, describe, sameModule } from "./operations.ts";
import { report, type Scope } from "./scope.ts";

type When = Extract<Statement, { readonly kind: "when" }>;
type Switch = Extract<Statement, { readonly kind: "switch" }>;

function newWhen(condition: Bits, scope: Scope, location: Location): When & { then: Statement[]; otherwise: Statement[] } {
  sameModule(scope, condition, location);
  return { kind: "when", condition: condition.expression, then: [], otherwise: [], location };
}

const inverted = (condition: Expression): Expression => unary("not", condition, condition.location);

/** The rest of a when: further conditions and the else branch. */
export class WhenChain {
  readonly #scope: Scope;
  readonly #otherwise: Statement[];
  /** That none of the conditions so far holds. */
  readonly #none: Expression;

  constructor(scope: Scope, otherwise: Statement[], none: Expression) {
    this.#scope = scope;
    this.#otherwise = otherwise;
    this.#none = none;
  }

  /** Statements for when no condition before holds and this one does. */
  elseWhen(condition: UInt<1>, body: () => void): WhenChain {
    const location = here();
    const statement = newWhen(condition, this.#scope, location);
    this.#scope.requireOpen("elseWhen", location);
    this.#otherwise.push(statement);
    const both = binary("and", this.#none, condition.expression, location);
    this.#scope.within(statement.then, both, body);
    return new WhenChain(this.#scope, statement.otherwise, binary("and", this.#none, inverted(condition.expression), location));
  }

  /** Statements for when no condition before holds. */
  otherwise(body: () => void): void {
    this.#scope.requireOpen("otherwise", here());
    this.#scope.within(this.#otherwise, this.#none, body);
  }
}

/** Statements for when `condition` is 1. */
export function when(scope: Scope, condition: UInt<1>, body: () => void): WhenChain {
  const statement = newWhen(condition, scope, here());
  scope.add(statement);
  scope.within(statement.then, condition.expression, body);
  return new WhenChain(scope, statement.otherwise, inverted(condition.expression));
}

/** The branches of a switch: values with their statements, and the statements for all other values. */
export interface SwitchBranches {
  readonly cases: readonly (readonly [values: Literal | readonly Literal[], body: () => void])[];
  readonly default?: () => void;
}

/** That `subject` has one of the values. */
function isOneOf(subject: Expression, values: readonly bigint[], location: Location): Expression {
  const [first, ...others] = values.map((value) => binary("eq", subject, constant(value, subject.type, location), location));
  if (first === undefined) return constant(0n, bitType, location);
  return others.reduce((any, next) => binary("or", any, next, location), first);
}

export function switchOn(scope: Scope, subject: Bits, branches: SwitchBranches): void {
  const location = here();
  sameModule(scope, subject, location);
  const { type } = subject.expression;
  const seen = new Set<bigint>();
  const cases: { values: bigint[]; body: Statement[] }[] = [];
  const otherwise: Statement[] = [];
  scope.add({ kind: "switch", subject: subject.expression, cases, default: otherwise, location });
  for (const [given, body] of branches.cases) {
    const values = (Array.isArray(given) ? (given as readonly Literal[]) : [given as Literal]).map((value) => {
      const expression = literal(value, type, location);
      return expression.kind === "constant" ? expression.value : 0n;
    });
    for (const value of values) {
      if (seen.has(value)) reportRepeatedCase(subject, value, location);
      seen.add(value);
    }
    const branch = { values, body: [] };
    cases.push(branch);
    scope.within(branch.body, isOneOf(subject.expression, values, location), body);
  }
  if (branches.default !== undefined) {
    scope.within(otherwise, inverted(isOneOf(subject.expression, [...seen], location)), branches.default);
  }
}

function reportRepeatedCase(subject: Bits, value: bigint, location: Location): void {
  report({
    code: "P705",
    subject: `${value} is in two cases of the switch on ${describe(subject)}`,
    location,
    declared: declaredOf(subject),
    fix: "keep the value in one case: the second one would never run",
  });
}

/** A finite state machine: a register that holds one of the named states. */
export class Fsm<State extends string> {
  readonly #scope: Scope;
  readonly #states: readonly State[];
  readonly #name: string;
  /** The register of the state; state `i` of the list has the value `i`. */
  readonly state: AssignableUInt;

  constructor(scope: Scope, name: string, states: readonly State[], state: AssignableUInt) {
    this.#scope = scope;
    this.#name = name;
    this.#states = states;
    this.state = state;
  }

  #index(state: State, location: Location): bigint {
    const index = this.#states.indexOf(state);
    if (index >= 0) return BigInt(index);
    report({
      code: "P706",
      subject: `${this.#scope.module}.${this.#name} has no state ${state}`,
      location,
      declared: [],
      fix: `the states are ${this.#states.join(", ")}`,
    });
    return 0n;
  }

  /** Statements for while the machine is in `state`. */
  in(state: State, body: () => void): void {
    const location = here();
    const value = this.#index(state, location);
    const subject = this.state.expression;
    const previous = this.#scope.lastStatement();
    const list: Statement[] = [];
    // States written one after the other become one switch: they exclude each other.
    if (
      previous?.kind === "switch" &&
      previous.subject === subject &&
      !previous.cases.some((branch) => branch.values.includes(value))
    ) {
      (previous.cases as Switch["cases"][number][]).push({ values: [value], body: list });
    } else {
      this.#scope.add({ kind: "switch", subject, cases: [{ values: [value], body: list }], default: [], location });
    }
    this.#scope.within(list, isOneOf(subject, [value], location), body);
  }

  /** The state from the next clock edge on. */
  goto(state: State): void {
    const location = here();
    const value = constant(
      interpret(this.#index(state, location), this.state.expression.type),
      this.state.expression.type,
      location,
    );
    if (this.state.expression.kind !== "reference") return;
    this.#scope.add({ kind: "assign", target: this.state.expression.signal, range: null, value, location });
  }

  /** 1 while the machine is in `state`. */
  is(state: State): UInt<1> {
    const location = here();
    return new UInt(isOneOf(this.state.expression, [this.#index(state, location)], location), this.#scope);
  }
}
