/** The vector unit with its surroundings: a stream that stalls, stores that stall, an activation buffer, a matrix that sends results. */
import { Random, type Agent, type Testbench } from "../../../../gen/index.ts";
import { operationNamed } from "../../commands.ts";
import { streams } from "../../command-check.ts";
import { vectorOpcode, type VectorParameters } from "../vector-command.ts";
import { wordsOf } from "./port-words.ts";
import type { ModelCommand, Operand } from "./vector-model.ts";

/** The stream of port words; it pauses with the probability `stall`. */
class WordSource implements Agent {
  /** Port words that were taken. */
  sent = 0;
  readonly #tb: Testbench;
  readonly #random: Random;
  readonly #stall: number;
  #words: bigint[] = [];
  #offered = false;
  #taken = false;

  constructor(tb: Testbench, stall: number, seed: number) {
    this.#tb = tb;
    this.#random = new Random(seed);
    this.#stall = stall;
  }

  push(words: readonly bigint[]): void {
    this.#words.push(...words);
  }

  /** Forgets the words that are not taken yet. */
  clear(): void {
    this.#words = [];
    this.#offered = false;
    this.#tb.set("words_valid", 0);
  }

  drive(): void {
    if (this.#taken) {
      this.#words.shift();
      this.#offered = false;
      this.sent++;
    }
    const [word] = this.#words;
    if (!this.#offered && word !== undefined && !this.#random.chance(this.#stall)) {
      this.#offered = true;
      this.#tb.set("words_payload", word);
    }
    this.#tb.set("words_valid", this.#offered ? 1 : 0);
  }

  sample(): void {
    this.#taken = this.#offered && this.#tb.get("words_ready") === 1n;
  }
}

/** The activation buffer's write port. */
class ActivationWrites implements Agent {
  readonly activations: readonly Int8Array[];
  readonly #tb: Testbench;
  readonly #lanes: number;

  constructor(tb: Testbench, { columns, activationBytes, vectorLanes }: VectorParameters) {
    this.activations = Array.from({ length: columns }, () => new Int8Array(activationBytes));
    this.#tb = tb;
    this.#lanes = vectorLanes;
  }

  drive(): void {
    // It only watches.
  }

  sample(): void {
    const tb = this.#tb;
    if (tb.get("activationWrite_enable") === 0n) return;
    const data = tb.get("activationWrite_data");
    const first = Number(tb.get("activationWrite_group")) * this.#lanes;
    const column = this.activations[Number(tb.get("activationWrite_column"))];
    for (let i = 0; i < this.#lanes; i++)
      if (column !== undefined) column[first + i] = Number(BigInt.asIntN(8, data >> BigInt(8 * i)));
  }
}

/** A result of a matrix. */
export interface MatrixResult {
  readonly value: number;
  readonly row: number;
  readonly column: number;
}

export interface BenchOptions {
  /** Probability that the stream and the stores pause. */
  readonly stall: number;
  readonly seed: number;
  /** The unit is cleared while it runs, which may take back a store that it offers. */
  readonly clears?: boolean;
}

export class VectorBench {
  readonly tb: Testbench;
  readonly #parameters: VectorParameters;
  readonly #source: WordSource;
  readonly #sink;
  readonly #writes: ActivationWrites;
  readonly #random: Random;
  readonly #stall: number;

  constructor(tb: Testbench, parameters: VectorParameters, { stall, seed, clears = false }: BenchOptions) {
    this.tb = tb;
    this.#parameters = parameters;
    this.#random = new Random(seed);
    this.#stall = stall;
    this.#source = tb.add(new WordSource(tb, stall, seed + 1));
    this.#sink = tb.sink("stores", { stall, seed: seed + 2 });
    if (!clears) tb.monitor("stores");
    this.#writes = tb.add(new ActivationWrites(tb, parameters));
  }

  get activations(): readonly Int8Array[] {
    return this.#writes.activations;
  }

  /** Runs a command to its end; returns its cycles and the int32 that it stored. */
  async run(command: ModelCommand): Promise<{ readonly cycles: number; readonly stored: number[] }> {
    const { tb } = this;
    const { columns, count } = command;
    const words = this.#wordsOf(command);
    this.#source.push(words);
    const sent = this.#source.sent;
    const before = this.#sink.received.length;
    this.#set(command);
    tb.set("columnFirst", columns[0] ?? 0);
    tb.set("columnLast", columns.at(-1) ?? 0);
    tb.set("start", 1);
    await tb.tick();
    tb.set("start", 0);
    // The command was copied.
    tb.set("command_count", this.#random.below(count) + 1);
    tb.set("command_opcode", this.#random.below(16));
    const cycles = 1 + (await tb.until({ busy: 0 }, 4000 * columns.length));
    if (this.#source.sent - sent !== words.length)
      throw new Error(`${command.name} took ${this.#source.sent - sent} of ${words.length} port words`);
    return { cycles, stored: this.#stored(before) };
  }

  /** Starts a command and clears the unit some cycles later; what the command wrote until then stays. */
  async abort(command: ModelCommand, cycles: number): Promise<void> {
    const { tb } = this;
    this.#source.push(this.#wordsOf(command));
    this.#set(command);
    tb.set("columnFirst", command.columns[0] ?? 0);
    tb.set("columnLast", command.columns.at(-1) ?? 0);
    tb.set("start", 1);
    await tb.tick();
    tb.set("start", 0);
    await tb.tick(cycles);
    tb.set("clear", 1);
    await tb.tick();
    tb.set("clear", 0);
    if (tb.get("busy") !== 0n) throw new Error("busy behind a clear");
    // The stream's words are taken by whoever empties the stream reader.
    this.#source.clear();
  }

  /** Sends a matrix's results, some cycles between them; returns when they are written. */
  async results(results: readonly MatrixResult[], destination: Operand, destination2: Operand, split: number): Promise<void> {
    const { tb } = this;
    for (const [name, { bank, element }] of Object.entries({ destination, destination2 })) {
      tb.set(`resultTarget_${name}_bank`, bank);
      tb.set(`resultTarget_${name}_element`, element);
    }
    tb.set("resultTarget_split", split);
    tb.set("startResults", 1);
    await tb.tick();
    tb.set("startResults", 0);
    tb.set("resultTarget_split", 1);
    await tb.tick(2);
    for (const { value, row, column } of results) {
      while (this.#random.chance(this.#stall)) await tb.tick();
      tb.set("results_valid", 1);
      tb.set("results_payload_value", value);
      tb.set("results_payload_row", row);
      tb.set("results_payload_column", column);
      if (tb.get("results_ready") !== 1n) throw new Error("results wait");
      await tb.tick();
      tb.set("results_valid", 0);
    }
    await tb.until({ busy: 0 }, 10);
  }

  #wordsOf({ name, bound, stream, count, columns }: ModelCommand): bigint[] {
    const operation = operationNamed(name);
    if (operation.stream === undefined || !streams(operation, bound ? 1 : 0)) return [];
    const { elementBytes, each } = operation.stream;
    const vectors = each === "column" ? columns.length : 1;
    return Array.from({ length: vectors }, (_, i) => stream.slice(i * count, (i + 1) * count)).flatMap((elements) => {
      const bytes = elements.flatMap((element) => Array.from({ length: elementBytes }, (_, byte) => (element >> (8 * byte)) & 255));
      return wordsOf(bytes, this.#parameters.portBytes, this.#random);
    });
  }

  #set(command: ModelCommand): void {
    const { tb } = this;
    const numbers = ["count", "epsilon", "mantissa", "exponent", "gainFraction", "fractionIn", "fractionOut", "shift"] as const;
    for (const name of numbers) tb.set(`command_${name}`, command[name]);
    tb.set("command_opcode", vectorOpcode(command.name));
    tb.set("command_bound", command.bound ? 1 : 0);
    for (const name of ["a", "b", "destination"] as const) {
      tb.set(`command_${name}_bank`, command[name].bank);
      tb.set(`command_${name}_element`, command[name].element);
    }
    for (const [column, { mantissa, shift }] of command.tokenScales.entries()) {
      tb.set(`tokenScales_${column}_mantissa`, mantissa);
      tb.set(`tokenScales_${column}_shift`, shift);
    }
  }

  /** The int32 of the port words that came since then. */
  #stored(since: number): number[] {
    const bytes: number[] = [];
    const words = this.#sink.received.slice(since);
    for (const [index, word] of words.entries()) {
      const [data, mask] = [word["payload_data"] ?? 0n, word["payload_mask"] ?? 0n];
      if ((word["last"] === 1n) !== (index === words.length - 1)) throw new Error("last is not in the last port word");
      for (let i = 0; i < this.#parameters.portBytes; i++)
        if ((mask >> BigInt(i)) & 1n) bytes.push(Number((data >> BigInt(8 * i)) & 255n));
    }
    return Array.from({ length: bytes.length / 4 }, (_, i) =>
      bytes.slice(4 * i, 4 * i + 4).reduceRight((value, byte) => (value << 8) | byte, 0),
    );
  }
}
