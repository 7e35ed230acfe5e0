/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of sticky processes. It only remembers; the engine feeds it with forks and ends. */
#include "config.h"

#include "process/sticky.h"

#include <errno.h>
#include <stdlib.h>

#include "base/table.h"

struct entry {
	UT_hash_handle hh;
	pid_t tgid; /* the key */
	struct sticky_entry is;
};

struct sticky {
	struct entry *entries; /* by tgid */
};

struct sticky *sticky_new(void)
{
	return calloc(1, sizeof(struct sticky));
}

static void drop(struct sticky *sticky, struct entry *entry)
{
	HASH_DEL(sticky->entries, entry);
	free(entry);
}

void sticky_free(struct sticky *sticky)
{
	struct entry *entry, *next;

	if (!sticky)
		return;
	HASH_ITER (hh, sticky->entries, entry, next)
		drop(sticky, entry);
	free(sticky);
}

static struct entry *find(const struct sticky *sticky, pid_t tgid)
{
	struct entry *entry;

	HASH_FIND_INT(sticky->entries, &tgid, entry);
	return entry;
}

int sticky_add(struct sticky *sticky, const struct sticky_entry *new_entry)
{
	struct entry *entry = find(sticky, new_entry->tgid);

	if (!entry) {
		entry = calloc(1, sizeof(*entry));
		if (!entry)
			return -ENOMEM;
		entry->tgid = new_entry->tgid;
		HASH_ADD_INT(sticky->entries, tgid, entry);
		if (!table_has(entry)) {
			free(entry);
			return -ENOMEM;
		}
	}
	entry->is = *new_entry;
	return 0;
}

void sticky_remove(struct sticky *sticky, pid_t tgid)
{
	struct entry *entry = find(sticky, tgid);

	if (entry)
		drop(sticky, entry);
}

bool sticky_has(const struct sticky *sticky, pid_t tgid)
{
	return sticky->entries && find(sticky, tgid);
}

bool sticky_matches(const struct sticky *sticky, pid_t tgid, uint64_t start_ticks)
{
	const struct entry *entry = find(sticky, tgid);

	return entry && (entry->is.start_ticks == 0 || entry->is.start_ticks == start_ticks);
}

const struct sticky_entry *sticky_find(const struct sticky *sticky, pid_t tgid)
{
	const struct entry *entry = sticky->entries ? find(sticky, tgid) : NULL;

	return entry ? &entry->is : NULL;
}

size_t sticky_count(const struct sticky *sticky)
{
	return HASH_COUNT(sticky->entries);
}

void sticky_filter(struct sticky *sticky, sticky_keep_fn *keep, void *arg)
{
	struct entry *entry, *next;

	HASH_ITER (hh, sticky->entries, entry, next) {
		if (!keep(arg, &entry->is))
			drop(sticky, entry);
	}
}
