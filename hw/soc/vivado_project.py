"""Writes the Vivado project of a board with a Xilinx FPGA into one folder: sources, constraints, scripts. No date, no path.

    python3 -m hw.soc.vivado_project --board arty --device xc7a35t --configuration CONFIGURATION.json --output build/arty/vivado

Neither Vivado nor openXC7 is here: what they make of it has not been seen.
"""

import json
import shutil

from pathlib import Path

from litex.build.xilinx.vivado import XilinxVivadoToolchain

from hw.soc.build         import drop_dates, write_headers
from hw.soc.ternel_soc    import TernelSoC
from hw.soc.board_project import project_parser, project_soc

# Scripts ------------------------------------------------------------------------------------------

# Vivado writes a bitstream whether or not the clocks are met.
_stop_without_timing = [
    "if {{[llength [get_timing_paths -delay_type min_max -slack_lesser_than 0]] > 0}} {{",
    '    puts "ERROR: a clock is missed, see {build_name}_timing.rpt; no bitstream was written"',
    "    exit 1",
    "}}",
]

_vivado_script = """\
#!/bin/sh
# Makes {name}.bit and {name}.bin (for the flash) with Vivado, whose settings64.sh comes first. Run it in this folder.
set -e
vivado -mode batch -source {name}.tcl
"""

_openxc7_script = """\
#!/bin/sh
# NOT RUN where this was written: {name}.bit with the openXC7 tools instead of Vivado (https://github.com/openXC7/toolchain-installer).
# LiteX's authors say of this flow that DDR3 does not work yet and that the clock has to be lower; expect both here.
#
#     CHIPDB=folder with {part}.bin   PRJXRAY_DB_DIR=folder with artix7/   sh openxc7.sh
set -e
: "${{CHIPDB:?folder of nextpnr-xilinx chip databases}}" "${{PRJXRAY_DB_DIR:?folder of prjxray-db}}"
yosys -p 'read_verilog {sources}; synth_xilinx -flatten -abc9 -arch xc7 -top {name}; write_json {name}.json'
nextpnr-xilinx --chipdb "$CHIPDB/{part}.bin" --xdc {name}_openxc7.xdc --json {name}.json --fasm {name}.fasm
fasm2frames --part {part}-1 --db-root "$PRJXRAY_DB_DIR/artix7" {name}.fasm > {name}.frames
xc7frames2bit --part_file "$PRJXRAY_DB_DIR/artix7/{part}-1/part.yaml" --part_name {part}-1 \\
    --frm_file {name}.frames --output_file {name}.bit
"""


def pins_only(xdc: str) -> str:
    """The constraints that nextpnr-xilinx knows: properties of pins, and clocks of pins."""
    return "".join(f"{line}\n" for line in xdc.splitlines() if "[get_ports" in line and not line.startswith("set_clock_groups"))

# Project ------------------------------------------------------------------------------------------

def copy_sources(soc: TernelSoC, output: Path) -> list[str]:
    """Copies what is instantiated into the folder, and has the platform name the copies; returns their names."""
    platform = soc.platform
    names    = []
    copies   = []
    for source, *rest in platform.sources:
        path = Path(source)
        shutil.copyfile(path, output/path.name)
        names.append(path.name)
        copies.append((path.name, *rest))
    platform.sources = copies
    return names


def write_vivado_project(soc: TernelSoC, name: str, output: Path) -> None:
    """Writes <name>.v, .xdc, .tcl, the scripts vivado.sh and openxc7.sh, and project.json, which names the files and the part.

    The build id goes into the bitstream as USR_ACCESS, where `ternel image` looks for it."""
    platform = soc.platform
    if not isinstance(platform.toolchain, XilinxVivadoToolchain):
        raise TypeError(f"{name}: {platform.device} is no part for Vivado")
    build_id = soc.configuration.build_id
    platform.add_platform_command(f"set_property BITSTREAM.CONFIG.USR_ACCESS 0x{build_id:08x} [current_design]")
    soc.finalize()
    sources = copy_sources(soc, output)
    platform.toolchain.bitstream_commands = [*platform.toolchain.bitstream_commands, *_stop_without_timing]
    platform.build(soc, build_dir=str(output), build_name=name, run=False)
    (output/f"build_{name}.sh").unlink()
    # LiteX names its own file by its path.
    script = output/f"{name}.tcl"
    script.write_text(script.read_text(encoding="utf-8").replace(f"{output}/", ""), encoding="utf-8")
    drop_dates(output/f"{name}.v")
    constraints = (output/f"{name}.xdc").read_text(encoding="utf-8")
    (output/f"{name}_openxc7.xdc").write_text(pins_only(constraints), encoding="utf-8")
    # nextpnr-xilinx has no databases for the variants (i, L): the same die in another grade.
    part     = platform.device.split("-")[0].replace("ti", "t")
    verilogs = [f"{name}.v", *sources]
    (output/"vivado.sh").write_text(_vivado_script.format(name=name), encoding="utf-8")
    (output/"openxc7.sh").write_text(_openxc7_script.format(name=name, part=part, sources=" ".join(verilogs)), encoding="utf-8")
    (output/"project.json").write_text(json.dumps({
        "top"         : name,
        "sources"     : verilogs,
        "constraints" : f"{name}.xdc",
        "script"      : f"{name}.tcl",
        "device"      : platform.device,
    }, indent=2) + "\n", encoding="utf-8")

# Main ---------------------------------------------------------------------------------------------

def main() -> None:
    parser = project_parser(__doc__)
    parser.add_argument("--device", required=True, help="FPGA on it")
    args   = parser.parse_args()
    output = args.output.resolve()
    soc    = project_soc(args, output, device=args.device)
    write_vivado_project(soc, f"ternel_{args.board}", output)
    write_headers(soc, output)


if __name__ == "__main__":
    main()
