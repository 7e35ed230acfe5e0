/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_ARENA_H
#define CGRED_BASE_ARENA_H

#include <stddef.h>

/* Memory that is released all at once: for what is built, then never changed. Zero-initialised is
 * empty. */
struct arena {
	struct arena_chunk *chunks;
	size_t used_bytes, size_bytes; /* of the newest chunk */
	size_t next_bytes;
};

/* Zeroed, aligned for any object. NULL: no memory. */
void *arena_alloc(struct arena *arena, size_t size);

/* A terminated copy of text[0..len), not aligned. NULL: no memory. */
char *arena_strndup(struct arena *arena, const char *text, size_t len);

void arena_done(struct arena *arena);

#endif
