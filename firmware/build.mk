# The two firmware stages of one configuration: build/<config>/firmware/{stage0,stage1}.{elf,bin}.
# Included by the top Makefile, which sets BUILD. Headers come from cli/generate.ts and from LiteX (hw/soc).

FIRMWARE := $(BUILD)/firmware
GENERATED := $(BUILD)/generated
SOC_HEADERS := $(BUILD)/soc
LITEX_SOFTWARE = $(firstword $(wildcard build/venv/lib/python3*/site-packages/litex/soc/software))
LITEX_CPU = $(LITEX_SOFTWARE)/../cores/cpu/vexriscv

RISCV := riscv64-unknown-elf-
# One short line for each file; V=1 shows the whole commands.
QUIET = $(if $(V),,@echo "  $@" && )
# VexRiscv "standard" without a global pointer: small data is addressed like all other data.
RISCV_CPU := -misa-spec=2.2 -march=rv32im -mabi=ilp32 -msmall-data-limit=0
# The same bytes on every machine and in every folder.
REPRODUCIBLE := -ffile-prefix-map=$(CURDIR)/= -frandom-seed=ternel
FIRMWARE_CFLAGS := --specs=picolibc.specs $(RISCV_CPU) $(REPRODUCIBLE) -std=c11 -g -ffunction-sections -fdata-sections \
  -fstack-usage -MD -MP -Wall -Wextra -Wshadow -Wconversion -Wundef -Wstrict-prototypes -Wvla -Werror \
  -Ifirmware/engine -Ifirmware/console -Ifirmware/drivers -Ifirmware/platform/riscv -Ifirmware/boot -I$(GENERATED)
# LiteX's own headers and sources are compiled as they are (-MD: changes in its generated headers count all the same); its headers want GNU's keyword in C11 too.
LITEX_INCLUDES = -Dasm=__asm__ -isystem $(SOC_HEADERS) -isystem $(LITEX_SOFTWARE)/include -isystem $(LITEX_SOFTWARE) -isystem $(LITEX_CPU)
LITEX_CFLAGS := --specs=picolibc.specs $(RISCV_CPU) $(REPRODUCIBLE) -std=gnu99 -Os -g -ffunction-sections -fdata-sections \
  -fstack-usage -MD -MP -w -D__vexriscv__ -DSDRAM_TEST_DISABLE -DPICOLIBC_INTEGER_PRINTF_SCANF
FIRMWARE_LDFLAGS = --specs=picolibc.specs $(RISCV_CPU) -nostartfiles -DPICOLIBC_INTEGER_PRINTF_SCANF -L$(FIRMWARE) \
  -Wl,--gc-sections -Wl,--build-id=none -Wl,--fatal-warnings -Wl,--no-warn-rwx-segments -Wl,-Map=$(@:.elf=.map)

firmware_c = $(filter-out %_test.c,$(wildcard $(addprefix firmware/,$(addsuffix /*.c,$(1)))))

STAGE0_SOURCES := firmware/boot/start.S $(call firmware_c,boot) $(addprefix firmware/drivers/, \
  accelerator.c cache.c flash_memory.c flash_quad.c leds.c print.c restart.c sha256_hardware.c timer.c uart.c watchdog.c) \
  $(addprefix firmware/engine/,container_header.c container_layout.c error.c)
STAGE1_SOURCES := firmware/platform/riscv/start.S $(call firmware_c,drivers engine console platform/riscv)
LITEDRAM_SOURCES := sdram accessors

STAGE0_OBJECTS := $(addprefix $(FIRMWARE)/stage0/,$(addsuffix .o,$(STAGE0_SOURCES:firmware/%=%)))
STAGE0_OBJECTS += $(LITEDRAM_SOURCES:%=$(FIRMWARE)/stage0/liblitedram/%.o)
STAGE1_OBJECTS := $(addprefix $(FIRMWARE)/stage1/,$(addsuffix .o,$(STAGE1_SOURCES:firmware/%=%)))

# Headers must exist before anything is compiled; which of them an object needs is in its .d file. Options lie in this file.
FIRMWARE_HEADERS := $(GENERATED)/ternel_configuration.h $(SOC_HEADERS)/generated/csr.h

.PHONY: firmware
firmware: $(FIRMWARE)/stage0.bin $(FIRMWARE)/stage1.bin $(FIRMWARE)/blink.bin $(FIRMWARE)/budgets.checked

# Stage 0 runs from flash: every byte costs. Stage 1 runs from DRAM through the caches: the engine's loops decide.
# What talks to the flash lies in SRAM (linker/stage0.ld), since meanwhile nothing can be read from flash: it must need nothing else.
# (-Os would save registers by functions of libgcc.)
FLASH_DRIVER := $(FIRMWARE)/stage0/drivers/flash_memory.c.o
$(FLASH_DRIVER): FIRMWARE_CFLAGS += -mno-save-restore

$(FIRMWARE)/stage0/%.c.o: firmware/%.c firmware/build.mk | $(FIRMWARE_HEADERS)
	@mkdir -p $(@D)
	$(QUIET)$(RISCV)gcc $(FIRMWARE_CFLAGS) $(LITEX_INCLUDES) -Os -c $< -o $@

$(FIRMWARE)/stage1/%.c.o: firmware/%.c firmware/build.mk | $(FIRMWARE_HEADERS)
	@mkdir -p $(@D)
	$(QUIET)$(RISCV)gcc $(FIRMWARE_CFLAGS) $(LITEX_INCLUDES) -O2 -c $< -o $@

$(FIRMWARE)/stage0/%.S.o $(FIRMWARE)/stage1/%.S.o: firmware/%.S firmware/build.mk | $(FIRMWARE_HEADERS)
	@mkdir -p $(@D)
	$(QUIET)$(RISCV)gcc $(FIRMWARE_CFLAGS) -c $< -o $@

$(FIRMWARE)/stage0/liblitedram/%.o: $(LITEX_SOFTWARE)/liblitedram/%.c firmware/build.mk | $(FIRMWARE_HEADERS)
	@mkdir -p $(@D)
	$(QUIET)$(RISCV)gcc $(LITEX_CFLAGS) $(LITEX_INCLUDES) -c $< -o $@

$(FIRMWARE)/memory.ld: firmware/linker/memory.ts $(BUILD)/configuration.json
	@mkdir -p $(@D)
	$(QUIET)node $^ > $@

$(FIRMWARE)/stage0.elf: $(STAGE0_OBJECTS) firmware/linker/stage0.ld $(FIRMWARE)/memory.ld
	@! $(RISCV)nm --undefined-only $(FLASH_DRIVER) | grep . || { echo "$(FLASH_DRIVER) needs what lies in flash"; exit 1; }
	$(QUIET)$(RISCV)gcc $(FIRMWARE_LDFLAGS) -T firmware/linker/stage0.ld $(STAGE0_OBJECTS) -o $@

$(FIRMWARE)/stage1.elf: $(STAGE1_OBJECTS) firmware/linker/stage1.ld $(FIRMWARE)/memory.ld
	$(QUIET)$(RISCV)gcc $(FIRMWARE_LDFLAGS) -T firmware/linker/stage1.ld $(STAGE1_OBJECTS) -o $@

# The self-test of `ternel build --blink` lies where stage 0 would, and shares its entry and drivers.
BLINK_OBJECTS := $(FIRMWARE)/blink/blink.c.o $(addprefix $(FIRMWARE)/stage0/,$(addsuffix .o,boot/start.S engine/error.c \
  $(addprefix drivers/,flash_memory.c flash_quad.c leds.c print.c timer.c uart.c)))

$(FIRMWARE)/blink/%.c.o: firmware/blink/%.c firmware/build.mk | $(FIRMWARE_HEADERS)
	@mkdir -p $(@D)
	$(QUIET)$(RISCV)gcc $(FIRMWARE_CFLAGS) $(LITEX_INCLUDES) -Os -c $< -o $@

$(FIRMWARE)/blink.elf: $(BLINK_OBJECTS) firmware/linker/stage0.ld $(FIRMWARE)/memory.ld
	$(QUIET)$(RISCV)gcc $(FIRMWARE_LDFLAGS) -T firmware/linker/stage0.ld $(BLINK_OBJECTS) -o $@

$(FIRMWARE)/%.bin: $(FIRMWARE)/%.elf
	$(QUIET)$(RISCV)objcopy -O binary $< $@

# Sizes and stack against firmware/budgets.json: the build fails above them.
$(FIRMWARE)/budgets.checked: firmware/linker/budgets.ts firmware/linker/stack-depth.ts firmware/budgets.json $(FIRMWARE)/stage0.elf $(FIRMWARE)/stage1.elf
	@node firmware/linker/budgets.ts $(FIRMWARE) > $@.new || { cat $@.new; exit 1; }
	@mv $@.new $@ && cat $@

include firmware/tests.mk
-include $(STAGE0_OBJECTS:.o=.d) $(STAGE1_OBJECTS:.o=.d) $(FIRMWARE)/blink/blink.c.d
