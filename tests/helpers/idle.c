// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * idle: prints its pid and sleeps for two minutes, whatever its arguments. Copies of it under other
 * names are the programs (and the script interpreters) that the system tests run.
 */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	printf("%d\n", (int)getpid());
	fflush(stdout);
	sleep(120);
	return 0;
}
