// Region B: what the accelerator reads and writes. The firmware has the same layout (the macros below are emitted to ternel_container.h).
import { TernelError } from "../errors.ts";
import { add, alignUp, multiply } from "../checked.ts";
import { limits } from "../container/format.ts";

/** The shape from which region B follows. */
export interface BufferShape {
  readonly vocabulary: number;
  readonly dimension: number;
  readonly layers: number;
}

/** Everything in region B starts at a multiple of this. */
export const bufferAlign = 64;

/**
 * Region B: for each sequence its states, layer after layer, int32[d] each; then for each sequence its logits, int32[V]. Each array pads
 * to 64 bytes.
 */
export interface BufferLayout {
  readonly sequences: number;
  /** Bytes from one layer's state to the next. */
  readonly stateStride: number;
  /** Bytes from one sequence's logits to the next. */
  readonly logitsStride: number;
  /** Bytes of all states: here the logits begin. */
  readonly stateBytes: number;
  readonly bytes: number;
  /** Where the state of a layer begins. */
  readonly state: (layer: number, sequence?: number) => number;
  /** Where the logits begin. */
  readonly logits: (sequence?: number) => number;
}

/** The layout of region B for one or several sequences. */
export function bufferLayout({ vocabulary, dimension, layers }: BufferShape, sequences = 1): BufferLayout {
  const stateStride = alignUp(multiply(4, dimension), bufferAlign);
  const logitsStride = alignUp(multiply(4, vocabulary), bufferAlign);
  const stateBytes = multiply(sequences, layers, stateStride);
  const bytes = add(stateBytes, multiply(sequences, logitsStride));
  const known = stateStride !== undefined && logitsStride !== undefined && stateBytes !== undefined && bytes !== undefined;
  if (!known || bytes > limits.totalBytes) throw new TernelError("packTooLarge", "states and logits");
  return {
    ...{ sequences, stateStride, logitsStride, stateBytes, bytes },
    state: (layer, sequence = 0) => (sequence * layers + layer) * stateStride,
    logits: (sequence = 0) => stateBytes + sequence * logitsStride,
  };
}

/** The same layout, of one sequence, as C macros. Within the container's limits nothing overflows 32 bits. */
export function emitBufferMacros(): string[] {
  return [
    "// Region B of the accelerator: int32 state[layers][dimension], then int32 logits[vocabulary], each row padded.",
    `#define TERNEL_BUFFER_ALIGN ${bufferAlign}u`,
    "#define TERNEL_BUFFER_PADDED(bytes) (((bytes) + TERNEL_BUFFER_ALIGN - 1u) / TERNEL_BUFFER_ALIGN * TERNEL_BUFFER_ALIGN)",
    "#define TERNEL_BUFFER_STATE_STRIDE(dimension) TERNEL_BUFFER_PADDED(4u * (dimension))",
    "#define TERNEL_BUFFER_LOGITS_OFFSET(layers, dimension) ((layers) * TERNEL_BUFFER_STATE_STRIDE(dimension))",
    "#define TERNEL_BUFFER_BYTES(layers, dimension, vocabulary) \\",
    "    (TERNEL_BUFFER_LOGITS_OFFSET(layers, dimension) + TERNEL_BUFFER_PADDED(4u * (vocabulary)))",
  ];
}
