import { TernelError } from "../errors.ts";
import { containerLayout } from "./layout.ts";
import type { Counts, Layout } from "./layout.ts";
import type { Model } from "./model.ts";

/** The counts from which a model's layout follows, with a command list of so many bytes. */
export function countsOf(model: Model, commandBytes: number): Counts {
  return {
    vocabulary: model.vocabulary,
    dimension: model.dimension,
    layers: model.layers.length,
    intermediate: model.intermediate,
    tokenCount: model.tokenizer.texts.length,
    tokenTextBytes: model.tokenizer.texts.reduce((sum, text) => sum + text.length, 0),
    mergeCount: model.tokenizer.merges.length,
    commandBytes,
  };
}

/** The layout of a model's container with a command list of so many bytes. Sizes beyond 32 bits are refused. */
export function layoutOf(model: Model, commandBytes: number): Layout {
  const layout = containerLayout(countsOf(model, commandBytes));
  if (layout === undefined) throw new TernelError("packTooLarge");
  return layout;
}
