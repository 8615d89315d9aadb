/** Drivers: every output, wire and instance input is driven in every case, nothing is overwritten for nothing, nothing is unread. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Location, Module, Signal, SignalId, Statement } from "../ir/nodes.ts";
import { expressionsOfParts, expressionsOfProperties, referencesOf, visitStatements } from "../ir/visit.ts";
import { lower } from "./lower.ts";

/** Bits of signals as masks. */
type Masks = Map<SignalId, bigint>;

const maskOf = (high: number, low: number): bigint => ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low);

export function checkDrivers(module: Module): Diagnostic[] {
  if (module.blackBox !== null) return [];
  const signals = new Map(module.signals.map((signal) => [signal.id, signal]));
  const unread = neverRead(module);
  // Of a signal that is neither read nor driven one message is enough.
  const places = new Set(unread.map(({ location }) => location));
  const unused = undriven(module, signals).filter(({ location }) => !places.has(location));
  return [...unused, ...assignedTwice(module, signals), ...unread];
}

/** The bits that a list of statements assigns whatever the conditions are. */
function certainlyAssigned(statements: readonly Statement[], widthOf: (id: SignalId) => number): Masks {
  const certain: Masks = new Map();
  const add = (id: SignalId, mask: bigint): void => {
    certain.set(id, (certain.get(id) ?? 0n) | mask);
  };
  for (const statement of statements) {
    if (statement.kind === "assign") {
      const { range, target } = statement;
      add(target, range === null ? maskOf(widthOf(target) - 1, 0) : maskOf(range.high, range.low));
      continue;
    }
    const branches = branchesOf(statement).map((branch) => certainlyAssigned(branch, widthOf));
    const [first, ...others] = branches;
    for (const [id, mask] of first ?? []) {
      const everywhere = others.reduce((common, branch) => common & (branch.get(id) ?? 0n), mask);
      if (everywhere !== 0n) add(id, everywhere);
    }
  }
  return certain;
}

/** The branches of which one is always taken; the default is left out where the cases list every value. */
function branchesOf(statement: Exclude<Statement, { readonly kind: "assign" }>): (readonly Statement[])[] {
  if (statement.kind === "when") return [statement.then, statement.otherwise];
  const cases = statement.cases.map((branch) => branch.body);
  const listed = new Set(statement.cases.flatMap((branch) => branch.values)).size;
  return BigInt(listed) === 1n << BigInt(statement.subject.type.width) ? cases : [...cases, statement.default];
}

function undriven(module: Module, signals: ReadonlyMap<SignalId, Signal>): Diagnostic[] {
  const widthOf = (id: SignalId): number => signals.get(id)?.type.width ?? 1;
  const certain = certainlyAssigned(module.statements, widthOf);
  const assigned: Masks = new Map();
  const places = new Map<SignalId, Location>();
  visitStatements(module.statements, (statement) => {
    if (statement.kind !== "assign") return;
    const { range, target } = statement;
    const mask = range === null ? maskOf(widthOf(target) - 1, 0) : maskOf(range.high, range.low);
    assigned.set(target, (assigned.get(target) ?? 0n) | mask);
    if (!places.has(target)) places.set(target, statement.location);
  });
  const inputs = new Set(module.instances.flatMap((instance) => [...referencesOf(instance.inputs.map((input) => input.value))]));
  const found: Diagnostic[] = [];
  for (const signal of module.signals) {
    const { kind } = signal.signal;
    const name = `${module.name}.${signal.path}`;
    const declared = [{ name, location: signal.location }];
    const all = maskOf(signal.type.width - 1, 0);
    const some = assigned.get(signal.id) ?? 0n;
    if (kind === "register" && some === 0n) {
      const fix = `assign it (${signal.path}.set(...)), or use a constant: its value is always ${signal.signal.init}`;
      found.push({ code: "D209", subject: name, location: signal.location, declared: [], fix });
    }
    const driven = kind === "output" || (kind === "wire" && signal.signal.default === null);
    if (!driven || (certain.get(signal.id) ?? 0n) === all) continue;
    if (some === 0n) {
      const isInput = kind === "wire" && inputs.has(signal.id) && signal.path.includes(".");
      const what = kind === "output" ? "output" : isInput ? "input of an instance" : "wire";
      const fix =
        kind === "wire" && !isInput
          ? `assign it (${signal.path}.set(...)), give it a default, or remove it`
          : `assign it (${signal.path}.set(...))`;
      found.push({ code: "D201", subject: `${what} ${name}`, location: signal.location, declared: [], fix });
    } else {
      const missing = bitRanges(all & ~(certain.get(signal.id) ?? 0n));
      const which = signal.type.width === 1 ? "" : ` (bits ${missing})`;
      found.push({
        code: "D202",
        subject: `${name}${which}`,
        location: places.get(signal.id) ?? signal.location,
        declared,
        fix: "assign a value before the when, add .otherwise(...) or a default; a register is what holds a value",
      });
    }
  }
  return found;
}

/** `7:4, 0` for a mask of bits. */
function bitRanges(mask: bigint): string {
  const ranges: string[] = [];
  for (let high = mask.toString(2).length - 1; high >= 0; high--) {
    if (((mask >> BigInt(high)) & 1n) === 0n) continue;
    let low = high;
    while (low > 0 && ((mask >> BigInt(low - 1)) & 1n) === 1n) low--;
    ranges.push(high === low ? `${high}` : `${high}:${low}`);
    high = low;
  }
  return ranges.join(", ");
}

/** Unconditional assignments of one list that a later one in the same list hides. */
function assignedTwice(module: Module, signals: ReadonlyMap<SignalId, Signal>): Diagnostic[] {
  const found: Diagnostic[] = [];
  const check = (statements: readonly Statement[]): void => {
    const earlier = new Map<SignalId, { readonly mask: bigint; readonly location: Location }[]>();
    for (const statement of statements) {
      if (statement.kind === "when") {
        check(statement.then);
        check(statement.otherwise);
      } else if (statement.kind === "switch") {
        for (const branch of statement.cases) check(branch.body);
        check(statement.default);
      } else {
        const { target, range, location } = statement;
        const signal = signals.get(target);
        const mask = range === null ? maskOf((signal?.type.width ?? 1) - 1, 0) : maskOf(range.high, range.low);
        const known = earlier.get(target) ?? [];
        const hidden = known.find((assignment) => (assignment.mask & ~mask) === 0n);
        if (hidden !== undefined) {
          const name = `${module.name}.${signal?.path ?? target}`;
          found.push({
            code: "D203",
            subject: name,
            location,
            declared: [
              { name: `first assignment`, location: hidden.location },
              ...(signal === undefined ? [] : [{ name, location: signal.location }]),
            ],
            fix: "remove one of the two assignments, or put the later one under its condition",
          });
        }
        earlier.set(target, [...known, { mask, location }]);
      }
    }
  };
  check(module.statements);
  return found;
}

/** Declarations of wires, registers and memories of which nothing is read by anything but themselves. */
function neverRead(module: Module): Diagnostic[] {
  const read = referencesOf([...expressionsOfParts(module), ...expressionsOfProperties(module)]);
  for (const [target, value] of lower(module)) {
    for (const source of referencesOf([value])) if (source !== target) read.add(source);
  }
  const found: Diagnostic[] = [];
  // The signals of one declaration share its location: a bundle of which one field is read is in use.
  const declarations = Map.groupBy(module.signals, (signal) => signal.location);
  for (const [location, signals] of declarations) {
    const [first] = signals;
    if (first === undefined || !signals.every(({ signal }) => signal.kind === "wire" || signal.kind === "register")) continue;
    if (signals.some((signal) => read.has(signal.id))) continue;
    const path = signals.length === 1 ? first.path : (/^[^.[]*/.exec(first.path)?.[0] ?? first.path);
    found.push({
      code: "D204",
      subject: `${first.signal.kind} ${module.name}.${path}`,
      location,
      declared: [],
      fix: "read it, or remove it; perhaps another signal was read in its place",
    });
  }
  for (const memory of module.memories) {
    if (memory.reads.length > 0) continue;
    const fix = "add a read port, or remove it";
    found.push({ code: "D204", subject: `memory ${module.name}.${memory.name}`, location: memory.location, declared: [], fix });
  }
  return found;
}
