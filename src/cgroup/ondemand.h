/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_CGROUP_ONDEMAND_H
#define CGRED_CGROUP_ONDEMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hierarchies;

/* The groups that were made on demand, and are removed when they have been empty for a while. */
struct ondemand;

/* hierarchy: hierarchy_name(). */
typedef void ondemand_fn(void *arg, const char *hierarchy, const char *path);

/* remove_empty_ms: how long one is kept empty; 0: for ever. NULL: no memory. */
struct ondemand *ondemand_new(unsigned long remove_empty_ms);
void ondemand_free(struct ondemand *ondemand); /* takes NULL */

/* fn is told of each group that is noted from now on. */
void ondemand_set_fn(struct ondemand *ondemand, ondemand_fn *fn, void *arg);

/* A group was made in the hierarchy of that index. Without memory it will not be removed. */
void ondemand_note(struct ondemand *ondemand, const struct hierarchies *hierarchies, size_t index,
		   const char *path, size_t len);

void ondemand_each(const struct ondemand *ondemand, const struct hierarchies *hierarchies,
		   ondemand_fn *fn, void *arg);

/* Remove those that have been empty for long enough; removed() gets the key (cgroup/kept.h) of
 * each. Returns how many are left. */
typedef void ondemand_removed_fn(void *arg, const char *key);
size_t ondemand_sweep(struct ondemand *ondemand, const struct hierarchies *hierarchies,
		      uint64_t now_ms, ondemand_removed_fn *removed, void *arg);

/* Forget those that fn says yes to, the deepest first. index: of the hierarchy. */
typedef bool ondemand_drop_fn(void *arg, size_t index, const char *path);
void ondemand_drop_if(struct ondemand *ondemand, ondemand_drop_fn *fn, void *arg);

/* Hierarchies have come or gone: the others have other indices now. */
void ondemand_renumber(struct ondemand *ondemand, const struct hierarchies *old,
		       const struct hierarchies *new);

size_t ondemand_count(const struct ondemand *ondemand);

#endif
