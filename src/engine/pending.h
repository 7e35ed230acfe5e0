/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_PENDING_H
#define CGRED_ENGINE_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Processes whose decision waits: for the rest of a setgid-setuid-exec sequence, or for a name. */
struct pending;

/* NULL: no memory. */
struct pending *pending_new(void);
void pending_free(struct pending *pending);

/* Decide at due_ms (CLOCK_MONOTONIC). One that waits already keeps its time. Times must not go
 * backwards from call to call. 0 or -ENOMEM. */
int pending_add(struct pending *pending, pid_t tgid, uint64_t due_ms);

/* Decide when pending_take_parked() is called. 0 or -ENOMEM. */
int pending_park(struct pending *pending, pid_t tgid);

/* It need not wait any more (it is decided, or gone). */
void pending_remove(struct pending *pending, pid_t tgid);

/* When the first is due; false: none is. */
bool pending_next_due(const struct pending *pending, uint64_t *ret_due_ms);

/* Take out one that is due by now; 0: none. */
pid_t pending_take_due(struct pending *pending, uint64_t now_ms);

/* Make all that are parked due at due_ms. */
void pending_unpark(struct pending *pending, uint64_t due_ms);

size_t pending_count(const struct pending *pending);

#endif
