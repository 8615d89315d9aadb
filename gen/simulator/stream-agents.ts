/**
 * The two ends of a stream in a testbench. A stream named `s` has the ports `s_valid`, `s_ready`, and `s_payload...` and `s_last` where it
 * carries something. A transfer is an edge with valid and ready; valid, once up, stays with the same payload until the transfer.
 */
import type { Agent } from "./agent.ts";
import type { Engine } from "./engine.ts";
import { Random } from "./random.ts";

/** What a stream transfers, by the port names after the stream's own: { payload: 5n }, { payload_address: 1n, payload_data: 2n, last: 0n }. */
export type StreamItem = Readonly<Record<string, bigint>>;

export interface StallOptions {
  /** Probability that it pauses in a cycle in which it might transfer; 0 (never) by default. */
  readonly stall?: number;
  /** Seed of the pauses; printed when the run fails. */
  readonly seed?: number;
  readonly domain?: string;
}

/** A stream broke one of its rules. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** Port names and payload of one stream. */
class StreamPorts {
  readonly name: string;
  readonly valid: string;
  readonly ready: string;
  readonly fields: readonly string[];
  readonly engine: Engine;

  constructor(engine: Engine, name: string) {
    this.engine = engine;
    this.name = name;
    this.valid = `${name}_valid`;
    this.ready = `${name}_ready`;
    for (const port of [this.valid, this.ready])
      if (!engine.ports.has(port)) throw new RangeError(`no stream ${name}: there is no port ${port}`);
    this.fields = [...engine.ports.keys()].flatMap((port) => {
      const field = port.startsWith(`${name}_`) ? port.slice(name.length + 1) : "";
      return field === "payload" || field === "last" || field.startsWith("payload_") ? [field] : [];
    });
  }

  get isValid(): boolean {
    return this.engine.get(this.valid) === 1n;
  }

  get fires(): boolean {
    return this.isValid && this.engine.get(this.ready) === 1n;
  }

  item(): StreamItem {
    return Object.fromEntries(this.fields.map((field) => [field, this.engine.get(`${this.name}_${field}`)]));
  }

  /** A lone number is the value of the stream's only field. */
  asItem(value: bigint | number | StreamItem): StreamItem {
    if (typeof value === "object") {
      const missing = this.fields.filter((field) => !(field in value));
      const unknown = Object.keys(value).filter((field) => !this.fields.includes(field));
      if (missing.length + unknown.length > 0) {
        throw new RangeError(
          `stream ${this.name} transfers { ${this.fields.join(", ")} }, not { ${Object.keys(value).join(", ")} }`,
        );
      }
      return value;
    }
    const [field, ...more] = this.fields;
    if (field === undefined || more.length > 0)
      throw new RangeError(`stream ${this.name} transfers { ${this.fields.join(", ")} }, not one number`);
    return { [field]: BigInt(value) };
  }
}

export class StreamSource implements Agent {
  readonly #ports: StreamPorts;
  readonly #items: Iterator<bigint | number | StreamItem>;
  readonly #random: Random;
  readonly #stall: number;
  #offered: StreamItem | null = null;
  #fired = false;
  #exhausted = false;
  #sent = 0;

  constructor(
    engine: Engine,
    stream: string,
    items: Iterable<bigint | number | StreamItem>,
    { stall = 0, seed = 1 }: StallOptions,
  ) {
    this.#ports = new StreamPorts(engine, stream);
    this.#items = items[Symbol.iterator]();
    this.#random = new Random(seed);
    this.#stall = stall;
  }

  /** Items transferred so far. */
  get sent(): number {
    return this.#sent;
  }

  /** Every item has been transferred. */
  get finished(): boolean {
    return this.#exhausted && this.#offered === null;
  }

  drive(): void {
    if (this.#fired) this.#offered = null;
    this.#fired = false;
    const { engine, name, valid } = this.#ports;
    if (this.#offered === null && !this.#random.chance(this.#stall)) {
      const next = this.#items.next();
      this.#exhausted = next.done === true;
      if (next.done !== true) {
        this.#offered = this.#ports.asItem(next.value);
        for (const [field, value] of Object.entries(this.#offered)) engine.setInput(`${name}_${field}`, value);
      }
    }
    engine.setInput(valid, this.#offered === null ? 0 : 1);
  }

  sample(): void {
    this.#fired = this.#offered !== null && this.#ports.fires;
    if (this.#fired) this.#sent++;
  }
}

export class StreamSink implements Agent {
  readonly received: StreamItem[] = [];
  readonly #ports: StreamPorts;
  readonly #random: Random;
  readonly #stall: number;

  constructor(engine: Engine, stream: string, { stall = 0, seed = 1 }: StallOptions) {
    this.#ports = new StreamPorts(engine, stream);
    this.#random = new Random(seed);
    this.#stall = stall;
  }

  /** The received payloads of a stream whose only data is `payload`. */
  get payloads(): readonly bigint[] {
    return this.received.map((item) => item["payload"] ?? 0n);
  }

  drive(): void {
    this.#ports.engine.setInput(this.#ports.ready, this.#random.chance(this.#stall) ? 0 : 1);
  }

  sample(): void {
    if (this.#ports.fires) this.received.push(this.#ports.item());
  }
}

/** What `Testbench.monitor` gives. */
export interface ProtocolMonitor extends Agent {
  readonly received: readonly StreamItem[];
  /** Cycles in which the stream was valid and not ready. */
  readonly stalledCycles: number;
}

export class StreamMonitor implements ProtocolMonitor {
  readonly received: StreamItem[] = [];
  stalledCycles = 0;
  readonly #ports: StreamPorts;
  /** What was offered and not taken at the last edge. */
  #pending: StreamItem | null = null;

  constructor(engine: Engine, stream: string) {
    this.#ports = new StreamPorts(engine, stream);
  }

  drive(): void {
    // It only watches.
  }

  sample(): void {
    const { name, engine, isValid } = this.#ports;
    const pending = this.#pending;
    this.#pending = null;
    if (pending !== null && !isValid) throw new ProtocolError(`${name}: valid fell before the transfer (time ${engine.time})`);
    if (!isValid) return;
    const item = this.#ports.item();
    for (const [field, value] of Object.entries(pending ?? {})) {
      if (item[field] === value) continue;
      throw new ProtocolError(
        `${name}: ${field} changed from ${value} to ${item[field] ?? ""} while it waited (time ${engine.time})`,
      );
    }
    if (this.#ports.fires) this.received.push(item);
    else {
      this.stalledCycles++;
      this.#pending = item;
    }
  }
}

/** A stream transferred something else than expected. */
export class ScoreboardError extends Error {
  override readonly name = "ScoreboardError";
}

export class Scoreboard implements Agent {
  readonly #ports: StreamPorts;
  readonly #expected: Iterator<bigint | number | StreamItem>;
  #next: IteratorResult<bigint | number | StreamItem>;
  #matched = 0;

  constructor(engine: Engine, stream: string, expected: Iterable<bigint | number | StreamItem>) {
    this.#ports = new StreamPorts(engine, stream);
    this.#expected = expected[Symbol.iterator]();
    this.#next = this.#expected.next();
  }

  /** Items that came as expected. */
  get matched(): number {
    return this.#matched;
  }

  /** Everything expected has come. */
  get complete(): boolean {
    return this.#next.done === true;
  }

  drive(): void {
    // It only watches.
  }

  sample(): void {
    if (!this.#ports.fires) return;
    const { name, engine } = this.#ports;
    const item = this.#ports.item();
    const where = `${name}: item ${this.#matched} (time ${engine.time})`;
    if (this.#next.done === true) throw new ScoreboardError(`${where}: ${describe(item)}, expected nothing more`);
    const expected = this.#ports.asItem(this.#next.value);
    if (Object.entries(expected).some(([field, value]) => item[field] !== value)) {
      throw new ScoreboardError(`${where}: ${describe(item)}, expected ${describe(expected)}`);
    }
    this.#matched++;
    this.#next = this.#expected.next();
  }
}

function describe(item: StreamItem): string {
  const fields = Object.entries(item).map(([field, value]) => `${field} ${value} (0x${BigInt.asUintN(256, value).toString(16)})`);
  return `{ ${fields.join(", ")} }`;
}
