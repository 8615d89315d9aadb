/** What passes share: a module's signals by id, and its name for messages. */
import type { SignalNames } from "../diagnostics/describe.ts";
import type { Expression, Location, Module } from "../ir/nodes.ts";

/** A module's signals for descriptions in messages. */
export function namesIn(module: Module): SignalNames {
  return { module: module.name, signals: new Map(module.signals.map((signal) => [signal.id, signal])) };
}

/** Where the signal was declared that an expression stands for; nothing for compound expressions. */
export function declarationOf(
  expression: Expression,
  names: SignalNames,
): { readonly name: string; readonly location: Location }[] {
  if (expression.kind === "convert") return declarationOf(expression.operand, names);
  if (expression.kind !== "reference") return [];
  const signal = names.signals.get(expression.signal);
  return signal === undefined ? [] : [{ name: `${names.module}.${signal.path}`, location: signal.location }];
}
