/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Removing a whole tree of groups: their processes first. */
#include "config.h"

#include "cgroup/clean.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/num.h"
#include "cgroup/group.h"
#include "cgroup/hierarchy.h"
#include "cgroup/limits.h"

#define TRIES	     50
#define TRY_AFTER_NS 10000000

struct cleaning {
	const struct hierarchy *hierarchy;
	struct clean_result *result;
	char path[PATH_MAX]; /* of the group that is being removed */
	char to[PATH_MAX];   /* where processes go … */
	int to_fd;	     /* … and its cgroup.procs; -1: not open */
	const char *top;
	bool is_above; /* where they go is above the top */
};

/* The group above, in place; the root stays. */
static void cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash)
		*slash = '\0';
	else
		path[0] = '\0';
}

static void close_target(struct cleaning *cleaning)
{
	if (cleaning->to_fd >= 0)
		(void)close(cleaning->to_fd);
	cleaning->to_fd = -1;
}

static void next_target(struct cleaning *cleaning)
{
	close_target(cleaning);
	if (!cleaning->is_above)
		(void)snprintf(cleaning->to, sizeof(cleaning->to), "%s", cleaning->top);
	cleaning->is_above = true;
	cut_last(cleaning->to);
}

/* Groups that take no processes (they hand controllers down, have no CPUs, are gone) are passed
 * over, for this and all later processes. */
static void move_out(struct cleaning *cleaning, pid_t pid)
{
	for (;;) {
		int r;

		if (cleaning->to_fd < 0)
			cleaning->to_fd = group_open_procs(cleaning->hierarchy, cleaning->to);
		r = cleaning->to_fd < 0 ? cleaning->to_fd : group_add_process(cleaning->to_fd, pid);
		if (r == 0)
			cleaning->result->moved++;
		if (r == 0 || r == -ESRCH || (cleaning->is_above && !cleaning->to[0]))
			return;
		next_target(cleaning);
	}
}

static void move_all_out(struct cleaning *cleaning)
{
	char file[PATH_MAX + 32];
	cleanup_free char *text = NULL;
	const char *cursor;
	size_t len;
	uint64_t pid;

	(void)snprintf(file, sizeof(file), "%s/cgroup.procs", cleaning->path);
	if (file_read_all(cleaning->hierarchy->fd, file, (size_t)1 << 24, &text, &len) < 0)
		return;
	cursor = text;
	while (num_scan_u64(&cursor, &pid)) {
		/* 0: a process of another pid namespace. */
		if (pid > 0 && pid <= INT_MAX)
			move_out(cleaning, (pid_t)pid);
		cursor += *cursor == '\n';
	}
}

/* Processes fork while they are moved, and the kernel takes a moment to see a group empty. */
static void remove_group(struct cleaning *cleaning, bool has_groups)
{
	const struct timespec pause = { .tv_nsec = TRY_AFTER_NS };

	for (int i = 0; i < TRIES; i++) {
		int r;

		move_all_out(cleaning);
		r = group_remove(cleaning->hierarchy, cleaning->path);
		if (r == 0) {
			cleaning->result->removed++;
			return;
		}
		if (r != -EBUSY || has_groups)
			break;
		(void)nanosleep(&pause, NULL);
	}
	cleaning->result->remaining++;
}

static bool is_group(const struct dirent *entry)
{
	return entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
	       strcmp(entry->d_name, "..") != 0;
}

/* Thaws on the way down, for a group stays frozen as long as one above it is; removes on the way
 * up. */
static void clean_below(struct cleaning *cleaning)
{
	size_t len = strlen(cleaning->path);
	size_t remaining = cleaning->result->remaining;
	int fd =
		openat(cleaning->hierarchy->fd, cleaning->path, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	cleanup_dir DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	if (!dir) {
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	(void)limits_freeze(cleaning->hierarchy, cleaning->path, false);
	while ((entry = readdir(dir))) {
		size_t name_len = strlen(entry->d_name);

		if (!is_group(entry) || len + name_len + 2 > sizeof(cleaning->path))
			continue;
		cleaning->path[len] = '/';
		memcpy(cleaning->path + len + 1, entry->d_name, name_len + 1);
		clean_below(cleaning);
		cleaning->path[len] = '\0';
	}
	remove_group(cleaning, cleaning->result->remaining > remaining);
}

void clean_groups(const struct hierarchy *hierarchy, const char *top, const char *to,
		  struct clean_result *result)
{
	struct cleaning cleaning = {
		.hierarchy = hierarchy,
		.result = result,
		.to_fd = -1,
		.top = top,
	};

	if (!top[0] || strlen(top) >= sizeof(cleaning.path))
		return;
	(void)snprintf(cleaning.path, sizeof(cleaning.path), "%s", top);
	if (to && strlen(to) < sizeof(cleaning.to) && !hierarchy_is_within(to, strlen(to), top))
		(void)snprintf(cleaning.to, sizeof(cleaning.to), "%s", to);
	else
		next_target(&cleaning);
	clean_below(&cleaning);
	close_target(&cleaning);
}
