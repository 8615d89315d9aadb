/** Clock domains: a register, memory port or property reads only what its own clock changes, or goes through a synchroniser. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Circuit, Expression, Location, Module, SignalId } from "../ir/nodes.ts";
import { referencesOf } from "../ir/visit.ts";
import { reached, type Dependencies } from "./combinational.ts";

/** What a parent must know of a module. */
interface Summary {
  /** The domains whose registers an output depends on. */
  readonly outputs: ReadonlyMap<SignalId, ReadonlySet<string>>;
  /** The domains in which an input is sampled. */
  readonly inputs: ReadonlyMap<SignalId, ReadonlySet<string>>;
}

/** Something that samples signals at the edges of a domain's clock. */
interface Sampler {
  readonly what: string;
  readonly domain: string;
  readonly reads: ReadonlySet<SignalId>;
  readonly location: Location;
}

export function checkClockDomains(circuit: Circuit, dependencies: ReadonlyMap<string, Dependencies>): Diagnostic[] {
  if (circuit.modules.every((module) => module.domains.length < 2)) return [];
  const summaries = new Map<string, Summary>();
  const found: Diagnostic[] = [];
  for (const module of circuit.modules) {
    const own = dependencies.get(module.name);
    if (own === undefined) continue;
    const domainsOf = sourceDomains(module, own, summaries);
    const samplers = samplersOf(module, own, summaries);
    for (const sampler of samplers) found.push(...crossings(module, sampler, domainsOf));
    summaries.set(module.name, summarise(module, own, samplers, domainsOf));
  }
  return found;
}

/** For every signal the domains whose registers it depends on in the same cycle. */
function sourceDomains(module: Module, own: Dependencies, summaries: ReadonlyMap<string, Summary>): (id: SignalId) => Set<string> {
  const sources = new Map<SignalId, Set<string>>();
  for (const { id, signal } of module.signals) if (signal.kind === "register") sources.set(id, new Set([signal.domain]));
  for (const memory of module.memories) {
    const writers = memory.writes.map((write) => write.domain);
    for (const read of memory.reads) sources.set(read.data, new Set(read.domain === null ? writers : [read.domain]));
  }
  for (const instance of module.instances) {
    const parentOf = new Map(instance.domains.map(({ child, parent }) => [child, parent]));
    for (const { port, signal } of instance.outputs) {
      const inside = [...(summaries.get(instance.module)?.outputs.get(port) ?? [])];
      sources.set(signal, new Set(inside.map((domain) => parentOf.get(domain) ?? domain)));
    }
  }
  return (id) => {
    const domains = new Set<string>();
    for (const source of reached(id, own.direct)) for (const domain of sources.get(source) ?? []) domains.add(domain);
    return domains;
  };
}

function samplersOf(module: Module, own: Dependencies, summaries: ReadonlyMap<string, Summary>): Sampler[] {
  const samplers: Sampler[] = [];
  const add = (what: string, domain: string, location: Location, ...read: readonly (Expression | null)[]): void => {
    samplers.push({ what, domain, reads: referencesOf(read.filter((expression) => expression !== null)), location });
  };
  for (const { id, path, signal, location } of module.signals) {
    const next = own.lowered.get(id);
    if (signal.kind === "register" && signal.crossing !== true && next !== undefined) {
      add(`register ${module.name}.${path}`, signal.domain, location, next);
    }
  }
  for (const memory of module.memories) {
    for (const read of memory.reads) {
      if (read.domain !== null)
        add(`read of memory ${module.name}.${memory.name}`, read.domain, memory.location, read.address, read.enable);
    }
    for (const { domain, address, data, enable, mask } of memory.writes) {
      add(`write of memory ${module.name}.${memory.name}`, domain, memory.location, address, data, enable, mask);
    }
  }
  for (const { kind, message, domain, location, condition, enable } of module.properties) {
    add(`${kind} "${message}" of ${module.name}`, domain, location, condition, enable);
  }
  for (const instance of module.instances) {
    const parentOf = new Map(instance.domains.map(({ child, parent }) => [child, parent]));
    for (const { port, value } of instance.inputs) {
      for (const domain of summaries.get(instance.module)?.inputs.get(port) ?? []) {
        add(`input ${port} of ${module.name}.${instance.name}`, parentOf.get(domain) ?? domain, instance.location, value);
      }
    }
  }
  return samplers;
}

function crossings(module: Module, sampler: Sampler, domainsOf: (id: SignalId) => Set<string>): Diagnostic[] {
  const found: Diagnostic[] = [];
  const signals = new Map(module.signals.map((signal) => [signal.id, signal]));
  for (const id of sampler.reads) {
    const foreign = [...domainsOf(id)].filter((domain) => domain !== sampler.domain);
    if (foreign.length === 0) continue;
    const signal = signals.get(id);
    const name = `${module.name}.${signal?.path ?? id}`;
    found.push({
      code: "C401",
      subject: `${sampler.what} (${sampler.domain}) <- ${name} (${foreign.join(", ")})`,
      location: sampler.location,
      declared: signal === undefined ? [] : [{ name, location: signal.location }],
      fix: "bring a bit over with m.synchronizer(name, bit, { domain }); for more bits use a handshake or an asynchronous FIFO",
    });
  }
  return found;
}

function summarise(
  module: Module,
  own: Dependencies,
  samplers: readonly Sampler[],
  domainsOf: (id: SignalId) => Set<string>,
): Summary {
  const outputs = new Map<SignalId, ReadonlySet<string>>();
  const inputs = new Map<SignalId, Set<string>>();
  for (const { id, signal } of module.signals) {
    if (signal.kind === "output") outputs.set(id, domainsOf(id));
    if (signal.kind === "input") inputs.set(id, new Set());
  }
  for (const sampler of samplers) {
    for (const id of sampler.reads) {
      for (const source of reached(id, own.direct)) inputs.get(source)?.add(sampler.domain);
    }
  }
  return { outputs, inputs };
}
