/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A bump allocator: a rule set of 100,000 rules is a few hundred allocations and one release. */
#include "config.h"

#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

/* The first, and the largest: each is twice the one before it. */
#define CHUNK_MIN ((size_t)64 * 1024)
#define CHUNK_MAX ((size_t)1024 * 1024)

struct arena_chunk {
	struct arena_chunk *next;
	alignas(max_align_t) char bytes[];
};

static size_t next_chunk_bytes(struct arena *arena, size_t size)
{
	size_t bytes = arena->next_bytes ? arena->next_bytes : CHUNK_MIN;

	arena->next_bytes = bytes < CHUNK_MAX ? bytes * 2 : CHUNK_MAX;
	return size > bytes ? size : bytes;
}

static void *alloc_aligned(struct arena *arena, size_t size, size_t align)
{
	size_t start = (arena->used_bytes + align - 1) & ~(align - 1);
	struct arena_chunk *chunk = arena->chunks;

	if (!chunk || start > arena->size_bytes || size > arena->size_bytes - start) {
		size_t chunk_bytes = next_chunk_bytes(arena, size);

		chunk = calloc(1, sizeof(*chunk) + chunk_bytes);
		if (!chunk)
			return NULL;
		chunk->next = arena->chunks;
		arena->chunks = chunk;
		arena->size_bytes = chunk_bytes;
		start = 0;
	}
	arena->used_bytes = start + size;
	return chunk->bytes + start;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	return alloc_aligned(arena, size, alignof(max_align_t));
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
	char *copy = alloc_aligned(arena, len + 1, 1);

	if (copy)
		memcpy(copy, text, len); /* the zero byte is there: chunks are zeroed */
	return copy;
}

void arena_done(struct arena *arena)
{
	struct arena_chunk *chunk = arena->chunks;

	while (chunk) {
		struct arena_chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
	*arena = (struct arena){ 0 };
}
