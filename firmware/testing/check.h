// A test of the firmware's own parts on this machine: plain functions that check; the first failure ends the
// program.
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                        \
            exit(1);                                                                                         \
        }                                                                                                    \
    } while (0)

#define CHECK_EQUAL(actual, expected)                                                                        \
    do {                                                                                                     \
        const long long check_actual = (long long)(actual);                                                  \
        const long long check_expected = (long long)(expected);                                              \
        if (check_actual != check_expected) {                                                                \
            fprintf(stderr, "%s:%d: %s is %lld, expected %lld\n", __FILE__, __LINE__, #actual, check_actual, \
                    check_expected);                                                                         \
            exit(1);                                                                                         \
        }                                                                                                    \
    } while (0)

#define CHECK_TEXT(actual, expected)                                                                         \
    do {                                                                                                     \
        const char *check_actual = (actual);                                                                 \
        const char *check_expected = (expected);                                                             \
        if (strcmp(check_actual, check_expected) != 0) {                                                     \
            fprintf(stderr, "%s:%d: %s is\n%s\nexpected\n%s\n", __FILE__, __LINE__, #actual, check_actual,   \
                    check_expected);                                                                         \
            exit(1);                                                                                         \
        }                                                                                                    \
    } while (0)
