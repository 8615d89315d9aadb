"""Measures how much of DRAM's bandwidth the stream reader gets, with LiteDRAM's own reader on the same controller as the rival.

    python3 -m hw.soc.dram_bench --configuration build/arty/configuration.json [--compare] [--json]

Every word that is read is compared with what DRAM holds, and so is all of DRAM after every run. The refreshes are counted.
"""

import sys
import json
import hashlib
import argparse
import tempfile
import subprocess

from collections.abc import Callable
from dataclasses     import dataclass, field
from pathlib         import Path
from typing          import Any

from litedram                import modules as litedram_modules
from litedram.core.refresher import Refresher

from hw.soc.build             import without_dates
from hw.soc.configuration     import Configuration, load_configuration
from hw.soc.dram_bench_design import DramBenchDesign, bench_verilog
from hw.soc.dram_bench_runs   import bench_runs
from hw.soc.memory_controller import controller_settings, dram_module

# Variants -----------------------------------------------------------------------------------------

# Bytes of a 16-bit part in the bench: enough, and quick to fill.
_bench_bytes = 32*1024*1024

@dataclass(frozen=True)
class Variant:
    """What is built: the reader's sizes, and what differs from memory_controller.py."""
    ports    : int            = 2
    depth    : int            = 2048                       # Port words that may be under way or waiting.
    settings : dict[str, Any] = field(default_factory=dict)
    part     : dict[str, Any] = field(default_factory=dict) # Attributes of LiteDRAM's part.


def variants(configuration: Configuration) -> dict[str, Variant]:
    """What --compare measures, by name; the first one is what the SoC has."""
    defaults = {"cmd_buffer_depth": 8, "refresh_cls": Refresher, "refresh_postponing": 1, "write_time": 16}
    litedram = getattr(litedram_modules, configuration.dram_module)
    return {
        "as in the SoC"                      : Variant(),
        "LiteDRAM's part and settings"       : Variant(settings=defaults, part={"speedgrade_timings": litedram.speedgrade_timings}),
        "LiteDRAM's settings"                : Variant(settings=defaults),
        "1 port"                             : Variant(ports=1),
        "4 ports"                            : Variant(ports=4),
        "command buffers of 8"               : Variant(settings={"cmd_buffer_depth": 8}),
        "command buffers of 32"              : Variant(settings={"cmd_buffer_depth": 32}),
        "LiteDRAM's refresher"               : Variant(settings={"refresh_cls": Refresher}),
        "refreshes one by one"               : Variant(settings={"refresh_postponing": 1}),
        "refreshes four at a time"           : Variant(settings={"refresh_postponing": 4}),
        "no auto-precharge"                  : Variant(settings={"with_auto_precharge": False}),
        "at most 16 cycles of writes"        : Variant(settings={"write_time": 16}),
        "a ring of 256 words"                : Variant(depth=256),
        "a ring of 1024 words"               : Variant(depth=1024),
        "a ring of 4096 words"               : Variant(depth=4096),
    }

# Build --------------------------------------------------------------------------------------------

_waivers = """`verilator_config
lint_off -rule COMBDLY -file "*dram_bench.v"
lint_off -rule WIDTH -file "*dram_bench.v"
lint_off -rule UNOPTFLAT -file "*dram_bench.v"
lint_off -rule CASEINCOMPLETE -file "*dram_bench.v"
lint_off -rule TIMESCALEMOD -file "*"
public_flat_rw -module "dram_bench" -var "dram"
"""


def memory_units(parameters: dict[str, int]) -> dict[str, str]:
    """The Verilog of the stream reader and the control port, by file name."""
    with tempfile.TemporaryDirectory() as folder:
        emit = ["node", "hw/accel/emit-memory-units.ts", "--output", folder, "--parameters", json.dumps(parameters)]
        subprocess.run(emit, check=True)
        return {path.name: path.read_text(encoding="utf-8") for path in sorted(Path(folder).glob("*.v"))}


def build(configuration: Configuration, variant: Variant, with_timing_checker: bool) -> tuple[Path, DramBenchDesign]:
    """Builds the bench's program where it is not there yet; returns its path and what it was made from."""
    part   = getattr(litedram_modules, configuration.dram_module)
    module = dram_module(configuration, nrows=_bench_bytes//(2*part.nbanks*part.ncols), **variant.part)
    design = DramBenchDesign(configuration, module, controller_settings(**variant.settings), variant.ports,
        with_timing_checker=with_timing_checker)
    word   = configuration.dram_word_bytes
    flags  = ["--cc", "--exe", "--build", "-j", "2", "--top-module", "dram_bench", "-Mdir", "model", "-o", "../dram_bench",
        "-O3", "--x-assign", "fast", "--x-initial", "fast", "-MAKEFLAGS", "OPT_FAST=-O2",
        "-CFLAGS", f"-std=c++17 -DPORT_BYTES={configuration.port_bytes} -DDRAM_WORD_BYTES={word}"]
    sources = {
        "dram_bench.vlt" : _waivers,
        "dram_bench.cpp" : Path("hw/soc/dram_bench.cpp").read_text(encoding="utf-8"),
        "dram_bench.v"   : without_dates(bench_verilog(design)),
        **memory_units({
            "portBytes"     : configuration.port_bytes,
            "dramWordBytes" : word,
            "dramPorts"     : variant.ports,
            "fifoDepth"     : variant.depth//variant.ports,
            "rowBytes"      : 2**module.geom_settings.colbits*configuration.dram_data_bits//8,
            "dramBytes"     : design.controller.interface.data_width//8*2**design.crossbar.masters[0].address_width,
        }),
    }
    name   = hashlib.sha256(json.dumps([sources, flags], sort_keys=True).encode()).hexdigest()[:16]
    folder = Path("build/dram-bench")/configuration.name/name
    if not (folder/"dram_bench").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in sources.items():
            (folder/file).write_text(content, encoding="utf-8")
        done = subprocess.run(["verilator", *flags, *sources], cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)
    return folder/"dram_bench", design

# Measure ------------------------------------------------------------------------------------------

def measure(configuration: Configuration, variant: Variant, with_timing_checker: bool = False) -> list[dict[str, Any]]:
    """Builds and runs a variant; one result for every run of dram_bench_runs.py."""
    executable, design = build(configuration, variant, with_timing_checker)
    runs = bench_runs(configuration, configuration.dram_word_bytes)
    text = "".join(f"run {name}\n" + "\n".join(items) + "\nend\n" for name, items in runs.items())
    done = subprocess.run([executable], input=text, capture_output=True, text=True)
    # The timing checker and the DRAM model print what they find.
    found = [line for line in done.stdout.splitlines() if not line.startswith("{")]
    if done.returncode != 0 or found:
        raise RuntimeError("\n".join(found[:20]) + done.stderr)
    results  = [json.loads(line) for line in done.stdout.splitlines()]
    interval = design.controller.settings.timing.tREFI
    for result in results:
        # At most eight refreshes may be postponed (JESD79-3F, 4.4).
        if result["longest_gap"] > 9*interval or result["refreshes"] < result["time"]//interval - 8:
            raise RuntimeError(f"too few refreshes: {result}")
        result["efficiency"] = result["beats"]/result["cycles"]
        result["weight_efficiency"] = result["weights"]/result["cycles"]
    return results


def refresh_limit(configuration: Configuration) -> float:
    """The share of time that refreshes leave over, whatever the controller."""
    module = dram_module(configuration)
    return 1 - module.get("tRFC").ns/module.get("tREFI").ns


def table(results: list[dict[str, Any]], show: Callable[[str], None] = print) -> None:
    """One line for every run; what is not efficiency is where the other cycles went."""
    show(f"  {'':24}{'beats':>8}{'cycles':>8}{'beats':>9}{'weights':>9}{'refresh':>9}{'turns':>8}{'rows':>8}{'unasked':>9}")
    for result in results:
        cycles = result["cycles"]
        shares = "".join(f"{100*result[name]/cycles:{width}.2f}%" for name, width in
            [("beats", 8), ("weights", 8), ("refresh", 8), ("turn", 7), ("row", 7), ("unasked", 8)])
        show(f"  {result['run']:24}{result['beats']:8}{cycles:8}{shares}")

# Main ---------------------------------------------------------------------------------------------

def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--configuration", type=Path, required=True, help="configuration.json of the machine")
    parser.add_argument("--compare", action="store_true", help="other settings, too: a minute each")
    parser.add_argument("--json",    action="store_true", help="one JSON object for every run instead of tables")
    parser.add_argument("--with-timing-checker", action="store_true", help="fail at any DRAM timing that a command breaks (slow)")
    args = parser.parse_args()
    configuration = load_configuration(args.configuration)
    chosen        = variants(configuration)
    if not args.compare:
        chosen = dict(list(chosen.items())[:1])
    if not args.json:
        print(f"{configuration.name}: a beat is {configuration.port_bytes} bytes, at most one a cycle; "
              f"refresh leaves {100*refresh_limit(configuration):.2f}%.")
        print("Where other cycles went: refresh, turns between reads and writes, opening of rows, nothing asked for.")
    for name, variant in chosen.items():
        if not args.json:
            print(name, flush=True)
        results = measure(configuration, variant, args.with_timing_checker)
        if args.json:
            for result in results:
                print(json.dumps({"configuration": configuration.name, "variant": name, **result}), flush=True)
        else:
            table(results)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
