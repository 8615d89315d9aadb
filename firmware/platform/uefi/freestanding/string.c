#include "string.h"

#include <stdint.h>

#undef memcpy
#undef memset

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
    void *const start = to;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
    return start;
}

void *memmove(void *to, const void *from, size_t size) {
    uint8_t *target = to;
    const uint8_t *source = from;
    if ((uintptr_t)to <= (uintptr_t)from || (uintptr_t)to - (uintptr_t)from >= size) {
        return memcpy(to, from, size);
    }
    while (size != 0) {
        size--;
        target[size] = source[size];
    }
    return to;
}

void *memset(void *to, int byte, size_t size) {
    void *const start = to;
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(byte) : "memory");
    return start;
}

int memcmp(const void *a, const void *b, size_t size) {
    const uint8_t *left = a;
    const uint8_t *right = b;
    for (size_t at = 0; at < size; at++) {
        if (left[at] != right[at]) {
            return left[at] < right[at] ? -1 : 1;
        }
    }
    return 0;
}

size_t strlen(const char *text) {
    size_t length = 0;
    while (text[length] != 0) {
        length++;
    }
    return length;
}

int strcmp(const char *a, const char *b) {
    return strncmp(a, b, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t size) {
    for (size_t at = 0; at < size; at++) {
        const uint8_t left = (uint8_t)a[at];
        const uint8_t right = (uint8_t)b[at];
        if (left != right || left == 0) {
            return left - right;
        }
    }
    return 0;
}

char *strchr(const char *text, int character) {
    while (*text != (char)character) {
        if (*text++ == 0) {
            return NULL;
        }
    }
    return (char *)(uintptr_t)text;
}
