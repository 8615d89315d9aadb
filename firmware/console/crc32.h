// CRC-32 as zlib and Ethernet have it (polynomial 0x04c11db7, reflected, all ones before and after).
#pragma once

#include <stddef.h>
#include <stdint.h>

uint32_t crc32(const uint8_t *bytes, size_t size);
