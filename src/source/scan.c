/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of all processes, as events. It says that they are there, and nothing about them. */
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
#include "base/num.h"
#include "engine/event.h"

struct scan {
	int proc_fd; /* the caller's */
	DIR *dir;    /* own position in it; NULL before the first call */
	bool complete;
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

static int read_batch(struct scan *scan, struct event *events, int max)
{
	int count = 0;

	while (count < max) {
		const struct dirent *entry;
		pid_t tgid;

		errno = 0;
		entry = readdir(scan->dir);
		if (!entry && errno != 0)
			return count > 0 ? count : -errno;
		if (!entry) {
			scan->complete = true;
			break;
		}
		if (is_process(entry, &tgid))
			events[count++] =
				(struct event){ .kind = EVENT_SCAN, .tid = tgid, .tgid = tgid };
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
