/** For tests: an accelerator out of reset between a bus master and a memory, and what it is asked to do. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Random, type Simulation } from "../../gen/index.ts";
import type { AcceleratorParameters } from "./parameters.ts";
import { matrixReference, packMatrix, padMessage } from "./reference.ts";
import { statusError } from "./registers.ts";
import { BusMaster, SimulatedDram, type Stalls } from "./simulated-accelerator.ts";

export interface Matrix {
  readonly rows: readonly (readonly number[])[];
  readonly activations: Int8Array;
  readonly mantissa: number;
  readonly shift: number;
}

/** Random trits and activations; now and then all at the ends of their ranges, where sums are largest. */
export function randomMatrix(random: Random, rows: number, columns: number): Matrix {
  const extreme = random.chance(0.2);
  return {
    rows: Array.from({ length: rows }, () => Array.from({ length: columns }, () => (extreme ? -1 : random.below(3) - 1))),
    activations: Int8Array.from({ length: columns }, () => (extreme ? -128 : random.below(256) - 128)),
    mantissa: random.below(65536),
    shift: random.below(24),
  };
}

/** The results that the matrix must give. */
export function expectedResults({ rows, activations, mantissa, shift }: Matrix): number[] {
  return matrixReference(rows, activations, mantissa, shift);
}

export class AcceleratorBench {
  readonly bus: BusMaster;
  readonly dram: SimulatedDram;
  /** The memory behind the port. */
  readonly content: Uint8Array;
  readonly random: Random;
  readonly tick: (cycles: number) => Promise<void>;
  readonly irq: () => boolean;
  readonly #portBytes: number;

  private constructor(portBytes: number, parts: Pick<AcceleratorBench, "bus" | "dram" | "content" | "random" | "tick" | "irq">) {
    this.#portBytes = portBytes;
    this.bus = parts.bus;
    this.dram = parts.dram;
    this.content = parts.content;
    this.random = parts.random;
    this.tick = parts.tick;
    this.irq = parts.irq;
  }

  /** Runs `body` with an accelerator out of reset. `seed` decides every stall and what the body draws. */
  static async run(
    simulation: Simulation,
    parameters: AcceleratorParameters,
    options: { readonly name: string; readonly seed: number; readonly stalls: Stalls },
    body: (bench: AcceleratorBench) => Promise<void>,
  ): Promise<void> {
    const { name, seed, stalls } = options;
    await simulation.run(
      async (tb) => {
        const random = new Random(seed);
        const content = new Uint8Array(parameters.dramBytes);
        const dram = tb.add(new SimulatedDram(tb.engine, content, parameters.portBytes, stalls, random));
        const bus = new BusMaster(tb, random, stalls.bus);
        await tb.reset();
        const parts = { bus, dram, content, random, tick: (cycles: number) => tb.tick(cycles), irq: () => tb.get("irq") === 1n };
        await body(new AcceleratorBench(parameters.portBytes, parts));
      },
      { name },
    );
  }

  /** Puts the matrix into memory at `address` and starts it. */
  async startMatrix(matrix: Matrix, address: number): Promise<void> {
    const { bus } = this;
    const columns = Math.ceil(matrix.activations.length / this.#portBytes) * this.#portBytes;
    this.content.set(packMatrix(matrix.rows, this.#portBytes), address);
    await bus.writeWindow("ACTIVATION", new Uint8Array(matrix.activations.buffer));
    await bus.write("WEIGHT_ADDRESS", address);
    await bus.write("ROWS", matrix.rows.length);
    await bus.write("COLUMNS", columns);
    await bus.write("MANTISSA", matrix.mantissa);
    await bus.write("SHIFT", matrix.shift);
    await bus.control("START_MATVEC");
  }

  async checkMatrix(matrix: Matrix, address: number): Promise<void> {
    await this.startMatrix(matrix, address);
    assert.deepEqual(await this.bus.readResults(matrix.rows.length), expectedResults(matrix));
    assert.equal(await this.bus.finish(), statusError("NONE"));
    assert.equal(await this.bus.status("RESULTS"), 0);
  }

  async digest(): Promise<string> {
    let text = "";
    for (let i = 0; i < 8; i++) text += (await this.bus.read(`DIGEST${i}`)).toString(16).padStart(8, "0");
    return text;
  }

  /** Hashes a random message by DMA, and once more block by block through the window. */
  async checkHash(bytes: number): Promise<void> {
    const { bus, content, random } = this;
    const message = Uint8Array.from({ length: bytes }, () => random.below(256));
    const blocks = padMessage(message);
    const expected = createHash("sha256").update(message).digest("hex");
    content.set(blocks, 2048);
    await bus.write("SHA_ADDRESS", 2048);
    await bus.write("SHA_BLOCKS", blocks.length / 64);
    await bus.control("START_SHA", "SHA_INIT");
    assert.equal(await bus.finish(), statusError("NONE"));
    assert.equal(await this.digest(), expected);
    for (let offset = 0; offset < blocks.length; offset += 64) {
      await bus.writeWindow("SHA_BLOCK", blocks.subarray(offset, offset + 64));
      await bus.control(...(offset === 0 ? ["START_SHA_BLOCK", "SHA_INIT"] : ["START_SHA_BLOCK"]));
      assert.equal(await bus.finish(), statusError("NONE"));
    }
    assert.equal(await this.digest(), expected);
  }
}
