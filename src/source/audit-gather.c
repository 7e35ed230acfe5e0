/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records of one event come among those of others. libauparse can sort them, too, but takes an
 * event for complete when its time is two seconds before that of another record: the time is that
 * of the call's beginning, and a call may wait, or its records in a queue. Here the time of arrival
 * counts.
 */
#include "config.h"

#include "source/audit-gather.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* As many events at a time as there are tasks in the middle of writing their records. Of two whose
 * numbers differ by a multiple of this the older one is taken as it is. */
#define SLOTS 4096

/* A call has some ten lines at most, of 9 KiB at most; a kernel that writes more is not believed.
 */
#define EVENT_MAX_BYTES ((size_t)256 * 1024)

struct event {
	struct event *next; /* of those that are not in use */
	uint32_t serial;
	int64_t last_ms;
	size_t len, size;
	char *text;
};

struct audit_gather {
	audit_gather_fn done;
	void *arg;
	struct event *slots[SLOTS];
	struct event *spare;
	size_t n;
};

struct audit_gather *audit_gather_new(audit_gather_fn done, void *arg)
{
	struct audit_gather *gather = calloc(1, sizeof(*gather));

	if (!gather)
		return NULL;
	gather->done = done;
	gather->arg = arg;
	return gather;
}

static void free_event(struct event *event)
{
	if (event)
		free(event->text);
	free(event);
}

void audit_gather_free(struct audit_gather *gather)
{
	if (!gather)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		free_event(gather->slots[i]);
	while (gather->spare) {
		struct event *next = gather->spare->next;

		free_event(gather->spare);
		gather->spare = next;
	}
	free(gather);
}

static void finish(struct audit_gather *gather, size_t slot)
{
	struct event *event = take_ptr(&gather->slots[slot]);

	if (!event)
		return;
	gather->n--;
	gather->done(gather->arg, event->text, event->len);
	event->next = gather->spare;
	gather->spare = event;
}

static struct event *take_spare(struct audit_gather *gather)
{
	struct event *event = gather->spare;

	if (!event)
		return calloc(1, sizeof(*event));
	gather->spare = event->next;
	return event;
}

bool audit_gather_has(const struct audit_gather *gather, uint32_t serial)
{
	const struct event *event = gather->slots[serial % SLOTS];

	return event && event->serial == serial;
}

size_t audit_gather_len(const struct audit_gather *gather, uint32_t serial)
{
	return audit_gather_has(gather, serial) ? gather->slots[serial % SLOTS]->len : 0;
}

int audit_gather_begin(struct audit_gather *gather, uint32_t serial, int64_t now_ms)
{
	struct event *event;

	if (audit_gather_has(gather, serial))
		return 0;
	finish(gather, serial % SLOTS);
	event = take_spare(gather);
	if (!event)
		return -ENOMEM;
	event->serial = serial;
	event->last_ms = now_ms;
	event->len = 0;
	gather->slots[serial % SLOTS] = event;
	gather->n++;
	return 0;
}

static int make_room(struct event *event, size_t len)
{
	size_t size = event->size ? event->size : 2048;
	char *grown;

	while (size < event->len + len)
		size *= 2;
	if (size == event->size)
		return 0;
	grown = realloc(event->text, size);
	if (!grown)
		return -ENOMEM;
	event->text = grown;
	event->size = size;
	return 0;
}

int audit_gather_add(struct audit_gather *gather, uint32_t serial, int64_t now_ms, const char *line,
		     size_t len)
{
	struct event *event = gather->slots[serial % SLOTS];
	int r;

	if (len > EVENT_MAX_BYTES - event->len)
		return -EFBIG;
	r = make_room(event, len);
	if (r < 0)
		return r;
	memcpy(event->text + event->len, line, len);
	event->len += len;
	event->last_ms = now_ms;
	return 0;
}

void audit_gather_end(struct audit_gather *gather, uint32_t serial)
{
	if (audit_gather_has(gather, serial))
		finish(gather, serial % SLOTS);
}

size_t audit_gather_count(const struct audit_gather *gather)
{
	return gather->n;
}

void audit_gather_age(struct audit_gather *gather, int64_t now_ms, int64_t limit_ms)
{
	for (size_t i = 0; i < SLOTS && gather->n > 0; i++)
		if (gather->slots[i] && now_ms - gather->slots[i]->last_ms >= limit_ms)
			finish(gather, i);
}
