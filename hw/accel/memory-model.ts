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

/** The little-endian bytes of a number. */
export function bytesOf(word: bigint, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => Number((word >> BigInt(8 * i)) & 255n));
}

/**
 * The native port of the control port. DRAM carries commands out in order, takes the data of a write when it does and not before, and
 * does not look whether data is there. Checks that an offered command stays.
 */
export class ControlMemory {
  readonly content: Uint8Array;
  readonly #engine: Engine;
  readonly #parameters: MemoryParameters;
  readonly #random: Random;
  readonly #queue: { readonly write: boolean; readonly address: number }[] = [];
  #ready = false;
  #head: { readonly write: boolean; readonly address: number } | null = null;
  #offered: readonly bigint[] | null = null;
  #burst = 0;
  rates: MemoryRates = { command: 1, data: 1 };
  writeCommands = 0;
  /** Most write commands in cycles that follow each other. */
  longestBurst = 0;

  constructor(engine: Engine, content: Uint8Array, parameters: MemoryParameters, random: Random) {
    this.#engine = engine;
    this.content = content;
    this.#parameters = parameters;
    this.#random = random;
  }

  /** Commands that have not been carried out. */
  get outstanding(): number {
    return this.#queue.length;
  }

  drive(): void {
    const { dramWordBytes } = this.#parameters;
    this.#head = this.#random.chance(this.rates.data) ? (this.#queue[0] ?? null) : null;
    const head = this.#head;
    this.#engine.setInput("dataOutReady", head?.write === true ? 1 : 0);
    this.#engine.setInput("dataInValid", head?.write === false ? 1 : 0);
    const at = (head?.address ?? 0) * dramWordBytes;
    this.#engine.setInput("dataIn", numberOf(this.content.subarray(at, at + dramWordBytes)));
    this.#ready = this.#random.chance(this.rates.command);
    this.#engine.setInput("commandReady", this.#ready ? 1 : 0);
  }

  sample(): void {
    const { dramWordBytes } = this.#parameters;
    const head = this.#head;
    if (head?.write === true) {
      assert.equal(this.#engine.get("dataOutValid"), 1n, "DRAM takes data that is not there");
      const mask = this.#engine.get("dataOutMask");
      bytesOf(this.#engine.get("dataOut"), dramWordBytes).forEach((byte, i) => {
        if (((mask >> BigInt(i)) & 1n) === 1n) this.content[head.address * dramWordBytes + i] = byte;
      });
    }
    if (head !== null) this.#queue.shift();
    const valid = this.#engine.get("commandValid") === 1n;
    const command = [this.#engine.get("commandWrite"), this.#engine.get("commandAddress")] as const;
    if (this.#offered !== null) assert.ok(valid && command.join() === this.#offered.join(), "an offered command changed");
    this.#offered = valid && !this.#ready ? command : null;
    const write = valid && this.#ready && command[0] === 1n;
    this.#burst = write ? this.#burst + 1 : 0;
    this.longestBurst = Math.max(this.longestBurst, this.#burst);
    if (write) this.writeCommands++;
    if (valid && this.#ready) this.#queue.push({ write, address: Number(command[1]) });
  }
}
