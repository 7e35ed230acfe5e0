/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of configured groups with limits: they are made at once, in each hierarchy of their
 * controllers, kept as configured, and removed when they no longer are. */
#include "config.h"

#include "cgroup/limited.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "cgroup/cgconfig.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgroup/ondemand.h"

struct limited {
	const struct limited_group *groups;
	size_t n;
	struct ondemand *present; /* what is there for the configuration, this one or one before */
	struct ondemand *frozen;  /* by it */
};

struct limited *limited_new(void)
{
	struct limited *limited = calloc(1, sizeof(*limited));

	if (!limited)
		return NULL;
	limited->present = ondemand_new(0);
	limited->frozen = ondemand_new(0);
	if (!limited->present || !limited->frozen)
		return limited_free(limited), NULL;
	return limited;
}

void limited_free(struct limited *limited)
{
	if (!limited)
		return;
	ondemand_free(limited->present);
	ondemand_free(limited->frozen);
	free(limited);
}

void limited_set(struct limited *limited, const struct limited_group *groups, size_t n)
{
	limited->groups = groups;
	limited->n = n;
}

const struct limited_group *limited_find(const struct limited *limited, const char *path)
{
	for (size_t i = 0; i < limited->n; i++) {
		if (strcmp(limited->groups[i].path, path) == 0)
			return &limited->groups[i];
	}
	return NULL;
}

void limited_renumber(struct limited *limited, const struct hierarchies *old,
		      const struct hierarchies *new)
{
	ondemand_renumber(limited->present, old, new);
	ondemand_renumber(limited->frozen, old, new);
}

#define warn_group(group, diags, ...) \
	diag_add(diags, DIAG_WARNING, (group)->limits.file, (group)->limits.line, 0, __VA_ARGS__)

uint32_t limited_mask(const struct limited_group *group, const struct hierarchies *hierarchies,
		      struct diag_list *diags)
{
	const char *name = group->controllers;
	uint32_t mask = 0;

	while (*name) {
		size_t len = strcspn(name, ",");
		int index = limits_find_hierarchy(hierarchies, name, len);

		if (index >= 0)
			mask |= UINT32_C(1) << index;
		else if (diags)
			warn_group(group, diags,
				   "group \"%s\": no hierarchy with the controller \"%.*s\" is "
				   "mounted: its limits have no effect",
				   group->path, (int)len, name);
		name += len;
		name += *name == ',';
	}
	return mask;
}

static struct limits_machine machine_of(const struct hierarchies *hierarchies)
{
	cleanup_close int proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct limits_machine machine = { .hierarchies = hierarchies };

	limits_machine_read(&machine, proc_fd);
	return machine;
}

static int apply(const struct hierarchies *hierarchies, size_t index,
		 const struct limited_group *group, bool freeze, struct diag_list *diags)
{
	struct limits_machine machine = machine_of(hierarchies);
	struct limits limits = group->limits;

	limits.freeze = limits.freeze && freeze;
	return limits_apply_on(&machine, &limits, &hierarchies->items[index], group->path, diags);
}

void limited_again(const struct hierarchies *hierarchies, size_t index,
		   const struct limited_group *group, struct diag_list *diags)
{
	(void)apply(hierarchies, index, group, false, diags);
}

/* What cannot be enabled shows in the files that are missing then. */
static bool enable(const struct hierarchies *hierarchies, size_t index,
		   const struct limited_group *group)
{
	const struct hierarchy *hierarchy = &hierarchies->items[index];
	char names[512];
	const char *rest = names;
	bool changed = false;
	size_t len;

	if (!hierarchy->unified)
		return false;
	hierarchies_names_of(hierarchies, index, group->controllers, names, sizeof(names));
	while ((rest = group_enable_controllers(hierarchy, group->path, rest, &len, &changed))) {
		rest += len;
		rest += *rest == ',';
	}
	return changed;
}

/* ---- making ---------------------------------------------------------------------------------- */

struct making {
	struct limited *limited;
	const struct hierarchies *hierarchies;
	size_t index;
	size_t made_len; /* the longest path that was made */
};

static void note_made(void *arg, const char *path, size_t len)
{
	struct making *making = arg;

	making->made_len = len;
	limits_count_below(&making->hierarchies->items[making->index], path, len);
	ondemand_note(making->limited->present, making->hierarchies, making->index, path, len);
}

/* freeze: also when it was there. */
static int make(struct limited *limited, const struct hierarchies *hierarchies, size_t index,
		const struct limited_group *group, const struct cgconfig *cgconfig, bool freeze,
		struct diag_list *diags)
{
	struct making making = { limited, hierarchies, index, 0 };
	size_t len = strlen(group->path);
	int r = group_make(&hierarchies->items[index], group->path,
			   cgconfig ? cgconfig_find(cgconfig, group->path, false) : NULL, note_made,
			   &making, diags);

	if (r < 0)
		return r;
	freeze = freeze || making.made_len == len;
	ondemand_note(limited->present, hierarchies, index, group->path, len);
	(void)enable(hierarchies, index, group);
	r = apply(hierarchies, index, group, freeze, diags);
	if (r == 0 && freeze && group->limits.freeze)
		ondemand_note(limited->frozen, hierarchies, index, group->path, len);
	return r;
}

int limited_make(struct limited *limited, const struct hierarchies *hierarchies, size_t index,
		 const struct limited_group *group, const struct cgconfig *cgconfig,
		 struct diag_list *diags)
{
	return make(limited, hierarchies, index, group, cgconfig, false, diags);
}

static bool is_there(const struct hierarchy *hierarchy, const char *path)
{
	return faccessat(hierarchy->fd, path, F_OK, 0) == 0;
}

void limited_make_above(struct limited *limited, const struct hierarchies *hierarchies,
			size_t index, const char *path, const struct cgconfig *cgconfig,
			struct diag_list *diags)
{
	for (size_t i = 0; i < limited->n; i++) {
		const struct limited_group *group = &limited->groups[i];

		if (hierarchy_is_within(path, strlen(path), group->path) &&
		    !is_there(&hierarchies->items[index], group->path))
			(void)make(limited, hierarchies, index, group, cgconfig, false, diags);
	}
}

/* ---- after a load ---------------------------------------------------------------------------- */

/* What the call-backs for the tables of groups need. */
struct review {
	struct limited *limited;
	const struct hierarchies *hierarchies;
	struct ondemand *ondemand;
	struct diag_list *diags;
};

static bool is_configured(void *arg, size_t index, const char *path)
{
	const struct review *review = arg;

	(void)index;
	return limited_find(review->limited, path) != NULL;
}

static bool is_needed(const struct limited *limited, const char *path)
{
	for (size_t i = 0; i < limited->n; i++) {
		const char *configured = limited->groups[i].path;

		if (hierarchy_is_within(configured, strlen(configured), path))
			return true;
	}
	return false;
}

/* A group that is configured without freezing now. One that is not configured at all stays frozen:
 * whatever was caught there is not let go by an edit of a file. */
static bool thaw_if_no_longer_frozen(void *arg, size_t index, const char *path)
{
	const struct review *review = arg;
	const struct limited_group *group = limited_find(review->limited, path);
	int r;

	if (!group || group->limits.freeze)
		return group == NULL;
	r = limits_freeze(&review->hierarchies->items[index], path, false);
	if (r < 0 && r != -ENOENT)
		warn_group(group, review->diags, "cannot thaw group \"%s\": %s", path,
			   strerror(-r));
	return true;
}

static bool remove_if_not_needed(void *arg, size_t index, const char *path)
{
	const struct review *review = arg;
	const struct hierarchy *hierarchy = &review->hierarchies->items[index];

	if (is_needed(review->limited, path))
		return false;
	if (group_is_empty(hierarchy, path) && group_remove(hierarchy, path) == 0)
		return true;
	if (!is_there(hierarchy, path))
		return true;
	diag_add(review->diags, DIAG_WARNING, hierarchy->mount, 0, 0,
		 "group \"%s\" is no longer configured, but in use: it stays as it is", path);
	ondemand_note(review->ondemand, review->hierarchies, index, path, strlen(path));
	return true;
}

void limited_make_all(struct limited *limited, const struct hierarchies *hierarchies,
		      const struct cgconfig *cgconfig, struct ondemand *ondemand,
		      struct diag_list *diags)
{
	struct review review = { limited, hierarchies, ondemand, diags };

	for (size_t i = 0; i < limited->n; i++) {
		const struct limited_group *group = &limited->groups[i];
		uint32_t mask = limited_mask(group, hierarchies, diags);

		for (size_t h = 0; h < hierarchies->n; h++) {
			int r;

			/* Where it was before, its limits may have to be taken away. */
			if (!(mask & (UINT32_C(1) << h)) &&
			    !is_there(&hierarchies->items[h], group->path))
				continue;
			r = make(limited, hierarchies, h, group, cgconfig, true, diags);
			if (r < 0)
				warn_group(group, diags, "cannot make group \"%s\" in %s: %s",
					   group->path, hierarchies->items[h].mount, strerror(-r));
		}
	}
	ondemand_drop_if(limited->frozen, thaw_if_no_longer_frozen, &review);
	ondemand_drop_if(limited->present, remove_if_not_needed, &review);
	ondemand_drop_if(ondemand, is_configured, &review);
}

/* The hierarchies in which a group is to be and is. */
static uint32_t mask_of_present(const struct limited_group *group,
				const struct hierarchies *hierarchies)
{
	uint32_t mask = limited_mask(group, hierarchies, NULL);

	for (size_t h = 0; h < hierarchies->n; h++) {
		if (!is_there(&hierarchies->items[h], group->path))
			mask &= ~(UINT32_C(1) << h);
	}
	return mask;
}

/* v2. True: controllers of a group were not enabled, and are now. What is enabled for one is so for
 * its neighbours: that they have theirs says nothing, then. */
static bool enable_all(const struct limited *limited, const struct hierarchies *hierarchies,
		       size_t index, struct diag_list *diags)
{
	bool any = false;

	for (size_t i = 0; i < limited->n; i++) {
		const struct limited_group *group = &limited->groups[i];

		if (!(mask_of_present(group, hierarchies) & (UINT32_C(1) << index)) ||
		    !enable(hierarchies, index, group))
			continue;
		any = true;
		warn_group(group, diags,
			   "somebody took controllers away from group \"%s\": they are enabled "
			   "again, with its limits",
			   group->path);
	}
	return any;
}

void limited_check(struct limited *limited, const struct hierarchies *hierarchies,
		   const struct cgconfig *cgconfig, struct diag_list *diags)
{
	for (size_t h = 0; h < hierarchies->n; h++) {
		bool lost = enable_all(limited, hierarchies, h, diags);

		for (size_t i = 0; i < limited->n; i++) {
			const struct limited_group *group = &limited->groups[i];

			if (!(limited_mask(group, hierarchies, NULL) & (UINT32_C(1) << h)))
				continue;
			if (!is_there(&hierarchies->items[h], group->path))
				(void)make(limited, hierarchies, h, group, cgconfig, false, diags);
			else if (lost)
				limited_again(hierarchies, h, group, diags);
		}
	}
}
