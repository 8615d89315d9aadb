// Every generated table of docs/, by the name in its mark.
import { boards } from "../../boards/configuration.ts";
import { flashRegionNames } from "../../boards/flash-map.ts";
import { stage1Header } from "../../boards/stage-header.ts";
import { codes } from "../../gen/diagnostics/codes.ts";
import { commandFields, operations, type Operation } from "../../hw/accel/commands.ts";
import { registers, statusErrors, windows, type Register } from "../../hw/accel/registers.ts";
import { headerFields } from "../../models/container/format.ts";
import { errorList } from "../../models/errors.ts";
import { markdownTable } from "./markdown-table.ts";

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, "0")}`;
const kibibytes = (bytes: number): string => `${bytes / 1024} KiB`;

function errorTable(): string {
  return markdownTable(
    ["code", "message", "cause", "remedy"],
    errorList.map(({ code, message, cause, remedy }) => [code, `\`${message}\``, cause, remedy]),
  );
}

function languageErrorTable(): string {
  return markdownTable(
    ["code", "message", "cause", "fix", "example"],
    Object.entries(codes).map(([code, { title, cause, fix, example }]) => [
      code,
      title,
      cause,
      fix,
      `\`${example.replaceAll("\n", "; ")}\``,
    ]),
  );
}

function fieldText(register: Register): string {
  return register.fields
    .map(({ name, bit, width, description }) => `${width === 1 ? `${bit}` : `${bit + width - 1}:${bit}`} ${name}: ${description}`)
    .join("; ");
}

/** Registers that are there eight times, one for each column or word, stand in one row. */
function registerTable(): string {
  const first = registers.filter(({ name }) => !/[1-7]$/.test(name) || name.startsWith("CONFIG"));
  return markdownTable(
    ["offset", "register", "access", "reset", "", "bits"],
    first.map((register) => {
      const isRepeated = register.name.endsWith("0");
      return [
        hex(register.offset, 4) + (isRepeated ? `..${hex(register.offset + 28, 2).slice(-2)}` : ""),
        register.name + (isRepeated ? "..7" : ""),
        register.access,
        typeof register.reset === "number" ? hex(register.reset, 1) : register.reset,
        register.description + (isRepeated ? ", and so on" : ""),
        fieldText(register),
      ];
    }),
  );
}

function commandFieldTable(): string {
  return markdownTable(
    ["offset", "bytes", "field", ""],
    Object.entries(commandFields).map(([name, { offset, bytes, meaning }]) => [String(offset), String(bytes), name, meaning]),
  );
}

function streamText({ stream, name }: Operation): string {
  if (stream === undefined) return "";
  const each = stream.each === "column" ? ", for each column" : "";
  return `${stream.region}: ${stream.kind}${name === "GATE" ? " with BOUND" : ""}${each}`;
}

function operationTable(): string {
  const all: readonly Operation[] = operations;
  const bank = ({ banks }: Operation): string =>
    banks === undefined
      ? ""
      : `; ${Object.entries(banks)
          .map(([operand, at]) => `${operand} in bank ${at}`)
          .join(", ")}`;
  return markdownTable(
    ["opcode", "operation", "flag", "fields", "streams", "does"],
    all.map((operation) => [
      String(operation.opcode),
      operation.name,
      operation.flags.join(", "),
      operation.fields.join(" ") + bank(operation),
      streamText(operation),
      operation.meaning,
    ]),
  );
}

function windowTable(): string {
  return markdownTable(
    ["offset", "bytes", "window", ""],
    windows.map((window) => [hex(window.offset, 4), String(window.bytes), window.name, window.description]),
  );
}

function statusErrorTable(): string {
  return markdownTable(
    ["code", "name", ""],
    statusErrors.map(({ code, name, description }) => [String(code), name, description]),
  );
}

function flashMapTable(): string {
  const maps = Object.values(boards).map(({ flash }) => flash.map);
  return markdownTable(
    ["region", ...Object.keys(boards)],
    flashRegionNames.map((name) => [name, ...maps.map((map) => `${hex(map[name].offset, 6)}, ${kibibytes(map[name].bytes)}`)]),
  );
}

function stage1HeaderTable(): string {
  return markdownTable(
    ["offset", "bytes", "field", ""],
    Object.entries(stage1Header).map(([name, { offset, bytes, meaning }]) => [String(offset), String(bytes), name, meaning]),
  );
}

function containerHeaderTable(): string {
  return markdownTable(
    ["offset", "bytes", "field", ""],
    Object.entries(headerFields).map(([name, { offset, bytes, meaning }]) => [String(offset), String(bytes), name, meaning]),
  );
}

export const docsTables: Readonly<Record<string, (() => string) | undefined>> = {
  errors: errorTable,
  "language-errors": languageErrorTable,
  registers: registerTable,
  "command-fields": commandFieldTable,
  operations: operationTable,
  "register-windows": windowTable,
  "status-errors": statusErrorTable,
  "flash-map": flashMapTable,
  "stage-header": stage1HeaderTable,
  "container-header": containerHeaderTable,
};
