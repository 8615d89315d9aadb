# The tests of boot, drivers and console on this machine, with AddressSanitizer and UndefinedBehaviorSanitizer; models of the
# devices in drivers/fake stand in for the registers. firmware/host-tests.test.ts builds and runs them. Included by build.mk; the
# warnings and the generated headers are the host's (host.mk).
FIRMWARE_TESTS := build/host/sanitized/firmware-tests
FIRMWARE_TEST_SOURCES := $(wildcard $(addprefix firmware/,boot/*_test.c drivers/*_test.c console/*_test.c testing/*.c drivers/fake/*.c)) \
  $(addprefix firmware/,boot/stage1_image.c engine/error.c engine/utf8.c) \
  $(addprefix firmware/drivers/,accelerator.c accelerator_list.c accelerator_backend.c sha256_hardware.c uart.c watchdog.c flash_memory.c flash_quad.c) \
  $(addprefix firmware/console/,arguments.c base64.c crc32.c flash.c line.c output.c text_stream.c)
FIRMWARE_TEST_OBJECTS := $(FIRMWARE_TEST_SOURCES:firmware/%.c=build/host/firmware-tests/%.o)
FIRMWARE_TEST_INCLUDES := $(addprefix -Ifirmware/,testing drivers/fake drivers boot console engine) -Ibuild/host/generated -I$(GENERATED)

.PHONY: firmware-tests
firmware-tests: $(FIRMWARE_TESTS)

build/host/firmware-tests/%.o: firmware/%.c | $(GENERATED)/ternel_configuration.h build/host/generated/ternel_errors.h
	@mkdir -p $(@D)
	$(QUIET)gcc -std=c11 -g -O1 $(HOST_WARNINGS) $(HOST_SANITIZE) $(FIRMWARE_TEST_INCLUDES) -MMD -MP -c $< -o $@

$(FIRMWARE_TESTS): $(FIRMWARE_TEST_OBJECTS)
	@mkdir -p $(@D)
	$(QUIET)gcc $(HOST_SANITIZE) $(FIRMWARE_TEST_OBJECTS) -lnettle -o $@

-include $(FIRMWARE_TEST_OBJECTS:.o=.d)
