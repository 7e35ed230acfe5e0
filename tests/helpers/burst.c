// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * burst N PROGRAM: starts N copies of PROGRAM as fast as it can and prints the pid of each. The
 * copies die with it; it stays for two minutes.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static void run(const char *program)
{
	int null = open("/dev/null", O_RDWR);

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || null < 0 || dup2(null, STDOUT_FILENO) < 0)
		_exit(126);
	execl(program, program, (char *)NULL);
	_exit(127);
}

int main(int argc, char **argv)
{
	long count = argc == 3 ? strtol(argv[1], NULL, 10) : 0;

	if (count <= 0) {
		fputs("usage: burst N PROGRAM\n", stderr);
		return 2;
	}
	for (long i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0) {
			perror("burst: fork");
			return 1;
		}
		if (pid == 0)
			run(argv[2]);
		printf("%d\n", (int)pid);
	}
	puts("done");
	fflush(stdout);
	sleep(120);
	return 0;
}
