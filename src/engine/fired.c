/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One entry for each process and rule. Whenever the table has doubled, those of processes that have
 * ended are taken out. */
#include "config.h"

#include "engine/fired.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"

#define SWEEP_MIN 1024

struct key {
	uint64_t rule;
	uint64_t start_ticks;
	uint64_t tgid; /* as wide as the others: no padding */
};

struct entry {
	UT_hash_handle hh;
	struct key key;
};

struct fired {
	struct entry *entries;
	size_t sweep_at;
};

struct fired *fired_new(void)
{
	struct fired *fired = calloc(1, sizeof(*fired));

	if (fired)
		fired->sweep_at = SWEEP_MIN;
	return fired;
}

static void drop(struct fired *fired, struct entry *entry)
{
	HASH_DEL(fired->entries, entry);
	free(entry);
}

void fired_free(struct fired *fired)
{
	struct entry *entry, *next;

	if (!fired)
		return;
	HASH_ITER (hh, fired->entries, entry, next)
		drop(fired, entry);
	free(fired);
}

static void sweep(struct fired *fired)
{
	struct entry *entry, *next;

	HASH_ITER (hh, fired->entries, entry, next) {
		if (kill((pid_t)entry->key.tgid, 0) < 0 && errno == ESRCH)
			drop(fired, entry);
	}
	fired->sweep_at = HASH_COUNT(fired->entries) * 2;
	if (fired->sweep_at < SWEEP_MIN)
		fired->sweep_at = SWEEP_MIN;
}

bool fired_note(struct fired *fired, pid_t tgid, uint64_t start_ticks, uint64_t rule)
{
	const struct key key = { rule, start_ticks, (uint64_t)tgid };
	struct entry *entry;

	HASH_FIND(hh, fired->entries, &key, sizeof(key), entry);
	if (entry)
		return false;
	if (HASH_COUNT(fired->entries) >= fired->sweep_at)
		sweep(fired);
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return true;
	entry->key = key;
	HASH_ADD(hh, fired->entries, key, sizeof(entry->key), entry);
	if (!table_has(entry))
		free(entry);
	return true;
}

size_t fired_count(const struct fired *fired)
{
	return HASH_COUNT(fired->entries);
}
