// Every generated table of docs/, by the name in its mark.
import { configurations } from "../../boards/configuration.ts";
import { codes } from "../../gen/diagnostics/codes.ts";
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

function registerTable(): string {
  return markdownTable(
    ["offset", "register", "access", "reset", "", "bits"],
    registers.map((register) => [
      hex(register.offset, 4),
      register.name,
      register.access,
      typeof register.reset === "number" ? hex(register.reset, 1) : register.reset,
      register.description,
      fieldText(register),
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
  const { map } = configurations.arty.flash;
  return markdownTable(
    ["offset", "size", "region"],
    Object.entries(map).map(([name, region]: [string, { offset: number; bytes: number }]) => [
      hex(region.offset, 6),
      kibibytes(region.bytes),
      name,
    ]),
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
  "register-windows": windowTable,
  "status-errors": statusErrorTable,
  "flash-map": flashMapTable,
  "container-header": containerHeaderTable,
};
