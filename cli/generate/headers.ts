// The C headers that do not depend on a configuration. Each is printed by the room that owns the data.
import { emitUefiDiskHeader } from "../../boards/uefi-disk.ts";
import { emitCommandsHeader } from "../../hw/accel/commands-header.ts";
import { emitRegistersHeader } from "../../hw/accel/registers-header.ts";
import { emitContainerHeader } from "../../models/container.ts";
import { emitErrorsHeader } from "../../models/errors.ts";
import { emitTablesHeader } from "../../models/tables.ts";

/** What the engine needs on every platform, by file name. */
export function engineHeaders(): ReadonlyMap<string, string> {
  return new Map([
    ["ternel_container.h", emitContainerHeader()],
    ["ternel_errors.h", emitErrorsHeader()],
    ["ternel_tables.h", emitTablesHeader()],
    ["ternel_registers.h", emitRegistersHeader()],
    ["ternel_commands.h", emitCommandsHeader()],
    ["ternel_uefi_disk.h", emitUefiDiskHeader()],
  ]);
}
