// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * freeze TID: stops one thread, and no other of its process, until this program ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	pid_t tid = argc == 2 ? (pid_t)strtol(argv[1], NULL, 10) : 0;
	int status;

	if (tid <= 0)
		return 2;
	if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) < 0 ||
	    ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) < 0 || waitpid(tid, &status, __WALL) != tid ||
	    !WIFSTOPPED(status)) {
		perror("freeze");
		return 1;
	}
	puts("frozen");
	(void)fflush(stdout);
	(void)sleep(120);
	return 0;
}
