/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_CGROUP_LIMITED_H
#define CGRED_CGROUP_LIMITED_H

#include <stddef.h>
#include <stdint.h>

#include "cgroup/limits.h"

struct cgconfig;
struct diag_list;
struct hierarchies;
struct ondemand;

/* The configured groups that have limits, and what became of those that were configured before. */
struct limited;

struct limited_group {
	const char *path;	 /* relative to the hierarchies' roots, without outer slashes */
	const char *controllers; /* limits_controllers(), and what else the group is to be in */
	struct limits limits;
};

/* NULL: no memory. */
struct limited *limited_new(void);
void limited_free(struct limited *limited); /* takes NULL */

/* The groups stay the caller's, until they are replaced. */
void limited_set(struct limited *limited, const struct limited_group *groups, size_t n);
const struct limited_group *limited_find(const struct limited *limited, const char *path);

/* The hierarchies that have a controller of the list, as a mask. Those that none has are left out;
 * with diags, they are warnings. */
uint32_t limited_mask(const struct limited_group *group, const struct hierarchies *hierarchies,
		      struct diag_list *diags);

/* Make one in the hierarchy of that index, if it is not there, with the owners and values that it
 * has in cgconfig, and give it its limits; freeze it when it was made. 0 or -errno. */
int limited_make(struct limited *limited, const struct hierarchies *hierarchies, size_t index,
		 const struct limited_group *group, const struct cgconfig *cgconfig,
		 struct diag_list *diags);

/* The same for those above a path that are not there. */
void limited_make_above(struct limited *limited, const struct hierarchies *hierarchies,
			size_t index, const char *path, const struct cgconfig *cgconfig,
			struct diag_list *diags);

/*
 * After a load: make all, give them their limits, and freeze those that are to be frozen. Groups
 * that are no longer configured are removed; those that are in use go to *ondemand, as they are.
 * Those that are still there, and were frozen for the configuration before, are thawed.
 */
void limited_make_all(struct limited *limited, const struct hierarchies *hierarchies,
		      const struct cgconfig *cgconfig, struct ondemand *ondemand,
		      struct diag_list *diags);

/* Now and then, and before a controller is enabled for another group (which would hide that it was
 * taken away): make those that somebody removed, enable controllers that somebody took away, and
 * give limits again if there were any. What was thawed stays so. */
void limited_check(struct limited *limited, const struct hierarchies *hierarchies,
		   const struct cgconfig *cgconfig, struct diag_list *diags);

/* Controllers of a group were taken away and are back: give it its limits again. */
void limited_again(const struct hierarchies *hierarchies, size_t index,
		   const struct limited_group *group, struct diag_list *diags);

/* Hierarchies have come or gone: the others have other indices now. */
void limited_renumber(struct limited *limited, const struct hierarchies *old,
		      const struct hierarchies *new);

#endif
