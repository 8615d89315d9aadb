// Whole files as bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// Reads a file of at most `limit` bytes; a HarnessError when it is missing, unreadable or larger.
std::vector<uint8_t> readFile(const std::string &path, size_t limit);

// Writes a file; a HarnessError when that fails.
void writeFile(const std::string &path, const std::vector<uint8_t> &bytes);
