// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * yardstick PIDS PROCS: reads what a rule needs of each process of a list (its status, groups and
 * executable), moves it by writing to a cgroup.procs, and prints how many milliseconds that took:
 * what this machine needs at least to place them all.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void read_file(int dir, const char *name)
{
	char buf[4096];
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);

	while (fd >= 0 && read(fd, buf, sizeof(buf)) > 0)
		;
	if (fd >= 0)
		(void)close(fd);
}

static int place(const char *pid, int procs)
{
	char path[64], exe[4096];
	int dir, pidfd;
	int r;

	(void)snprintf(path, sizeof(path), "/proc/%s", pid);
	pidfd = (int)syscall(SYS_pidfd_open, (pid_t)strtol(pid, NULL, 10), 0);
	dir = open(path, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	if (pidfd < 0 || dir < 0)
		return -1;
	read_file(dir, "status");
	read_file(dir, "cgroup");
	r = readlinkat(dir, "exe", exe, sizeof(exe)) < 0 ? -1 : 0;
	if (write(procs, pid, strlen(pid)) < 0)
		r = -1;
	(void)close(dir);
	(void)close(pidfd);
	return r;
}

int main(int argc, char **argv)
{
	FILE *pids = argc == 3 ? fopen(argv[1], "re") : NULL;
	int procs = argc == 3 ? open(argv[2], O_WRONLY | O_CLOEXEC) : -1;
	long began = now_ms();
	char pid[32];

	if (!pids || procs < 0) {
		perror("yardstick");
		return 1;
	}
	while (fgets(pid, sizeof(pid), pids)) {
		pid[strcspn(pid, "\n")] = '\0';
		if (place(pid, procs) < 0)
			fprintf(stderr, "yardstick: %s is gone\n", pid);
	}
	printf("%ld\n", now_ms() - began);
	return 0;
}
