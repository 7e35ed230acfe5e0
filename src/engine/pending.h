/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_PENDING_H
#define CGRED_ENGINE_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "engine/event.h"

/* Processes whose decision waits: for the rest of a setgid-setuid-exec sequence, for a name, or for
 * another try. */
struct pending;

struct pending_item {
	pid_t tgid;
	enum event_kind kind; /* of the event that it waits for a decision on */
	unsigned tries;	      /* how often it could not be read */
};

/* NULL: no memory. */
struct pending *pending_new(void);
void pending_free(struct pending *pending);

/* Decide at due_ms (CLOCK_MONOTONIC). One that waits for its time already keeps that, and what it
 * waits for, but an event counts for more than that a scan found it; one that is parked, or waits
 * for another try and has done more meanwhile, gets the time. 0 or -ENOMEM. */
int pending_add(struct pending *pending, const struct pending_item *item, uint64_t due_ms);

/* Decide when pending_unpark() is called. 0 or -ENOMEM. */
int pending_park(struct pending *pending, const struct pending_item *item);

/* It need not wait any more (it is decided, or gone). */
void pending_remove(struct pending *pending, pid_t tgid);

bool pending_has(const struct pending *pending, pid_t tgid);

/* When the first is due; false: none is. */
bool pending_next_due(const struct pending *pending, uint64_t *ret_due_ms);

/* Take out one that is due by now. False: there is none. */
bool pending_take_due(struct pending *pending, uint64_t now_ms, struct pending_item *ret);

/* Make all that are parked due at due_ms. */
void pending_unpark(struct pending *pending, uint64_t due_ms);

size_t pending_count(const struct pending *pending);

#endif
