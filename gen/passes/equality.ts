/** Structural equality of modules: equal definitions that were built twice are printed once. */
import type { Expression, Module, Statement } from "../ir/nodes.ts";

/** Whether two modules are equal but for the places where they were written. */
export function sameModules(a: Module, b: Module): boolean {
  return a === b || fingerprint(a) === fingerprint(b);
}

/**
 * A text that two modules share exactly when they are equal but for locations. Shared expressions are numbered when they are first met,
 * so that the text stays as small as the graph.
 */
export function fingerprint(module: Module): string {
  const numbers = new Map<Expression, number>();
  const lines: string[] = [];
  const number = (expression: Expression): number => {
    const known = numbers.get(expression);
    if (known !== undefined) return known;
    const text = describe(expression);
    lines.push(text);
    const next = numbers.size;
    numbers.set(expression, next);
    return next;
  };
  const describe = (e: Expression): string => {
    const type = `${e.type.signed ? "s" : "u"}${e.type.width}`;
    switch (e.kind) {
      case "constant":
        return `${type} ${e.value}`;
      case "reference":
        return `${type} @${e.signal}`;
      case "unary":
        return `${type} ${e.operator} ${number(e.operand)}`;
      case "binary":
        return `${type} ${e.operator} ${number(e.left)} ${number(e.right)}`;
      case "mux":
        return `${type} ? ${number(e.condition)} ${number(e.whenTrue)} ${number(e.whenFalse)}`;
      case "slice":
        return `${type} [${e.high}:${e.low}] ${number(e.operand)}`;
      case "concatenate":
        return `${type} {${e.parts.map(number).join(",")}}`;
      case "convert":
        return `${type} convert ${number(e.operand)}`;
    }
  };
  const statements = (list: readonly Statement[]): unknown[] =>
    list.map((statement) => {
      switch (statement.kind) {
        case "assign":
          return ["assign", statement.target, statement.range, number(statement.value)];
        case "when":
          return ["when", number(statement.condition), statements(statement.then), statements(statement.otherwise)];
        case "switch":
          return [
            "switch",
            number(statement.subject),
            statement.cases.map((branch) => [branch.values.map(String), statements(branch.body)]),
            statements(statement.default),
          ];
      }
    });
  const isExpression = (value: object): value is Expression =>
    "type" in value && "location" in value && "kind" in value && !("id" in value);
  const rest = {
    signals: module.signals,
    memories: module.memories,
    instances: module.instances,
    properties: module.properties,
    streams: module.streams,
    domains: module.domains,
    blackBox: module.blackBox,
    documentation: module.documentation,
  };
  const body = statements(module.statements);
  const text = JSON.stringify(rest, (key, value: unknown) => {
    if (key === "location") return undefined;
    if (typeof value === "bigint") return value.toString();
    if (typeof value === "object" && value !== null && isExpression(value)) return number(value);
    return value;
  });
  return `${lines.join("\n")}\n${JSON.stringify(body)}\n${text}`;
}
