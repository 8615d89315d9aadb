/** How a module's statements become blocks: what each target needs of them, and which registers share an always block. */
import type { Module, Signal, SignalId, Statement } from "../ir/nodes.ts";
import { visitStatements } from "../ir/visit.ts";

/** The statements that assign one of `targets`, without branches that became empty. */
export function statementsFor(statements: readonly Statement[], targets: ReadonlySet<SignalId>): Statement[] {
  const kept: Statement[] = [];
  for (const statement of statements) {
    switch (statement.kind) {
      case "assign":
        if (targets.has(statement.target)) kept.push(statement);
        break;
      case "when": {
        const then = statementsFor(statement.then, targets);
        const otherwise = statementsFor(statement.otherwise, targets);
        if (then.length + otherwise.length > 0) kept.push({ ...statement, then, otherwise });
        break;
      }
      case "switch": {
        const cases = statement.cases.map(({ values, body }) => ({ values, body: statementsFor(body, targets) }));
        const rest = statementsFor(statement.default, targets);
        if (rest.length === 0) {
          const needed = cases.filter(({ body }) => body.length > 0);
          if (needed.length > 0) kept.push({ ...statement, cases: needed, default: rest });
        } else {
          kept.push({ ...statement, cases, default: rest });
        }
        break;
      }
    }
  }
  return kept;
}

/** The signals that a statement assigns, inner statements included. */
export function targetsOf(statement: Statement): Set<SignalId> {
  const targets = new Set<SignalId>();
  visitStatements([statement], (inner) => {
    if (inner.kind === "assign") targets.add(inner.target);
  });
  return targets;
}

/**
 * Groups of registers that are printed in one always block: those of one domain that a when or switch assigns together. In the order of
 * the first register's declaration.
 */
export function registerGroups(module: Module, registers: readonly Signal[]): Signal[][] {
  const parent = new Map<SignalId, SignalId>(registers.map((register) => [register.id, register.id]));
  const find = (id: SignalId): SignalId => {
    const above = parent.get(id) ?? id;
    return above === id ? id : find(above);
  };
  const domainOf = new Map(
    registers.map((register) => [register.id, register.signal.kind === "register" ? register.signal.domain : ""]),
  );
  for (const statement of module.statements) {
    const first = new Map<string, SignalId>();
    for (const target of targetsOf(statement)) {
      const domain = domainOf.get(target);
      if (domain === undefined) continue;
      const other = first.get(domain);
      if (other === undefined) first.set(domain, target);
      else parent.set(find(target), find(other));
    }
  }
  const groups = new Map<SignalId, Signal[]>();
  for (const register of registers) {
    const root = find(register.id);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [register]);
    else group.push(register);
  }
  return [...groups.values()];
}
