/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_CGROUP_HIERARCHY_H
#define CGRED_CGROUP_HIERARCHY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The mounted cgroup hierarchies: each v1 hierarchy with its controllers, and the v2 tree. */

#define HIERARCHIES_MAX 32 /* a hierarchy is a bit of a mask */

enum cgroup_mode {
	CGROUP_NONE,
	CGROUP_V1,
	CGROUP_HYBRID,
	CGROUP_V2
};

struct hierarchy {
	char *mount;	   /* where it is mounted */
	uint64_t mount_id; /* as the mount table numbers it */
	char *root;	   /* which part of it: "" for all, else a path that begins with a slash */
	char *controllers; /* v1: "cpu,cpuacct" or "name=x"; v2: those that its root has to give */
	bool unified;	   /* v2 */
	int fd;		   /* of the mount point, by the probe; else -1 */
};

struct hierarchies {
	struct hierarchy items[HIERARCHIES_MAX];
	size_t n;
	enum cgroup_mode mode;
};

/* Can the hierarchy that was found be used? 0: yes, it has its descriptor; else no. */
typedef int hierarchy_probe_fn(struct hierarchy *hierarchy);

/*
 * From the text of /proc/self/mountinfo (proc_pid_mountinfo(5)). Of a hierarchy that is mounted
 * more than once, the usable mount that shows most of it, then the first, counts. probe may be
 * NULL: all are usable. No I/O but the probe's. 0 or -ENOMEM.
 */
int hierarchies_parse(struct hierarchies *hierarchies, const char *mountinfo,
		      hierarchy_probe_fn *probe);
/* A copy without descriptors. 0 or -ENOMEM. */
int hierarchies_copy(struct hierarchies *ret, const struct hierarchies *from);
void hierarchies_done(struct hierarchies *hierarchies);

/* "cgroup2", or the controllers of a v1 hierarchy. */
const char *hierarchy_name(const struct hierarchy *hierarchy);

const char *cgroup_mode_name(enum cgroup_mode mode);

/*
 * The hierarchies of a rule's controller list ("cpu,memory", "cgroup" for the v2 tree, "*" for all
 * v1 hierarchies but name=systemd, and the v2 tree) as a mask. Names that the v2 tree does not have
 * to give now, and v1-only ones where there is no v1, lead to the v2 tree too. Returns -ENOENT, and
 * the name and its length, for one that no hierarchy has.
 */
int hierarchies_resolve(const struct hierarchies *hierarchies, const char *controllers,
			uint32_t *ret_mask, const char **ret_missing, size_t *ret_missing_len);

/* Those names of a controller list that mean the hierarchy of that index ("*": none by name),
 * separated by commas, into buf. */
void hierarchies_names_of(const struct hierarchies *hierarchies, size_t index,
			  const char *controllers, char *buf, size_t size);

/* Where a process is in a hierarchy, from the text of its /proc/PID/cgroup: a path of *ret_len
 * bytes relative to the mount, without a leading slash ("" is the root). False: not told, or
 * outside of what is mounted. */
bool hierarchy_find_path(const struct hierarchy *hierarchy, const char *proc_cgroup,
			 const char **ret_path, size_t *ret_len);

/* Is a path of len bytes the place, or below it? Only the root has nothing "below": all of the tree
 * would be. */
bool hierarchy_is_within(const char *path, size_t len, const char *place);

/* Is name one of the controllers of a list that is separated by commas or blanks? */
bool controllers_have(const char *list, const char *name, size_t len);

#endif
