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

/* children: those that it forks from now on are sticky too. start_ticks 0: not known, any process
 * of that number until the next exit. Replaces what was said of the process before. 0 or -ENOMEM.
 */
int sticky_add(struct sticky *sticky, pid_t tgid, uint64_t start_ticks, bool children);
void sticky_remove(struct sticky *sticky, pid_t tgid);

/* Is there an entry for the number at all? Costs nothing when the table is empty. */
bool sticky_has(const struct sticky *sticky, pid_t tgid);

/* Is this process sticky? */
bool sticky_matches(const struct sticky *sticky, pid_t tgid, uint64_t start_ticks);

/* Are the children of the process with that number sticky? */
bool sticky_inherits(const struct sticky *sticky, pid_t tgid);

size_t sticky_count(const struct sticky *sticky);

/* Drop those for which gone() says so. */
typedef bool sticky_gone_fn(void *arg, pid_t tgid, uint64_t start_ticks);
void sticky_sweep(struct sticky *sticky, sticky_gone_fn *gone, void *arg);

#endif
