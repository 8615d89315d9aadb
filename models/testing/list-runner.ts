// For tests: a model's container, its buffers, and the golden model that runs its lists.
import { encodeList } from "../../hw/accel/command-codec.ts";
import { bufferLayout, type BufferLayout } from "../compile/buffer-layout.ts";
import { CommandMachine, type ListResult } from "../compile/command-machine.ts";
import { compileCommands, type CompileOptions } from "../compile/compile.ts";
import type { MachineParameters } from "../compile/machine-state.ts";
import { int32At } from "../compile/region-bytes.ts";
import { tokenOperand } from "../compile/token-operand.ts";
import { vectorLayout } from "../compile/vector-layout.ts";
import { layoutOf } from "../container/counts.ts";
import type { Model } from "../container/model.ts";
import { writeContainer } from "../container/write.ts";

/** The smallest hardware that runs a model. */
export function machineParameters(model: Model, columns: number, vectorLanes: number): MachineParameters {
  const { vectorElements, activationBytes, stateElements } = vectorLayout(model);
  return { columns, vectorLanes, vectorElements, stateElements, activationBytes, topK: 8 };
}

/** Runs the list in a model's container. */
export class ListRunner {
  readonly model: Model;
  readonly machine: CommandMachine;
  readonly container: Uint8Array;
  readonly layout: BufferLayout;
  readonly buffers: Uint8Array;
  readonly list: { readonly region: "model"; readonly offset: number; readonly bytes: number };

  constructor(model: Model, parameters: MachineParameters, options: CompileOptions = {}) {
    const commands = encodeList(compileCommands(model, options));
    this.model = model;
    this.machine = new CommandMachine(parameters);
    this.container = writeContainer(model, commands);
    this.layout = bufferLayout({ ...model, layers: model.layers.length }, options.sequences);
    this.buffers = new Uint8Array(this.layout.bytes);
    const offset = layoutOf(model, commands.length).places.get("commands")?.offset ?? 0;
    this.list = { region: "model", offset, bytes: commands.length };
  }

  /** Takes one token a column. */
  run(tokens: readonly number[], logits: boolean): ListResult {
    const operands = tokens.map((token) => tokenOperand(this.model, token));
    return this.machine.run({ model: this.container, buffers: this.buffers, list: this.list, logits, tokens: operands });
  }

  logits(sequence = 0): Int32Array {
    return int32At(this.buffers, this.layout.logits(sequence), this.model.vocabulary);
  }

  state(layer: number, sequence = 0): Int32Array {
    return int32At(this.buffers, this.layout.state(layer, sequence), this.model.dimension);
  }
}
