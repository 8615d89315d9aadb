// E20xx: safetensors. E21xx: config.json. E22xx: tokenizer.json. E23xx: packing.
import { errorTable } from "./entry.ts";

const download = "Fetch the file again; if it comes from your own program, write it with the safetensors library.";
const original = "Use the model's own files, unedited: a model of type hgrn_bit with the public tensor names.";
const byteLevel = "Use a byte-level BPE tokenizer (as GPT-2's) without normalizer; others are not supported.";

/** Errors of the models that the packer reads. */
export const inputErrors = errorTable({
  safetensorsShort: {
    code: "E2001",
    message: "safetensors: truncated header",
    cause: "The file ends before its header does.",
    remedy: download,
  },
  safetensorsHeaderLength: {
    code: "E2002",
    message: "safetensors: absurd header length",
    cause: "The header's length is below 2 bytes or above 100 MB (the limit of the format's own library).",
    remedy: download,
  },
  safetensorsJson: {
    code: "E2003",
    message: "safetensors: header is not a JSON object",
    cause: "The header is not UTF-8, not JSON, or not an object.",
    remedy: download,
  },
  safetensorsDuplicate: {
    code: "E2004",
    message: "safetensors: a name appears twice in the header",
    cause: "The header has two entries of one name, so that readers may disagree about which counts.",
    remedy: download,
  },
  safetensorsEntry: {
    code: "E2005",
    message: "safetensors: malformed tensor entry",
    cause: "A tensor's entry lacks dtype, shape or data_offsets, has something else, or holds no whole numbers.",
    remedy: download,
  },
  safetensorsDtype: {
    code: "E2006",
    message: "safetensors: unsupported element type",
    cause: "A tensor is none of F32, F16 and BF16.",
    remedy: "Convert the model's weights to float32, float16 or bfloat16.",
  },
  safetensorsRange: {
    code: "E2007",
    message: "safetensors: tensor outside the file",
    cause: "A tensor's offsets are out of order or end behind the file's end: the file is truncated or damaged.",
    remedy: download,
  },
  safetensorsSize: {
    code: "E2008",
    message: "safetensors: tensor size does not match its shape",
    cause: "The bytes between a tensor's offsets are not its elements times its element size (or the product overflows).",
    remedy: download,
  },
  safetensorsOverlap: {
    code: "E2009",
    message: "safetensors: tensors overlap",
    cause: "Two tensors claim the same bytes.",
    remedy: download,
  },
  safetensorsHole: {
    code: "E2010",
    message: "safetensors: bytes that belong to no tensor",
    cause: "There is a gap before, between or behind the tensors.",
    remedy: download,
  },
  safetensorsMissing: {
    code: "E2011",
    message: "model: tensor missing",
    cause: "A tensor that the architecture needs is not in the file.",
    remedy: original,
  },
  safetensorsUnexpected: {
    code: "E2012",
    message: "model: unexpected tensor",
    cause: "The file holds a tensor that the architecture does not have, so it is a different model.",
    remedy: original,
  },
  safetensorsShape: {
    code: "E2013",
    message: "model: tensor of the wrong shape",
    cause: "A tensor's shape is not the one that config.json gives.",
    remedy: original,
  },
  safetensorsNotFinite: {
    code: "E2014",
    message: "model: tensor holds NaN or infinity",
    cause: "Training has diverged, or the file is damaged.",
    remedy: "Use another checkpoint.",
  },
  configJson: {
    code: "E2101",
    message: "config.json: not a JSON object",
    cause: "The file is not UTF-8, not JSON, not an object, or has a key twice.",
    remedy: original,
  },
  configModelType: {
    code: "E2102",
    message: "config.json: unsupported model_type",
    cause: "The model is of another architecture.",
    remedy: "Supported: hgrn_bit (MatMul-free).",
  },
  configField: {
    code: "E2103",
    message: "config.json: field missing or of the wrong kind",
    cause: "A field that gives a shape or a token is not there or is not a whole number.",
    remedy: original,
  },
  configLimit: {
    code: "E2104",
    message: "config.json: value out of range",
    cause: "A shape is 0 or beyond the container's limits, or a token is outside the vocabulary.",
    remedy: "The limits stand in docs/formats.md.",
  },
  configFeature: {
    code: "E2105",
    message: "config.json: unsupported feature",
    cause: "The model uses something that the engine does not compute (short convolution, several heads, tied embeddings, ...).",
    remedy: original,
  },
  tokenizerJson: {
    code: "E2201",
    message: "tokenizer.json: not a JSON object",
    cause: "The file is not UTF-8, not JSON, not an object, or has a key twice.",
    remedy: original,
  },
  tokenizerKind: {
    code: "E2202",
    message: "tokenizer.json: unsupported kind of tokenizer",
    cause: "The model is not BPE, the pre-tokenizer is not byte-level with the GPT-2 pattern, or there is a normalizer.",
    remedy: byteLevel,
  },
  tokenizerOption: {
    code: "E2203",
    message: "tokenizer.json: unsupported option",
    cause: "An option such as dropout, byte_fallback, a subword prefix or add_prefix_space changes the tokens.",
    remedy: byteLevel,
  },
  tokenizerVocabulary: {
    code: "E2204",
    message: "tokenizer.json: malformed vocabulary",
    cause: "An id is not a whole number, is used twice, lies outside the model's vocabulary, or the vocabulary is empty.",
    remedy: original,
  },
  tokenizerAlphabet: {
    code: "E2205",
    message: "tokenizer.json: token outside the byte-level alphabet",
    cause: "A token holds a character that stands for no byte, so it cannot come from a byte-level tokenizer.",
    remedy: byteLevel,
  },
  tokenizerMerge: {
    code: "E2206",
    message: "tokenizer.json: malformed merge",
    cause: "A merge is not a pair of tokens of the vocabulary whose concatenation is one too, or appears twice.",
    remedy: original,
  },
  tokenizerAddedToken: {
    code: "E2207",
    message: "tokenizer.json: unsupported added token",
    cause: "An added token is malformed, is not special, or contradicts the vocabulary.",
    remedy: "Only special tokens may be added; ordinary ones belong into the vocabulary.",
  },
  tokenizerLimit: {
    code: "E2208",
    message: "tokenizer.json: too large",
    cause: "There are more than 262144 merges, or the tokens' texts take more than 16 MiB.",
    remedy: "Use a smaller tokenizer.",
  },
  packGain: {
    code: "E2301",
    message: "pack: gain of a norm too large",
    cause: "A norm's gain times the square root of its length does not fit 16 bits.",
    remedy: "The checkpoint is no usable model; use another one.",
  },
  packScale: {
    code: "E2302",
    message: "pack: scale out of range",
    cause: "The mean absolute weight of a matrix, or an embedding row's largest value, is absurdly large.",
    remedy: "The checkpoint is no usable model; use another one.",
  },
  packCalibrationText: {
    code: "E2303",
    message: "pack: calibration text is empty",
    cause: "The text given for calibration has no token.",
    remedy: "Give a text that resembles what the model will read, or none: the model then writes one itself.",
  },
  packRange: {
    code: "E2304",
    message: "pack: values too large for the formats",
    cause: "A vector's largest value on the calibration text is above 2^20.",
    remedy: "The checkpoint is no usable model; use another one.",
  },
  packTooLarge: {
    code: "E2305",
    message: "pack: container would reach 4 GiB",
    cause: "The model is too large for the container's 32-bit offsets.",
    remedy: "Use a smaller model.",
  },
  packName: {
    code: "E2306",
    message: "pack: model name does not fit",
    cause: "The name is empty, longer than 31 characters, or holds something else than printable ASCII.",
    remedy: "Give another one with --name.",
  },
  packTextEmpty: {
    code: "E2307",
    message: "eval: text has no token to predict",
    cause: "The text for the evaluation is empty.",
    remedy: "Give a text with at least one story.",
  },
});
