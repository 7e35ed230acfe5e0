// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * busy N SECONDS: N processes that do nothing but use their CPU, for so long. They die with it.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long count = argc == 3 ? strtol(argv[1], NULL, 10) : 0;
	long time_s = argc == 3 ? strtol(argv[2], NULL, 10) : 0;

	if (count <= 0 || time_s <= 0)
		return 2;
	while (count--) {
		pid_t pid = fork();

		if (pid < 0)
			return 1;
		if (pid == 0) {
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			(void)alarm((unsigned int)time_s);
			for (;;)
				;
		}
	}
	(void)sleep((unsigned int)time_s);
	return 0;
}
