/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_FAMILY_H
#define CGRED_ENGINE_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup/hierarchy.h"
#include "cgroup/placer.h"

/*
 * Children of the gap. A child is born in its parent's group; one that is forked between the event
 * that a parent is placed for and the move stays behind, and may have no event of its own ever. The
 * table knows, for a short while, whom the daemon has placed and who descends from them. It relies
 * on the order of the proc connector: what one process does reaches the socket in the order in
 * which it did it, and a fork before anything that the child does.
 */
struct family;

/* Placements of one rule that are handed on. More lines than hierarchies have no effect. */
#define FAMILY_PLACEMENTS_MAX 16

/* Where a process was placed, for those of its children that were too early. */
struct family_place {
	struct placement items[FAMILY_PLACEMENTS_MAX];
	size_t n;
	uint32_t moved;			/* hierarchies */
	uint64_t from[HIERARCHIES_MAX]; /* placer_location() of each before the move */
};

/* NULL: no memory. */
struct family *family_new(void);
void family_free(struct family *family);

/* A decision about the process is due, but waits. Children that it forks from now on wait with it.
 * 0 or -ENOMEM. */
int family_open(struct family *family, pid_t tgid, uint64_t now_ms);

/* The process was placed: what it forked since family_open(), or forks before it is forgotten,
 * belongs there too. The strings are copied. 0 or -ENOMEM. */
int family_place(struct family *family, pid_t tgid, const struct family_place *place,
		 uint64_t now_ms);

/* The process was decided about, and stays where it is: so do its children that wait. What was
 * known of it before family_open() holds again: its children may be older than an earlier move of
 * it. */
void family_close(struct family *family, pid_t tgid);

/* The process stays where somebody else wants it: so do its children. */
void family_forget(struct family *family, pid_t tgid);

/* The process ended before it could be decided about: each of its children is to be, by what the
 * child itself is. 0 or -ENOMEM. */
int family_orphan(struct family *family, pid_t tgid, uint64_t now_ms);

enum family_fork {
	FAMILY_STRANGER, /* the parent is not in the table */
	FAMILY_WAITS,	 /* the decision about the parent is due */
	FAMILY_PLACED,	 /* decide now: the parent was placed (see family_find()), or has ended */
};

/* A process was forked. It is in the table as its parent is. What the table knew of an earlier
 * process with the child's number is forgotten. Without memory the child is a stranger. */
enum family_fork family_fork(struct family *family, pid_t parent, pid_t child, uint64_t now_ms);

/* Where the process, as one of the family, belongs; NULL: the table does not know. Valid until the
 * next change. */
const struct family_place *family_find(const struct family *family, pid_t tgid);

/* Take one child that waited and need not any more, 0: there is none. */
pid_t family_take_waiting(struct family *family, pid_t tgid);

/* Is the decision about the opener still due? And is the member, a child that waits with it, alive?
 * The opener itself need not be. */
typedef bool family_waits_fn(void *arg, pid_t opener, pid_t member);

/* Forget those that joined for_ms ago, or earlier; but those of whom waits says so not before that
 * has ended. */
void family_expire(struct family *family, uint64_t now_ms, uint64_t for_ms, family_waits_fn *waits,
		   void *arg);

/* Forget all, but those that wait: hierarchies have changed. */
void family_forget_places(struct family *family);

size_t family_count(const struct family *family);

#endif
