// Which tools a test needs, and what it does without them: it is skipped with the reason, and fails under continuous integration.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** The reason to skip, or false where all tools are there. With CI set a missing tool is no reason: the test runs, and fails. */
export function skipWithout(...tools: readonly string[]): string | false {
  // A path is a file that has to be there.
  const lacks = (tool: string) =>
    tool.startsWith("/") ? !existsSync(tool) : spawnSync(tool, ["--version"], { stdio: "ignore" }).error !== undefined;
  const missing = tools.filter(lacks);
  if (missing.length === 0 || process.env["CI"] !== undefined) return false;
  return `${missing.join(", ")} not installed: make setup`;
}

/** What the UEFI application, its disk images and the machine that boots them take; some lie where only root's PATH goes. */
export const uefiTools = [
  ...["make", "clang", "lld-link", "mcopy", "/sbin/sgdisk", "/sbin/mkfs.vfat"],
  ...["qemu-system-x86_64", "/usr/share/OVMF/OVMF_CODE_4M.fd"],
] as const;

/** The same with signatures, and Debian's test key with the variables that trust it. */
export const secureBootTools = [
  ...[...uefiTools, "openssl", "sbsign", "sbverify"],
  ...["/usr/share/ovmf/PkKek-1-snakeoil.key", "/usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd"],
] as const;

/** What building the simulated SoC takes. */
export const socTools = ["verilator", "g++", "riscv64-unknown-elf-gcc", "make"] as const;
