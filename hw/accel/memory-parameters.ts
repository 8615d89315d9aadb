/** What the units on the DRAM side (stream reader, control port) need to know; AcceleratorParameters has it all. */
import { bundle, uint } from "../../gen/index.ts";
import { bitsFor } from "./parameters.ts";

export interface MemoryParameters {
  /** B: bytes of a port word. */
  readonly portBytes: number;
  /** W: bytes of a word of the DRAM controller: portBytes, or twice as many. */
  readonly dramWordBytes: number;
  /** P: DRAM ports of the stream reader. */
  readonly dramPorts: number;
  /** Port words that each of these ports may have requested or waiting. */
  readonly fifoDepth: number;
  /** Bytes of a DRAM row over all parts. */
  readonly rowBytes: number;
  readonly dramBytes: number;
}

/** Width of a descriptor's number of port words. */
export const descriptorWords = 26;

/** Address bits of a port word. */
export function wordAddressWidth({ dramBytes, portBytes }: MemoryParameters): number {
  return bitsFor(dramBytes / portBytes);
}

/** Address bits of a word of the DRAM controller. */
export function dramAddressWidth({ dramBytes, dramWordBytes }: MemoryParameters): number {
  return bitsFor(dramBytes / dramWordBytes);
}

/** Words of the DRAM controller that the stream reader's ring holds. */
export function ringWords({ dramPorts, fifoDepth, portBytes, dramWordBytes }: MemoryParameters): number {
  return (dramPorts * fifoDepth * portBytes) / dramWordBytes;
}

/** A port word to write; bit i of `mask`: byte i is written. */
export function writeType(parameters: MemoryParameters) {
  return bundle({
    address: uint(wordAddressWidth(parameters)),
    data: uint(8 * parameters.portBytes),
    mask: uint(parameters.portBytes),
  });
}

/** The same for a word of the DRAM controller. */
export function dramWriteType(parameters: MemoryParameters) {
  const { dramWordBytes } = parameters;
  return bundle({ address: uint(dramAddressWidth(parameters)), data: uint(8 * dramWordBytes), mask: uint(dramWordBytes) });
}
