/** For tests: the accelerator in a testbench, with a bus master and a DRAM that stalls at random. */
import type { Agent, Engine, Random, Testbench } from "../../gen/index.ts";
import { registerNamed, windows } from "./registers.ts";

/** How often something pauses, 0 to below 1. */
export interface Stalls {
  /** DRAM does not take a command. */
  readonly command: number;
  /** DRAM has no data although some was asked for. */
  readonly data: number;
  /** The bus master waits before an access. */
  readonly bus: number;
}

/** The DRAM side of a native LiteDRAM read port: answers in order, `latency` cycles after the command at the earliest. */
export class SimulatedDram implements Agent {
  readonly #engine: Engine;
  readonly #content: Uint8Array;
  readonly #portBytes: number;
  readonly #stalls: Stalls;
  readonly #random: Random;
  readonly #latency: number;
  readonly #queue: { readonly address: number; readonly due: number }[] = [];
  #cycle = 0;
  #sending = false;
  #offered: bigint | null = null;
  /** Addresses (port words) of the commands taken. */
  readonly commands: number[] = [];

  constructor(engine: Engine, content: Uint8Array, portBytes: number, stalls: Stalls, random: Random, latency = 6) {
    this.#engine = engine;
    this.#content = content;
    this.#portBytes = portBytes;
    this.#stalls = stalls;
    this.#random = random;
    this.#latency = latency;
  }

  drive(): void {
    this.#engine.setInput("dram_cmd_ready", this.#random.chance(this.#stalls.command) ? 0 : 1);
    const head = this.#queue[0];
    this.#sending = head !== undefined && head.due <= this.#cycle && !this.#random.chance(this.#stalls.data);
    this.#engine.setInput("dram_rdata_valid", this.#sending ? 1 : 0);
    this.#engine.setInput("dram_rdata_data", this.#sending && head !== undefined ? this.#word(head.address) : 0n);
  }

  sample(): void {
    if (this.#sending) this.#queue.shift();
    const valid = this.#engine.get("dram_cmd_valid") === 1n;
    const address = valid ? this.#engine.get("dram_cmd_addr") : null;
    if (this.#offered !== null && address !== this.#offered)
      throw new Error("a command was taken back or changed before DRAM took it");
    const taken = valid && this.#engine.get("dram_cmd_ready") === 1n;
    this.#offered = taken ? null : address;
    if (taken && address !== null) {
      this.commands.push(Number(address));
      this.#queue.push({ address: Number(address), due: this.#cycle + this.#latency });
    }
    this.#cycle++;
  }

  #word(address: number): bigint {
    let word = 0n;
    for (let i = this.#portBytes - 1; i >= 0; i--) word = (word << 8n) | BigInt(this.#content[address * this.#portBytes + i] ?? 0);
    return word;
  }
}

/** Wishbone accesses by register and window names. */
export class BusMaster {
  readonly #testbench: Testbench;
  readonly #random: Random;
  readonly #stall: number;

  constructor(testbench: Testbench, random: Random, stall: number) {
    this.#testbench = testbench;
    this.#random = random;
    this.#stall = stall;
  }

  /** One access; throws after `limit` cycles without acknowledge. */
  async access(offset: number, written: number | null, select = 15, limit = 20000): Promise<number> {
    const tb = this.#testbench;
    while (this.#random.chance(this.#stall)) await tb.tick();
    tb.set("wb_adr", offset >>> 2);
    tb.set("wb_dat_w", (written ?? 0) >>> 0);
    tb.set("wb_sel", select);
    tb.set("wb_we", written === null ? 0 : 1);
    tb.set("wb_cyc", 1);
    tb.set("wb_stb", 1);
    for (let cycle = 0; tb.get("wb_ack") === 0n; cycle++) {
      if (cycle === limit) throw new Error(`no acknowledge at offset ${offset}`);
      await tb.tick();
    }
    const read = Number(tb.get("wb_dat_r"));
    await tb.tick();
    tb.set("wb_cyc", 0);
    tb.set("wb_stb", 0);
    return read;
  }

  read(register: string): Promise<number> {
    return this.access(registerNamed(register).offset, null);
  }

  async write(register: string, value: number): Promise<void> {
    await this.access(registerNamed(register).offset, value);
  }

  /** A field of a register that was read. */
  static field(register: string, field: string, value: number): number {
    const found = registerNamed(register).fields.find((candidate) => candidate.name === field);
    if (found === undefined) throw new RangeError(`${register} has no field ${field}`);
    return Math.floor(value / 2 ** found.bit) % 2 ** found.width;
  }

  async status(field: string): Promise<number> {
    return BusMaster.field("STATUS", field, await this.read("STATUS"));
  }

  /** Writes CONTROL with these bits set. */
  async control(...fields: readonly string[]): Promise<void> {
    const bits = fields.map((name) => {
      const field = registerNamed("CONTROL").fields.find((candidate) => candidate.name === name);
      if (field === undefined) throw new RangeError(`CONTROL has no field ${name}`);
      return 2 ** field.bit;
    });
    await this.write(
      "CONTROL",
      bits.reduce((sum, bit) => sum + bit, 0),
    );
  }

  /** Writes little-endian words to a window from its start. */
  async writeWindow(name: string, bytes: Uint8Array): Promise<void> {
    const offset = windowOffset(name);
    for (let i = 0; i < bytes.length; i += 4) {
      const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(i, i + 4);
      await this.access(offset + i, a | (b << 8) | (c << 16) | (d << 24));
    }
  }

  /** The next `count` results, as signed numbers. */
  async readResults(count: number): Promise<number[]> {
    const results: number[] = [];
    for (let i = 0; i < count; i++) results.push((await this.access(windowOffset("RESULT"), null)) | 0);
    return results;
  }

  /** Polls until the command has ended; returns STATUS.ERROR. */
  async finish(polls = 5000): Promise<number> {
    for (let i = 0; i < polls; i++) {
      const status = await this.read("STATUS");
      if (BusMaster.field("STATUS", "BUSY", status) === 0) {
        if (BusMaster.field("STATUS", "DONE", status) !== 1) throw new Error("neither busy nor done");
        return BusMaster.field("STATUS", "ERROR", status);
      }
    }
    throw new Error("the command does not end");
  }
}

export function windowOffset(name: string): number {
  const window = windows.find((candidate) => candidate.name === name);
  if (window === undefined) throw new RangeError(`no window ${name}`);
  return window.offset;
}
