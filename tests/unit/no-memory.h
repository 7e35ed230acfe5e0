/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_TESTS_NO_MEMORY_H
#define CGRED_TESTS_NO_MEMORY_H

#include <stdbool.h>

/* For a test that is linked with no-memory.c: the allocations of the whole process fail, from the
 * one on after the next n, until memory_is_back(), which says whether there was one. Nothing that
 * Check does may come in between. */
void memory_ends_after(long n);
bool memory_is_back(void);

/* Sanitizers have allocators of their own, which must not be replaced: nothing fails there. */
bool memory_can_end(void);

#endif
