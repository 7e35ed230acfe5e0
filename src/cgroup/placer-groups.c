/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The groups that the placer makes, on demand or as configured, and removes. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/diag.h"
#include "cgroup/cgconfig.h"
#include "cgroup/clean.h"
#include "cgroup/group.h"
#include "cgroup/kept.h"
#include "cgroup/limited.h"
#include "cgroup/ondemand.h"
#include "cgroup/placer-parts.h"

/* ---- making ----------------------------------------------------------------- */

struct making {
	struct placer *placer;
	size_t hierarchy;
};

static void remember_made(void *arg, const char *path, size_t len)
{
	const struct making *making = arg;
	struct placer *placer = making->placer;

	ondemand_note(placer->ondemand, &placer->hierarchies, making->hierarchy, path, len);
}

/* Groups that are configured as they stand are there to stay. */
static void made_for_good(void *arg, const char *path, size_t len)
{
	(void)arg;
	(void)path;
	(void)len;
}

const struct cgconfig_group *placer_find_config(const struct placer *placer,
						const struct placement *placement)
{
	if (!placer->cgconfig)
		return NULL;
	return placement->template_name
		       ? cgconfig_find(placer->cgconfig, placement->template_name, true)
		       : cgconfig_find(placer->cgconfig, placement->path, false);
}

int placer_make_group(struct placer *placer, size_t index, const struct placement *placement,
		      struct diag_list *diags)
{
	const struct hierarchy *hierarchy = &placer->hierarchies.items[index];
	const struct cgconfig_group *config = placer_find_config(placer, placement);
	const struct limited_group *limited = limited_find(placer->limited, placement->path);
	struct making making = { placer, index };

	if (limited)
		return limited_make(placer->limited, &placer->hierarchies, index, limited,
				    placer->cgconfig, diags);
	if (config && hierarchy->unified) /* may enable controllers */
		limited_check(placer->limited, &placer->hierarchies, placer->cgconfig, diags);
	limited_make_above(placer->limited, &placer->hierarchies, index, placement->path,
			   placer->cgconfig, diags);
	if (placement->template_name)
		return group_make(hierarchy, placement->path, config, remember_made, &making,
				  diags);
	if (!config)
		return -ENOENT;
	return group_make(hierarchy, placement->path, config, made_for_good, NULL, diags);
}

int placer_resolve(const struct placer *placer, const struct placement *placement,
		   uint32_t *ret_mask, const char **ret_missing, size_t *ret_missing_len)
{
	const struct limited_group *group;
	int r = hierarchies_resolve(&placer->hierarchies, placement->controllers, ret_mask,
				    ret_missing, ret_missing_len);

	if (r == 0)
		return 0;
	group = limited_find(placer->limited, placement->path);
	if (group) {
		*ret_mask = limited_mask(group, &placer->hierarchies, NULL);
		r = *ret_mask ? 0 : r;
	}
	return r;
}

/* ---- on demand ------------------------------------------------------------------------------- */

static void drop_kept(void *arg, const char *key)
{
	const struct placer *placer = arg;

	kept_drop(placer->kept, key);
}

size_t placer_sweep(struct placer *placer, uint64_t now_ms)
{
	return ondemand_sweep(placer->ondemand, &placer->hierarchies, now_ms, drop_kept, placer);
}

void placer_set_made(struct placer *placer, placer_made_fn *made, void *arg)
{
	ondemand_set_fn(placer->ondemand, made, arg);
}

void placer_each_made(const struct placer *placer, placer_made_fn *fn, void *arg)
{
	ondemand_each(placer->ondemand, &placer->hierarchies, fn, arg);
}

void placer_adopt_made(struct placer *placer, const char *hierarchy, const char *path)
{
	for (size_t i = 0; i < placer->hierarchies.n; i++) {
		if (strcmp(hierarchy_name(&placer->hierarchies.items[i]), hierarchy) == 0)
			ondemand_note(placer->ondemand, &placer->hierarchies, i, path,
				      strlen(path));
	}
}

/* ---- configured ------------------------------------------------------------------------------ */

void placer_set_groups(struct placer *placer, const struct limited_group *groups, size_t n)
{
	limited_set(placer->limited, groups, n);
}

void placer_make_groups(struct placer *placer, struct diag_list *diags)
{
	limited_make_all(placer->limited, &placer->hierarchies, placer->cgconfig, placer->ondemand,
			 diags);
	kept_clear(placer->kept); /* of groups that are gone, too */
}

void placer_check_groups(struct placer *placer, struct diag_list *diags)
{
	limited_check(placer->limited, &placer->hierarchies, placer->cgconfig, diags);
}

/* No "", "." or ".." between slashes. */
static bool is_plain_path(const char *path)
{
	for (;;) {
		size_t len = strcspn(path, "/");

		if (len == 0 || (len == 1 && path[0] == '.') ||
		    (len == 2 && path[0] == '.' && path[1] == '.'))
			return false;
		path += len;
		if (!*path)
			return true;
		path++;
	}
}

int placer_clean(struct placer *placer, const char *top, const char *to, struct clean_result *ret)
{
	*ret = (struct clean_result){ 0 };
	if (!is_plain_path(top) || (to && to[0] && !is_plain_path(to)))
		return -EINVAL;
	for (size_t h = 0; h < placer->hierarchies.n; h++)
		clean_groups(&placer->hierarchies.items[h], top, to, ret);
	kept_clear(placer->kept);
	return 0;
}

/* Where there is a freezer of v1 it is enough, and one file is all that has to be written by hand
 * to thaw the group. Whatever is frozen is thawed. */
int placer_freeze(struct placer *placer, const char *path, bool freeze)
{
	const struct hierarchies *hierarchies = &placer->hierarchies;
	int freezer = limits_find_hierarchy(hierarchies, "freezer", 7);
	bool done = false;
	int ret = -ENOENT;

	if (freezer >= 0) {
		ret = limits_freeze(&hierarchies->items[freezer], path, freeze);
		done = ret == 0;
	}
	for (size_t h = 0; h < hierarchies->n; h++) {
		int r;

		if ((int)h == freezer || (freeze && done))
			continue;
		r = limits_freeze(&hierarchies->items[h], path, freeze);
		done = done || r == 0;
		if (r < 0 && r != -ENOENT && r != -ENOTSUP)
			ret = r;
	}
	return done ? 0 : ret;
}
