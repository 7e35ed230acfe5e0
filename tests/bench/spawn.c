// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * spawn [OPTION]... N PROGRAM: starts N copies of a program that stays, and ends the oldest as soon
 * as there are more than some, so that the daemon finds each of them alive. Measures what that
 * costs the daemon. Prints the figures as members of a JSON object.
 *
 *   -u ID       user and group of the copies (default: the caller's)
 *   -d PID      the daemon
 *   -r RATE     so many a second; default: as fast as the daemon follows, none gets lost
 *   -w WINDOW   so many live at a time (64)
 *   -p TEXT     a copy was placed when its /proc/PID/cgroup has this
 *   -t SECONDS  stop then, however many were started (600)
 *
 * What others start meanwhile costs the daemon something, too: how much, is measured before, for
 * each fork of the machine, and taken off.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon-cpu.h"

#define WINDOW_MAX  4096
#define IDLE_WAIT_S 10
#define OTHERS_US   400000

struct run {
	uid_t uid;
	pid_t daemon;
	unsigned rate, window, seconds;
	const char *placed_text;
	const char *program;
	pid_t living[WINDOW_MAX]; /* a ring */
	uint64_t started, ended, placed;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void sleep_until(uint64_t ns)
{
	const struct timespec until = { .tv_sec = (time_t)(ns / NS_PER_S),
					.tv_nsec = (long)(ns % NS_PER_S) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

/* It waits for events, so it has handled all that came. While it waits for the kernel to carry out
 * a move, its state is D. */
static bool sleeps(pid_t pid)
{
	char path[64], text[512];
	const char *state;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (read_file(path, text, sizeof(text)) <= 0)
		return true;
	state = strrchr(text, ')');
	return !state || state[2] == 'S' || state[2] == 'Z';
}

static void wait_until_idle(pid_t pid)
{
	const uint64_t deadline = now_ns() + IDLE_WAIT_S * NS_PER_S;

	/* The last exec has returned to us, but may not yet have been told. */
	do
		(void)usleep(100);
	while (!sleeps(pid) && now_ns() < deadline);
}

static bool is_placed(const struct run *run, pid_t pid)
{
	char path[64], text[4096];

	(void)snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	return read_file(path, text, sizeof(text)) > 0 && strstr(text, run->placed_text);
}

static void end_oldest(struct run *run)
{
	pid_t pid = run->living[run->ended++ % run->window];

	if (run->placed_text && is_placed(run, pid))
		run->placed++;
	(void)kill(pid, SIGKILL);
	if (waitpid(pid, NULL, 0) < 0)
		die("spawn: waitpid");
}

static void start_one(struct run *run)
{
	pid_t pid = vfork();

	if (pid < 0)
		die("spawn: vfork");
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)execl(run->program, run->program, (char *)NULL);
		_exit(127);
	}
	run->living[run->started++ % run->window] = pid;
}

static void spawn_all(struct run *run, uint64_t n)
{
	const uint64_t begin = now_ns();
	const uint64_t end = begin + run->seconds * NS_PER_S;

	while (run->started < n && now_ns() < end) {
		if (run->rate)
			sleep_until(begin + run->started * NS_PER_S / run->rate);
		start_one(run);
		/* Half of them, so that those that were just told are not ended at once. */
		if (!run->rate && run->daemon && run->started % (run->window / 2) == 0)
			wait_until_idle(run->daemon);
		if (run->started - run->ended == run->window)
			end_oldest(run);
	}
	if (run->daemon)
		wait_until_idle(run->daemon);
}

/* Of all processes, since boot. */
static uint64_t forks(void)
{
	char text[65536];
	const char *line;

	if (read_file("/proc/stat", text, sizeof(text)) <= 0)
		return 0;
	line = strstr(text, "\nprocesses ");
	return line ? strtoull(line + strlen("\nprocesses "), NULL, 10) : 0;
}

/* What the daemon has used, and the machine has forked. */
struct sample {
	double cpu_ns, forks;
};

static struct sample sample(const struct run *run)
{
	return (struct sample){
		.cpu_ns = run->daemon ? (double)cpu_ns(run->daemon) : 0,
		.forks = (double)forks(),
	};
}

static struct sample since(const struct run *run, const struct sample *before)
{
	struct sample now = sample(run);

	return (struct sample){ now.cpu_ns - before->cpu_ns, now.forks - before->forks };
}

static struct sample measure_others(const struct run *run)
{
	struct sample before = sample(run);

	if (run->daemon)
		(void)usleep(OTHERS_US);
	return since(run, &before);
}

static void measure(struct run *run, uint64_t n)
{
	struct sample others = measure_others(run);
	struct sample before = sample(run);
	uint64_t begin = now_ns();
	struct sample all;
	double each, foreign;
	uint64_t wall;

	spawn_all(run, n);
	wall = now_ns() - begin;
	all = since(run, &before);
	while (run->ended < run->started)
		end_oldest(run);
	/* Nobody else's costs more than the mean. */
	each = others.forks > 0 ? others.cpu_ns / others.forks : 0;
	if (each > all.cpu_ns / all.forks)
		each = all.cpu_ns / all.forks;
	foreign = all.forks - (double)run->started;
	printf("\"execs\": %" PRIu64 ", \"placed\": %" PRIu64
	       ", \"wall_us\": %.2f, \"others\": %.2f, \"cpu_us\": %.2f\n",
	       run->started, run->placed, (double)wall / 1e3 / (double)run->started,
	       foreign / (double)run->started,
	       (all.cpu_ns - each * foreign) / 1e3 / (double)run->started);
}

static unsigned number(const char *text, unsigned max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || end == text || value > max) {
		(void)fprintf(stderr, "spawn: bad number: %s\n", text);
		exit(2);
	}
	return (unsigned)value;
}

static void parse(struct run *run, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "u:d:r:w:p:t:")) != -1) {
		if (option == 'u')
			run->uid = number(optarg, UINT32_MAX);
		else if (option == 'd')
			run->daemon = (pid_t)number(optarg, INT32_MAX);
		else if (option == 'r')
			run->rate = number(optarg, 1000000);
		else if (option == 'w')
			run->window = number(optarg, WINDOW_MAX);
		else if (option == 'p')
			run->placed_text = optarg;
		else if (option == 't')
			run->seconds = number(optarg, 86400);
		else
			exit(2);
	}
	if (argc - optind != 2 || run->window < 2) {
		(void)fputs("usage: spawn [OPTION]... N PROGRAM\n", stderr);
		exit(2);
	}
	run->program = argv[optind + 1];
}

int main(int argc, char **argv)
{
	static struct run run = { .window = 64, .seconds = 600 };

	parse(&run, argc, argv);
	if (run.uid && (setgroups(0, NULL) < 0 || setresgid(run.uid, run.uid, run.uid) < 0 ||
			setresuid(run.uid, run.uid, run.uid) < 0))
		die("spawn: setresuid");
	measure(&run, number(argv[optind], UINT32_MAX));
	return 0;
}
