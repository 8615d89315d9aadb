/** For tests: a rig with a model in it, beside the golden model (models/compile) that runs the same lists. */
import assert from "node:assert/strict";
import type { Testbench } from "../../../gen/index.ts";
import type { ListResult } from "../../../models/compile/command-machine.ts";
import { tokenOperand } from "../../../models/compile/token-operand.ts";
import type { CompileOptions } from "../../../models/compile/compile.ts";
import type { Model } from "../../../models/container/model.ts";
import { ListRunner, machineParameters } from "../../../models/testing/list-runner.ts";
import type { AcceleratorParameters } from "../parameters.ts";
import { RigBench, type ListStart, type Regions, type RigStalls } from "./rig-bench.ts";

/** Parameters of hardware that just holds a model. */
export function rigParameters(
  model: Model,
  shape: Pick<AcceleratorParameters, "portBytes" | "dramWordBytes" | "vectorLanes" | "columns" | "dramPorts">,
  dramBytes = 2 ** 20,
): AcceleratorParameters {
  const { vectorElements, activationBytes, stateElements, topK } = machineParameters(model, shape.columns, shape.vectorLanes);
  return {
    ...shape,
    vectorElements,
    stateElements,
    activationBytes: 2 ** Math.ceil(Math.log2(Math.max(activationBytes, 2 * shape.portBytes))),
    topK,
    fifoDepth: 64,
    rowBytes: 512,
    resultDepth: 16,
    watchdogCycles: 2 ** 20,
    dramBytes,
    buildId: 1,
  };
}

export const noStalls: RigStalls = { command: 0, data: 0, write: 0 };
/** Everything stalls, and pauses longer than a refresh come at the worst moments. */
export const manyStalls: RigStalls = { command: 0.4, data: 0.4, write: 0.6, pauseEvery: 700, pauseLength: 150 };

/** The hardware and its golden model, side by side. */
export class ListBench {
  readonly rig: RigBench;
  readonly golden: ListRunner;
  readonly regions: Regions;

  private constructor(rig: RigBench, golden: ListRunner, regions: Regions) {
    this.rig = rig;
    this.golden = golden;
    this.regions = regions;
  }

  /** Loads the model and clears the buffers. The golden model knows the hardware's sizes, for the checks. */
  static async make(
    tb: Testbench,
    parameters: AcceleratorParameters,
    model: Model,
    { seed, stalls, options = {} }: { readonly seed: number; readonly stalls: RigStalls; readonly options?: CompileOptions },
  ): Promise<ListBench> {
    const rig = new RigBench(tb, parameters);
    const golden = new ListRunner(model, parameters, options);
    const modelBase = 1024;
    const regions = { modelBase, bufferBase: modelBase + golden.container.length + 192 };
    await rig.load(modelBase, golden.container);
    await rig.reset(seed, stalls);
    await rig.setRegions(regions, golden.container.length, golden.buffers.length);
    return new ListBench(rig, golden, regions);
  }

  /** Puts the buffers of the golden model into the memory. */
  loadBuffers(): Promise<void> {
    return this.rig.load(this.regions.bufferBase, this.golden.buffers);
  }

  /** What starts the model's list for these tokens. */
  start(tokens: readonly number[], logits: boolean): ListStart {
    return { list: this.golden.list, logits, tokens: tokens.map((token) => tokenOperand(this.golden.model, token)) };
  }

  /** Runs the model's list on both; region B and the error must be equal, and the largest logits where there are some. */
  async check(tokens: readonly number[], logits: boolean): Promise<ListResult> {
    const result = await this.run(tokens, logits);
    this.checkBuffers();
    for (const [column, best] of result.best.entries()) if (best !== undefined) assert.deepEqual(await this.rig.best(column), best);
    if (result.best.some((best) => best !== undefined)) assert.deepEqual(await this.rig.top(), result.top);
    return result;
  }

  /** Runs a list, of another size than the model's if so wanted, on both; where and how it ends must be equal. */
  async run(tokens: readonly number[], logits: boolean, bytes = this.golden.list.bytes): Promise<ListResult> {
    const start = this.start(tokens, logits);
    const list = { ...start.list, bytes };
    await this.rig.start({ ...start, list });
    const { machine, container, buffers } = this.golden;
    const result = machine.run({ ...start, list, model: container, buffers });
    const error = await this.rig.finish();
    const command = await this.rig.read("FAULT_COMMAND");
    this.rig.checkWrites();
    assert.deepEqual({ error, command }, { error: result.error, command: result.command });
    return result;
  }

  /** Replaces the list in both containers. */
  async setList(list: Uint8Array): Promise<void> {
    const { offset, bytes } = this.golden.list;
    assert.ok(list.length <= bytes);
    this.golden.container.set(list, offset);
    await this.rig.load(this.regions.modelBase + offset, list);
  }

  checkBuffers(): void {
    const { buffers } = this.golden;
    const shown = this.rig.show(this.regions.bufferBase, buffers.length);
    for (let i = 0; i < buffers.length; i++)
      if (shown[i] !== buffers[i]) assert.equal(shown[i], buffers[i], `byte ${i} of region B`);
  }
}
