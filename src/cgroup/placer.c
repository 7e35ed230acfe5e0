/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement: the kept-open descriptors, and all-or-none moves. */
#include "config.h"

#include "cgroup/placer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/hash.h"
#include "base/protections.h"
#include "cgroup/cgconfig.h"
#include "cgroup/group.h"
#include "cgroup/kept.h"
#include "cgroup/limited.h"
#include "cgroup/ondemand.h"
#include "cgroup/placer-parts.h"

/* What was enabled is looked at again after so long: service managers take controllers away. */
#define ENABLED_FOR_MS 10000

/* Everything about the placement that is being carried out. */
struct job {
	struct placer *placer;
	const struct placement *placements;
	uint32_t masks[PLACEMENTS_MAX]; /* the hierarchies that each means */
	size_t n;
	uint64_t now_ms;
	struct diag_list *diags;
};

/* One hierarchy's part of a placement that is being carried out. */
struct move {
	const struct placement *placement; /* NULL: nothing to do in this hierarchy */
	int fd;				   /* of the kept group; stays the table's */
};

struct placer *placer_new(unsigned long remove_empty_ms)
{
	struct placer *placer = calloc(1, sizeof(*placer));

	if (!placer)
		return NULL;
	placer->kept = kept_new();
	placer->ondemand = ondemand_new(remove_empty_ms);
	placer->limited = limited_new();
	if (!placer->kept || !placer->ondemand || !placer->limited)
		return placer_free(placer), NULL;
	return placer;
}

void placer_free(struct placer *placer)
{
	if (!placer)
		return;
	kept_free(placer->kept);
	ondemand_free(placer->ondemand);
	limited_free(placer->limited);
	hierarchies_done(&placer->hierarchies);
	free(placer);
}

bool placer_make_room(struct placer *placer)
{
	size_t n = 0;

	kept_begin(placer->kept);
	while (n < 16 && kept_evict(placer->kept))
		n++;
	return n > 0;
}

/* ---- what is mounted ----------------------------------------------------------------------- */

void placer_set_hierarchies(struct placer *placer, struct hierarchies *hierarchies)
{
	kept_clear(placer->kept);
	ondemand_renumber(placer->ondemand, &placer->hierarchies, hierarchies);
	limited_renumber(placer->limited, &placer->hierarchies, hierarchies);
	hierarchies_done(&placer->hierarchies);
	placer->hierarchies = *hierarchies;
	*hierarchies = (struct hierarchies){ 0 };
}

const struct hierarchies *placer_hierarchies(const struct placer *placer)
{
	return &placer->hierarchies;
}

void placer_forget_groups(struct placer *placer)
{
	kept_clear(placer->kept);
}

void placer_set_cgconfig(struct placer *placer, const struct cgconfig *cgconfig)
{
	placer->cgconfig = cgconfig;
}

/* ---- placing ------------------------------------------------------------------------------- */

static enum place_outcome fail(struct place_result *ret, int error, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static enum place_outcome fail(struct place_result *ret, int error, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(ret->text, sizeof(ret->text), fmt, args);
	va_end(args);
	ret->error = error;
	return PLACE_FAILED;
}

/* What the kernel means by the error of a move, and what helps. */
static const char *explain_move(int error)
{
	switch (-error) {
	case EBUSY:
		return "the group hands controllers to groups below it, so it takes no processes";
	case EOPNOTSUPP:
		return "the group is threaded, or below one that is";
	case EINVAL:
		return "a kernel thread, or a real-time process and no real-time run time "
		       "(cpu.rt_runtime_us) in the group";
	case ENOSPC:
		return "the group has no CPUs or memory nodes (cpuset.cpus, cpuset.mems)";
	case ENODEV:
		return "the group was removed";
	default:
		return strerror(-error);
	}
}

static bool is_in_place(const struct hierarchy *hierarchy, const char *proc_cgroup,
			const char *place)
{
	const char *path;
	size_t len;

	return hierarchy_find_path(hierarchy, proc_cgroup, &path, &len) &&
	       hierarchy_is_within(path, len, place);
}

/* Sort the placements by hierarchy: the later of two in one counts. */
static int plan(struct job *job, struct move *moves, struct place_result *ret)
{
	const struct hierarchies *hierarchies = &job->placer->hierarchies;

	for (size_t i = 0; i < job->n; i++) {
		const char *missing;
		size_t len;

		if (placer_resolve(job->placer, &job->placements[i], &job->masks[i], &missing,
				   &len) < 0) {
			(void)fail(ret, -ENOENT,
				   "no hierarchy with the controller \"%.*s\" is mounted", (int)len,
				   missing);
			return -ENOENT;
		}
		for (size_t h = 0; h < hierarchies->n; h++) {
			if (job->masks[i] & (UINT32_C(1) << h))
				moves[h].placement = &job->placements[i];
		}
	}
	return 0;
}

/* Placements that mean this group of this hierarchy: a rule can name one group on several lines. */
static bool is_for(const struct job *job, size_t i, size_t index, const char *path)
{
	return (job->masks[i] & (UINT32_C(1) << index)) &&
	       strcmp(job->placements[i].path, path) == 0;
}

static void set_values_again(const struct job *job, size_t index, const char *path)
{
	const struct hierarchies *hierarchies = &job->placer->hierarchies;
	const struct hierarchy *hierarchy = &hierarchies->items[index];
	const struct limited_group *limited = limited_find(job->placer->limited, path);

	for (size_t i = 0; i < job->n; i++) {
		const struct cgconfig_group *config = NULL;

		if (is_for(job, i, index, path))
			config = placer_find_config(job->placer, &job->placements[i]);
		if (!config)
			continue;
		group_set_values(hierarchy, path, config, job->diags);
		diag_add(
			job->diags, DIAG_WARNING, hierarchy->mount, 0, 0,
			"somebody took controllers away from group \"%s\": they are enabled again, "
			"with the values of %s:%u",
			path, config->file, config->line);
		if (limited) /* last, as at the making */
			limited_again(hierarchies, index, limited, job->diags);
		return;
	}
}

/* Before a controller is enabled for one group: groups with limits may have lost it, too, and would
 * get it back without them. */
static void check_limited(const struct job *job, size_t index, const char *path)
{
	struct placer *placer = job->placer;
	const struct hierarchy *hierarchy = &placer->hierarchies.items[index];

	for (size_t i = 0; i < job->n; i++) {
		char names[512];

		if (!is_for(job, i, index, path))
			continue;
		hierarchies_names_of(&placer->hierarchies, index, job->placements[i].controllers,
				     names, sizeof(names));
		if (!group_has_controllers(hierarchy, path, names)) {
			limited_check(placer->limited, &placer->hierarchies, placer->cgconfig,
				      job->diags);
			return;
		}
	}
}

/* v2. What was enabled is looked at again now and then: service managers take controllers away. */
static void enable_controllers(const struct job *job, size_t index, struct kept_group *kept,
			       const char *path)
{
	const struct hierarchy *hierarchy = &job->placer->hierarchies.items[index];
	uint64_t hash = HASH_START;
	bool was_enabled;
	bool changed = false;

	if (!hierarchy->unified)
		return;
	for (size_t i = 0; i < job->n; i++) {
		if (is_for(job, i, index, path))
			hash = hash_add(hash, job->placements[i].controllers,
					strlen(job->placements[i].controllers) + 1);
	}
	if (kept->enabled == hash && job->now_ms - kept->enabled_ms < ENABLED_FOR_MS)
		return;
	was_enabled = kept->enabled == hash;
	check_limited(job, index, path);
	kept->enabled = hash;
	kept->enabled_ms = job->now_ms;
	for (size_t i = 0; i < job->n; i++) {
		char names[512];
		const char *missing;
		size_t len;

		if (!is_for(job, i, index, path))
			continue;
		/* Limits of a controller that another hierarchy has take effect there. */
		hierarchies_names_of(&job->placer->hierarchies, index,
				     job->placements[i].controllers, names, sizeof(names));
		missing = group_enable_controllers(hierarchy, path, names, &len, &changed);
		if (missing)
			diag_add(job->diags, DIAG_WARNING, hierarchy->mount, 0, 0,
				 "controller \"%.*s\" cannot be enabled for group \"%s\": its "
				 "limits have no effect",
				 (int)len, missing, path);
	}
	/* With the controllers, somebody has taken away their values. */
	if (was_enabled && changed)
		set_values_again(job, index, path);
}

static int open_procs(struct placer *placer, size_t index, const char *path)
{
	int fd = group_open_procs(&placer->hierarchies.items[index], path);

	while ((fd == -EMFILE || fd == -ENFILE) && kept_evict(placer->kept))
		fd = group_open_procs(&placer->hierarchies.items[index], path);
	return fd;
}

/* The kept group of a placement, opened or made where it has to be. 0 or -errno. */
static int reach(const struct job *job, size_t index, struct move *move)
{
	struct placer *placer = job->placer;
	const struct placement *placement = move->placement;
	struct kept_group *kept;
	char key[KEPT_KEY_MAX];
	int fd;
	int r;

	kept_make_key(key, index, placement->path, strlen(placement->path));
	kept = kept_find(placer->kept, key);
	if (!kept) {
		fd = open_procs(placer, index, placement->path);
		if (fd == -ENOENT) {
			r = placer_make_group(placer, index, placement, job->diags);
			if (r < 0)
				return r;
			fd = open_procs(placer, index, placement->path);
		}
		if (fd < 0)
			return fd;
		kept = kept_add(placer->kept, key, fd);
		if (!kept)
			return -ENOMEM;
	}
	enable_controllers(job, index, kept, placement->path);
	move->fd = kept->fd;
	return 0;
}

/* The group may have been removed since it was opened: then it is made anew, once. */
static int move_one(const struct job *job, size_t index, struct move *move, pid_t tgid)
{
	struct placer *placer = job->placer;
	char key[KEPT_KEY_MAX];
	int r;

	placer->writes++;
	r = group_add_process(move->fd, tgid);
	if (r != -ENODEV || !PROTECT_REMOVED_GROUP)
		return r;
	kept_make_key(key, index, move->placement->path, strlen(move->placement->path));
	kept_drop(placer->kept, key);
	r = reach(job, index, move);
	return r < 0 ? r : group_add_process(move->fd, tgid);
}

bool placer_restore(struct placer *placer, pid_t tgid, const char *proc_cgroup, uint32_t mask)
{
	bool all = true;

	for (size_t h = 0; h < placer->hierarchies.n; h++) {
		const struct hierarchy *hierarchy = &placer->hierarchies.items[h];
		cleanup_close int fd = -1;
		char path[PATH_MAX];
		const char *from;
		size_t len;

		if (!(mask & (UINT32_C(1) << h)))
			continue;
		if (!hierarchy_find_path(hierarchy, proc_cgroup, &from, &len)) {
			all = false; /* outside of what we can reach */
			continue;
		}
		(void)snprintf(path, sizeof(path), "%.*s", (int)len, from);
		fd = group_open_procs(hierarchy, path);
		if (fd < 0 || group_add_process(fd, tgid) < 0)
			all = false;
	}
	return all;
}

/* Groups that are neither there nor made on demand. */
static bool is_missing(const struct move *move, int error)
{
	return error == -ENOENT && !move->placement->template_name;
}

static enum place_outcome fail_missing(const struct hierarchy *hierarchy, const struct move *move,
				       struct place_result *ret)
{
	return fail(ret, -ENOENT, "group \"%s\" does not exist in %s, nor in cgconfig.conf",
		    move->placement->path, hierarchy->mount);
}

/* Everything that can be checked before the first move. */
static enum place_outcome prepare(const struct job *job, const char *proc_cgroup,
				  struct move *moves, struct place_result *ret)
{
	enum place_outcome outcome = PLACE_IN_PLACE;

	for (size_t h = 0; h < job->placer->hierarchies.n; h++) {
		const struct hierarchy *hierarchy = &job->placer->hierarchies.items[h];
		struct move *move = &moves[h];
		int r;

		if (!move->placement)
			continue;
		if (is_in_place(hierarchy, proc_cgroup, move->placement->path)) {
			move->placement = NULL;
			continue;
		}
		r = reach(job, h, move);
		if (is_missing(move, r))
			return fail_missing(hierarchy, move, ret);
		if (r < 0)
			return fail(ret, r, "group \"%s\" in %s: %s", move->placement->path,
				    hierarchy->mount, strerror(-r));
		outcome = PLACE_MOVED;
	}
	return outcome;
}

enum place_outcome placer_place(struct placer *placer, pid_t tgid, const char *proc_cgroup,
				const struct placement *placements, size_t n, uint64_t now_ms,
				struct diag_list *diags, struct place_result *ret)
{
	struct job job = {
		.placer = placer,
		.placements = placements,
		.n = n < PLACEMENTS_MAX ? n : PLACEMENTS_MAX,
		.now_ms = now_ms,
		.diags = diags,
	};
	struct move moves[HIERARCHIES_MAX] = { 0 };
	enum place_outcome outcome;

	kept_begin(placer->kept);
	*ret = (struct place_result){ 0 };
	if (plan(&job, moves, ret) < 0)
		return PLACE_FAILED;
	outcome = prepare(&job, proc_cgroup, moves, ret);
	if (outcome != PLACE_MOVED)
		return outcome;
	for (size_t h = 0; h < placer->hierarchies.n; h++) {
		const struct hierarchy *hierarchy = &placer->hierarchies.items[h];
		struct move *move = &moves[h];
		int r;

		if (!move->placement)
			continue;
		r = move_one(&job, h, move, tgid);
		if (r == -ESRCH)
			return PLACE_GONE;
		if (r < 0) {
			bool back = !PROTECT_ALL_OR_NONE ||
				    placer_restore(placer, tgid, proc_cgroup, ret->moved);

			/* Removed since: the same words as for one that never was. */
			if (back && is_missing(move, r))
				return fail_missing(hierarchy, move, ret);
			return fail(ret, r, "moving into group \"%s\" in %s: %s%s",
				    move->placement->path, hierarchy->mount, explain_move(r),
				    back ? ""
					 : "; it could not be moved back in other hierarchies");
		}
		ret->moved |= UINT32_C(1) << h;
		ret->from[h] = placer_location(placer, proc_cgroup, UINT32_C(1) << h);
	}
	return PLACE_MOVED;
}

uint64_t placer_location(const struct placer *placer, const char *proc_cgroup, uint32_t mask)
{
	uint64_t hash = HASH_START;

	for (size_t h = 0; h < placer->hierarchies.n; h++) {
		const char *path;
		size_t len;

		if ((mask & (UINT32_C(1) << h)) &&
		    hierarchy_find_path(&placer->hierarchies.items[h], proc_cgroup, &path, &len))
			hash = hash_add(hash_add(hash, "", 1), path, len);
	}
	return hash;
}

int placer_open(struct placer *placer, const struct placement *placement, uint64_t now_ms,
		uint32_t *ret_hierarchies, int fds[HIERARCHIES_MAX])
{
	struct diag_list diags = { 0 };
	struct job job = {
		.placer = placer,
		.placements = placement,
		.n = 1,
		.now_ms = now_ms,
		.diags = &diags,
	};
	struct move moves[HIERARCHIES_MAX] = { 0 };
	struct place_result result;
	int r = 0;

	kept_begin(placer->kept);
	if (plan(&job, moves, &result) < 0)
		return -ENOENT;
	for (size_t h = 0; r == 0 && h < placer->hierarchies.n; h++) {
		if (!moves[h].placement)
			continue;
		r = reach(&job, h, &moves[h]);
		if (r < 0)
			break;
		fds[h] = fcntl(moves[h].fd, F_DUPFD_CLOEXEC, 3);
		r = fds[h] < 0 ? -errno : 0;
	}
	diag_list_done(&diags);
	*ret_hierarchies = job.masks[0];
	return r;
}

bool placer_is_placed(const struct placer *placer, const char *proc_cgroup,
		      const struct placement *placements, size_t n, uint32_t mask)
{
	const char *places[HIERARCHIES_MAX] = { NULL };

	for (size_t i = 0; i < n; i++) {
		const char *missing;
		size_t len;
		uint32_t meant;

		if (placer_resolve(placer, &placements[i], &meant, &missing, &len) < 0)
			return false;
		for (size_t h = 0; h < placer->hierarchies.n; h++) {
			if (meant & mask & (UINT32_C(1) << h))
				places[h] = placements[i].path;
		}
	}
	for (size_t h = 0; h < placer->hierarchies.n; h++) {
		if (places[h] &&
		    !is_in_place(&placer->hierarchies.items[h], proc_cgroup, places[h]))
			return false;
	}
	return true;
}

bool placer_is_in(const struct placer *placer, const char *proc_cgroup,
		  const struct placement *placement, bool is_open)
{
	const char *missing;
	size_t missing_len;
	size_t place_len = strlen(placement->path);
	uint32_t mask;

	if (placer_resolve(placer, placement, &mask, &missing, &missing_len) < 0)
		return false;
	for (size_t h = 0; h < placer->hierarchies.n; h++) {
		const char *path;
		size_t len;

		if (!(mask & (UINT32_C(1) << h)) ||
		    !hierarchy_find_path(&placer->hierarchies.items[h], proc_cgroup, &path, &len))
			continue;
		if (is_open && place_len > 0
			    ? hierarchy_is_within(path, len, placement->path)
			    : len >= place_len && memcmp(path, placement->path, place_len) == 0)
			return true;
	}
	return false;
}

void placer_get_stats(const struct placer *placer, struct placer_stats *ret)
{
	*ret = (struct placer_stats){
		.descriptors = kept_count(placer->kept),
		.groups_made = ondemand_count(placer->ondemand),
		.writes = placer->writes,
	};
}
