// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * eat memory MIB      touches so much memory; status 0 when it has it
 * eat hold MIB        the same, and keeps it
 * eat cpu N SECONDS   N processes that want all of a CPU; says "cpu MS wall MS"
 * eat pids N          forks N children that wait, until it cannot; says "forked N", and the error
 * eat count           counts, without end, with its own CPU time
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int eat_memory(size_t bytes)
{
	char *memory =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return 3;
	memset(memory, 1, bytes);
	puts("eaten");
	(void)fflush(stdout);
	return memory[bytes - 1] == 1 ? 0 : 3;
}

static long cpu_ms(void)
{
	struct timespec used;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (long)used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

/* What one of them saw itself: how long it takes to start and to reap them is not theirs. */
struct eater {
	long start_ms, end_ms, used_ms;
};

static void eat_until(struct eater *eater, long end_ms)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	eater->start_ms = now_ms();
	do {
		eater->end_ms = now_ms();
	} while (eater->end_ms < end_ms);
	eater->used_ms = cpu_ms();
}

static int eat_cpu(long count, long time_s)
{
	long end_ms = now_ms() + time_s * 1000;
	struct eater all = { .start_ms = LONG_MAX };
	struct eater *eaters = mmap(NULL, (size_t)count * sizeof(*eaters), PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (eaters == MAP_FAILED)
		return 3;
	for (long i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return 3;
		if (pid == 0) {
			eat_until(&eaters[i], end_ms);
			_exit(0);
		}
	}
	while (wait(NULL) > 0)
		;
	for (long i = 0; i < count; i++) {
		all.used_ms += eaters[i].used_ms;
		if (eaters[i].start_ms < all.start_ms)
			all.start_ms = eaters[i].start_ms;
		if (eaters[i].end_ms > all.end_ms)
			all.end_ms = eaters[i].end_ms;
	}
	printf("cpu %ld wall %ld\n", all.used_ms, all.end_ms - all.start_ms);
	return 0;
}

static int eat_pids(long count)
{
	long forked = 0;
	int error = 0;

	for (; forked < count; forked++) {
		pid_t pid = fork();

		if (pid < 0) {
			error = errno;
			break;
		}
		if (pid == 0) {
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			(void)sleep(60);
			_exit(0);
		}
	}
	printf("forked %ld%s\n", forked, error == EAGAIN ? ", then EAGAIN" : "");
	return 0;
}

int main(int argc, char **argv)
{
	long n = argc > 2 ? strtol(argv[2], NULL, 10) : 0;

	if (argc == 3 && strcmp(argv[1], "memory") == 0)
		return eat_memory((size_t)n << 20);
	if (argc == 3 && strcmp(argv[1], "hold") == 0)
		return eat_memory((size_t)n << 20) == 0 ? pause() : 3;
	if (argc == 4 && strcmp(argv[1], "cpu") == 0)
		return eat_cpu(n, strtol(argv[3], NULL, 10));
	if (argc == 3 && strcmp(argv[1], "pids") == 0)
		return eat_pids(n);
	if (argc == 2 && strcmp(argv[1], "count") == 0) {
		for (;;)
			(void)now_ms();
	}
	return 2;
}
