/**
 * Faults planted into a circuit, each what a careless simulator or printer might do. The comparison of the engines must notice every one:
 * a comparison that cannot fail proves nothing.
 */
import { convert } from "../ir/build.ts";
import type { CheckedCircuit, Expression, Memory, Module, Signal, Statement } from "../ir/nodes.ts";
import { mapExpressions } from "../ir/visit.ts";

export interface Mutation {
  readonly name: string;
  readonly apply: (module: Module) => Module;
}

type Binary = Extract<Expression, { kind: "binary" }>;

/** Replaces nodes bottom up, once an object: shared expressions stay shared. */
function expressions(replace: (node: Expression) => Expression): (module: Module) => Module {
  return (module) => {
    const done = new Map<Expression, Expression>();
    const visit = (node: Expression): Expression => {
      const known = done.get(node);
      if (known !== undefined) return known;
      const result = replace(withParts(node, visit));
      done.set(node, result);
      return result;
    };
    return mapExpressions(module, visit);
  };
}

function withParts(node: Expression, visit: (part: Expression) => Expression): Expression {
  switch (node.kind) {
    case "constant":
    case "reference":
      return node;
    case "unary":
    case "slice":
    case "convert":
      return { ...node, operand: visit(node.operand) };
    case "binary":
      return { ...node, left: visit(node.left), right: visit(node.right) };
    case "mux":
      return { ...node, condition: visit(node.condition), whenTrue: visit(node.whenTrue), whenFalse: visit(node.whenFalse) };
    case "concatenate":
      return { ...node, parts: node.parts.map(visit) };
  }
}

function binary(operator: Binary["operator"], replace: (node: Binary) => Expression): (module: Module) => Module {
  return expressions((node) => (node.kind === "binary" && node.operator === operator ? replace(node) : node));
}

function signals(replace: (signal: Signal) => Signal): (module: Module) => Module {
  return (module) => ({ ...module, signals: module.signals.map(replace) });
}

function memories(replace: (memory: Memory) => Memory): (module: Module) => Module {
  return (module) => ({ ...module, memories: module.memories.map(replace) });
}

function statements(replace: (statement: Statement) => Statement): (module: Module) => Module {
  const visit = (statement: Statement): Statement => {
    switch (statement.kind) {
      case "assign":
        return replace(statement);
      case "when":
        return replace({ ...statement, then: statement.then.map(visit), otherwise: statement.otherwise.map(visit) });
      case "switch": {
        const cases = statement.cases.map(({ values, body }) => ({ values, body: body.map(visit) }));
        return replace({ ...statement, cases, default: statement.default.map(visit) });
      }
    }
  };
  return (module) => ({ ...module, statements: module.statements.map(visit) });
}

/** The operand read with the other signedness. */
function otherSign(operand: Expression): Expression {
  return convert(operand, { signed: !operand.type.signed, width: operand.type.width }, operand.location);
}

export const mutations: readonly Mutation[] = [
  { name: "add without its carry", apply: binary("add", (node) => ({ ...node, type: node.type, operator: "sub" })) },
  { name: "sub with exchanged operands", apply: binary("sub", (node) => ({ ...node, left: node.right, right: node.left })) },
  {
    name: "mul of operands with the wrong sign",
    apply: binary("mul", (node) => ({ ...node, left: otherSign(node.left), right: otherSign(node.right) })),
  },
  {
    name: "lt that ignores the sign",
    apply: binary("lt", (node) => ({ ...node, left: otherSign(node.left), right: otherSign(node.right) })),
  },
  { name: "le instead of lt", apply: binary("le", (node) => ({ ...node, operator: "lt" })) },
  { name: "gt instead of ge", apply: binary("ge", (node) => ({ ...node, operator: "gt" })) },
  { name: "eq instead of ne", apply: binary("ne", (node) => ({ ...node, operator: "eq" })) },
  { name: "or instead of xor", apply: binary("xor", (node) => ({ ...node, operator: "or" })) },
  {
    name: "logical instead of arithmetic shift",
    apply: binary("shiftRight", (node) =>
      node.type.signed ? otherSign({ ...node, type: otherSign(node).type, left: otherSign(node.left) }) : node,
    ),
  },
  {
    name: "shift amount cut to five bits",
    apply: binary("shiftLeft", (node) => ({
      ...node,
      right: convert(node.right, { signed: false, width: Math.min(5, node.right.type.width) }, node.location),
    })),
  },
  {
    name: "xor instead of or of all bits",
    apply: expressions((node) =>
      node.kind === "unary" && node.operator === "reduceOr" ? { ...node, operator: "reduceXor" } : node,
    ),
  },
  {
    name: "all bits or any bit",
    apply: expressions((node) =>
      node.kind === "unary" && node.operator === "reduceAnd" ? { ...node, operator: "reduceOr" } : node,
    ),
  },
  {
    name: "not instead of negate",
    apply: expressions((node) => (node.kind === "unary" && node.operator === "negate" ? { ...node, operator: "not" } : node)),
  },
  {
    name: "exchanged branches of a mux",
    apply: expressions((node) => (node.kind === "mux" ? { ...node, whenTrue: node.whenFalse, whenFalse: node.whenTrue } : node)),
  },
  {
    name: "slice one bit too low",
    apply: expressions((node) =>
      node.kind === "slice" && node.low > 0 ? { ...node, high: node.high - 1, low: node.low - 1 } : node,
    ),
  },
  {
    name: "concatenation in the wrong order",
    apply: expressions((node) => (node.kind === "concatenate" ? { ...node, parts: node.parts.toReversed() } : node)),
  },
  {
    name: "extension by zeros of signed values",
    apply: expressions((node) =>
      node.kind === "convert" && node.operand.type.signed && node.type.width > node.operand.type.width
        ? { ...node, operand: otherSign(node.operand) }
        : node,
    ),
  },
  {
    name: "initial values ignored",
    apply: signals((signal) =>
      signal.signal.kind === "register" ? { ...signal, signal: { ...signal.signal, init: 0n } } : signal,
    ),
  },
  {
    name: "every register is reset",
    apply: signals((signal) =>
      signal.signal.kind === "register" ? { ...signal, signal: { ...signal.signal, resettable: true } } : signal,
    ),
  },
  { name: "initial contents of memories ignored", apply: memories((memory) => ({ ...memory, init: null })) },
  {
    name: "write masks ignored",
    apply: memories((memory) => ({ ...memory, writes: memory.writes.map((port) => ({ ...port, mask: null })) })),
  },
  { name: "the first of two writes wins", apply: memories((memory) => ({ ...memory, writes: memory.writes.toReversed() })) },
  {
    name: "read enables ignored",
    apply: memories((memory) => ({ ...memory, reads: memory.reads.map((port) => ({ ...port, enable: null })) })),
  },
  {
    name: "synchronous reads are asynchronous",
    apply: memories((memory) => ({ ...memory, reads: memory.reads.map((port) => ({ ...port, domain: null, enable: null })) })),
  },
  {
    name: "otherwise ignored",
    apply: statements((statement) => (statement.kind === "when" ? { ...statement, otherwise: [] } : statement)),
  },
  {
    name: "default of a switch ignored",
    apply: statements((statement) => (statement.kind === "switch" ? { ...statement, default: [] } : statement)),
  },
  {
    name: "only the first value of a case",
    apply: statements((statement) =>
      statement.kind === "switch"
        ? { ...statement, cases: statement.cases.map(({ values, body }) => ({ values: values.slice(0, 1), body })) }
        : statement,
    ),
  },
  {
    name: "the first assignment wins",
    apply: (module) => ({ ...module, statements: module.statements.toReversed() }),
  },
];

/** The circuit with the fault in all its modules. It is for the simulator only: some faults break rules that the checks would refuse. */
export function mutated(circuit: CheckedCircuit, mutation: Mutation): CheckedCircuit {
  return { ...circuit, modules: circuit.modules.map((module) => mutation.apply(module)) };
}
