/** Walking over expressions and modules. Expressions share parts, so every walk visits each node once. */
import type { Expression, Module, SignalId, Statement } from "./nodes.ts";

/** The direct parts of an expression. */
export function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "constant":
    case "reference":
      return [];
    case "unary":
    case "slice":
    case "convert":
      return [expression.operand];
    case "binary":
      return [expression.left, expression.right];
    case "mux":
      return [expression.condition, expression.whenTrue, expression.whenFalse];
    case "concatenate":
      return expression.parts;
  }
}

/** Calls `visit` once for every node of the expressions, parts before what they are parts of. */
export function visitExpressions(
  roots: Iterable<Expression>,
  visit: (expression: Expression) => void,
  seen = new Set<Expression>(),
): void {
  // A stack instead of recursion: chains of multiplexers and sums can be thousands of nodes deep.
  const stack: { readonly expression: Expression; readonly operands: readonly Expression[]; next: number }[] = [];
  for (const root of roots) {
    if (seen.has(root)) continue;
    seen.add(root);
    stack.push({ expression: root, operands: operandsOf(root), next: 0 });
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const operand = top.operands[top.next++];
      if (operand === undefined) {
        visit(top.expression);
        stack.pop();
      } else if (!seen.has(operand)) {
        seen.add(operand);
        stack.push({ expression: operand, operands: operandsOf(operand), next: 0 });
      }
    }
  }
}

/** The signals that an expression reads. */
export function referencesOf(roots: Iterable<Expression>): Set<SignalId> {
  const found = new Set<SignalId>();
  visitExpressions(roots, (expression) => {
    if (expression.kind === "reference") found.add(expression.signal);
  });
  return found;
}

/** Calls `visit` for every statement, outer ones first. */
export function visitStatements(statements: readonly Statement[], visit: (statement: Statement) => void): void {
  for (const statement of statements) {
    visit(statement);
    if (statement.kind === "when") {
      visitStatements(statement.then, visit);
      visitStatements(statement.otherwise, visit);
    } else if (statement.kind === "switch") {
      for (const branch of statement.cases) visitStatements(branch.body, visit);
      visitStatements(statement.default, visit);
    }
  }
}

/** The expressions in a list of statements: values and conditions. */
export function expressionsOfStatements(statements: readonly Statement[]): Expression[] {
  const found: Expression[] = [];
  visitStatements(statements, (statement) => {
    found.push(statement.kind === "assign" ? statement.value : statement.kind === "when" ? statement.condition : statement.subject);
  });
  return found;
}

/** The expressions of the memories and instances of a module. */
export function expressionsOfParts(module: Module): Expression[] {
  const found: Expression[] = [];
  const add = (...expressions: readonly (Expression | null)[]): void => {
    for (const expression of expressions) if (expression !== null) found.push(expression);
  };
  for (const memory of module.memories) {
    for (const read of memory.reads) add(read.address, read.enable);
    for (const write of memory.writes) add(write.address, write.data, write.enable, write.mask);
  }
  for (const instance of module.instances) for (const input of instance.inputs) add(input.value);
  return found;
}

/** The expressions of the properties of a module. */
export function expressionsOfProperties(module: Module): Expression[] {
  return module.properties.flatMap((property) => [property.condition, property.enable]);
}

/** All expressions of a module, the defaults of wires included. */
export function expressionsOf(module: Module): Expression[] {
  const defaults = module.signals.flatMap(({ signal }) =>
    signal.kind === "wire" && signal.default !== null ? [signal.default] : [],
  );
  return [
    ...defaults,
    ...expressionsOfStatements(module.statements),
    ...expressionsOfParts(module),
    ...expressionsOfProperties(module),
  ];
}

/** The module with every expression replaced by what `change` makes of it; `change` keeps types. */
export function mapExpressions(module: Module, change: (expression: Expression) => Expression): Module {
  const orNull = (expression: Expression | null): Expression | null => (expression === null ? null : change(expression));
  const statements = (list: readonly Statement[]): Statement[] =>
    list.map((statement) => {
      switch (statement.kind) {
        case "assign":
          return { ...statement, value: change(statement.value) };
        case "when":
          return {
            ...statement,
            condition: change(statement.condition),
            then: statements(statement.then),
            otherwise: statements(statement.otherwise),
          };
        case "switch":
          return {
            ...statement,
            subject: change(statement.subject),
            cases: statement.cases.map((branch) => ({ values: branch.values, body: statements(branch.body) })),
            default: statements(statement.default),
          };
      }
    });
  return {
    ...module,
    signals: module.signals.map((signal) =>
      signal.signal.kind === "wire" && signal.signal.default !== null
        ? { ...signal, signal: { kind: "wire", default: change(signal.signal.default) } }
        : signal,
    ),
    statements: statements(module.statements),
    memories: module.memories.map((memory) => ({
      ...memory,
      reads: memory.reads.map((read) => ({ ...read, address: change(read.address), enable: orNull(read.enable) })),
      writes: memory.writes.map((write) => ({
        ...write,
        address: change(write.address),
        data: change(write.data),
        enable: change(write.enable),
        mask: orNull(write.mask),
      })),
    })),
    instances: module.instances.map((instance) => ({
      ...instance,
      inputs: instance.inputs.map((input) => ({ port: input.port, value: change(input.value) })),
    })),
    properties: module.properties.map((property) => ({
      ...property,
      condition: change(property.condition),
      enable: change(property.enable),
    })),
  };
}
