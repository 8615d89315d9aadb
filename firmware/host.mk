# The engine on this machine: build/host/ternel-host, libternel.a and, under sanitized/, the tests and fuzz harnesses with
# AddressSanitizer and UndefinedBehaviorSanitizer. Included by the top Makefile.
HOST := build/host
HOST_CC ?= gcc

# What `node cli/generate.ts --host` writes; the stamp keeps node from running when no source of the headers has changed.
HOST_HEADERS := $(addprefix $(HOST)/generated/,ternel_container.h ternel_errors.h ternel_tables.h ternel_registers.h ternel_uefi_disk.h)
HOST_HEADER_SOURCES := $(wildcard boards/uefi-disk.ts models/*.ts models/errors/*.ts models/container/*.ts hw/accel/*.ts cli/generate.ts cli/generate/*.ts)

HOST_ENGINE := $(filter-out %_test.c,$(wildcard firmware/engine/*.c))
HOST_KERNELS := $(filter-out %_test.c,$(wildcard firmware/kernels/*.c))
HOST_X86_KERNELS := $(addprefix firmware/kernels/kernel_,sse41.c avx2.c avx512.c avx512_vnni.c)
ifeq ($(filter x86_64-%,$(shell $(HOST_CC) -dumpmachine)),)
HOST_KERNELS := $(filter-out $(HOST_X86_KERNELS),$(HOST_KERNELS))
endif
HOST_BENCH := $(wildcard firmware/platform/host/bench/*.c) $(addprefix firmware/platform/host/,model_file.c sha256_nettle.c)
HOST_THREADS := firmware/platform/host/worker_threads.c
# What the library has beside the engine and its kernels: threads and memory of this system.
HOST_NATIVE := $(HOST_THREADS) $(addprefix firmware/platform/host/,native_backend.c big_memory.c)
HOST_CONSOLE := $(filter-out %_test.c,$(wildcard firmware/console/*.c))
HOST_PROGRAM := $(wildcard firmware/platform/host/*.c)
HOST_TESTS := $(wildcard firmware/engine/*_test.c firmware/engine/testing/*.c)
HOST_FUZZ := container tokenizer console

HOST_WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wundef -Wstrict-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Werror
HOST_INCLUDES := -Ifirmware/engine -Ifirmware/engine/testing -Ifirmware/kernels -Ifirmware/kernels/testing -Ifirmware/console -Ifirmware/platform/host -I$(HOST)/generated
HOST_CFLAGS := -std=c11 -D_POSIX_C_SOURCE=200809L -O2 -g $(HOST_WARNINGS) $(HOST_INCLUDES) -ffile-prefix-map=$(CURDIR)=.
HOST_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
HOST_LIBRARIES := -lnettle -lm -pthread

# A kernel is compiled for the processors that have its instructions, and nothing else is.
HOST_AVX512 := -mavx512f -mavx512bw -mavx512dq -mavx512vl
%/kernels/kernel_sse41.o: HOST_TARGET := -msse4.1
%/kernels/kernel_avx2.o: HOST_TARGET := -mavx2
%/kernels/kernel_avx512.o: HOST_TARGET := $(HOST_AVX512)
%/kernels/kernel_avx512_vnni.o: HOST_TARGET := $(HOST_AVX512) -mavx512vnni

# Two makes may run at the same time (tests do): every file appears whole or not at all.
host_compile = $(HOST_CC) $(HOST_CFLAGS) $(HOST_TARGET) $(1) -MMD -MP -MF $(@:.o=.d) -MT $@ -c $< -o $@.$$$$ && mv $@.$$$$ $@
host_link = $(HOST_CC) $(1) $^ $(HOST_LIBRARIES) -o $@.$$$$ && mv $@.$$$$ $@

host_objects = $(patsubst firmware/%.c,$(HOST)/$(1)/%.o,$(2))

host: $(HOST)/ternel-host $(HOST)/libternel.a ## build the native engine: build/host/ternel-host

.PHONY: host-bench
host-bench: $(HOST)/ternel-bench

.PHONY: host-tests
host-tests: $(HOST)/sanitized/ternel-tests $(HOST)/sanitized/kernel-tests $(HOST)/threads/kernel-tests \
		$(HOST)/sanitized/ternel-host $(HOST_FUZZ:%=$(HOST)/sanitized/fuzz-%)

$(HOST)/generated/.stamp: $(HOST_HEADER_SOURCES)
	@node cli/generate.ts --host
	@touch $@
$(HOST_HEADERS): $(HOST)/generated/.stamp ;

$(HOST)/objects/%.o: firmware/%.c $(HOST_HEADERS)
	@mkdir -p $(@D)
	@$(call host_compile)

$(HOST)/sanitized/objects/%.o: firmware/%.c $(HOST_HEADERS)
	@mkdir -p $(@D)
	@$(call host_compile,$(HOST_SANITIZE))

$(HOST)/libternel.a: $(call host_objects,objects,$(HOST_ENGINE) $(HOST_KERNELS) $(HOST_NATIVE))
	@ar rcsD $@.$$$$ $^ && mv $@.$$$$ $@

$(HOST)/ternel-host: $(call host_objects,objects,$(filter-out $(HOST_NATIVE),$(HOST_PROGRAM)) $(HOST_CONSOLE)) $(HOST)/libternel.a
	@$(call host_link)

$(HOST)/ternel-bench: $(call host_objects,objects,$(HOST_BENCH)) $(HOST)/libternel.a
	@$(call host_link)

$(HOST)/sanitized/ternel-host: $(call host_objects,sanitized/objects,$(HOST_PROGRAM) $(HOST_CONSOLE) $(HOST_ENGINE) $(HOST_KERNELS))
	@$(call host_link,$(HOST_SANITIZE))

HOST_TESTED := $(HOST_ENGINE) firmware/platform/host/sha256_nettle.c firmware/platform/host/model_file.c
$(HOST)/sanitized/ternel-tests: $(call host_objects,sanitized/objects,$(HOST_TESTS) $(HOST_TESTED))
	@$(call host_link,$(HOST_SANITIZE))

HOST_KERNEL_TESTS := $(wildcard firmware/kernels/*_test.c firmware/kernels/testing/*.c) $(HOST_KERNELS) $(HOST_ENGINE) \
	$(HOST_THREADS) firmware/engine/testing/testing.c firmware/engine/testing/model_fixture.c
$(HOST)/sanitized/kernel-tests: $(call host_objects,sanitized/objects,$(HOST_KERNEL_TESTS))
	@$(call host_link,$(HOST_SANITIZE))

# The same under ThreadSanitizer, which knows no others beside it: `build/host/threads/kernel-tests workers`, `... forward`.
HOST_THREAD_SANITIZE := -fsanitize=thread
$(HOST)/threads/objects/%.o: firmware/%.c $(HOST_HEADERS)
	@mkdir -p $(@D)
	@$(call host_compile,$(HOST_THREAD_SANITIZE))
$(HOST)/threads/kernel-tests: $(call host_objects,threads/objects,$(HOST_KERNEL_TESTS))
	@$(call host_link,$(HOST_THREAD_SANITIZE))

# Fuzz harnesses: with the driver in the repository for the tests, with libFuzzer for a long run (`make host-fuzz`, then
# build/host/libfuzzer/fuzz-console CORPUS_FOLDER).
HOST_FUZZED := $(HOST_ENGINE) $(HOST_CONSOLE) firmware/platform/host/sha256_nettle.c firmware/engine/testing/testing.c \
	firmware/engine/testing/model_fixture.c
$(HOST)/sanitized/fuzz-%: $(HOST)/sanitized/objects/engine/fuzz/%.o $(HOST)/sanitized/objects/engine/fuzz/driver.o \
		$(call host_objects,sanitized/objects,$(HOST_FUZZED))
	@$(call host_link,$(HOST_SANITIZE))

.PHONY: host-fuzz
host-fuzz: $(HOST_FUZZ:%=$(HOST)/libfuzzer/fuzz-%)
$(HOST)/libfuzzer/fuzz-%: firmware/engine/fuzz/%.c $(HOST_FUZZED) $(HOST_HEADERS)
	@mkdir -p $(@D)
	@clang $(filter-out -Werror,$(HOST_CFLAGS)) -fsanitize=fuzzer,address,undefined $(filter %.c,$^) $(HOST_LIBRARIES) -o $@

.SECONDARY:
-include $(shell find $(HOST) -name '*.d' 2>/dev/null)
