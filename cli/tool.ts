// Programs of the system that make disk images and signatures: run to their end, an error when they are missing or fail.
import { spawnSync } from "node:child_process";
import { TernelError } from "../models/errors.ts";

/** 1980-01-01, the first day that FAT knows. */
const environment = { ...process.env, SOURCE_DATE_EPOCH: "315532800", TZ: "UTC", LC_ALL: "C", MTOOLS_SKIP_CHECK: "1" };

/** Runs a program; Debian keeps some of these where only root looks. What does not depend on anything else does not depend on the day. */
export function tool(program: string, ...args: readonly string[]): void {
  const path = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;
  const { error, status, stderr, stdout } = spawnSync(program, args, { env: { ...environment, PATH: path }, encoding: "utf8" });
  if (error !== undefined) throw new TernelError("toolMissing", `${program}: ${error.message}`);
  if (status !== 0) throw new TernelError("toolFailed", `${program}: ${(stderr + stdout).trim()}`);
}
