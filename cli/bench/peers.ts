// Published figures of other designs, with their sources. A figure that is not in a source is not here; `undefined` is "not stated".

/** The unit of work of the MatMul-free paper's FPGA: one block of d = 512. */
export const paperBlock = {
  seconds: 0.043,
  clockHz: 60_000_000,
  source: "Zhu et al., arXiv 2406.02528v5, Intel D5005",
} as const;

/** One published design. */
export interface Peer {
  readonly name: string;
  readonly device: string;
  readonly weights: string;
  readonly model: string;
  /** As published, in words where a number alone would mislead. */
  readonly speed: string;
  /** Share of the memory's bandwidth that is used, as published or as said in `note`. */
  readonly bandwidth: string;
  readonly note: string;
  readonly source: string;
}

export const peers: readonly Peer[] = [
  {
    name: "MatMul-free LM, FPGA core",
    device: "Intel D5005 (Stratix 10), 60 MHz",
    weights: "ternary",
    model: "one block, d = 512",
    speed: "43 ms a block; a projection for 1.3B: 23.8 tok/s",
    bandwidth: "not stated",
    note: "8 bits at a time from memory; no whole model was run",
    source: "arXiv 2406.02528v5",
  },
  {
    name: "Ternip",
    device: "Alveo U250, 300 MHz",
    weights: "ternary, 2 bits",
    model: "370M, embedding and head on the host",
    speed: "86 tok/s for one stream, 3889 for 45",
    bandwidth: "about 35% of a bank (from its figures)",
    note: "from its timing model",
    source: "github.com/sifferman/ternip and its RESULTS-370M-lane-search.md",
  },
  {
    name: "ternfpga",
    device: "Arty A7-35T, DDR3-800 x16",
    weights: "ternary, 2 bits",
    model: "parts of a token",
    speed: "no whole token was run",
    bandwidth: "DMA alone 89%, engine 14%",
    note: "LiteX and LiteDRAM; measured on the board",
    source: "github.com/Neumann-Labs/ternfpga, bench/results",
  },
  {
    name: "TeLLMe v2",
    device: "KV260, DDR4",
    weights: "1.58 bits, table lookup",
    model: "BitNet 0.7B",
    speed: "25 tok/s",
    bandwidth: "about 20% (by ternfpga's documents)",
    note: "",
    source: "arXiv 2510.15926",
  },
  {
    name: "openTPU",
    device: "Kintex-7 480T, two DDR3-1066, 121 MHz",
    weights: "int8 or 4 bits",
    model: "Qwen3-0.6B",
    speed: "22.8 (int8), 34.3 (4 bits) tok/s",
    bandwidth: "83 to 85%",
    note: "counters on the card",
    source: "github.com/FeSens/openTPU, docs/board.md",
  },
  {
    name: "bare-metal KV260",
    device: "KV260, DDR4-2400",
    weights: "4 bits",
    model: "LLaMA2-7B",
    speed: "about 5 tok/s",
    bandwidth: "84 to 85%",
    note: "",
    source: "arXiv 2502.10659",
  },
  {
    name: "Hummingbird",
    device: "KV260 / ZCU104",
    weights: "4 bits",
    model: "LLaMA3-8B",
    speed: "4.8 / 8.6 tok/s",
    bandwidth: "93 to 94%",
    note: "",
    source: "arXiv 2507.03308",
  },
];
