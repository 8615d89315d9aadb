/** Prints the register map (registers.ts) as a C header and as a Python module. */
import { identification, registers, statusErrors, windowBytes, windows, type Field } from "./registers.ts";

const hex = (n: number): string => `0x${n.toString(16)}`;

/** The field's bits as a mask in place. */
export function fieldMask(field: Field): number {
  return Number(((1n << BigInt(field.width)) - 1n) << BigInt(field.bit));
}

/** `ternel_registers.h`: offsets, masks and error codes as macros; offsets are relative to the accelerator's window. */
export function emitRegistersHeader(): string {
  const lines = [
    "/* Generated from hw/accel/registers.ts: do not edit. Byte offsets in the accelerator's window. */",
    "#ifndef TERNEL_REGISTERS_H",
    "#define TERNEL_REGISTERS_H",
    "",
    "#include <stdint.h>",
    "",
    `#define TERNEL_ACCELERATOR_ID UINT32_C(${hex(identification)})`,
    `#define TERNEL_ACCELERATOR_WINDOW_BYTES UINT32_C(${hex(windowBytes)})`,
  ];
  for (const register of registers) {
    lines.push("", `/* ${register.description} (${register.access}). */`);
    lines.push(`#define TERNEL_REGISTER_${register.name} UINT32_C(${hex(register.offset)})`);
    for (const field of register.fields) {
      if (field.name === "VALUE" && field.width === 32) continue;
      const name = `TERNEL_${register.name}_${field.name}`;
      lines.push(`/* ${field.description} */`);
      lines.push(`#define ${name} UINT32_C(${hex(fieldMask(field))})`, `#define ${name}_SHIFT ${field.bit}`);
    }
  }
  for (const window of windows) {
    lines.push("", `/* ${window.description}. */`);
    lines.push(`#define TERNEL_WINDOW_${window.name} UINT32_C(${hex(window.offset)})`);
    lines.push(`#define TERNEL_WINDOW_${window.name}_BYTES UINT32_C(${hex(window.bytes)})`);
  }
  lines.push("", "/* Codes of STATUS.ERROR. */");
  for (const error of statusErrors) {
    lines.push(`#define TERNEL_STATUS_ERROR_${error.name} UINT32_C(${error.code}) /* ${error.description} */`);
  }
  lines.push("");
  for (const window of windows) {
    lines.push(
      `_Static_assert(TERNEL_WINDOW_${window.name} + TERNEL_WINDOW_${window.name}_BYTES <= TERNEL_ACCELERATOR_WINDOW_BYTES, "${window.name} outside the window");`,
    );
  }
  for (const register of registers) {
    lines.push(
      `_Static_assert(TERNEL_REGISTER_${register.name} < TERNEL_WINDOW_${windows[0]?.name ?? ""}, "${register.name} in a window");`,
    );
  }
  lines.push("", "#endif", "");
  return lines.join("\n");
}

/** The same map as a Python module of constants. */
export function emitRegistersPython(): string {
  const lines = [
    '"""Generated from hw/accel/registers.ts: do not edit. Byte offsets in the accelerator\'s window."""',
    "",
    `ID_VALUE = ${hex(identification)}`,
    `WINDOW_BYTES = ${hex(windowBytes)}`,
    "",
    "REGISTERS = {",
    ...registers.map((register) => `    "${register.name}": ${hex(register.offset)},`),
    "}",
    "",
    "# register -> field -> (lowest bit, width)",
    "FIELDS = {",
    ...registers.map((register) => {
      const fields = register.fields.map((field) => `"${field.name}": (${field.bit}, ${field.width})`);
      return `    "${register.name}": {\n${fields.map((field) => `        ${field},\n`).join("")}    },`;
    }),
    "}",
    "",
    "# window -> (offset, bytes)",
    "WINDOWS = {",
    ...windows.map((window) => `    "${window.name}": (${hex(window.offset)}, ${hex(window.bytes)}),`),
    "}",
    "",
    "STATUS_ERRORS = {",
    ...statusErrors.map((error) => `    "${error.name}": ${error.code},`),
    "}",
    "",
  ];
  return lines.join("\n");
}
