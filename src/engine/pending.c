/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The waiting room: by number to find a process again, and in the order of the times. */
#include "config.h"

#include "engine/pending.h"

#include <errno.h>
#include <stdlib.h>
#include <utlist.h>

#include "base/table.h"

struct waiting {
	UT_hash_handle hh;
	struct waiting *prev, *next;
	pid_t tgid;
	struct pending_item item;
	bool parked;
	uint64_t due_ms;
};

struct pending {
	struct waiting *by_tgid;
	struct waiting *timed; /* by due_ms */
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

static struct waiting *add(struct pending *pending, const struct pending_item *item)
{
	struct waiting *waiting = calloc(1, sizeof(*waiting));

	if (!waiting)
		return NULL;
	waiting->tgid = item->tgid;
	waiting->item = *item;
	HASH_ADD_INT(pending->by_tgid, tgid, waiting);
	if (!table_has(waiting)) {
		free(waiting);
		return NULL;
	}
	return waiting;
}

/* Most have the same delay, so that the place is nearly always the end. */
static void insert_timed(struct pending *pending, struct waiting *waiting)
{
	struct waiting *before = pending->timed ? pending->timed->prev : NULL;

	while (before && before->due_ms > waiting->due_ms)
		before = before == pending->timed ? NULL : before->prev;
	if (before)
		DL_APPEND_ELEM(pending->timed, before, waiting);
	else
		DL_PREPEND(pending->timed, waiting);
}

int pending_add(struct pending *pending, const struct pending_item *item, uint64_t due_ms)
{
	struct waiting *waiting = find(pending, item->tgid);

	if (waiting && !waiting->parked) {
		/* Who is found may be let be for its age, who does something may not. */
		if (waiting->item.kind == EVENT_SCAN)
			waiting->item.kind = item->kind;
		if (waiting->item.tries == 0 || item->tries > 0)
			return 0;
		waiting->item.tries = 0;
		waiting->due_ms = due_ms;
		DL_DELETE(pending->timed, waiting);
		insert_timed(pending, waiting);
		return 0;
	}
	if (waiting)
		drop(pending, waiting);
	waiting = add(pending, item);
	if (!waiting)
		return -ENOMEM;
	waiting->due_ms = due_ms;
	insert_timed(pending, waiting);
	return 0;
}

int pending_park(struct pending *pending, const struct pending_item *item)
{
	struct waiting *waiting;

	pending_remove(pending, item->tgid);
	waiting = add(pending, item);
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

bool pending_has(const struct pending *pending, pid_t tgid)
{
	return pending->by_tgid && find(pending, tgid);
}

bool pending_next_due(const struct pending *pending, uint64_t *ret_due_ms)
{
	if (!pending->timed)
		return false;
	*ret_due_ms = pending->timed->due_ms;
	return true;
}

bool pending_take_due(struct pending *pending, uint64_t now_ms, struct pending_item *ret)
{
	if (!pending->timed || pending->timed->due_ms > now_ms)
		return false;
	*ret = pending->timed->item;
	drop(pending, pending->timed);
	return true;
}

void pending_unpark(struct pending *pending, uint64_t due_ms)
{
	while (pending->parked) {
		struct waiting *waiting = pending->parked;

		DL_DELETE(pending->parked, waiting);
		waiting->parked = false;
		waiting->due_ms = due_ms;
		insert_timed(pending, waiting);
	}
}

size_t pending_count(const struct pending *pending)
{
	return HASH_COUNT(pending->by_tgid);
}
