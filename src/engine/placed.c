/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One entry for each living process that was placed. Ends are not subscribed to for this: whenever
 * the table has doubled, the dead are taken out, which costs two signals 0 for each entry ever
 * made. */
#include "config.h"

#include "engine/placed.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/table.h"

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
	pthread_mutex_t lock;  /* the gate's thread asks, too */
	struct entry *entries; /* by tgid */
	size_t sweep_at;
};

struct placed *placed_new(void)
{
	struct placed *placed = calloc(1, sizeof(*placed));

	if (!placed)
		return NULL;
	(void)pthread_mutex_init(&placed->lock, NULL);
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
	(void)pthread_mutex_destroy(&placed->lock);
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

static bool knows(const struct entry *entry, uint64_t identity, uint64_t place)
{
	return entry && entry->identity == identity && entry->place == place;
}

bool placed_knows(struct placed *placed, pid_t tgid, uint64_t identity, uint64_t place)
{
	bool known;

	(void)pthread_mutex_lock(&placed->lock);
	known = knows(find(placed, tgid), identity, place);
	(void)pthread_mutex_unlock(&placed->lock);
	return known;
}

static enum placed_answer ask(struct entry *entry, enum placed_policy policy, uint64_t now_ms)
{
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

enum placed_answer placed_ask(struct placed *placed, pid_t tgid, uint64_t identity, uint64_t place,
			      enum placed_policy policy, uint64_t now_ms)
{
	enum placed_answer answer = PLACED_FIRST;
	struct entry *entry;

	(void)pthread_mutex_lock(&placed->lock);
	entry = find(placed, tgid);
	if (knows(entry, identity, place))
		answer = ask(entry, policy, now_ms);
	(void)pthread_mutex_unlock(&placed->lock);
	return answer;
}

/* The entry of the number, new or old. NULL: no memory. */
static struct entry *entry_of(struct placed *placed, pid_t tgid)
{
	struct entry *entry = find(placed, tgid);

	if (entry)
		return entry;
	if (HASH_COUNT(placed->entries) >= placed->sweep_at)
		sweep(placed);
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->tgid = tgid;
	HASH_ADD_INT(placed->entries, tgid, entry);
	if (!table_has(entry)) {
		free(entry);
		return NULL;
	}
	return entry;
}

void placed_note(struct placed *placed, pid_t tgid, uint64_t identity, uint64_t place,
		 uint64_t now_ms)
{
	struct entry *entry;

	(void)pthread_mutex_lock(&placed->lock);
	entry = entry_of(placed, tgid);
	if (entry && !knows(entry, identity, place)) {
		entry->identity = identity;
		entry->place = place;
		entry->first_ms = now_ms;
		entry->put_back = 0;
	}
	(void)pthread_mutex_unlock(&placed->lock);
}

void placed_forget(struct placed *placed, pid_t tgid)
{
	struct entry *entry;

	(void)pthread_mutex_lock(&placed->lock);
	entry = find(placed, tgid);
	if (entry) {
		HASH_DEL(placed->entries, entry);
		free(entry);
	}
	(void)pthread_mutex_unlock(&placed->lock);
}

size_t placed_count(struct placed *placed)
{
	size_t count;

	(void)pthread_mutex_lock(&placed->lock);
	count = HASH_COUNT(placed->entries);
	(void)pthread_mutex_unlock(&placed->lock);
	return count;
}
