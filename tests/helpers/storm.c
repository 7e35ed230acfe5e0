// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * storm N UID PROGRAM CHURN FLOOD: as many events as it can make, as fast as it can.
 *
 * N processes take the uid (and the gid of the same number); every second one executes PROGRAM, and
 * all of them stay for two minutes, or until this one ends. Among them CHURN others begin and end,
 * which take the uid, or execute /bin/true, and FLOOD times this process changes its effective uid
 * to nobody's and back. Prints the pids of those that stay, and "done MILLISECONDS".
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOBODY	65534
#define STAYS_S 120

static long number(const char *text)
{
	return strtol(text, NULL, 10);
}

static long now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void take_ids(uid_t uid)
{
	if (setgroups(0, NULL) < 0 || setgid(uid) < 0 || setuid(uid) < 0)
		_exit(126);
}

static void stay(uid_t uid, const char *program)
{
	int null = open("/dev/null", O_RDWR);

	take_ids(uid);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || null < 0 || dup2(null, STDOUT_FILENO) < 0)
		_exit(126);
	if (program) {
		execl(program, program, (char *)NULL);
		_exit(127);
	}
	(void)sleep(STAYS_S);
	_exit(0);
}

static bool churn(uid_t uid, bool executes)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (executes)
			execl("/bin/true", "true", (char *)NULL);
		else
			take_ids(uid);
		_exit(0);
	}
	return pid > 0 && waitpid(pid, NULL, 0) == pid;
}

static bool flood(void)
{
	return seteuid(NOBODY) == 0 && seteuid(0) == 0;
}

int main(int argc, char **argv)
{
	long began = now_ms();
	long count, churns, floods;
	uid_t uid;

	if (argc != 6) {
		fputs("usage: storm N UID PROGRAM CHURN FLOOD\n", stderr);
		return 2;
	}
	count = number(argv[1]);
	uid = (uid_t)number(argv[2]);
	churns = number(argv[4]);
	floods = number(argv[5]);
	for (long i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0) {
			perror("storm: fork");
			return 1;
		}
		if (pid == 0)
			stay(uid, i % 2 ? argv[3] : NULL);
		printf("%d\n", (int)pid);
		for (long j = churns * i / count; j < churns * (i + 1) / count; j++) {
			if (!churn(uid, j % 2))
				return 1;
		}
		for (long j = floods * i / count; j < floods * (i + 1) / count; j++) {
			if (!flood())
				return 1;
		}
	}
	printf("done %ld\n", now_ms() - began);
	fflush(stdout);
	(void)sleep(STAYS_S);
	return 0;
}
