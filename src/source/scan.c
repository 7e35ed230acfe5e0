/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The list of all processes, as events. It says that they are there, and nothing about them. A
 * process is known again by the inode number of its directory, which comes with the list: the
 * kernel takes a new one for another process, and also for the same one when memory was short,
 * which then is told again.
 */
#include "config.h"

#include "source/scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "base/num.h"
#include "engine/event.h"

struct known {
	pid_t tgid;
	ino_t ino;
};

struct scan {
	int proc_fd; /* the caller's */
	DIR *dir;    /* own position in it; NULL before the first call */
	bool complete;
	struct known *known;
	size_t n_known, known_room;
	size_t n_before; /* of them, sorted: found by the passes before this one */
	bool has_forgotten;
};

struct scan *scan_new(int proc_fd)
{
	struct scan *scan = calloc(1, sizeof(*scan));

	if (scan)
		scan->proc_fd = proc_fd;
	return scan;
}

void scan_free(struct scan *scan)
{
	if (!scan)
		return;
	cleanup_close_dir(&scan->dir);
	free(scan->known);
	free(scan);
}

/* Not a dup(): that would share the position in the directory with other scans. */
static DIR *open_dir(int proc_fd)
{
	cleanup_close int fd = openat(proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir;

	if (fd < 0)
		return NULL;
	dir = fdopendir(fd);
	if (dir)
		(void)take_fd(&fd);
	return dir;
}

static bool is_process(const struct dirent *entry, pid_t *ret_tgid)
{
	uint32_t number;

	if (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN)
		return false;
	if (entry->d_name[0] == '0' ||
	    !num_parse_u32(entry->d_name, strlen(entry->d_name), &number) || number > INT_MAX)
		return false;
	*ret_tgid = (pid_t)number;
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct known *one = a, *other = b;

	if (one->tgid != other->tgid)
		return one->tgid < other->tgid ? -1 : 1;
	return one->ino < other->ino ? -1 : one->ino > other->ino;
}

static int compare_tgids(const void *a, const void *b)
{
	const struct known *one = a, *other = b;

	return one->tgid < other->tgid ? -1 : one->tgid > other->tgid;
}

static bool is_known(const struct scan *scan, const struct known *process,
		     int (*same)(const void *a, const void *b))
{
	return scan->n_before &&
	       bsearch(process, scan->known, scan->n_before, sizeof(*scan->known), same);
}

/* Without memory the next pass tells of it again. */
static void remember(struct scan *scan, const struct known *process)
{
	struct known *known = grow(scan->known, scan->n_known, &scan->known_room, sizeof(*known));

	if (!known) {
		scan->has_forgotten = true;
		return;
	}
	scan->known = known;
	known[scan->n_known++] = *process;
}

static int read_batch(struct scan *scan, struct event *events, int max)
{
	int count = 0;

	while (count < max) {
		const struct dirent *entry;
		struct known process;

		errno = 0;
		entry = readdir(scan->dir);
		if (!entry && errno != 0)
			return count > 0 ? count : -errno;
		if (!entry) {
			scan->complete = true;
			break;
		}
		if (!is_process(entry, &process.tgid))
			continue;
		process.ino = entry->d_ino;
		if (is_known(scan, &process, compare))
			continue;
		remember(scan, &process);
		events[count++] = (struct event){
			.kind = EVENT_SCAN,
			.tid = process.tgid,
			.tgid = process.tgid,
		};
	}
	return count;
}

int scan_next(struct scan *scan, struct event *events, size_t max)
{
	if (scan->complete)
		return 0;
	if (!scan->dir)
		scan->dir = open_dir(scan->proc_fd);
	if (!scan->dir)
		return -errno;
	return read_batch(scan, events, max < INT_MAX ? (int)max : INT_MAX);
}

void scan_go_on(struct scan *scan)
{
	cleanup_close_dir(&scan->dir);
	scan->dir = NULL;
	scan->complete = false;
	if (scan->n_known)
		qsort(scan->known, scan->n_known, sizeof(*scan->known), compare);
	scan->n_before = scan->n_known;
}

bool scan_has_found(const struct scan *scan, pid_t tgid)
{
	return is_known(scan, &(struct known){ .tgid = tgid }, compare_tgids);
}

bool scan_has_forgotten(const struct scan *scan)
{
	return scan->has_forgotten;
}
