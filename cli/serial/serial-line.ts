// A serial port of this machine: a board's, or the simulator's pseudo-terminal.
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { SerialPort } from "serialport";
import type { Board } from "../../boards/board.ts";
import { TernelError } from "../../models/errors.ts";

/** How often to look whether the port is still there: a hang-up is not reported before the next write. */
const watchMilliseconds = 250;

/** An open port. */
export interface SerialLine {
  readonly path: string;
  /** Resolves when the bytes have left this machine. */
  readonly send: (bytes: string | Uint8Array) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface SerialEvents {
  readonly onBytes: (bytes: Uint8Array) => void;
  /** Told once, when the port goes away by itself. */
  readonly onLost: () => void;
}

/** Opens a port: 8 data bits, no parity, no flow control. */
export async function openSerialLine(path: string, baud: number, events: SerialEvents): Promise<SerialLine> {
  if (!existsSync(path)) throw new TernelError("serialMissing", path);
  const port = new SerialPort({ path, baudRate: baud, autoOpen: false });
  try {
    await promisify(port.open.bind(port))();
  } catch (error) {
    throw new TernelError("serialOpen", error instanceof Error ? error.message : path);
  }
  let open = true;
  const end = (): boolean => {
    const was = open;
    open = false;
    clearInterval(watch);
    return was;
  };
  const lost = (): void => {
    if (end()) events.onLost();
  };
  const watch = setInterval(() => {
    if (existsSync(path)) return;
    lost();
    port.close(() => undefined);
  }, watchMilliseconds);
  port.on("data", events.onBytes);
  port.on("error", lost);
  port.on("close", lost);
  return {
    path,
    send: async (bytes) => {
      if (!open) throw new TernelError("serialLost", path);
      const { promise, resolve } = Promise.withResolvers<Error | null | undefined>();
      port.write(bytes, () => {
        port.drain(resolve);
      });
      const error = await promise;
      if (error instanceof Error) {
        lost();
        throw new TernelError("serialLost", `${path}: ${error.message}`);
      }
    },
    close: async () => {
      if (!end()) return;
      const { promise, resolve } = Promise.withResolvers<undefined>();
      port.close(() => {
        resolve(undefined);
      });
      await promise;
    },
  };
}

/** What the port of a machine is known by. */
export interface PortChoice {
  /** Named by the user. */
  readonly path?: string;
  readonly board?: Board;
}

/** The port to open now; a board's may have another name after it was plugged in again. */
export async function findPort({ path, board }: PortChoice): Promise<string> {
  if (path !== undefined) return path;
  if (board === undefined) throw new TernelError("argument", "--board or --port is needed");
  const { usb } = board.uart;
  if (usb === undefined)
    throw new TernelError("serialMissing", `${board.title} has no serial port of its own: name your adapter's with --port`);
  const ports = (await listPorts()).filter(
    (port) => port.vendorId?.toLowerCase() === usb.vendor && port.productId?.toLowerCase() === usb.product,
  );
  const devices = new Set(ports.map((port) => port.serialNumber));
  // A chip with two ports has JTAG on the first and the serial line on the second.
  const last = ports
    .map((port) => port.path)
    .toSorted()
    .at(-1);
  if (last === undefined) throw new TernelError("serialMissing", `${board.title}: USB ${usb.vendor}:${usb.product}`);
  if (devices.size > 1)
    throw new TernelError(
      "serialMissing",
      `several of USB ${usb.vendor}:${usb.product}: ${ports.map((port) => port.path).join(", ")}`,
    );
  return last;
}

async function listPorts(): Promise<Awaited<ReturnType<typeof SerialPort.list>>> {
  try {
    return await SerialPort.list();
  } catch (error) {
    // On Linux the list comes from udev.
    throw new TernelError("serialMissing", `the ports cannot be listed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
