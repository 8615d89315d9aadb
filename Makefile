# `make` prints the targets. Each build rule stands beside what it builds: sim/build.mk, firmware/build.mk, firmware/host.mk,
# firmware/uefi.mk.
CONFIG ?= arty

# A variant has other parameters of the accelerator in its name: arty-c8 (boards/configuration.ts, which checks it all).
CONFIGS := arty ecp5 wide ulx3s orangecrab ecpix5
ifeq ($(filter $(CONFIGS) $(CONFIGS:%=%-%),$(CONFIG)),)
$(error unknown CONFIG '$(CONFIG)': one of $(CONFIGS), or one of these with parameters, such as arty-c8-v8)
endif

# The project's own node and Python come first; `make setup` puts them there.
SYSTEM_PATH := $(PATH)
export PATH := $(CURDIR)/build/venv/bin:$(PATH)
BUILD := build/$(CONFIG)

.DEFAULT_GOAL := help
.PHONY: help setup demo bitstream test test-full sim firmware host uefi lint format docs clean
# A recipe that fails leaves no half-made file behind.
.DELETE_ON_ERROR:

help: ## print this
	@echo "Ternel: a language model that boots like firmware. Start with 'make demo'; CONFIG is one of $(CONFIGS) (default arty)."
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

setup: ## install what is needed (Debian packages, Python and npm packages); nothing if all is there
	@PATH="$(SYSTEM_PATH)" ./setup.sh

demo: setup ## build everything, boot the simulated SoC from its flash, tell a story
	@[ -e $(BUILD)/sim/ternel-sim ] || echo "Building the simulator and the firmware: some minutes the first time. V=1 shows the commands."
	@$(MAKE) --no-print-directory $(if $(V),,-s) -j2 sim firmware
	@node cli/demo.ts --config $(CONFIG)

bitstream: setup ## a board's bitstream, every clock met: BOARD=ecpix5 (or orangecrab, ulx3s), SEEDS=N to try so many at most (4)
	@node cli/ternel.js build --board $(or $(BOARD),ecpix5) --seeds $(or $(SEEDS),4)

test: setup ## lint, type check and all tests that are quick (under 15 minutes on two cores)
	@node test/run.ts

test-full: setup ## the long tests as well: exhaustive ones, every prompt on the SoC, place and route
	@node test/run.ts --full

lint: setup ## eslint, prettier, tsc, ruff, mypy, clang-format: report only
	@node test/lint.ts

format: setup ## rewrite the sources as lint wants them
	@node test/lint.ts --fix

docs: setup ## regenerate the tables in docs/ that come from the sources
	@node cli/generate.ts --docs

clean: ## remove what was built; the environment from 'make setup' stays
	@find build -mindepth 1 -maxdepth 1 ! -name venv ! -name setup -exec rm -rf {} + 2>/dev/null || true

# What the rooms build. Their rules need the tools that setup installs, so on a new machine setup comes first.
sim: ## build the simulated SoC of CONFIG: build/<config>/sim/ternel-sim
firmware: ## build both firmware stages of CONFIG: build/<config>/firmware
host: ## build the engine for this machine: build/host/ternel-host
uefi: ## build the engine for a PC without an operating system: build/uefi/bootx64.efi
ifeq ($(wildcard build/setup/npm),)
sim firmware host uefi: setup
	@$(MAKE) --no-print-directory $@
else
include sim/build.mk
include firmware/build.mk
include firmware/host.mk
include firmware/uefi.mk
endif
