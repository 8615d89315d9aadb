#include "error.h"

const char *ternel_error_subject(enum ternel_error error) {
    switch (error) {
    case TERNEL_OK:
        return "";
#define TERNEL_ERROR_CASE(code, name, subject, message)                                                      \
    case TERNEL_ERROR_##name:                                                                                \
        return subject;
        TERNEL_ERROR_LIST(TERNEL_ERROR_CASE)
#undef TERNEL_ERROR_CASE
    }
    return "unknown";
}

const char *ternel_error_message(enum ternel_error error) {
    switch (error) {
    case TERNEL_OK:
        return "";
#define TERNEL_ERROR_CASE(code, name, subject, message)                                                      \
    case TERNEL_ERROR_##name:                                                                                \
        return message;
        TERNEL_ERROR_LIST(TERNEL_ERROR_CASE)
#undef TERNEL_ERROR_CASE
    }
    return "unknown";
}
