/** For tests: the DRAM behind the stream reader and the control port, cycle by cycle, as rough as LiteDRAM may be. */
import assert from "node:assert/strict";
import type { Engine, Random } from "../../gen/index.ts";
import type { MemoryParameters } from "./memory-parameters.ts";

/** Little-endian bytes as one number. */
export function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((word, byte) => (word << 8n) | BigInt(byte), 0n);
}

/** How often, 0 to 1, DRAM takes a command that is offered, and sends a word that was asked for. */
export interface MemoryRates {
  readonly command: number;
  readonly data: number;
}

/**
 * The ports of a stream reader. A port's words come in the order of its commands, but which port is next is chance; one word a cycle,
 * two cycles after its command at the earliest. Checks that an offered command stays and that one port offers at a time.
 */
export class ReadPorts {
  readonly #engine: Engine;
  readonly #content: Uint8Array;
  readonly #parameters: MemoryParameters;
  readonly #random: Random;
  readonly #queues: number[][];
  readonly #arrived: number[] = [];
  #sending = -1;
  #ready = 0n;
  #offered: readonly [bigint, bigint] | null = null;
  rates: MemoryRates = { command: 1, data: 1 };
  /** Commands taken: port and address (words of DRAM). */
  readonly commands: { readonly port: number; readonly address: number }[] = [];

  constructor(engine: Engine, content: Uint8Array, parameters: MemoryParameters, random: Random) {
    this.#engine = engine;
    this.#content = content;
    this.#parameters = parameters;
    this.#random = random;
    this.#queues = Array.from({ length: parameters.dramPorts }, () => []);
  }

  /** Words asked for that have not been sent. */
  get outstanding(): number {
    return this.#queues.reduce((sum, queue) => sum + queue.length, 0) + this.#arrived.length;
  }

  /** Before an edge: drives what DRAM answers. */
  drive(): void {
    const waiting = this.#queues.flatMap((queue, port) => (queue.length > 0 ? [port] : []));
    const sends = waiting.length > 0 && this.#random.chance(this.rates.data);
    this.#sending = sends ? (waiting[this.#random.below(waiting.length)] ?? -1) : -1;
    const address = this.#queues[this.#sending]?.[0];
    this.#engine.setInput("dataValid", this.#sending < 0 ? 0 : 2 ** this.#sending);
    this.#engine.setInput("data", address === undefined ? 0n : this.#word(address));
    this.#ready = 0n;
    for (let port = 0; port < this.#parameters.dramPorts; port++) {
      if (this.#random.chance(this.rates.command)) this.#ready |= 1n << BigInt(port);
    }
    this.#engine.setInput("commandReady", this.#ready);
  }

  /** After `drive`, before the edge: looks at what the reader offers. */
  sample(): void {
    if (this.#sending >= 0) this.#queues[this.#sending]?.shift();
    const valid = this.#engine.get("commandValid");
    const address = this.#engine.get("commandAddress");
    assert.equal(valid & (valid - 1n), 0n, "two ports offer commands");
    if (this.#offered !== null) assert.deepEqual([valid, address], this.#offered, "an offered command changed");
    const taken = (valid & this.#ready) !== 0n;
    this.#offered = valid !== 0n && !taken ? [valid, address] : null;
    if (taken) {
      const port = Math.log2(Number(valid));
      this.#queues[port]?.push(Number(address));
      this.commands.push({ port, address: Number(address) });
    }
  }

  #word(address: number): bigint {
    const { dramWordBytes } = this.#parameters;
    return numberOf(this.#content.subarray(address * dramWordBytes, (address + 1) * dramWordBytes));
  }
}
