/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_CGROUP_CLEAN_H
#define CGRED_CGROUP_CLEAN_H

#include <stddef.h>

struct hierarchy;

/* Removing a whole tree of groups. */

struct clean_result {
	size_t removed, remaining; /* groups */
	size_t moved;		   /* processes that were moved out */
};

/*
 * Remove a group and all groups below it. They are thawed, their processes go to the group to, or,
 * where that is not there or does not take them, to the nearest group above the top that does; to
 * may be NULL. A group that is in use for a moment is tried again, for half a second. Adds to
 * *result. top is not "".
 */
void clean_groups(const struct hierarchy *hierarchy, const char *top, const char *to,
		  struct clean_result *result);

#endif
