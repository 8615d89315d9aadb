// Bytes that say of themselves what a bitstream of this board and build says, and configure nothing.
import { boards, type BoardName } from "../../../boards/configuration.ts";

/**
 * At most a few thousand bytes unless `bytes` says how many. ECP5 as ecppack begins it (FPGA-TN-02039); Artix as Vivado's .bin does:
 * the word that tells the bus's width, the word that everything waits for, the write to AXSS (UG470).
 */
export function standInBitstream(board: BoardName, buildId: string, bytes = 3000): Uint8Array {
  const { family, device, speed } = boards[board].fpga;
  const beginning =
    family === "ecp5"
      ? Buffer.from(`\xff\0Part: ${device}-${speed}\0Build: ${buildId}\0\xff\xff\xff\xbd\xb3`, "latin1")
      : Buffer.from(`${"ff".repeat(32)}000000bb11220044ffffffffaa995566200000003001a001${buildId}`, "hex");
  let state = 1;
  const content = new Uint8Array(bytes).map(() => (state = Math.imul(state, 1_664_525) + 1_013_904_223) >>> 24);
  content.set(beginning);
  return content;
}
