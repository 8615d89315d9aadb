/**
 * Testbenches: processes that set inputs, wait for edges and look at settled values. One process runs at a time, in an order that depends
 * on nothing but the testbench itself, so a run repeats exactly.
 */
import type { Agent } from "./agent.ts";
import type { Engine } from "./engine.ts";
import {
  type ProtocolMonitor,
  Scoreboard,
  type StreamItem,
  StreamMonitor,
  StreamSink,
  StreamSource,
  type StallOptions,
} from "./stream-agents.ts";

/** A process started by `fork`. */
export interface Process {
  /** Waits until it has ended. */
  join(): Promise<void>;
}

/** A condition did not come true within its cycles. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

export type Condition = (() => boolean) | Readonly<Record<string, bigint | number>>;

interface Waiter {
  readonly domain: string;
  remaining: number;
  readonly resume: () => void;
}

export class Testbench {
  readonly engine: Engine;
  /** The seeds of everything random in this run, for the message of a failure. */
  readonly seeds: string[] = [];
  readonly #agents: { readonly domain: string; readonly agent: Agent }[] = [];
  readonly #ready: (() => void)[] = [];
  #waiting: Waiter[] = [];
  #running = 0;
  #failed = false;
  #reject: (error: unknown) => void = () => undefined;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** Runs `body` as the first process; ends when it ends, whatever its forks still do. */
  async run(body: (testbench: this) => Promise<void>): Promise<void> {
    const failure = new Promise<never>((_, reject) => {
      this.#reject = reject;
    });
    this.#running++;
    try {
      await Promise.race([body(this), failure]);
      this.engine.synchronize();
    } finally {
      this.#failed = true;
    }
  }

  set(port: string, value: bigint | number): void {
    this.engine.setInput(port, value);
  }

  get(port: string): bigint {
    return this.engine.get(port);
  }

  /** An inner signal by its path, `instance.signal`; in the compiled simulator only. */
  peek(path: string): bigint {
    return this.engine.get(path);
  }

  /** Waits until just after the `cycles`-th next edge of the domain (default: the circuit's first). */
  tick(cycles = 1, domain?: string): Promise<void> {
    const name = domain ?? this.engine.domains[0] ?? "";
    if (!Number.isInteger(cycles) || cycles < 0) throw new RangeError(`tick(${cycles}): the number of cycles is a whole number`);
    if (cycles === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push({ domain: name, remaining: cycles, resume: resolve });
      this.#blocked();
    });
  }

  /**
   * Ticks until the condition holds; returns the cycles waited. A condition given as values of ports ({ done: 1 }) is tested on
   * Verilator without a round trip a cycle. Throws TimeoutError after `maximumCycles`.
   */
  async until(condition: Condition, maximumCycles: number, domain?: string): Promise<number> {
    if (typeof condition !== "function") {
      const [only, ...more] = Object.entries(condition);
      const alone = this.#agents.length === 0 && this.#waiting.length === 0 && this.#ready.length === 0 && this.#running === 1;
      if (only !== undefined && more.length === 0 && alone) {
        const cycles = this.engine.stepUntil(only[0], only[1], maximumCycles, domain);
        if (cycles !== null) return cycles;
        throw this.#timeout(condition, maximumCycles);
      }
    }
    const holds =
      typeof condition === "function"
        ? condition
        : () => Object.entries(condition).every(([port, value]) => this.get(port) === BigInt(value));
    let cycles = 0;
    for (; !holds(); cycles++) {
      if (cycles >= maximumCycles) throw this.#timeout(condition, maximumCycles);
      await this.tick(1, domain);
    }
    return cycles;
  }

  /** Starts a process beside this one; it runs at once, up to its first wait. Its failure fails the run. */
  fork(body: () => Promise<void>): Process {
    const joiners: (() => void)[] = [];
    let ended = false;
    this.#running++;
    body().then(
      () => {
        ended = true;
        this.#ready.push(...joiners);
        this.#blocked();
      },
      (error: unknown) => {
        this.#fail(error);
      },
    );
    return {
      join: () =>
        ended
          ? Promise.resolve()
          : new Promise((resolve) => {
              joiners.push(resolve);
              this.#blocked();
            }),
    };
  }

  /** Holds the domain's reset for `cycles` edges. */
  async reset(cycles = 1, resetPort = "rst"): Promise<void> {
    this.set(resetPort, 1);
    await this.tick(cycles);
    this.set(resetPort, 0);
  }

  /** Sends items into an input stream, pausing at random. */
  source(stream: string, items: Iterable<bigint | number | StreamItem>, options: StallOptions = {}): StreamSource {
    return this.#register(new StreamSource(this.engine, stream, items, this.#seeded(stream, options)), options.domain);
  }

  /** Takes what an output stream sends, refusing at random. */
  sink(stream: string, options: StallOptions = {}): StreamSink {
    return this.#register(new StreamSink(this.engine, stream, this.#seeded(stream, options)), options.domain);
  }

  /** Watches a stream, an input or an output: throws ProtocolError where it breaks the rules. */
  monitor(stream: string, options: { readonly domain?: string } = {}): ProtocolMonitor {
    return this.#register(new StreamMonitor(this.engine, stream), options.domain);
  }

  /** Compares what a stream transfers with what is expected, item by item, as it comes. */
  scoreboard(
    stream: string,
    expected: Iterable<bigint | number | StreamItem>,
    options: { readonly domain?: string } = {},
  ): Scoreboard {
    return this.#register(new Scoreboard(this.engine, stream, expected), options.domain);
  }

  /** Adds something that acts in every cycle of a domain. */
  add<Some extends Agent>(agent: Some, domain?: string): Some {
    return this.#register(agent, domain);
  }

  #register<Some extends Agent>(agent: Some, domain: string | undefined): Some {
    this.#agents.push({ domain: domain ?? this.engine.domains[0] ?? "", agent });
    agent.drive();
    return agent;
  }

  #seeded(stream: string, options: StallOptions): StallOptions & { readonly seed: number } {
    const seed = options.seed ?? 1 + this.seeds.length;
    this.seeds.push(`${stream}: ${seed}`);
    return { ...options, seed };
  }

  #timeout(condition: Condition, cycles: number): TimeoutError {
    const wanted =
      typeof condition === "function"
        ? condition.toString().replace(/^\(\)\s*=>\s*/, "")
        : Object.entries(condition)
            .map(([port, value]) => `${port} = ${value} (it is ${this.get(port)})`)
            .join(", ");
    return new TimeoutError(`not true after ${cycles} cycles: ${wanted}`);
  }

  #fail(error: unknown): void {
    this.#failed = true;
    this.#reject(error);
  }

  /** The process that runs waits now: the next one runs, or time goes on. */
  #blocked(): void {
    this.#running--;
    if (this.#running > 0 || this.#failed) return;
    try {
      while (this.#ready.length === 0) {
        if (this.#waiting.length === 0) return;
        this.#advance();
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#running++;
    this.#ready.shift()?.();
  }

  #advance(): void {
    const domains = new Set(this.#waiting.map(({ domain }) => domain));
    const [domain] = domains;
    if (domains.size === 1 && this.#agents.length === 0 && domain !== undefined) {
      const cycles = Math.min(...this.#waiting.map(({ remaining }) => remaining));
      this.engine.step(cycles, domain === "" ? undefined : domain);
      this.#count([domain], cycles);
      return;
    }
    const rising = this.engine.domains.length === 0 ? [""] : this.engine.upcoming();
    const agents = this.#agents.filter((entry) => rising.includes(entry.domain));
    for (const { agent } of agents) agent.sample();
    this.engine.advance();
    for (const { agent } of agents) agent.drive();
    this.#count(rising, 1);
  }

  #count(domains: readonly string[], cycles: number): void {
    const still: Waiter[] = [];
    for (const waiter of this.#waiting) {
      if (domains.includes(waiter.domain)) waiter.remaining -= cycles;
      if (waiter.remaining <= 0) this.#ready.push(waiter.resume);
      else still.push(waiter);
    }
    this.#waiting = still;
  }
}
