"""Writes what a board's bitstream is made from, into one folder: Verilog, constraints, contents of memories. No date, no path.

    python3 -m hw.soc.bitstream --board ecpix5 --configuration build/ecpix5/configuration.json --output build/ecpix5/gateware

cli/bitstream/ runs Yosys, nextpnr and ecppack on it.
"""

import json
import shutil
import argparse
import importlib

from pathlib import Path

from litex.build.lattice.trellis import LatticeTrellisToolchain

from hw.soc.build         import without_dates, write_headers, write_if_changed
from hw.soc.ternel_soc    import TernelSoC
from hw.soc.configuration import load_configuration

# Board --------------------------------------------------------------------------------------------

def board_soc(board: str, configuration_path: Path, with_dram: bool) -> TernelSoC:
    """The SoC of boards/<board>/target.py."""
    target = importlib.import_module(f"boards.{board}.target")
    return target.BoardSoC(load_configuration(configuration_path), with_dram=with_dram)

# Gateware -----------------------------------------------------------------------------------------

def write_gateware(soc: TernelSoC, name: str, output: Path) -> None:
    """Writes <name>.v, <name>.lpf, the sources that are instantiated and project.json, which names them and the part."""
    platform  = soc.platform
    toolchain = platform.toolchain
    if not isinstance(toolchain, LatticeTrellisToolchain):
        raise TypeError(f"{name}: a bitstream for {platform.device} cannot be made here")
    platform.build(soc, build_dir=str(output), build_name=name, run=False)
    # LiteX's own scripts would read the sources from where pip put them, and would let a missed clock pass.
    for script in [f"{name}.ys", f"build_{name}.sh"]:
        (output/script).unlink()
    verilog = output/f"{name}.v"
    verilog.write_text(without_dates(verilog.read_text(encoding="utf-8")), encoding="utf-8")
    sources = []
    for source, *_ in platform.sources:
        path = Path(source)
        if path != verilog and path.is_absolute():
            shutil.copyfile(path, output/path.name)
        sources.append(path.name)
    write_if_changed(output/"project.json", json.dumps({
        "top"          : name,
        "sources"      : sources,
        "constraints"  : f"{name}.lpf",
        "architecture" : toolchain._architecture,
        "package"      : toolchain._package,
        "speed"        : toolchain._speed_grade,
    }, indent=2) + "\n")

# Main ---------------------------------------------------------------------------------------------

def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--board",         required=True,            help="folder below boards/")
    parser.add_argument("--configuration", required=True, type=Path, help="configuration.json of the board")
    parser.add_argument("--output",        required=True, type=Path, help="folder for the files")
    parser.add_argument("--blink",         action="store_true",      help="the self-test: no DRAM, no accelerator")
    args = parser.parse_args()

    output = args.output.resolve()
    output.mkdir(parents=True, exist_ok=True)
    soc = board_soc(args.board, args.configuration, with_dram=not args.blink)
    if not args.blink:
        verilog = args.configuration.resolve().parent/"verilog"
        soc.platform.add_source(str(verilog/"ternel_accelerator.v"))
        for contents in verilog.glob("*.hex"):
            shutil.copyfile(contents, output/contents.name)
    write_gateware(soc, f"ternel_{args.board}", output)
    write_headers(soc, output)


if __name__ == "__main__":
    main()
