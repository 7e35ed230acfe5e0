// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * opens PROCESSES COUNT RATE FILE: so many processes, one a CPU in turn, open and close the file
 * COUNT times each, RATE times a second (0: as fast as they can), for reading and for both in turn.
 * Says how many succeeded, how long it took, and how long the slowest open took.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct figures {
	unsigned long opened;
	int64_t slowest_ns;
};

static int64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void sleep_until(int64_t at_ns)
{
	struct timespec at = { .tv_sec = at_ns / 1000000000, .tv_nsec = at_ns % 1000000000 };

	(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

/* In portions of 10 ms: a sleep for each would cost more than the open. */
static void work(unsigned long count, unsigned long rate, const char *file, struct figures *figures)
{
	const unsigned long portion = rate / 100 + 1;
	const int64_t start_ns = now_ns();

	for (unsigned long i = 0; i < count; i++) {
		int64_t before_ns;
		int64_t took_ns;
		int fd;

		if (rate > 0 && i % portion == 0)
			sleep_until(start_ns + (int64_t)(i * 1000000000UL / rate));
		before_ns = now_ns();
		fd = open(file, (i % 2 ? O_RDWR : O_RDONLY) | O_CLOEXEC);
		took_ns = now_ns() - before_ns;
		if (took_ns > figures->slowest_ns)
			figures->slowest_ns = took_ns;
		if (fd < 0)
			continue;
		figures->opened++;
		(void)close(fd);
	}
}

static void pin(int number)
{
	cpu_set_t all, one;
	int left;

	if (sched_getaffinity(0, sizeof(all), &all) < 0 || CPU_COUNT(&all) == 0)
		return;
	left = number % CPU_COUNT(&all);
	CPU_ZERO(&one);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &all) || left-- > 0)
			continue;
		CPU_SET(cpu, &one);
		break;
	}
	(void)sched_setaffinity(0, sizeof(one), &one);
}

int main(int argc, char **argv)
{
	const int n = argc == 5 ? (int)strtol(argv[1], NULL, 10) : 0;
	struct figures *figures;
	struct figures sum = { 0 };
	int64_t start_ns = now_ns();

	if (n < 1 || n > 64)
		return 2;
	alarm(100);
	figures = mmap(NULL, sizeof(*figures) * (size_t)n, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (figures == MAP_FAILED)
		return 1;
	for (int i = 0; i < n; i++) {
		if (fork() == 0) {
			alarm(100);
			pin(i);
			work(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10), argv[4],
			     &figures[i]);
			_exit(0);
		}
	}
	while (wait(NULL) > 0)
		;
	for (int i = 0; i < n; i++) {
		sum.opened += figures[i].opened;
		if (figures[i].slowest_ns > sum.slowest_ns)
			sum.slowest_ns = figures[i].slowest_ns;
	}
	printf("opened %lu ms %lld slowest_us %lld\n", sum.opened,
	       (long long)((now_ns() - start_ns) / 1000000), (long long)(sum.slowest_ns / 1000));
	return 0;
}
