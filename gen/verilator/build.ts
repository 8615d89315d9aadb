/**
 * Builds a design with Verilator into build/verilator/<hash>/, where the hash covers everything that the result depends on: an unchanged
 * design is never built twice. The folder stands on its own: `make simulation` builds it again, `make replay` repeats a failed run.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildFolder } from "../simulator/build-folder.ts";

export interface VerilatorPort {
  readonly name: string;
  readonly width: number;
}

export interface VerilatorDesign {
  readonly top: string;
  /** Verilog sources and the memories' contents by file name. */
  readonly files: ReadonlyMap<string, string>;
  readonly clocks: readonly string[];
  /** In the order of the driver's port numbers. */
  readonly inputs: readonly VerilatorPort[];
  readonly outputs: readonly VerilatorPort[];
}

export interface BuildOptions {
  /** With waveforms: a slower simulation. */
  readonly trace?: boolean;
  /**
   * The C++ compiler's level. 0 builds quickest; "g", which is taken unless told, builds a large design in half the time of 1 and runs as
   * fast; 3 is for runs of minutes.
   */
  readonly optimize?: 0 | "g" | 1 | 2 | 3;
}

/** Verilator or the C++ compiler refused the design. */
export class VerilatorBuildError extends Error {
  override readonly name = "VerilatorBuildError";
}

let version: string | undefined;

/** `verilator --version`; null where it is not installed. */
export function verilatorVersion(): string | null {
  if (version === undefined) {
    const result = spawnSync("verilator", ["--version"], { encoding: "utf8" });
    version = result.status === 0 ? result.stdout.trim() : "";
  }
  return version === "" ? null : version;
}

/** The folder with the program `simulation`, built where it is not there yet. Several processes may build the same design at once. */
export function buildDesign(design: VerilatorDesign, options: BuildOptions = {}): string {
  const verilator = verilatorVersion();
  if (verilator === null) throw new VerilatorBuildError("Verilator is not installed (Debian: apt-get install verilator g++ make)");
  const files = new Map([
    ...design.files,
    ["harness.cpp", readFileSync(new URL("harness.cpp", import.meta.url), "utf8")],
    ["ports.h", portsHeader(design)],
  ]);
  const hash = createHash("sha256");
  hash.update(JSON.stringify([verilator, makefile(design, options, "runtime"), [...files]]));
  const name = hash.digest("hex").slice(0, 24);
  const root = join(buildFolder(), "verilator");
  const folder = join(root, name);
  if (existsSync(join(folder, "simulation"))) return folder;

  const runtime = createHash("sha256")
    .update(JSON.stringify([verilator, options.trace ?? false]))
    .digest("hex")
    .slice(0, 12);
  const fresh = join(root, `${name}.${process.pid}`);
  mkdirSync(fresh, { recursive: true });
  for (const [file, content] of files) writeFileSync(join(fresh, file), content);
  writeFileSync(join(fresh, "Makefile"), makefile(design, options, `runtime-${runtime}`));
  try {
    execFileSync("make", ["--silent", "simulation"], {
      cwd: fresh,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 1 << 26,
    });
  } catch (error) {
    const failed = `${folder}.failed`;
    rmSync(failed, { recursive: true, force: true });
    renameSync(fresh, failed);
    throw new VerilatorBuildError(`${design.top} does not build in ${failed}:\n${outputOf(error)}`);
  }
  try {
    renameSync(fresh, folder);
  } catch {
    // Another process was quicker: its result is the same.
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(join(folder, "simulation"))) throw new VerilatorBuildError(`${folder} is incomplete: remove it`);
  }
  return folder;
}

function outputOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
  return `${stdout}${stderr}`;
}

/** C++ words that Verilog allows as names; Verilator renames them. */
const reserved = new Set(
  "and_eq asm auto bitand bitor bool catch char16_t char32_t compl concept const_cast constexpr decltype delete double dynamic_cast explicit false final float friend goto inline long mutable namespace new noexcept not_eq nullptr operator or_eq override private public reinterpret_cast requires short signed sizeof static_assert static_cast switch template this thread_local throw true try typeid typename unsigned using volatile wchar_t xor_eq".split(
    " ",
  ),
);

/** The member of Verilator's class for a port. */
function memberOf(port: string): string {
  return reserved.has(port) ? `__SYM__${port}` : port.replaceAll("__", "___05F");
}

function portsHeader({ top, clocks, inputs, outputs }: VerilatorDesign): string {
  const list = (ports: readonly VerilatorPort[]): string =>
    ports.map(({ name, width }) => `        {&design.${memberOf(name)}, ${width}},\n`).join("");
  return `// Generated from the ports of ${top}.
#include <vector>

struct Ports {
    std::vector<Port> clocks, inputs, outputs;
};

Ports portsOf(Vdesign &design) {
    return {{
${list(clocks.map((name) => ({ name, width: 1 })))}    },
    {
${list(inputs)}    },
    {
${list(outputs)}    }};
}
`;
}

function makefile({ top, files }: VerilatorDesign, { trace = false, optimize = "g" }: BuildOptions, runtime: string): string {
  const sources = [...files.keys()].filter((file) => /\.s?v$/.test(file)).join(" ");
  const parts = ["verilated", "verilated_threads", ...(trace ? ["verilated_vcd_c"] : [])];
  // What Verilator calls slow runs once, at power-on: half of the code.
  const slow = optimize === 0 ? `cat slow.cpp >> fast.cpp` : `g++ $(FLAGS) -O0 -c slow.cpp -o slow.o`;
  return `# ${top} on Verilator.  make simulation: builds it.  make replay: repeats the last failed run, commands in replay.txt.
ROOT := $(shell verilator --getenv VERILATOR_ROOT)
FLAGS := -std=c++17${trace ? " -DTRACE" : ""} -I. -Iobj -I$(ROOT)/include -I$(ROOT)/include/vltstd -DVL_USER_STOP -DVM_TRACE=${trace ? 1 : 0} -DVM_TRACE_FST=0 -DVM_COVERAGE=0 -DVM_SC=0
RUNTIME := ../${runtime}
.PHONY: replay
simulation: harness.cpp ports.h obj/Vdesign.h $(RUNTIME)/verilated.a
	ls obj/V*__Slow.cpp | sed 's/.*/#include "&"/' > slow.cpp
	ls harness.cpp obj/V*.cpp | grep -v __Slow | sed 's/.*/#include "&"/' > fast.cpp
	${slow}
	g++ $(FLAGS) -O${optimize} fast.cpp${optimize === 0 ? "" : " slow.o"} $(RUNTIME)/verilated.a -pthread -latomic -o simulation.new
	mv simulation.new simulation
obj/Vdesign.h: ${sources}
	verilator --cc -Wall --assert -DFORMAL${trace ? " --trace" : ""} -O3 --x-assign 0 --x-initial 0 --top-module ${top} --prefix Vdesign --Mdir obj ${sources}
# Verilator's own library, shared by all designs built with the same flags.
$(RUNTIME)/verilated.a:
	mkdir -p $(RUNTIME)/$$$$ && cd $(RUNTIME)/$$$$ && g++ -std=c++17 -O2 -I$(ROOT)/include -I$(ROOT)/include/vltstd -DVL_USER_STOP -DVM_TRACE=${trace ? 1 : 0} -DVM_TRACE_FST=0 -DVM_COVERAGE=0 -DVM_SC=0 -c ${parts.map((part) => `$(ROOT)/include/${part}.cpp`).join(" ")} && ar rcs verilated.a *.o && mv verilated.a .. && rm *.o
replay: simulation
	./simulation 3<replay.txt 4>&1
`;
}
