"""Reads build/<name>/configuration.json, which boards/configuration.ts made: the SoC takes every size and address from there."""

import json

from pathlib     import Path
from dataclasses import dataclass

# Configuration ------------------------------------------------------------------------------------

@dataclass(frozen=True)
class AddressRange:
    """A range of the CPU's address space, in bytes."""
    origin : int
    size   : int


@dataclass(frozen=True)
class Led:
    """A light of a board, as its platform names it; ``line`` is a colour of one that has several, or empty."""
    pads       : str
    index      : int
    line       : str
    active_low : bool


@dataclass(frozen=True)
class Configuration:
    """What the SoC needs to know of a machine; sizes in bytes, clocks in Hz."""
    name               : str
    fpga_family        : str # "ecp5" or "7series"; empty where there is no board.
    board              : str # The folder of boards/ with its pins, or empty.
    clock_hz           : int
    build_id           : int
    dram_type          : str # "DDR3" or "SDR".
    dram_module        : str # LiteDRAM's name of the part.
    dram_data_bits     : int # DQ lines of all parts together.
    dram_ratio         : int # DRAM clocks in one system clock.
    flash_module       : str # LiteSPI's name of the part.
    port_bytes         : int # Width of the accelerator's stream of weights.
    dram_word_bytes    : int # Width of its DRAM ports: the controller's, or more.
    dram_ports         : int # Read ports of the accelerator.
    vector_lanes       : int # Elements that the vector unit takes a cycle.
    reset_address      : int # Where the CPU starts: stage 0 in the flash.
    flash              : AddressRange
    sram               : AddressRange
    main_ram           : AddressRange
    accelerator        : AddressRange
    csr                : AddressRange
    leds               : dict[str, Led] # boot, busy, error; none on a machine that is only simulated.


def load_configuration(path: Path) -> Configuration:
    """Reads a configuration; a missing field is an error that names it (KeyError)."""
    data   = json.loads(path.read_text(encoding="utf-8"))
    memory = {name: AddressRange(region["origin"], region["bytes"]) for name, region in data["memory"].items()}
    return Configuration(
        name            = data["name"],
        fpga_family     = data.get("fpga", {}).get("family", ""),
        board           = data["name"].split("-")[0] if "fpga" in data else "",
        clock_hz        = data["clockHz"],
        build_id        = int(data["buildId"], 16),
        dram_type       = data["dram"]["type"],
        dram_module     = data["dram"]["module"],
        dram_data_bits  = data["dram"]["dataBits"],
        dram_ratio      = data["dram"]["ratio"],
        flash_module    = data["flash"]["module"],
        port_bytes      = data["accelerator"]["portBytes"],
        dram_word_bytes = data["accelerator"]["dramWordBytes"],
        dram_ports      = data["accelerator"]["dramPorts"],
        vector_lanes    = data["accelerator"]["vectorLanes"],
        reset_address   = memory["flash"].origin + data["flash"]["map"]["stage0"]["offset"],
        flash           = memory["flash"],
        sram            = memory["sram"],
        main_ram        = memory["mainRam"],
        accelerator     = memory["accelerator"],
        csr             = memory["csr"],
        leds            = {
            state: Led(led["pads"], led["index"], led.get("line", ""), led["activeLow"])
            for state, led in data.get("leds", {}).items()
        },
    )
