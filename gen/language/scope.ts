/**
 * The module under construction: signals, statements and the stack of conditions around the current statement. Everything the user
 * writes ends here as IR. Problems are reported to the elaboration, which goes on as far as it can, so that one run shows them all.
 */
import { DesignError, type Diagnostic } from "../diagnostics/diagnostic.ts";
import { formatLocation } from "../diagnostics/location.ts";
import type {
  BitsType,
  Expression,
  Instance,
  Location,
  Memory,
  Property,
  Signal,
  SignalKind,
  Statement,
  StreamPort,
} from "../ir/nodes.ts";
import type { ClockDomain } from "./clock-domain.ts";

/** Collects the diagnostics of one elaboration. */
export class Collector {
  readonly diagnostics: Diagnostic[] = [];
}

let collector: Collector | null = null;

/** Reports a problem and goes on; outside an elaboration there is nobody to collect it, so it is thrown. */
export function report(diagnostic: Diagnostic): void {
  if (collector === null) throw new DesignError([diagnostic]);
  collector.diagnostics.push(diagnostic);
}

/** Reports a problem after which the elaboration cannot go on: throws it with all that were found before. */
export function abandon(diagnostic: Diagnostic): never {
  throw new DesignError([...(collector?.diagnostics ?? []), diagnostic]);
}

/** Runs `body` with a collector of diagnostics, nested elaborations each with their own. */
export function collecting<T>(into: Collector, body: () => T): T {
  const previous = collector;
  collector = into;
  try {
    return body();
  } finally {
    collector = previous;
  }
}

/** A name in two forms: the identifier of the flattened signal and the path that the user knows it by. */
export interface Place {
  readonly id: string;
  readonly path: string;
}

/** What a new signal is, besides its place and type. */
export interface NewSignal {
  readonly kind: SignalKind;
  readonly location: Location;
  readonly documentation: string;
}

interface MutableMemory extends Memory {
  readonly reads: Memory["reads"][number][];
  readonly writes: Memory["writes"][number][];
}

export class Scope {
  readonly module: string;
  readonly signals = new Map<string, Signal>();
  readonly statements: Statement[] = [];
  readonly memories: MutableMemory[] = [];
  readonly instances: Instance[] = [];
  readonly properties: Property[] = [];
  readonly streams: StreamPort[] = [];
  /** The domains of the module, by name, in the order of their first use; true where something uses the reset. */
  readonly domains = new Map<string, { readonly domain: ClockDomain; usesReset: boolean }>();
  readonly #lists: Statement[][] = [this.statements];
  readonly #conditions: Expression[] = [];
  #open = true;

  constructor(module: string) {
    this.module = module;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  close(): void {
    this.#open = false;
  }

  /** Adds a signal; a name that is taken is reported, and the signal gets a free one so that the elaboration can go on. */
  addSignal(place: Place, type: BitsType, signal: NewSignal): Signal {
    this.requireOpen(`declaration of ${place.path}`, signal.location);
    let id = place.id;
    const holder = this.signals.get(id);
    if (holder !== undefined) {
      report({
        code: "N501",
        subject: `${this.module}.${place.path} and ${this.module}.${holder.path} are both named ${id}`,
        location: signal.location,
        declared: [{ name: `${this.module}.${holder.path}`, location: holder.location }],
        fix: `give one of them another name; the fields of bundles and ports of instances are joined with _ (${id})`,
      });
      while (this.signals.has(id)) id += "_";
    }
    const added: Signal = {
      id,
      type,
      signal: signal.kind,
      location: signal.location,
      path: place.path,
      documentation: signal.documentation,
    };
    this.signals.set(id, added);
    return added;
  }

  useDomain(domain: ClockDomain, usesReset: boolean, location: Location): void {
    const known = this.domains.get(domain.name);
    if (known === undefined) {
      this.domains.set(domain.name, { domain, usesReset });
      return;
    }
    if (known.domain.clock !== domain.clock || known.domain.reset !== domain.reset) {
      report({
        code: "C403",
        subject: `${this.module} uses two different domains named ${domain.name}`,
        location,
        declared: [],
        fix: `declare clockDomain("${domain.name}") once and share the value`,
      });
    }
    known.usesReset ||= usesReset;
  }

  /** Appends a statement to the innermost open block. */
  add(statement: Statement): void {
    this.requireOpen("this statement", statement.location);
    this.#lists.at(-1)?.push(statement);
  }

  /** The last statement of the innermost open block. */
  lastStatement(): Statement | undefined {
    return this.#lists.at(-1)?.at(-1);
  }

  /** Runs `body` with its statements going into `list`, under one more condition. */
  within(list: Statement[], condition: Expression, body: () => void): void {
    this.#lists.push(list);
    this.#conditions.push(condition);
    try {
      body();
    } finally {
      this.#conditions.pop();
      this.#lists.pop();
    }
  }

  /** The conditions of the when and switch around the current statement, outermost first. */
  get conditions(): readonly Expression[] {
    return this.#conditions;
  }

  requireOpen(what: string, location: Location): void {
    if (this.#open) return;
    abandon({
      code: "D207",
      subject: `${what} comes after the body of module ${this.module} has returned (${formatLocation(location)})`,
      location,
      declared: [],
      fix: "do it inside the module's body: no callbacks that run later, no await",
    });
  }
}
