// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef CGRED_BENCH_DAEMON_CPU_H
#define CGRED_BENCH_DAEMON_CPU_H

/* The processor time of a daemon, for programs that make no process, and so no event, to read it.
 */

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S UINT64_C(1000000000)

static inline uint64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* Into buf, with a zero byte behind it. Returns the length, or -1. */
static inline ssize_t read_file(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, buf, size - 1);

	if (fd >= 0)
		(void)close(fd);
	buf[len > 0 ? len : 0] = '\0';
	return len;
}

/* Of all threads. */
static inline uint64_t cpu_ns(pid_t pid)
{
	char path[64], text[128];
	const struct dirent *entry;
	uint64_t sum = 0;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "/proc/%d/task/%.20s/schedstat", (int)pid,
			       entry->d_name);
		if (read_file(path, text, sizeof(text)) > 0)
			sum += strtoull(text, NULL, 10);
	}
	if (dir)
		(void)closedir(dir);
	return sum;
}

#endif
