// Every function that can fail returns an `enum ternel_error`, and nobody may drop it. The codes, their
// texts and docs/errors.md come from one table, models/errors.ts.
#pragma once

#include "ternel_errors.h"

/// Marks a function whose result the caller has to use.
#define TERNEL_MUST_CHECK __attribute__((warn_unused_result))

/// Returns the error of `expression` to the caller's caller when it is one.
#define TERNEL_TRY(expression)                                                                               \
    do {                                                                                                     \
        enum ternel_error try_error = (expression);                                                          \
        if (try_error != TERNEL_OK) {                                                                        \
            return try_error;                                                                                \
        }                                                                                                    \
    } while (0)

/// The subject of an error ("container") and what happened ("hash mismatch"), as in `E1203 container: hash
/// mismatch`; the number is the enum's value. Both are "" for TERNEL_OK and "unknown" for a value that is no
/// code.
const char *ternel_error_subject(enum ternel_error error);
const char *ternel_error_message(enum ternel_error error);
