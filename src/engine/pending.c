/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The waiting room: by number to find a process again, and in the order of the times. */
#include "config.h"

#include "engine/pending.h"

#include <errno.h>
#include <stdlib.h>
#include <uthash.h>
#include <utlist.h>

struct waiting {
	UT_hash_handle hh;
	struct waiting *prev, *next;
	pid_t tgid;
	bool parked;
	uint64_t due_ms;
};

struct pending {
	struct waiting *by_tgid;
	struct waiting *timed; /* by due_ms: all are given the same delay */
	struct waiting *parked;
};

struct pending *pending_new(void)
{
	return calloc(1, sizeof(struct pending));
}

static void drop(struct pending *pending, struct waiting *waiting)
{
	HASH_DEL(pending->by_tgid, waiting);
	if (waiting->parked)
		DL_DELETE(pending->parked, waiting);
	else
		DL_DELETE(pending->timed, waiting);
	free(waiting);
}

void pending_free(struct pending *pending)
{
	struct waiting *waiting, *next;

	if (!pending)
		return;
	HASH_ITER (hh, pending->by_tgid, waiting, next)
		drop(pending, waiting);
	free(pending);
}

static struct waiting *find(const struct pending *pending, pid_t tgid)
{
	struct waiting *waiting;

	HASH_FIND_INT(pending->by_tgid, &tgid, waiting);
	return waiting;
}

static struct waiting *add(struct pending *pending, pid_t tgid)
{
	struct waiting *waiting = calloc(1, sizeof(*waiting));

	if (!waiting)
		return NULL;
	waiting->tgid = tgid;
	HASH_ADD_INT(pending->by_tgid, tgid, waiting);
	return waiting;
}

int pending_add(struct pending *pending, pid_t tgid, uint64_t due_ms)
{
	struct waiting *waiting = find(pending, tgid);

	if (waiting)
		return 0;
	waiting = add(pending, tgid);
	if (!waiting)
		return -ENOMEM;
	waiting->due_ms = due_ms;
	DL_APPEND(pending->timed, waiting);
	return 0;
}

int pending_park(struct pending *pending, pid_t tgid)
{
	struct waiting *waiting;

	pending_remove(pending, tgid);
	waiting = add(pending, tgid);
	if (!waiting)
		return -ENOMEM;
	waiting->parked = true;
	DL_APPEND(pending->parked, waiting);
	return 0;
}

void pending_remove(struct pending *pending, pid_t tgid)
{
	struct waiting *waiting = pending->by_tgid ? find(pending, tgid) : NULL;

	if (waiting)
		drop(pending, waiting);
}

bool pending_next_due(const struct pending *pending, uint64_t *ret_due_ms)
{
	if (!pending->timed)
		return false;
	*ret_due_ms = pending->timed->due_ms;
	return true;
}

pid_t pending_take_due(struct pending *pending, uint64_t now_ms)
{
	pid_t tgid;

	if (!pending->timed || pending->timed->due_ms > now_ms)
		return 0;
	tgid = pending->timed->tgid;
	drop(pending, pending->timed);
	return tgid;
}

void pending_unpark(struct pending *pending, uint64_t due_ms)
{
	struct waiting *waiting, *next;

	DL_FOREACH_SAFE (pending->parked, waiting, next) {
		DL_DELETE(pending->parked, waiting);
		waiting->parked = false;
		waiting->due_ms = due_ms;
		DL_PREPEND(pending->timed, waiting);
	}
}

size_t pending_count(const struct pending *pending)
{
	return HASH_COUNT(pending->by_tgid);
}
