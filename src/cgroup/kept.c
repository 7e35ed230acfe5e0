/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of kept descriptors. */
#include "config.h"

#include "cgroup/kept.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <utlist.h>

#include "base/table.h"

/* At most this many, and half of the descriptors that the process may have. */
#define KEPT_MAX 8192

struct entry {
	UT_hash_handle hh;
	struct entry *prev, *next; /* least recently used first */
	struct kept_group group;
	uint64_t used; /* by which placement */
	char key[];
};

struct kept {
	struct entry *entries; /* by key */
	struct entry *order;
	size_t max;
	uint64_t placement;
};

void kept_make_key(char key[KEPT_KEY_MAX], size_t hierarchy, const char *path, size_t len)
{
	if (len > KEPT_KEY_MAX - 2)
		len = KEPT_KEY_MAX - 2;
	*key++ = (char)('0' + hierarchy);
	memcpy(key, path, len);
	key[len] = '\0';
}

struct kept *kept_new(void)
{
	struct kept *kept = calloc(1, sizeof(*kept));
	struct rlimit limit = { 0 };

	if (!kept)
		return NULL;
	kept->max = KEPT_MAX;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / 2 < KEPT_MAX)
		kept->max = limit.rlim_cur / 2;
	return kept;
}

static void drop(struct kept *kept, struct entry *entry)
{
	HASH_DEL(kept->entries, entry);
	DL_DELETE(kept->order, entry);
	(void)close(entry->group.fd);
	free(entry);
}

void kept_clear(struct kept *kept)
{
	while (kept->order)
		drop(kept, kept->order);
}

void kept_free(struct kept *kept)
{
	if (!kept)
		return;
	kept_clear(kept);
	free(kept);
}

void kept_begin(struct kept *kept)
{
	kept->placement++;
}

static struct entry *find(struct kept *kept, const char *key)
{
	struct entry *entry;

	HASH_FIND_STR(kept->entries, key, entry);
	return entry;
}

struct kept_group *kept_find(struct kept *kept, const char *key)
{
	struct entry *entry = find(kept, key);

	if (!entry)
		return NULL;
	entry->used = kept->placement;
	DL_DELETE(kept->order, entry);
	DL_APPEND(kept->order, entry);
	return &entry->group;
}

struct kept_group *kept_add(struct kept *kept, const char *key, int fd)
{
	size_t key_len = strlen(key);
	struct entry *entry = calloc(1, sizeof(*entry) + key_len + 1);

	if (!entry) {
		(void)close(fd);
		return NULL;
	}
	if (HASH_COUNT(kept->entries) >= kept->max)
		(void)kept_evict(kept);
	memcpy(entry->key, key, key_len);
	entry->group.fd = fd;
	entry->used = kept->placement;
	HASH_ADD_STR(kept->entries, key, entry);
	if (!table_has(entry)) {
		(void)close(fd);
		free(entry);
		return NULL;
	}
	DL_APPEND(kept->order, entry);
	return &entry->group;
}

void kept_drop(struct kept *kept, const char *key)
{
	struct entry *entry = find(kept, key);

	if (entry)
		drop(kept, entry);
}

bool kept_evict(struct kept *kept)
{
	if (!kept->order || kept->order->used == kept->placement)
		return false;
	drop(kept, kept->order);
	return true;
}

size_t kept_count(const struct kept *kept)
{
	return HASH_COUNT(kept->entries);
}
