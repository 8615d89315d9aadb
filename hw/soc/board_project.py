"""What every board's project begins with, whichever tools go on with it: the SoC of its target, and its sources in one folder."""

import shutil
import argparse
import importlib

from pathlib import Path

from hw.soc.ternel_soc    import TernelSoC
from hw.soc.configuration import Configuration, load_configuration

# Command line -------------------------------------------------------------------------------------

def project_parser(documentation: str | None) -> argparse.ArgumentParser:
    """The options that all projects have; the first line of a module's documentation describes it."""
    parser = argparse.ArgumentParser(description=(documentation or "").splitlines()[0])
    parser.add_argument("--board",         required=True,            help="folder below boards/")
    parser.add_argument("--configuration", required=True, type=Path, help="configuration.json of the board")
    parser.add_argument("--output",        required=True, type=Path, help="folder for the files")
    parser.add_argument("--blink",         action="store_true",      help="the self-test: no DRAM, no accelerator")
    return parser

# SoC ----------------------------------------------------------------------------------------------

def board_soc(board: str, configuration: Configuration, with_dram: bool = True, **options: str) -> TernelSoC:
    """The SoC of boards/<board>/target.py; ``options`` are the target's own, such as ``device``."""
    target = importlib.import_module(f"boards.{board}.target")
    return target.BoardSoC(configuration, with_dram=with_dram, **options)


def project_soc(args: argparse.Namespace, output: Path, **options: str) -> TernelSoC:
    """The SoC that the command line asks for, with the accelerator's Verilog among its sources and the contents of its memories in
    ``output``, which is made."""
    output.mkdir(parents=True, exist_ok=True)
    soc = board_soc(args.board, load_configuration(args.configuration), with_dram=not args.blink, **options)
    if not args.blink:
        verilog = args.configuration.resolve().parent/"verilog"
        soc.platform.add_source(str(verilog/"ternel_accelerator.v"))
        for contents in verilog.glob("*.hex"):
            shutil.copyfile(contents, output/contents.name)
    return soc
