/** Prints the command format (commands.ts) as a C header. */
import {
  bankBit,
  commandBytes,
  commandFields,
  commandFlags,
  commandLimits,
  everyColumn,
  lastColumn,
  operations,
} from "./commands.ts";

const upperSnake = (name: string): string => name.replace(/([a-z0-9])([A-Z0-9])/g, "$1_$2").toUpperCase();

/** `ternel_commands.h`: opcodes, offsets of fields, flags and limits as macros. */
export function emitCommandsHeader(): string {
  const define = (name: string, value: number): string => `#define TERNEL_${name} UINT32_C(${value})`;
  const lines = [
    "/* Generated from hw/accel/commands.ts: do not edit. The commands of the accelerator's lists. */",
    "#ifndef TERNEL_COMMANDS_H",
    "#define TERNEL_COMMANDS_H",
    "",
    "#include <stdint.h>",
    "",
    define("COMMAND_BYTES", commandBytes),
    define("COMMAND_LIST_BYTES_MAX", commandLimits.listBytes),
    "",
    "/* Operations. */",
    ...operations.map(({ name, opcode }) => define(`OPERATION_${name}`, opcode)),
    "",
    "/* Flags. */",
    ...Object.entries(commandFlags).map(([name, value]) => define(`COMMAND_FLAG_${name}`, value)),
    "",
    "/* Values of the field column that are no column's number. */",
    define("COMMAND_EVERY_COLUMN", everyColumn),
    define("COMMAND_LAST_COLUMN", lastColumn),
    "",
    "/* An operand's address is its bank, shifted, or-ed with an element. */",
    define("COMMAND_BANK_SHIFT", bankBit),
    "",
    "/* Byte offsets of the fields. */",
    ...Object.entries(commandFields).map(([name, { offset, meaning }]) => {
      return `${define(`COMMAND_${upperSnake(name)}_OFFSET`, offset)} /* ${meaning} */`;
    }),
    "",
    "#endif",
    "",
  ];
  return lines.join("\n");
}
