// A GGUF file with random ternary weights in the shape of llama: the layers have the matrices of the public MatMul-free models
// (four of d x d; gate, up and down), so that llama.cpp reads as many weights a token as our engine does of the same size.
import { closeSync, openSync, writeSync } from "node:fs";
import type { ContainerShape } from "../../../models/testing/random-container.ts";

/** llama.cpp's two ternary formats, in blocks of 256 weights. */
export const ternaryFormats = {
  /** Five trits a byte for 240 weights, four for 16, an fp16 scale: 1.6875 bits a weight. */
  TQ1_0: { type: 34, blockBytes: 54, fileType: 36 },
  /** Two bits a weight and an fp16 scale: 2.0625 bits. */
  TQ2_0: { type: 35, blockBytes: 66, fileType: 37 },
} as const;
export type TernaryFormat = keyof typeof ternaryFormats;

const blockWeights = 256;
const headDimension = 64;
const alignment = 32;
/** Of GGUF's types of values. */
const valueTypes = { u32: 4, i32: 5, f32: 6, string: 8, array: 9 } as const;
const float32 = 0;
/** fp16 of 2^-6: a scale of about the size that trained weights have. */
const scaleBits = 0x2400;

interface Tensor {
  readonly name: string;
  readonly columns: number;
  readonly rows: number;
  readonly format: TernaryFormat | "F32";
}

/** All tensors of a model in llama's naming; every matrix is ternary, the embedding too. */
function tensorsOf(shape: ContainerShape, format: TernaryFormat): Tensor[] {
  const { dimension: d, intermediate, layers, vocabulary } = shape;
  const matrix = (name: string, rows: number, columns: number): Tensor => ({ name: `${name}.weight`, rows, columns, format });
  const norm = (name: string): Tensor => ({ name: `${name}.weight`, rows: 1, columns: d, format: "F32" });
  const layer = (i: number): Tensor[] => [
    norm(`blk.${i}.attn_norm`),
    ...["attn_q", "attn_k", "attn_v", "attn_output"].map((name) => matrix(`blk.${i}.${name}`, d, d)),
    norm(`blk.${i}.ffn_norm`),
    ...["ffn_gate", "ffn_up"].map((name) => matrix(`blk.${i}.${name}`, intermediate, d)),
    matrix(`blk.${i}.ffn_down`, d, intermediate),
  ];
  return [
    matrix("token_embd", vocabulary, d),
    ...Array.from({ length: layers }, (_, i) => layer(i)).flat(),
    norm("output_norm"),
    matrix("output", vocabulary, d),
  ];
}

function tensorBytes({ rows, columns, format }: Tensor): number {
  return format === "F32" ? 4 * rows * columns : ((rows * columns) / blockWeights) * ternaryFormats[format].blockBytes;
}

/** Little-endian values, one behind the other. */
class Writer {
  private readonly pieces: Buffer[] = [];

  u32(value: number): this {
    this.pieces.push(Buffer.from(Uint32Array.of(value).buffer));
    return this;
  }
  u64(value: number): this {
    this.pieces.push(Buffer.from(BigUint64Array.of(BigInt(value)).buffer));
    return this;
  }
  f32(value: number): this {
    this.pieces.push(Buffer.from(Float32Array.of(value).buffer));
    return this;
  }
  string(value: string): this {
    const bytes = Buffer.from(value);
    this.u64(bytes.length).pieces.push(bytes);
    return this;
  }
  bytes(): Buffer {
    return Buffer.concat(this.pieces);
  }
}

/** The values that llama.cpp asks for, and a vocabulary of single bytes and of words that nobody types. */
function metadata(shape: ContainerShape, format: TernaryFormat): Buffer[] {
  const { dimension, intermediate, layers, vocabulary } = shape;
  const entry = (key: string, type: number) => new Writer().string(key).u32(type);
  const number = (key: string, value: number) => entry(key, valueTypes.u32).u32(value).bytes();
  const text = (key: string, value: string) => entry(key, valueTypes.string).string(value).bytes();
  const array = (key: string, type: number, put: (writer: Writer, index: number) => void) => {
    const writer = entry(key, valueTypes.array).u32(type).u64(vocabulary);
    for (let i = 0; i < vocabulary; i++) put(writer, i);
    return writer.bytes();
  };
  const special = ["<unk>", "<s>", "</s>"];
  const token = (i: number) => special[i] ?? (i < 259 ? `<0x${(i - 3).toString(16).toUpperCase().padStart(2, "0")}>` : `w${i}`);
  return [
    text("general.architecture", "llama"),
    text("general.name", "random"),
    number("general.alignment", alignment),
    number("general.file_type", ternaryFormats[format].fileType),
    number("llama.block_count", layers),
    number("llama.context_length", 512),
    number("llama.embedding_length", dimension),
    number("llama.feed_forward_length", intermediate),
    number("llama.attention.head_count", dimension / headDimension),
    number("llama.attention.head_count_kv", dimension / headDimension),
    number("llama.rope.dimension_count", headDimension),
    number("llama.vocab_size", vocabulary),
    entry("llama.attention.layer_norm_rms_epsilon", valueTypes.f32).f32(1e-6).bytes(),
    text("tokenizer.ggml.model", "llama"),
    array("tokenizer.ggml.tokens", valueTypes.string, (writer, i) => writer.string(token(i))),
    array("tokenizer.ggml.scores", valueTypes.f32, (writer, i) => writer.f32(-i)),
    // 2 unknown, 3 control, 6 byte, 1 normal
    array("tokenizer.ggml.token_type", valueTypes.i32, (writer, i) => writer.u32(i === 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1)),
    number("tokenizer.ggml.bos_token_id", 1),
    number("tokenizer.ggml.eos_token_id", 2),
  ];
}

/** One MiB or so of blocks with random trits, whose bytes are as good as any. */
function randomBlocks(format: TernaryFormat): Buffer {
  const { blockBytes } = ternaryFormats[format];
  const blocks = Buffer.alloc(blockBytes * 16384);
  let state = 88172645463325252n;
  for (let at = 0; at + 8 <= blocks.length; at += 8) {
    state ^= BigInt.asUintN(64, state << 13n);
    state ^= state >> 7n;
    state ^= BigInt.asUintN(64, state << 17n);
    // Of two bits only 0, 1 and 2 are trits: no pair keeps both.
    blocks.writeBigUInt64LE(format === "TQ2_0" ? state & ~((state & 0x5555555555555555n) << 1n) : state, at);
  }
  for (let end = blockBytes; end <= blocks.length; end += blockBytes) blocks.writeUInt16LE(scaleBits, end - 2);
  return blocks;
}

/** Writes the model. Its rows must hold whole blocks and whole heads. */
export function writeGgufModel(path: string, shape: ContainerShape, format: TernaryFormat): void {
  const tensors = tensorsOf(shape, format);
  const header = new Writer().u32(0x46554747).u32(3).u64(tensors.length);
  const values = metadata(shape, format);
  header.u64(values.length);
  const places = new Writer();
  let offset = 0;
  for (const tensor of tensors) {
    const dimensions = tensor.format === "F32" ? [tensor.columns] : [tensor.columns, tensor.rows];
    places.string(tensor.name).u32(dimensions.length);
    for (const dimension of dimensions) places.u64(dimension);
    places.u32(tensor.format === "F32" ? float32 : ternaryFormats[tensor.format].type).u64(offset);
    offset += Math.ceil(tensorBytes(tensor) / alignment) * alignment;
  }
  const head = Buffer.concat([header.bytes(), ...values, places.bytes()]);
  const file = openSync(path, "w");
  try {
    writeSync(file, head);
    writeSync(file, Buffer.alloc((alignment - (head.length % alignment)) % alignment));
    const blocks = randomBlocks(format);
    for (const tensor of tensors) {
      const bytes = tensorBytes(tensor);
      if (tensor.format === "F32") writeSync(file, Buffer.from(new Float32Array(tensor.columns).fill(1).buffer));
      else
        for (let done = 0; done < bytes; done += blocks.length) writeSync(file, blocks, 0, Math.min(blocks.length, bytes - done));
      writeSync(file, Buffer.alloc((alignment - (bytes % alignment)) % alignment));
    }
  } finally {
    closeSync(file);
  }
}
