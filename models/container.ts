// The packed model container (.tern), docs/formats.md. This file is the room's door: what other folders use of it.
export { emitContainerHeader } from "./container/c-header.ts";
export { trailerBytes } from "./container/format.ts";
export { containerLayout } from "./container/layout.ts";
export type { Counts, Layout, Place } from "./container/layout.ts";
export type { Gain, Layer, Matrix, Merge, Model, Scale, TokenizerTables } from "./container/model.ts";
export { readContainer } from "./container/read.ts";
export { readHeader } from "./container/read-header.ts";
export type { Header } from "./container/read-header.ts";
export { packTrits, unpackTrits } from "./container/trits.ts";
export { countsOf, layoutOf } from "./container/counts.ts";
export { fillContainer, sealContainer, writeContainer } from "./container/write.ts";
