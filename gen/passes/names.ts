/** Names: legal in Verilog and SystemVerilog, unique, and unique without regard to case. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Circuit, Location, Module, Signal } from "../ir/nodes.ts";
import { reservedPorts, reservedWords } from "./reserved-words.ts";

interface Named {
  readonly name: string;
  /** `register mac.acc`, for messages. */
  readonly what: string;
  readonly location: Location;
  readonly isPort?: boolean;
}

export function checkNames(circuit: Circuit): Diagnostic[] {
  const modules = circuit.modules.map((module) => ({
    name: module.name,
    what: `module ${module.name}`,
    location: module.location,
  }));
  const signals = new Map(
    circuit.modules.map((module) => [module.name, new Map(module.signals.map((signal) => [signal.id, signal]))]),
  );
  return [
    ...checkNamed(modules, "N505"),
    ...circuit.modules.flatMap((module) => checkNamed(namesOf(module), "N501")),
    ...circuit.modules.flatMap((module) => checkInstanceNames(module, signals)),
  ];
}

/** Inside an instance its own name is visible: a signal of the same name would hide it. */
function checkInstanceNames(module: Module, signals: ReadonlyMap<string, ReadonlyMap<string, Signal>>): Diagnostic[] {
  return module.instances.flatMap(({ name, module: child, location }): Diagnostic[] => {
    const signal = signals.get(child)?.get(name);
    if (signal === undefined) return [];
    return [
      {
        code: "N506",
        subject: `instance ${module.name}.${name} and ${child}.${signal.path}`,
        location,
        declared: [{ name: `${child}.${signal.path}`, location: signal.location }],
        fix: "give the instance another name",
      },
    ];
  });
}

function namesOf(module: Module): Named[] {
  const { location } = module;
  const clocks = module.domains.flatMap(({ name, clock, reset }) => [
    { name: clock, what: `clock of domain ${name}`, location },
    ...(reset === null ? [] : [{ name: reset, what: `reset of domain ${name}`, location }]),
  ]);
  const named = (kind: string, parts: readonly { readonly name: string; readonly location: Location }[]): Named[] =>
    parts.map((part) => ({ name: part.name, what: `${kind} ${module.name}.${part.name}`, location: part.location }));
  return [
    ...clocks,
    ...module.signals.map(({ id, path, signal, location: at }) => ({
      name: id,
      what: `${signal.kind === "instanceOutput" ? "output" : signal.kind === "memoryRead" ? "read port" : signal.kind} ${module.name}.${path}`,
      location: at,
      isPort: signal.kind === "input" || signal.kind === "output",
    })),
    ...named("memory", module.memories),
    ...named("instance", module.instances),
  ];
}

function checkNamed(names: readonly Named[], duplicate: "N501" | "N505"): Diagnostic[] {
  const found: Diagnostic[] = [];
  const exact = new Map<string, Named>();
  const caseless = new Map<string, Named>();
  for (const named of names) {
    const { name, what, location, isPort } = named;
    const twin = exact.get(name);
    const similar = caseless.get(name.toLowerCase());
    if (twin !== undefined) {
      const declared = [{ name: twin.what, location: twin.location }];
      const fix = "give one of them another name; fields of bundles and ports of instances are joined with _";
      found.push({ code: duplicate, subject: `${twin.what} and ${what} are both named ${name}`, location, declared, fix });
    } else if (similar !== undefined) {
      const declared = [{ name: similar.what, location: similar.location }];
      found.push({
        code: "N502",
        subject: `${similar.what} and ${what}`,
        location,
        declared,
        fix: "give one of them another name",
      });
    }
    if (reservedWords.has(name) || (isPort === true && reservedPorts.has(name))) {
      found.push({ code: "N503", subject: what, location, declared: [], fix: `choose another name, such as ${name}_value` });
    } else if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) {
      const fix = "begin with a letter, go on with letters, digits and underscores";
      found.push({ code: "N504", subject: what, location, declared: [], fix });
    }
    exact.set(name, named);
    caseless.set(name.toLowerCase(), named);
  }
  return found;
}
