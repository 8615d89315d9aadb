# The engine as a UEFI application for x86-64: build/uefi/bootx64.efi. clang and lld, no library, no linker script; the same bytes
# in every folder. Included by the top Makefile behind host.mk, whose generated headers it uses.
UEFI := build/uefi
UEFI_SOURCES := $(wildcard firmware/platform/uefi/*.c firmware/platform/uefi/freestanding/*.c) \
	$(HOST_ENGINE) $(filter-out %_test.c,$(wildcard firmware/kernels/*.c)) $(HOST_CONSOLE)
UEFI_OBJECTS := $(UEFI_SOURCES:firmware/%.c=$(UEFI)/objects/%.obj)

UEFI_INCLUDES := $(addprefix -Ifirmware/,platform/uefi platform/uefi/freestanding engine kernels console) -I$(HOST)/generated
# _MSC_VER, which the target defines, hides intrinsics from clang 14. Stacks: 128 KiB for the first core, from 8 KiB for others.
UEFI_CFLAGS := -target x86_64-unknown-windows -std=c11 -O2 -ffreestanding -U_MSC_VER -mno-red-zone -mno-stack-arg-probe \
	-fno-stack-protector -ffile-prefix-map=$(CURDIR)=. $(filter-out -Wcast-qual,$(HOST_WARNINGS)) -Wframe-larger-than=4096 $(UEFI_INCLUDES)
%/kernels/kernel_sse41.obj: HOST_TARGET := -msse4.1
%/kernels/kernel_avx2.obj: HOST_TARGET := -mavx2
%/kernels/kernel_avx512.obj: HOST_TARGET := $(HOST_AVX512)
%/kernels/kernel_avx512_vnni.obj: HOST_TARGET := $(HOST_AVX512) -mavx512vnni

uefi: $(UEFI)/bootx64.efi

$(UEFI)/objects/%.obj: firmware/%.c firmware/uefi.mk $(HOST_HEADERS)
	@mkdir -p $(@D)
	@clang $(UEFI_CFLAGS) $(HOST_TARGET) -MMD -MP -MF $(@:.obj=.d) -MT $@ -c $< -o $@

$(UEFI)/bootx64.efi: $(UEFI_OBJECTS)
	@lld-link -subsystem:efi_application -entry:uefi_main -nodefaultlib -timestamp:0 -out:$@ $^

-include $(shell find $(UEFI) -name '*.d' 2>/dev/null)
