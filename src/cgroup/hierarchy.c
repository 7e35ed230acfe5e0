/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which hierarchies are mounted where, which of them a rule means, and where a process is in them.
 */
#include "config.h"

#include "cgroup/hierarchy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mountinfo.h"

/* Controllers that exist, or existed, on v1 only, or that have no files of their own on v2. A rule
 * that names one still means a move on v2. */
static const char *const known_controllers[] = {
	"blkio",   "cpu",      "cpuacct",    "cpuset", "debug",	 "devices",
	"dmem",	   "freezer",  "hugetlb",    "io",     "memory", "misc",
	"net_cls", "net_prio", "perf_event", "pids",   "rdma",
};

static bool is_name(const char *option, size_t len)
{
	return len > 5 && memcmp(option, "name=", 5) == 0;
}

static bool is_known_controller(const char *option, size_t len)
{
	for (size_t i = 0; i < sizeof(known_controllers) / sizeof(known_controllers[0]); i++) {
		if (strlen(known_controllers[i]) == len &&
		    memcmp(known_controllers[i], option, len) == 0)
			return true;
	}
	return false;
}

/* The options of a v1 superblock that are controllers, separated by commas. */
static char *controllers_of(struct mountinfo_field options)
{
	struct mountinfo_field option;
	char *list = malloc(options.len + 1);
	size_t out = 0;

	if (!list)
		return NULL;
	while (mountinfo_next_option(&options, &option)) {
		if (!is_name(option.text, option.len) &&
		    !is_known_controller(option.text, option.len))
			continue;
		if (out)
			list[out++] = ',';
		memcpy(list + out, option.text, option.len);
		out += option.len;
	}
	list[out] = '\0';
	return list;
}

static void hierarchy_done(struct hierarchy *hierarchy)
{
	free(hierarchy->mount);
	free(hierarchy->root);
	free(hierarchy->controllers);
	if (hierarchy->fd >= 0)
		(void)close(hierarchy->fd);
	*hierarchy = (struct hierarchy){ .fd = -1 };
}

/* 0; -EEXIST: not a cgroup mount, or nothing for us; -ENOMEM. */
static int take_mount(const struct mountinfo *mount, struct hierarchy *hierarchy)
{
	bool v1 = mountinfo_is(mount->type, "cgroup");

	hierarchy->unified = mountinfo_is(mount->type, "cgroup2");
	if (!v1 && !hierarchy->unified)
		return -EEXIST;
	hierarchy->mount_id = mount->id;
	hierarchy->mount = mountinfo_unescape(mount->mount);
	hierarchy->root = mountinfo_unescape(mount->root);
	hierarchy->controllers = v1 ? controllers_of(mount->options) : strdup("");
	if (!hierarchy->mount || !hierarchy->root || !hierarchy->controllers)
		return -ENOMEM;
	if (v1 && !hierarchy->controllers[0])
		return -EEXIST;
	if (strcmp(hierarchy->root, "/") == 0)
		hierarchy->root[0] = '\0';
	return 0;
}

static struct hierarchy *find_same(struct hierarchies *hierarchies, const struct hierarchy *other)
{
	for (size_t i = 0; i < hierarchies->n; i++) {
		struct hierarchy *item = &hierarchies->items[i];

		if (item->unified && other->unified)
			return item;
		if (!item->unified && !other->unified &&
		    strcmp(item->controllers, other->controllers) == 0)
			return item;
	}
	return NULL;
}

static void keep(struct hierarchies *hierarchies, struct hierarchy *found)
{
	struct hierarchy *same = find_same(hierarchies, found);

	if (!same && hierarchies->n < HIERARCHIES_MAX) {
		hierarchies->items[hierarchies->n++] = *found;
		*found = (struct hierarchy){ .fd = -1 };
	} else if (same && strlen(found->root) < strlen(same->root)) {
		struct hierarchy swap = *same;

		*same = *found;
		*found = swap;
	}
	hierarchy_done(found);
}

static enum cgroup_mode mode_of(const struct hierarchies *hierarchies)
{
	bool v1 = false;
	bool v2 = false;

	for (size_t i = 0; i < hierarchies->n; i++) {
		const struct hierarchy *item = &hierarchies->items[i];

		/* A hierarchy that only has a name takes no controller from v2. */
		v1 = v1 ||
		     (!item->unified && !is_name(item->controllers, strlen(item->controllers)));
		v2 = v2 || item->unified;
	}
	if (v1 && v2)
		return CGROUP_HYBRID;
	if (v2)
		return CGROUP_V2;
	return hierarchies->n ? CGROUP_V1 : CGROUP_NONE;
}

int hierarchies_parse(struct hierarchies *hierarchies, const char *mountinfo,
		      hierarchy_probe_fn *probe)
{
	struct mountinfo mount;

	*hierarchies = (struct hierarchies){ 0 };
	while (mountinfo_next(&mountinfo, &mount)) {
		struct hierarchy found = { .fd = -1 };
		int r = take_mount(&mount, &found);

		if (r == 0 && (!probe || probe(&found) == 0))
			keep(hierarchies, &found);
		else
			hierarchy_done(&found);
		if (r == -ENOMEM) {
			hierarchies_done(hierarchies);
			return r;
		}
	}
	hierarchies->mode = mode_of(hierarchies);
	return 0;
}

int hierarchies_copy(struct hierarchies *ret, const struct hierarchies *from)
{
	*ret = (struct hierarchies){ .mode = from->mode };
	for (size_t i = 0; i < from->n; i++) {
		struct hierarchy *item = &ret->items[ret->n++];

		*item = (struct hierarchy){
			.mount = strdup(from->items[i].mount),
			.root = strdup(from->items[i].root),
			.controllers = strdup(from->items[i].controllers),
			.unified = from->items[i].unified,
			.fd = -1,
		};
		if (!item->mount || !item->root || !item->controllers) {
			hierarchies_done(ret);
			return -ENOMEM;
		}
	}
	return 0;
}

void hierarchies_done(struct hierarchies *hierarchies)
{
	for (size_t i = 0; i < hierarchies->n; i++)
		hierarchy_done(&hierarchies->items[i]);
	*hierarchies = (struct hierarchies){ 0 };
}

bool hierarchy_is_within(const char *path, size_t len, const char *place)
{
	size_t place_len = strlen(place);

	if (len < place_len || memcmp(path, place, place_len) != 0)
		return false;
	return len == place_len || (place_len > 0 && path[place_len] == '/');
}

const char *hierarchy_name(const struct hierarchy *hierarchy)
{
	return hierarchy->unified ? "cgroup2" : hierarchy->controllers;
}

const char *cgroup_mode_name(enum cgroup_mode mode)
{
	switch (mode) {
	case CGROUP_NONE:
		return "none";
	case CGROUP_V1:
		return "v1";
	case CGROUP_HYBRID:
		return "hybrid";
	case CGROUP_V2:
		return "v2";
	}
	return "?";
}

bool controllers_have(const char *list, const char *name, size_t len)
{
	while (*list) {
		size_t item_len = strcspn(list, ", ");

		if (item_len == len && memcmp(list, name, len) == 0)
			return true;
		list += item_len;
		list += *list != '\0';
	}
	return false;
}

static uint32_t mask_of_all(const struct hierarchies *hierarchies)
{
	uint32_t mask = 0;

	for (size_t i = 0; i < hierarchies->n; i++) {
		if (strcmp(hierarchies->items[i].controllers, "name=systemd") != 0 ||
		    hierarchies->items[i].unified)
			mask |= UINT32_C(1) << i;
	}
	return mask;
}

static uint32_t mask_of_unified(const struct hierarchies *hierarchies)
{
	for (size_t i = 0; i < hierarchies->n; i++) {
		if (hierarchies->items[i].unified)
			return UINT32_C(1) << i;
	}
	return 0;
}

static uint32_t mask_of_one(const struct hierarchies *hierarchies, const char *name, size_t len)
{
	for (size_t i = 0; i < hierarchies->n; i++) {
		if (controllers_have(hierarchies->items[i].controllers, name, len))
			return UINT32_C(1) << i;
	}
	if (len == 6 && memcmp(name, "cgroup", 6) == 0)
		return mask_of_unified(hierarchies);
	/* libcgroup's name for the hierarchy that has none of the kernel's controllers. */
	if (len == 7 && memcmp(name, "systemd", 7) == 0)
		return mask_of_one(hierarchies, "name=systemd", 12);
	if (hierarchies->mode == CGROUP_V2 && is_known_controller(name, len))
		return mask_of_unified(hierarchies);
	return 0;
}

int hierarchies_resolve(const struct hierarchies *hierarchies, const char *controllers,
			uint32_t *ret_mask, const char **ret_missing, size_t *ret_missing_len)
{
	uint32_t mask = 0;

	if (strcmp(controllers, "*") == 0) {
		*ret_mask = mask_of_all(hierarchies);
		return 0;
	}
	while (*controllers) {
		size_t len = strcspn(controllers, ",");
		uint32_t one = mask_of_one(hierarchies, controllers, len);

		if (!one) {
			*ret_missing = controllers;
			*ret_missing_len = len;
			return -ENOENT;
		}
		mask |= one;
		controllers += len;
		controllers += *controllers == ',';
	}
	*ret_mask = mask;
	return 0;
}

void hierarchies_names_of(const struct hierarchies *hierarchies, size_t index,
			  const char *controllers, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	while (*controllers) {
		size_t len = strcspn(controllers, ",");

		if (mask_of_one(hierarchies, controllers, len) == UINT32_C(1) << index &&
		    used + len + 2 < size)
			used += (size_t)snprintf(buf + used, size - used, "%s%.*s", used ? "," : "",
						 (int)len, controllers);
		controllers += len;
		controllers += *controllers == ',';
	}
}

/* Does a line of /proc/PID/cgroup, "ID:LIST:PATH", belong to the hierarchy? */
static bool is_line_of(const struct hierarchy *hierarchy, const char *list, size_t list_len)
{
	size_t first_len = strcspn(hierarchy->controllers, ",");

	if (hierarchy->unified)
		return list_len == 0;
	while (list_len > 0) {
		const char *comma = memchr(list, ',', list_len);
		size_t len = comma ? (size_t)(comma - list) : list_len;

		if (len == first_len && memcmp(list, hierarchy->controllers, len) == 0)
			return true;
		list += len + (comma != NULL);
		list_len -= len + (comma != NULL);
	}
	return false;
}

bool hierarchy_find_path(const struct hierarchy *hierarchy, const char *proc_cgroup,
			 const char **ret_path, size_t *ret_len)
{
	size_t root_len = strlen(hierarchy->root);

	while (*proc_cgroup) {
		const char *end = strchrnul(proc_cgroup, '\n');
		const char *list = memchr(proc_cgroup, ':', (size_t)(end - proc_cgroup));
		const char *path = list ? memchr(list + 1, ':', (size_t)(end - list - 1)) : NULL;

		if (path && is_line_of(hierarchy, list + 1, (size_t)(path - list - 1))) {
			size_t len = (size_t)(end - ++path);

			if (len < root_len || memcmp(path, hierarchy->root, root_len) != 0 ||
			    (len > root_len && path[root_len] != '/'))
				return false;
			path += root_len;
			while (path < end && *path == '/')
				path++;
			*ret_path = path;
			*ret_len = (size_t)(end - path);
			return true;
		}
		proc_cgroup = end + (*end == '\n');
	}
	return false;
}
