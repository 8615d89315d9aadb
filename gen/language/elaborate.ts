/** Elaboration: runs the bodies of a design's modules, gives the result to the passes and returns the checked circuit. */
import { DesignError, type Diagnostic } from "../diagnostics/diagnostic.ts";
import { placedAt } from "../diagnostics/location.ts";
import type { CheckedCircuit, Location, Module } from "../ir/nodes.ts";
import { checkCircuit } from "../passes/check.ts";
import { sameModules } from "../passes/equality.ts";
import { Builder } from "./builder.ts";
import type { Value } from "./aggregates.ts";
import type { BlackBoxDefinition, Definition, InsideOf, ModuleDefinition, Ports } from "./module.ts";
import { abandon, Collector, collecting, report, Scope } from "./scope.ts";

export type Checked = { readonly circuit: CheckedCircuit } | { readonly diagnostics: readonly Diagnostic[] };

/** Elaborates and checks a design; problems come back as values. */
export function check(definition: Definition): Checked {
  const collector = new Collector();
  const modules = collecting(collector, () => new Elaboration().run(definition));
  const circuit = { top: definition.name, modules };
  if (collector.diagnostics.length > 0) {
    const passes = checkCircuit(circuit);
    // What the body reported comes first: the passes see what became of it.
    return { diagnostics: [...collector.diagnostics, ...("diagnostics" in passes ? passes.diagnostics : [])] };
  }
  return checkCircuit(circuit);
}

/** Elaborates and checks a design; throws one DesignError with all problems. */
export function elaborate(definition: Definition): CheckedCircuit {
  const result = check(definition);
  if ("diagnostics" in result) throw new DesignError(result.diagnostics);
  return result.circuit;
}

/** The modules of one design, each definition elaborated once. */
class Elaboration {
  readonly #done = new Map<Definition, Module>();
  readonly #byName = new Map<string, Module>();
  readonly #active: Definition[] = [];

  run(definition: Definition): readonly Module[] {
    this.#module(definition, definition.location);
    return [...this.#byName.values()];
  }

  #module(definition: Definition, location: Location): Module {
    const done = this.#done.get(definition);
    if (done !== undefined) return done;
    if (this.#active.includes(definition)) {
      const chain = [...this.#active.slice(this.#active.indexOf(definition)), definition].map((inner) => inner.name).join(" -> ");
      abandon({
        code: "L302",
        subject: chain,
        location,
        declared: [{ name: definition.name, location: definition.location }],
        fix: "hardware cannot contain itself: break the recursion with a parameter that shrinks, as in tree(n) -> tree(n / 2)",
      });
    }
    this.#active.push(definition);
    const module = definition.kind === "module" ? this.#elaborate(definition) : this.#blackBox(definition);
    this.#active.pop();
    const twin = this.#byName.get(module.name);
    if (twin === undefined) {
      this.#byName.set(module.name, module);
    } else if (!sameModules(twin, module)) {
      report({
        code: "N505",
        subject: module.name,
        location: module.location,
        declared: [{ name: `${twin.name} (other)`, location: twin.location }],
        fix: "put what differs into the name, as in `Fifo${depth}`",
      });
    }
    this.#done.set(definition, twin ?? module);
    return twin ?? module;
  }

  #elaborate(definition: ModuleDefinition): Module {
    const scope = new Scope(definition.name);
    const builder = this.#builder(scope);
    placedAt(definition.location, () => {
      definition.body(ports(builder, definition), builder);
    });
    scope.close();
    return finish(scope, definition, null);
  }

  #blackBox(definition: BlackBoxDefinition): Module {
    const scope = new Scope(definition.name);
    ports(this.#builder(scope), definition);
    for (const domain of definition.domains) scope.useDomain(domain, true, definition.location);
    scope.close();
    const parameters = Object.entries(definition.parameters).map(([name, value]) => ({
      name,
      value: typeof value === "number" ? BigInt(value) : value,
    }));
    return finish(scope, definition, { parameters });
  }

  #builder(scope: Scope): Builder {
    return new Builder(scope, (definition, location) => this.#module(definition, location));
  }
}

function ports(builder: Builder, definition: Definition): InsideOf<Ports> {
  const io = Object.entries(definition.ports).map(([name, port]): [string, Value] => [
    name,
    builder.port(name, port.direction, port.type, port.documentation, definition.location),
  ]);
  return Object.fromEntries(io);
}

function finish(scope: Scope, definition: Definition, blackBox: Module["blackBox"]): Module {
  return {
    name: definition.name,
    documentation: definition.documentation,
    signals: [...scope.signals.values()],
    statements: scope.statements,
    memories: scope.memories,
    instances: scope.instances,
    properties: scope.properties,
    streams: scope.streams,
    domains: [...scope.domains.values()].map(({ domain, usesReset }) => ({ ...domain, reset: usesReset ? domain.reset : null })),
    blackBox,
    location: definition.location,
  };
}
