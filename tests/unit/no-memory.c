/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Allocators that can fail, in the place of those of the C library. */
#include "config.h"

#include "no-memory.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#ifdef __has_feature
#define HAS_FEATURE(name) __has_feature(name)
#else
#define HAS_FEATURE(name) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||       \
	HAS_FEATURE(address_sanitizer) || HAS_FEATURE(thread_sanitizer) || \
	HAS_FEATURE(memory_sanitizer)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static long left = LONG_MAX;
static bool has_failed;

void memory_ends_after(long n)
{
	has_failed = false;
	left = n;
}

bool memory_is_back(void)
{
	left = LONG_MAX;
	return has_failed;
}

bool memory_can_end(void)
{
	return !SANITIZED;
}

#if !SANITIZED

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static bool fails(void)
{
	if (left == LONG_MAX || left-- > 0)
		return false;
	left = 0;
	has_failed = true;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(old, bytes);
}

#endif
