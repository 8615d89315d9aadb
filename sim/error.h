// The one error that the harness reports: a code of models/errors.ts, and which file or value it is about.
#pragma once

#include <stdexcept>
#include <string>

// Codes and messages as in models/errors.ts (harness.test.ts compares them).
struct ErrorKind {
    const char *code;
    const char *message;
};

namespace errors {
inline constexpr ErrorKind containerHash = {"E1203", "container: hash mismatch"};
inline constexpr ErrorKind imageBuild = {"E1504", "image: build id mismatch"};
inline constexpr ErrorKind fileMissing = {"E4001", "file: not found"};
inline constexpr ErrorKind fileUnreadable = {"E4002", "file: cannot be read"};
inline constexpr ErrorKind fileUnwritable = {"E4003", "file: cannot be written"};
inline constexpr ErrorKind fileKind = {"E4004", "file: not a kind that this command reads"};
inline constexpr ErrorKind argument = {"E4005", "argument: missing, or not possible"};
} // namespace errors

class HarnessError : public std::runtime_error {
  public:
    HarnessError(const ErrorKind &kind, const std::string &detail)
        : std::runtime_error(std::string(kind.code) + " " + kind.message + " (" + detail + ")") {}
};

// A wrong command line: printed with a hint at --help, exit status 2.
class UsageError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};
