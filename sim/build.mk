# The simulated SoC: build/<config>/soc (hw/soc: Verilog and headers) and build/<config>/sim/ternel-sim (Verilator and sim/*.cpp).
# Included by the top Makefile, which sets BUILD and CONFIG.
#
# A step whose outputs do not change does not touch them, and leaves a stamp. The recipe @: makes make look at an output's own time
# (with an empty one it would take the output for new).

SOC := $(BUILD)/soc
SIM := $(BUILD)/sim
ACCELERATOR_VERILOG := $(BUILD)/verilog/ternel_accelerator.v

SIM_CXX ?= g++
# Chosen by measurement, see README.md.
SIM_OPTIMISE ?= -O1
SIM_THREADS ?= 1

# ---- What comes from TypeScript: configuration.json, generated/, verilog/ -----------------------------------------

CONFIGURATION_STAMP := $(BUILD)/configuration.stamp
$(CONFIGURATION_STAMP): $(wildcard boards/*.ts boards/*/*.ts cli/generate.ts cli/generate/*.ts hw/accel/*.ts gen/*.ts gen/*/*.ts models/*.ts models/*/*.ts)
	@mkdir -p $(@D)
	node cli/generate.ts --config $(CONFIG)
	@touch $@
$(BUILD)/configuration.json $(ACCELERATOR_VERILOG) $(addprefix $(BUILD)/generated/,ternel_configuration.h ternel_flash_map.h): $(CONFIGURATION_STAMP)
	@:

# ---- The SoC ------------------------------------------------------------------------------------------------------

SOC_STAMP := $(SOC)/soc.stamp
SOC_VERILOG := $(SOC)/ternel_soc.v $(SOC)/VexRiscv.v
$(SOC_STAMP): $(wildcard hw/soc/*.py) $(BUILD)/configuration.json requirements.txt
	@mkdir -p $(@D)
	build/venv/bin/python3 -m hw.soc.build --configuration $(BUILD)/configuration.json --output $(SOC) > $(SOC)/soc.log 2>&1 \
	  || { cat $(SOC)/soc.log; false; }
	@touch $@
$(SOC_VERILOG) $(addprefix $(SOC)/generated/,csr.h mem.h soc.h sdram_phy.h): $(SOC_STAMP)
	@:

# ---- The simulator, plain and with waveforms ------------------------------------------------------------------------

# Names are looked up by the harness only in the public API; everything may be flattened and its initial values are zero.
VERILATE := verilator --cc --top-module ternel_sim --prefix Vternel_sim --flatten -O3 --x-assign fast --x-initial fast --noassert
VERILATOR_INCLUDE := $(shell verilator --getenv VERILATOR_ROOT)/include
SIM_INCLUDES := -I$(BUILD)/generated -isystem $(VERILATOR_INCLUDE) -isystem $(VERILATOR_INCLUDE)/vltstd
SIM_CXXFLAGS := -std=c++17 -O2 -Wall -Wextra -Wshadow -Wconversion -Werror -MMD -MP $(SIM_INCLUDES)
SIM_OBJECTS := $(patsubst sim/%.cpp,%.o,$(filter-out %_test.cpp,$(wildcard sim/*.cpp)))

# $(1): folder, $(2): program, $(3): Verilator's flags, $(4): the compiler's
define simulator
$(SIM)/$(1)/model/Vternel_sim.mk: sim/ternel_soc.vlt sim/ternel_sim.v $(SOC_VERILOG) $(ACCELERATOR_VERILOG)
	@mkdir -p $$(@D)
	$(VERILATE) $(3) -Mdir $$(@D) $$^ > $(SIM)/$(1)/verilator.log 2>&1 || { cat $(SIM)/$(1)/verilator.log; false; }

$(SIM)/$(1)/model/model.stamp: $(SIM)/$(1)/model/Vternel_sim.mk
	+$(MAKE) --no-print-directory -C $$(@D) -f Vternel_sim.mk CXX=$(SIM_CXX) OPT_FAST="$(SIM_OPTIMISE)" OPT_SLOW="-Og" OPT_GLOBAL="-O2" \
	  Vternel_sim__ALL.a $(addsuffix .o,verilated verilated_threads verilated_dpi $(if $(findstring fst,$(3)),verilated_fst_c)) > $(SIM)/$(1)/model.log 2>&1 || { cat $(SIM)/$(1)/model.log; false; }
	@touch $$@

$(SIM)/$(1)/%.o: sim/%.cpp $(SIM)/$(1)/model/Vternel_sim.mk
	$(SIM_CXX) $(SIM_CXXFLAGS) $(4) -isystem $(SIM)/$(1)/model -c $$< -o $$@

$(SIM)/$(2): $(addprefix $(SIM)/$(1)/,$(SIM_OBJECTS)) $(SIM)/$(1)/model/model.stamp
	$(SIM_CXX) $$(filter %.o,$$^) $(SIM)/$(1)/model/Vternel_sim__ALL.a $(SIM)/$(1)/model/verilated*.o -pthread -latomic -lnettle $(if $(findstring fst,$(3)),-lz) -o $$@

-include $(wildcard $(SIM)/$(1)/*.d)
endef

.PHONY: sim sim-trace
sim: $(SIM)/ternel-sim
sim-trace: $(SIM)/ternel-sim-trace
$(eval $(call simulator,plain,ternel-sim,--threads $(SIM_THREADS),-DVM_TRACE=0))
$(eval $(call simulator,traced,ternel-sim-trace,--threads 1 --trace-fst,-DVM_TRACE=1))

# ---- Tests --------------------------------------------------------------------------------------------------------

# The program that harness.test.ts runs instead of the firmware.
PROBE_LITEX = $(firstword $(wildcard build/venv/lib/python3*/site-packages/litex/soc))
$(SIM)/probe.bin: sim/testing/probe.c sim/testing/probe_start.S sim/testing/probe.ld $(BUILD)/firmware/memory.ld $(SOC_STAMP) $(CONFIGURATION_STAMP)
	@mkdir -p $(@D)
	riscv64-unknown-elf-gcc -misa-spec=2.2 -march=rv32im -mabi=ilp32 -Os -Wall -Wextra -ffreestanding -nostdlib -I$(BUILD)/generated \
	  -isystem $(SOC) -isystem $(PROBE_LITEX)/software/include -isystem $(PROBE_LITEX)/cores/cpu/vexriscv -L$(BUILD)/firmware -T sim/testing/probe.ld \
	  sim/testing/probe_start.S sim/testing/probe.c -o $(SIM)/probe.elf
	riscv64-unknown-elf-objcopy -O binary --gap-fill 0xff $(SIM)/probe.elf $@

build/host/flash-model-test: sim/flash_model.cpp sim/flash_model_test.cpp sim/flash_model.h sim/flash_part.h
	@mkdir -p $(@D)
	$(SIM_CXX) -std=c++17 -O1 -g -Wall -Wextra -Wshadow -Wconversion -Werror -fsanitize=address,undefined -fno-sanitize-recover=all \
	  $(filter %.cpp,$^) -o $@
