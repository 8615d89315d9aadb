// The standard header's functions that the engine, the kernels and the console use, for a machine without a C
// library.
#pragma once

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t size);
char *strchr(const char *text, int character);

// The compiler puts short copies in place only where it knows what they are; without a C library it has to be
// told (string.c undoes this).
#define memcpy __builtin_memcpy
#define memset __builtin_memset
