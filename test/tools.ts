// Which tools a test needs, and what it does without them: it is skipped with the reason, and fails under continuous integration.
import { spawnSync } from "node:child_process";

/** The reason to skip, or false where all tools are there. With CI set a missing tool is no reason: the test runs, and fails. */
export function skipWithout(...tools: readonly string[]): string | false {
  const missing = tools.filter((tool) => spawnSync(tool, ["--version"], { stdio: "ignore" }).error !== undefined);
  if (missing.length === 0 || process.env["CI"] !== undefined) return false;
  return `${missing.join(", ")} not installed: make setup`;
}

/** What the UEFI application, its disk images and the machine that boots them take; OVMF comes with Debian's qemu packages. */
export const uefiTools = ["make", "clang", "lld-link", "qemu-system-x86_64", "mcopy", "sbsign"] as const;

/** What building the simulated SoC takes. */
export const socTools = ["verilator", "g++", "riscv64-unknown-elf-gcc", "make"] as const;
