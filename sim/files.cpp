#include "files.h"

#include "error.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

std::vector<uint8_t> readFile(const std::string &path, size_t limit) {
    std::error_code problem;
    if (!std::filesystem::exists(path, problem))
        throw HarnessError(errors::fileMissing, path);
    if (!std::filesystem::is_regular_file(path, problem))
        throw HarnessError(errors::fileUnreadable, path + ": not a regular file");
    const auto size = std::filesystem::file_size(path, problem);
    if (problem)
        throw HarnessError(errors::fileUnreadable, path + ": " + problem.message());
    if (size > limit)
        throw HarnessError(errors::argument, path + ": " + std::to_string(size) + " bytes, at most " +
                                                 std::to_string(limit) + " fit");
    std::vector<uint8_t> bytes(static_cast<size_t>(size));
    std::ifstream file(path, std::ios::binary);
    file.read(reinterpret_cast<char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!file)
        throw HarnessError(errors::fileUnreadable, path + ": " + std::strerror(errno));
    return bytes;
}

void writeFile(const std::string &path, const std::vector<uint8_t> &bytes) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file)
        throw HarnessError(errors::fileUnwritable, path + ": " + std::strerror(errno));
}
