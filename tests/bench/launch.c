// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * launch FILE COMMAND [ARG...]: becomes the command. Writes to FILE how many milliseconds it took
 * until it listened to the proc connector: a daemon has read its rules by then.
 */
#define _GNU_SOURCE
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WAIT_S 120

static double now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static bool listens(pid_t pid)
{
	FILE *file = fopen("/proc/net/netlink", "re");
	char line[256];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file)) {
		char *rest;
		unsigned long protocol, port, groups;

		(void)strtoull(line, &rest, 16); /* the socket */
		protocol = strtoul(rest, &rest, 10);
		port = strtoul(rest, &rest, 10);
		groups = strtoul(rest, &rest, 16);
		found = protocol == NETLINK_CONNECTOR && port == (unsigned long)pid && groups;
	}
	if (file)
		(void)fclose(file);
	return found;
}

static void watch(const char *path, pid_t pid)
{
	const double begin = now_ms();
	FILE *file;

	while (!listens(pid) && now_ms() - begin < WAIT_S * 1e3)
		(void)usleep(200);
	file = fopen(path, "we");
	if (file) {
		(void)fprintf(file, "%.1f\n", now_ms() - begin);
		(void)fclose(file);
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	pid_t self = getpid();
	pid_t child;

	if (argc < 3) {
		(void)fputs("usage: launch FILE COMMAND [ARG...]\n", stderr);
		return 2;
	}
	child = fork();
	/* A grandchild, so that it is not the daemon's to wait for. */
	if (child == 0) {
		if (fork() == 0)
			watch(argv[1], self);
		_exit(0);
	}
	(void)waitpid(child, NULL, 0);
	(void)execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
