/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From a path to rules. A file is watched by its name in its directory, so that it need not exist
 * and may be replaced; a directory by itself, with what is mounted below it at that time. The
 * kernel follows the links in the path of a file but not the last one, so that what a link leads to
 * is watched, too.
 */
#include "config.h"

#include "source/audit-watch.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "base/mountinfo.h"
#include "base/walk.h"
#include "source/audit-kernel.h"
#include "source/audit.h"

static void free_target(struct audit_target *target)
{
	for (size_t i = 0; i < target->n_rules; i++)
		free(target->rules[i].data);
	free(target->path);
	*target = (struct audit_target){ 0 };
}

static int retire_rule(struct audit_rule *rule, struct audit_retired *retired)
{
	struct audit_rule_data **grown;

	if (!rule->data)
		return 0;
	grown = grow(retired->rules, retired->n, &retired->room, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	retired->rules = grown;
	grown[retired->n++] = take_ptr(&rule->data);
	return 0;
}

static int retire_target(struct audit_target *target, struct audit_retired *retired)
{
	int r = 0;

	for (size_t i = 0; i < target->n_rules && r == 0; i++)
		r = retire_rule(&target->rules[i], retired);
	if (r == 0)
		free_target(target);
	return r;
}

/* Which file systems are mounted below the directory. */
static uint64_t mounts_below(const char *mountinfo, const char *directory)
{
	size_t len = strlen(directory);
	struct mountinfo mount;
	uint64_t sum = 0;

	while (mountinfo_next(&mountinfo, &mount)) {
		cleanup_free char *path = mountinfo_unescape(mount.mount);

		if (path && strncmp(path, directory, len) == 0 && (path[len] == '/' || len == 1))
			sum = sum * 31 + mount.id;
	}
	return sum;
}

/* The directory that a name is in, with a slash at its end. False: it is too long. */
static bool find_parent(const char *path, char parent[PATH_MAX])
{
	size_t len = strlen(path);

	while (len > 0 && path[len - 1] != '/')
		len--;
	if (len >= PATH_MAX)
		return false;
	memcpy(parent, path, len);
	parent[len] = '\0';
	return true;
}

static int stat_parent(const char *path, struct stat *ret)
{
	char parent[PATH_MAX];

	if (!find_parent(path, parent))
		return -ENAMETOOLONG;
	return stat(parent, ret) < 0 ? -errno : 0;
}

static int plan_target(const char *path, bool is_directory, const char *mountinfo,
		       struct audit_target *ret)
{
	struct stat st = { 0 };

	*ret = (struct audit_target){ .path = strdup(path), .is_directory = is_directory };
	if (!ret->path)
		return -ENOMEM;
	if (is_directory) {
		(void)stat(path, &st);
		ret->mounts = mounts_below(mountinfo, path);
	} else {
		(void)stat_parent(path, &st);
	}
	ret->device = st.st_dev;
	ret->inode = st.st_ino;
	return 0;
}

static bool is_way_ours(const char *path)
{
	char parent[PATH_MAX];

	return find_parent(path, parent) && walk_is_ours(parent);
}

int audit_watched_look(struct audit_watched *watched)
{
	char real[PATH_MAX];
	struct stat st;

	free(watched->real);
	watched->real = NULL;
	watched->is_directory = false;
	watched->is_refused = !is_way_ours(watched->path);
	if (watched->is_refused || !walk_is_ours(watched->path))
		return 0;
	/* Looked at again: it may have become one meanwhile. */
	if (!realpath(watched->path, real) || !walk_is_ours(watched->path))
		return 0;
	watched->real = strdup(real);
	if (!watched->real)
		return -ENOMEM;
	watched->is_directory = stat(real, &st) == 0 && S_ISDIR(st.st_mode);
	return 0;
}

static int find_targets(struct audit_watched *watched, const char *mountinfo,
			struct audit_target *targets, size_t *ret_n)
{
	struct stat st;
	int r = audit_watched_look(watched);

	*ret_n = 0;
	if (r < 0 || watched->is_refused)
		return r;
	*ret_n = 1;
	if (watched->is_directory)
		return plan_target(watched->real, true, mountinfo, &targets[0]);
	r = plan_target(watched->path, false, mountinfo, &targets[0]);
	if (r < 0 || lstat(watched->path, &st) < 0 || !S_ISLNK(st.st_mode) || !watched->real)
		return r;
	*ret_n = 2;
	return plan_target(watched->real, false, mountinfo, &targets[1]);
}

static int make_rules(const struct audit_watched *watched, struct audit_target *target,
		      unsigned *next_number)
{
	static const struct {
		unsigned access;
		char letter;
	} kinds[] = {
		{ AUDIT_ACCESS_READ, 'r' },
		{ AUDIT_ACCESS_WRITE, 'w' },
		{ AUDIT_ACCESS_EXECUTE, 'x' },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct audit_rule *rule = &target->rules[target->n_rules];
		struct audit_kernel_watch watch = {
			.path = target->path,
			.is_directory = target->is_directory,
			.access = kinds[i].letter,
			/* The kernel decides about a name that goes away (audit_update_watch())
			 * before it is known whether the call succeeds. */
			.failed = watched->failed ||
				  (!target->is_directory && kinds[i].letter == 'w'),
			.key = rule->key,
		};

		if (!(watched->access & kinds[i].access))
			continue;
		(void)snprintf(rule->key, sizeof(rule->key), "cgred_%u_%c_%u", watched->id,
			       kinds[i].letter, (*next_number)++);
		rule->data = audit_kernel_make_rule(&watch);
		if (!rule->data)
			return -ENOMEM;
		target->n_rules++;
	}
	return 0;
}

static bool is_same(const struct audit_target *a, const struct audit_target *b)
{
	return a->path && b->path && strcmp(a->path, b->path) == 0 &&
	       a->is_directory == b->is_directory && a->device == b->device && a->inode == b->inode;
}

/* Take the rules over from what was there, or make them. */
static int fill_target(struct audit_watched *watched, struct audit_target *target,
		       unsigned *next_number)
{
	for (size_t i = 0; i < watched->n_targets; i++) {
		struct audit_target *old = &watched->targets[i];

		if (!is_same(old, target))
			continue;
		target->is_changed = old->is_changed || target->mounts != old->mounts;
		memcpy(target->rules, old->rules, sizeof(target->rules));
		target->n_rules = old->n_rules;
		old->n_rules = 0;
		free_target(old);
		return 0;
	}
	target->is_changed = true;
	return make_rules(watched, target, next_number);
}

/* What was not taken over. */
static int retire_rest(struct audit_watched *watched, const struct audit_target *targets, size_t n,
		       struct audit_retired *retired, struct audit_retired *stale)
{
	int r = 0;

	for (size_t i = 0; i < watched->n_targets && r == 0; i++) {
		struct audit_target *old = &watched->targets[i];
		bool is_stale = false;

		for (size_t j = 0; j < n && old->path; j++)
			is_stale = is_stale || strcmp(old->path, targets[j].path) == 0;
		r = retire_target(old, is_stale ? stale : retired);
	}
	return r;
}

int audit_watched_plan(struct audit_watched *watched, const char *mountinfo, unsigned *next_number,
		       struct audit_retired *retired, struct audit_retired *stale)
{
	struct audit_target targets[AUDIT_WATCH_TARGETS] = { 0 };
	size_t n;
	int r = find_targets(watched, mountinfo, targets, &n);

	for (size_t i = 0; i < n && r == 0; i++)
		r = fill_target(watched, &targets[i], next_number);
	if (r == 0)
		r = retire_rest(watched, targets, n, retired, stale);
	if (r < 0) {
		/* What was taken over goes, too: the watch is not set, and tried again. */
		for (size_t i = 0; i < n; i++)
			(void)retire_target(&targets[i], retired);
		return r;
	}
	memcpy(watched->targets, targets, sizeof(targets));
	watched->n_targets = n;
	return 0;
}

int audit_watched_retire(struct audit_watched *watched, struct audit_retired *retired)
{
	int r = 0;

	for (size_t i = 0; i < watched->n_targets && r == 0; i++)
		r = retire_target(&watched->targets[i], retired);
	return r;
}

bool audit_watched_is_set(const struct audit_watched *watched, int *ret_error)
{
	if (watched->is_refused) {
		*ret_error = -ELOOP;
		return false;
	}
	for (size_t i = 0; i < watched->n_targets; i++) {
		for (size_t j = 0; j < watched->targets[i].n_rules; j++) {
			const struct audit_rule *rule = &watched->targets[i].rules[j];

			if (!rule->is_set) {
				*ret_error = rule->error;
				return false;
			}
		}
	}
	*ret_error = -ENOENT;
	return watched->n_targets > 0;
}

void audit_watched_done(struct audit_watched *watched)
{
	for (size_t i = 0; i < AUDIT_WATCH_TARGETS; i++)
		free_target(&watched->targets[i]);
	free(watched->path);
	free(watched->real);
	*watched = (struct audit_watched){ 0 };
}
