"""Writes what a board's bitstream is made from, into one folder: Verilog, constraints, contents of memories. No date, no path.

    python3 -m hw.soc.bitstream --board ecpix5 --configuration build/ecpix5/configuration.json --output build/ecpix5/gateware

cli/bitstream/ runs Yosys, nextpnr and ecppack on it.
"""

import json
import shutil

from pathlib import Path

from litex.build.lattice.trellis import LatticeTrellisToolchain

from hw.soc.build         import drop_dates, write_headers, write_if_changed
from hw.soc.ternel_soc    import TernelSoC
from hw.soc.board_project import project_parser, project_soc

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
    drop_dates(verilog)
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
    args   = project_parser(__doc__).parse_args()
    output = args.output.resolve()
    soc    = project_soc(args, output)
    write_gateware(soc, f"ternel_{args.board}", output)
    write_headers(soc, output)


if __name__ == "__main__":
    main()
