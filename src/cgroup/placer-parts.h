/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_CGROUP_PLACER_PARTS_H
#define CGRED_CGROUP_PLACER_PARTS_H

#include "cgroup/placer.h"

/* The inside of the placer, for its own files only: placer.c (moves), placer-groups.c (the groups
 * that it makes and removes). */

struct kept;
struct limited;
struct ondemand;

struct placer {
	struct hierarchies hierarchies;
	const struct cgconfig *cgconfig;
	struct kept *kept;
	struct ondemand *ondemand;
	struct limited *limited;
	uint64_t writes;
};

/* What cgconfig.conf says of the group, or NULL. */
const struct cgconfig_group *placer_find_config(const struct placer *placer,
						const struct placement *placement);

/* Make the group of a placement in the hierarchy of that index. 0; -ENOENT: it is neither
 * configured nor to be made on demand; another -errno. */
int placer_make_group(struct placer *placer, size_t index, const struct placement *placement,
		      struct diag_list *diags);

/* hierarchies_resolve() for a placement; of a configured group, the controllers that are not
 * mounted are left out. */
int placer_resolve(const struct placer *placer, const struct placement *placement,
		   uint32_t *ret_mask, const char **ret_missing, size_t *ret_missing_len);

#endif
