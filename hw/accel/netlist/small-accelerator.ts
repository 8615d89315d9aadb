/** For tests: an accelerator that just holds a tiny model, so that its netlist is built, simulated and compared in minutes. */
import { elaborate, type CheckedCircuit } from "../../../gen/index.ts";
import { packModel } from "../../../models/convert/pack.ts";
import { randomCheckpoint } from "../../../models/testing/random-model.ts";
import { accelerator } from "../accelerator.ts";
import { rigParameters } from "../testing/list-bench.ts";

/** The shape of {@link tinyModel}. */
export const tinyShape = { dimension: 64, intermediate: 128, layers: 1, vocabulary: 300, tokenCount: 262, seed: 1n };

export const tinyModel = packModel(randomCheckpoint(tinyShape), { name: "random", calibrationTokens: 4 }).model;

export const smallParameters = rigParameters(tinyModel, {
  ...{ portBytes: 8, dramWordBytes: 8, vectorLanes: 2, columns: 1, dramPorts: 1 },
});

let circuit: CheckedCircuit | undefined;

/** Its circuit, elaborated once. */
export function smallAccelerator(): CheckedCircuit {
  circuit ??= elaborate(accelerator(smallParameters));
  return circuit;
}
