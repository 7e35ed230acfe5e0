// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * cycle UID N PAUSE_US PROGRAM: starts a program that ends at once, and waits for it, N times, with
 * a pause before each. Prints how long each took from fork to the end, in microseconds, a line for
 * each.
 */
#define _GNU_SOURCE
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void run(const char *program)
{
	pid_t pid = vfork();
	int status;

	if (pid == 0) {
		(void)execl(program, program, "end", (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0) {
		perror("cycle");
		exit(1);
	}
}

int main(int argc, char **argv)
{
	uid_t uid;
	long count;
	unsigned pause_us;

	if (argc != 5) {
		(void)fputs("usage: cycle UID N PAUSE_US PROGRAM\n", stderr);
		return 2;
	}
	uid = (uid_t)strtoul(argv[1], NULL, 10);
	count = strtol(argv[2], NULL, 10);
	pause_us = (unsigned)strtoul(argv[3], NULL, 10);
	if (setgroups(0, NULL) < 0 || setresgid(uid, uid, uid) < 0 ||
	    setresuid(uid, uid, uid) < 0) {
		perror("cycle: setresuid");
		return 1;
	}
	for (long i = 0; i < count; i++) {
		double begin;

		if (pause_us)
			(void)usleep(pause_us);
		begin = now_us();
		run(argv[4]);
		printf("%.1f\n", now_us() - begin);
	}
	return 0;
}
