/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_PROCESS_STICKY_H
#define CGRED_PROCESS_STICKY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The processes that somebody placed by hand, which no rule may move: kept by tgid and start time,
 * so that a later process with the same number is not taken for them. */
struct sticky;

/* NULL: no memory. */
struct sticky *sticky_new(void);
void sticky_free(struct sticky *sticky);

/* What is known of a sticky process. */
struct sticky_entry {
	pid_t tgid;
	uint64_t start_ticks; /* 0: not known, any process of that number until the next exit */
	bool children;	      /* those that it forks from now on are sticky too */
	uint64_t since_ticks; /* now, on the clock of start_ticks: what started before is not theirs
			       */
};

/* Replaces what was said of the process before. 0 or -ENOMEM. */
int sticky_add(struct sticky *sticky, const struct sticky_entry *entry);
void sticky_remove(struct sticky *sticky, pid_t tgid);

/* Is there an entry for the number at all? Costs nothing when the table is empty. */
bool sticky_has(const struct sticky *sticky, pid_t tgid);

/* Is this process sticky? */
bool sticky_matches(const struct sticky *sticky, pid_t tgid, uint64_t start_ticks);

/* The entry of the number, or NULL. Valid until the next change. */
const struct sticky_entry *sticky_find(const struct sticky *sticky, pid_t tgid);

size_t sticky_count(const struct sticky *sticky);

/* Go through all; those for which keep() is false are dropped. */
typedef bool sticky_keep_fn(void *arg, const struct sticky_entry *entry);
void sticky_filter(struct sticky *sticky, sticky_keep_fn *keep, void *arg);

#endif
