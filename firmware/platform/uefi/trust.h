// Which models this application may run. The list lies in a section of the application's own PE file
// (boards/uefi-application.ts writes it), so that whoever signs the application signs the list. The digests
// are those of the containers' trailers: ternel_container_open finds out whether a container has its digest.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform.h"

/// How many models the list names; 0 for an application that no image builder has seen.
uint32_t trust_count(void);

/// Whether the list has this digest of 32 bytes.
bool trust_lists(const uint8_t *digest);

/// Whether the firmware checks signatures before it runs something (UEFI 2.10, 32.4: SecureBoot is 1 and
/// SetupMode is not).
bool trust_enforced(void);

/// TERNEL_ERROR_IMAGE_MODEL_UNLISTED for a container that must not run here. Its digest is yet to be
/// verified; nothing else of it is looked at.
enum ternel_error trust_check(const uint8_t *container, size_t bytes) TERNEL_MUST_CHECK;
