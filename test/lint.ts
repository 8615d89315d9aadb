// The linters and formatters of every language in the project, each of them one check. `--fix` rewrites what can be rewritten.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

/** The folders that hold the project's own sources; build/ and node_modules/ hold none. */
const folders = ["gen", "hw", "models", "sim", "boards", "firmware", "cli", "test", "docs"];

interface Check {
  readonly name: string;
  readonly command: readonly string[];
  /** The command that repairs, where there is one. */
  readonly fix?: readonly string[];
}

function filesEndingIn(...endings: string[]): string[] {
  return folders
    .flatMap((folder) => {
      try {
        return readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`);
      } catch {
        return [];
      }
    })
    .filter((name) => endings.some((ending) => name.endsWith(ending)) && !name.includes("/build/"))
    .sort();
}

/** All checks; a language without files has none. Checks run from the project's root. */
export function lintChecks(): Check[] {
  const c = filesEndingIn(".c", ".h", ".cpp");
  const python = filesEndingIn(".py");
  const checks: Check[] = [
    { name: "types (tsc)", command: ["node_modules/.bin/tsc", "--noEmit"] },
    { name: "TypeScript (eslint)", command: ["node_modules/.bin/eslint", "."], fix: ["node_modules/.bin/eslint", "--fix", "."] },
    {
      name: "format (prettier)",
      command: ["node_modules/.bin/prettier", "--check", "--log-level=warn", "."],
      fix: ["node_modules/.bin/prettier", "--write", "--log-level=warn", "."],
    },
  ];
  if (python.length > 0) {
    const mypy = [
      "mypy",
      "--explicit-package-bases",
      "--ignore-missing-imports",
      "--cache-dir",
      "build/mypy",
      "--no-error-summary",
    ];
    checks.push({ name: "Python types (mypy)", command: [...mypy, ...python] });
    checks.push({
      name: "Python (ruff)",
      command: ["ruff", "check", "--quiet", "--no-cache", ...python],
      fix: ["ruff", "check", "--quiet", "--no-cache", "--fix", ...python],
    });
  }
  if (c.length > 0) {
    checks.push({
      name: "C and C++ (clang-format)",
      command: ["clang-format", "--dry-run", "--Werror", ...c],
      fix: ["clang-format", "-i", ...c],
    });
  }
  return checks;
}

/** Runs one check, its output shown (`inherit`) or given as the report; good when it found nothing. */
export function runCheck(
  check: Check,
  output: "inherit" | "pipe",
  fix = false,
): { readonly good: boolean; readonly report: string } {
  const [program = "", ...rest] = fix && check.fix !== undefined ? check.fix : check.command;
  const { status, stdout, stderr, error } = spawnSync(program, rest, {
    stdio: ["ignore", output, output],
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  return { good: status === 0, report: `${error?.message ?? ""}${output === "pipe" ? stdout + stderr : ""}` };
}

if (import.meta.main) {
  const fix = process.argv.includes("--fix");
  for (const check of lintChecks()) {
    const { good } = runCheck(check, "inherit", fix);
    process.stderr.write(`${good ? "ok" : "FAILED"}  ${check.name}\n`);
    if (!good) process.exitCode = 1;
  }
}
