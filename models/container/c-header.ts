import { emitBufferMacros } from "../compile/buffer-layout.ts";
import { constantName } from "../errors/c-header.ts";
import {
  architectureMatmulfree,
  columnAlign,
  commandAlign,
  gainHeaderBytes,
  headerBytes,
  headerFields,
  layerFractionNames,
  layerGainNames,
  layerMatrixNames,
  limits,
  magic,
  noToken,
  rowsPerByte,
  sectionAlign,
  smallestMantissa,
  tableAlign,
  trailerBytes,
  version,
} from "./format.ts";

const definition = (name: string, value: number): string =>
  `#define TERNEL_CONTAINER_${name} ${value > 0xffff ? `0x${value.toString(16)}u` : `${value}u`}`;

/** The C header ternel_container.h: offsets, limits and orders of the container format, with static asserts that they fit together. */
export function emitContainerHeader(): string {
  const fields = Object.entries(headerFields);
  const order = (what: string, names: readonly string[]): string[] => [
    "",
    `enum ternel_${what} {`,
    ...names.map((name, index) => `    TERNEL_${what.toUpperCase()}_${constantName(name)} = ${index},`),
    `    TERNEL_${what.toUpperCase()}_COUNT = ${names.length}`,
    "};",
  ];
  return [
    "// Generated from models/container/format.ts. Do not edit. docs/formats.md explains the format.",
    "#ifndef TERNEL_CONTAINER_H",
    "#define TERNEL_CONTAINER_H",
    "",
    definition("MAGIC", magic),
    definition("VERSION", version),
    definition("HEADER_BYTES", headerBytes),
    definition("TRAILER_BYTES", trailerBytes),
    definition("ALIGN", sectionAlign),
    definition("TABLE_ALIGN", tableAlign),
    definition("ARCHITECTURE_MATMULFREE", architectureMatmulfree),
    definition("NO_TOKEN", noToken),
    definition("ROWS_PER_BYTE", rowsPerByte),
    definition("GAIN_HEADER_BYTES", gainHeaderBytes),
    definition("COLUMN_ALIGN", columnAlign),
    definition("COMMAND_ALIGN", commandAlign),
    definition("SMALLEST_MANTISSA", smallestMantissa),
    "",
    ...fields.flatMap(([name, { offset, bytes }]) => [
      definition(`${constantName(name)}_OFFSET`, offset),
      ...(bytes > 4 ? [definition(`${constantName(name)}_BYTES`, bytes)] : []),
    ]),
    "",
    ...Object.entries(limits).map(([name, value]) => definition(`MAX_${constantName(name)}`, value)),
    "",
    ...emitBufferMacros(),
    ...order("layer_fraction", layerFractionNames),
    ...order("layer_gain", layerGainNames),
    ...order("layer_matrix", layerMatrixNames),
    "",
    ...fields.map(([name, { offset, bytes }], i) => {
      const next = fields[i + 1];
      const end = next === undefined ? "TERNEL_CONTAINER_HEADER_BYTES" : `TERNEL_CONTAINER_${constantName(next[0])}_OFFSET`;
      return `_Static_assert(TERNEL_CONTAINER_${constantName(name)}_OFFSET + ${bytes}u == ${end}, "header field ${name} at ${offset}");`;
    }),
    "",
    "#endif",
    "",
  ].join("\n");
}
