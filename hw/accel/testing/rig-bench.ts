/** For tests: drives a rig (rig.ts): registers by name, memory content, and lists from start to end. */
import assert from "node:assert/strict";
import type { Testbench } from "../../../gen/index.ts";
import { bitsOf } from "./word-bits.ts";
import type { AcceleratorParameters } from "../parameters.ts";
import { counters, registerNamed, statusErrors, windows, type CounterName, type StatusErrorName } from "../registers.ts";

/** How the memory behaves: chances from 0 to below 1, and pauses in cycles. */
export interface RigStalls {
  readonly command: number;
  readonly data: number;
  readonly write: number;
  readonly pauseEvery?: number;
  readonly pauseLength?: number;
}

/** Where the regions lie, in bytes. */
export interface Regions {
  readonly modelBase: number;
  readonly bufferBase: number;
}

/** What a list is started with. */
export interface ListStart {
  readonly list: { readonly region: "model" | "buffers"; readonly offset: number; readonly bytes: number };
  readonly logits: boolean;
  readonly tokens: readonly { readonly token: number; readonly mantissa: number; readonly shift: number }[];
}

export class RigBench {
  readonly tb: Testbench;
  readonly #parameters: AcceleratorParameters;
  /** What the memory holds, as far as it was loaded. */
  readonly #loaded: Uint8Array;

  constructor(tb: Testbench, parameters: AcceleratorParameters) {
    this.tb = tb;
    this.#parameters = parameters;
    this.#loaded = new Uint8Array(parameters.dramBytes);
  }

  async reset(seed: number, stalls: RigStalls): Promise<void> {
    const { tb } = this;
    tb.set("seed", (seed * 2654435761 + 12345) >>> 0 || 1);
    tb.set("reseed", 1);
    await tb.reset(2);
    tb.set("reseed", 0);
    this.setStalls(stalls);
    await this.write("CONTROL", 2 ** fieldOf("CONTROL", "IRQ_ENABLE").bit);
  }

  setStalls({ command, data, write, pauseEvery = 0, pauseLength = 0 }: RigStalls): void {
    const { tb } = this;
    for (const [name, chance] of Object.entries({ command, data, write })) tb.set(`stalls_${name}`, Math.floor(256 * chance));
    tb.set("stalls_pauseEvery", pauseEvery);
    tb.set("stalls_pauseLength", pauseLength);
  }

  /** One access of the bus. */
  async access(offset: number, written: number | null): Promise<number> {
    const { tb } = this;
    tb.set("wb_adr", offset >>> 2);
    tb.set("wb_dat_w", (written ?? 0) >>> 0);
    tb.set("wb_we", written === null ? 0 : 1);
    tb.set("wb_stb", 1);
    await tb.until({ wb_ack: 1 }, 100);
    const read = written === null ? Number(tb.get("wb_dat_r")) : 0;
    await tb.tick();
    tb.set("wb_stb", 0);
    return read;
  }

  async write(register: string, value: number): Promise<void> {
    await this.access(registerNamed(register).offset, value);
  }

  read(register: string): Promise<number> {
    return this.access(registerNamed(register).offset, null);
  }

  async control(...names: readonly string[]): Promise<void> {
    const bits = [...names, "IRQ_ENABLE"].map((name) => 2 ** fieldOf("CONTROL", name).bit);
    await this.write(
      "CONTROL",
      bits.reduce((sum, one) => sum + one, 0),
    );
  }

  async status(): Promise<{ readonly busy: boolean; readonly done: boolean; readonly error: StatusErrorName }> {
    const value = await this.read("STATUS");
    const code = fieldValue("STATUS", "ERROR", value);
    const error = statusErrors[code]?.name;
    if (error === undefined) throw new RangeError(`error code ${code} has no name`);
    return { busy: fieldValue("STATUS", "BUSY", value) === 1, done: fieldValue("STATUS", "DONE", value) === 1, error };
  }

  /** Waits for the interrupt; returns STATUS.ERROR's name. */
  async finish(cycles = 4_000_000): Promise<StatusErrorName> {
    await this.tb.until({ irq: 1 }, cycles);
    const { busy, done, error } = await this.status();
    assert.ok(!busy && done);
    return error;
  }

  /** Puts bytes into the memory; words that hold them already are left out. Only while the accelerator does not write. */
  async load(address: number, bytes: Uint8Array): Promise<void> {
    const { tb } = this;
    const { dramWordBytes } = this.#parameters;
    const before = this.#loaded.slice(address, address + bytes.length);
    this.#loaded.set(bytes, address);
    const first = Math.floor(address / dramWordBytes);
    const last = Math.floor((address + bytes.length - 1) / dramWordBytes);
    for (let word = first; word <= last; word++) {
      const start = word * dramWordBytes;
      const [from, to] = [Math.max(0, start - address), start + dramWordBytes - address];
      if (Buffer.compare(before.subarray(from, to), bytes.subarray(from, to)) === 0) continue;
      tb.set("load_address", word);
      tb.set("load_data", bitsOf(this.#loaded.subarray(start, start + dramWordBytes)));
      tb.set("load", 1);
      await tb.tick();
    }
    tb.set("load", 0);
  }

  /** Bytes of the memory; what `load` knows of them is brought up to date. */
  show(address: number, length: number): Uint8Array {
    const { tb } = this;
    const { dramWordBytes } = this.#parameters;
    for (let start = address - (address % dramWordBytes); start < address + length; start += dramWordBytes) {
      tb.set("load_address", start / dramWordBytes);
      let bits = tb.get("show");
      for (let i = 0; i < dramWordBytes; i++, bits >>= 8n) this.#loaded[start + i] = Number(bits & 0xffn);
    }
    return this.#loaded.slice(address, address + length);
  }

  /** Tells the accelerator, and the guard of the memory, where the regions lie. */
  async setRegions({ modelBase, bufferBase }: Regions, modelBytes: number, bufferBytes: number): Promise<void> {
    const { dramWordBytes } = this.#parameters;
    await this.write("MODEL_BASE", modelBase);
    await this.write("MODEL_BYTES", modelBytes);
    await this.write("BUFFER_BASE", bufferBase);
    await this.write("BUFFER_BYTES", bufferBytes);
    this.tb.set("first_writable", bufferBase / dramWordBytes);
    this.tb.set("end_writable", (bufferBase + bufferBytes) / dramWordBytes);
  }

  async start({ list, logits, tokens }: ListStart): Promise<void> {
    await this.write("LIST_OFFSET", list.offset);
    await this.write("LIST_BYTES", list.bytes);
    for (const [column, { token, mantissa, shift }] of tokens.entries()) {
      await this.write(`TOKEN${column}`, token);
      await this.write(`TOKEN_SCALE${column}`, mantissa + shift * 2 ** fieldOf("TOKEN_SCALE0", "SHIFT").bit);
    }
    const bits = [
      1,
      logits ? 2 ** fieldOf("RUN", "LOGITS").bit : 0,
      list.region === "buffers" ? 2 ** fieldOf("RUN", "LIST_IN_BUFFER").bit : 0,
      tokens.length * 2 ** fieldOf("RUN", "ACTIVE").bit,
    ];
    await this.write(
      "RUN",
      bits.reduce((sum, one) => sum + one, 0),
    );
    // The interrupt of the list before falls some cycles after the write.
    await this.tb.tick(4);
  }

  /** Nothing outside region B was written since the reset. */
  checkWrites(): void {
    assert.equal(this.tb.get("outside"), 0n, "the accelerator wrote outside region B");
  }

  async best(column: number): Promise<{ readonly token: number; readonly logit: number }> {
    return { token: await this.read(`BEST_TOKEN${column}`), logit: (await this.read(`BEST_LOGIT${column}`)) | 0 };
  }

  async top(): Promise<{ readonly token: number; readonly logit: number }[]> {
    const offset = windows.find(({ name }) => name === "TOP")?.offset ?? 0;
    const entries: { token: number; logit: number }[] = [];
    const count = await this.read("TOP_COUNT");
    for (let i = 0; i < count; i++) {
      const logit = (await this.access(offset + 8 * i, null)) | 0;
      entries.push({ logit, token: await this.access(offset + 8 * i + 4, null) });
    }
    return entries;
  }

  async counters(): Promise<Record<CounterName, number>> {
    const values: [string, number][] = [];
    for (const [name] of counters) values.push([name, await this.read(name)]);
    return Object.fromEntries(values) as Record<CounterName, number>;
  }
}

function fieldOf(register: string, name: string) {
  const field = registerNamed(register).fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new RangeError(`${register} has no field ${name}`);
  return field;
}

function fieldValue(register: string, name: string, value: number): number {
  const field = fieldOf(register, name);
  return Math.floor(value / 2 ** field.bit) % 2 ** field.width;
}
