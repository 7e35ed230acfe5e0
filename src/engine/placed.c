/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One entry for each living process that was placed. Ends are not subscribed to for this: whenever
 * the table has doubled, the dead are taken out, which costs two signals 0 for each entry ever
 * made. */
#include "config.h"

#include "engine/placed.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <uthash.h>

#define SWEEP_MIN 1024

struct entry {
	UT_hash_handle hh;
	pid_t tgid;
	unsigned put_back; /* times, since first_ms */
	uint64_t identity;
	uint64_t place;
	uint64_t first_ms;
};

struct placed {
	struct entry *entries; /* by tgid */
	size_t sweep_at;
};

struct placed *placed_new(void)
{
	struct placed *placed = calloc(1, sizeof(*placed));

	if (placed)
		placed->sweep_at = SWEEP_MIN;
	return placed;
}

void placed_free(struct placed *placed)
{
	struct entry *entry, *next;

	if (!placed)
		return;
	HASH_ITER (hh, placed->entries, entry, next) {
		HASH_DEL(placed->entries, entry);
		free(entry);
	}
	free(placed);
}

static void sweep(struct placed *placed)
{
	struct entry *entry, *next;

	HASH_ITER (hh, placed->entries, entry, next) {
		if (kill(entry->tgid, 0) < 0 && errno == ESRCH) {
			HASH_DEL(placed->entries, entry);
			free(entry);
		}
	}
	placed->sweep_at = HASH_COUNT(placed->entries) * 2;
	if (placed->sweep_at < SWEEP_MIN)
		placed->sweep_at = SWEEP_MIN;
}

static struct entry *find(const struct placed *placed, pid_t tgid)
{
	struct entry *entry;

	HASH_FIND_INT(placed->entries, &tgid, entry);
	return entry;
}

bool placed_knows(const struct placed *placed, pid_t tgid, uint64_t identity, uint64_t place)
{
	const struct entry *entry = find(placed, tgid);

	return entry && entry->identity == identity && entry->place == place;
}

enum placed_answer placed_ask(struct placed *placed, pid_t tgid, uint64_t identity, uint64_t place,
			      enum placed_policy policy, uint64_t now_ms)
{
	struct entry *entry = find(placed, tgid);

	if (!entry || !placed_knows(placed, tgid, identity, place))
		return PLACED_FIRST;
	if (policy == PLACED_YIELD)
		return PLACED_LEAVE;
	if (now_ms - entry->first_ms >= PLACED_REASSERT_TIME_MS) {
		if (entry->put_back > PLACED_REASSERT_MAX)
			return PLACED_LEAVE; /* it gave up once: for good */
		entry->first_ms = now_ms;
		entry->put_back = 0;
	}
	if (++entry->put_back <= PLACED_REASSERT_MAX)
		return PLACED_PUT_BACK;
	return entry->put_back == PLACED_REASSERT_MAX + 1 ? PLACED_GIVE_UP : PLACED_LEAVE;
}

void placed_note(struct placed *placed, pid_t tgid, uint64_t identity, uint64_t place,
		 uint64_t now_ms)
{
	struct entry *entry = find(placed, tgid);

	if (!entry) {
		if (HASH_COUNT(placed->entries) >= placed->sweep_at)
			sweep(placed);
		entry = calloc(1, sizeof(*entry));
		if (!entry)
			return;
		entry->tgid = tgid;
		HASH_ADD_INT(placed->entries, tgid, entry);
	} else if (entry->identity == identity && entry->place == place) {
		return;
	}
	entry->identity = identity;
	entry->place = place;
	entry->first_ms = now_ms;
	entry->put_back = 0;
}

size_t placed_count(const struct placed *placed)
{
	return HASH_COUNT(placed->entries);
}
