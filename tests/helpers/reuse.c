// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * reuse ROUNDS UID PROGRAM FILE GROUP [DAEMON]: process numbers that change hands.
 *
 * In each round a process executes PROGRAM with the uid, which a rule must place into GROUP of the
 * hierarchy whose line of /proc/PID/cgroup begins with … any: GROUP is looked for in the whole
 * file. It is killed some time after its exec (up to 12 ms), and its number goes at once to a
 * stranger, whom no rule names. With the pid of the daemon, that is stopped (SIGSTOP) meanwhile, a
 * batch of numbers changes hands, and in half of them it is the stranger that comes first and the
 * one that the rule names that gets its number. Prints
 *
 *   rounds N hands N wrong N lost N
 *
 * hands: numbers that changed hands; wrong: strangers that were found in GROUP when everything was
 * over; lost: those of the rule that were not there. FILE is added to: what was wrong.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BATCH_MAX 64
#define WAIT_MS	  15000

static uid_t uid;
static const char *program, *group;
static FILE *notes;
static unsigned long hands, wrong, lost;

/* fork(), with a number of our choice; 0: any. */
static pid_t fork_as(pid_t number)
{
	struct clone_args args = { .exit_signal = SIGCHLD };

	if (number) {
		args.set_tid = (uint64_t)(uintptr_t)&number;
		args.set_tid_size = 1;
	}
	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

static void pass_us(long time_us)
{
	const struct timespec time = { time_us / 1000000, time_us % 1000000 * 1000 };

	(void)nanosleep(&time, NULL);
}

static void end(pid_t pid)
{
	if (pid <= 0)
		return;
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

/* One that the rule names; returns when it has come to its exec. */
static pid_t start_named(pid_t number)
{
	int fds[2];
	char byte;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -1;
	pid = fork_as(number);
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		if (setgroups(0, NULL) < 0 || setgid(uid) < 0 || setuid(uid) < 0 ||
		    prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || dup2(null, STDOUT_FILENO) < 0)
			_exit(126);
		execl(program, program, (char *)NULL);
		_exit(127);
	}
	(void)close(fds[1]);
	(void)!read(fds[0], &byte, 1);
	(void)close(fds[0]);
	return pid;
}

static pid_t start_stranger(pid_t number)
{
	pid_t pid = fork_as(number);

	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)sleep(60);
		_exit(0);
	}
	return pid;
}

static bool is_in_group(pid_t pid)
{
	char path[64], text[8192];
	ssize_t len;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	text[len > 0 ? len : 0] = '\0';
	return strstr(text, group) != NULL;
}

/* Everything that happened before has been worked on when a newcomer is in its place. Or the daemon
 * has lost that one, too. */
static void settle(void)
{
	pid_t pid = start_named(0);

	for (int i = 0; i < WAIT_MS / 2 && !is_in_group(pid); i++)
		pass_us(2000);
	end(pid);
}

static void check(pid_t pid, bool named)
{
	bool is_in = is_in_group(pid);

	if (is_in == named)
		return;
	/* What is put right, is at once. */
	for (int i = 0; i < 500 && is_in != named; i++) {
		pass_us(2000);
		is_in = is_in_group(pid);
	}
	if (is_in == named)
		return;
	fprintf(notes, "%d: %s\n", (int)pid, named ? "lost" : "wrong");
	if (named)
		lost++;
	else
		wrong++;
}

static void race(unsigned round)
{
	pid_t number = start_named(0);
	pid_t stranger;

	if (number <= 0)
		return;
	pass_us((long)(round * 61 % 120) * 100);
	end(number);
	stranger = start_stranger(number);
	if (stranger <= 0)
		return;
	hands++;
	settle();
	check(stranger, false);
	end(stranger);
}

static void change_while_stopped(pid_t daemon, unsigned batch)
{
	pid_t second[BATCH_MAX];
	bool named[BATCH_MAX];

	(void)kill(daemon, SIGSTOP);
	for (unsigned i = 0; i < batch; i++) {
		pid_t first;

		named[i] = i % 2;
		first = named[i] ? start_stranger(0) : start_named(0);
		end(first);
		second[i] = named[i] ? start_named(first) : start_stranger(first);
		if (second[i] > 0)
			hands++;
	}
	(void)kill(daemon, SIGCONT);
	settle();
	for (unsigned i = 0; i < batch; i++) {
		if (second[i] <= 0)
			continue;
		check(second[i], named[i]);
		end(second[i]);
	}
}

int main(int argc, char **argv)
{
	unsigned long rounds, done = 0;

	if (argc < 6)
		return 2;
	rounds = strtoul(argv[1], NULL, 10);
	uid = (uid_t)strtoul(argv[2], NULL, 10);
	program = argv[3];
	notes = fopen(argv[4], "ae");
	group = argv[5];
	if (!notes)
		return 2;
	/* Each that is not right costs a second: a few say enough. */
	while (done < rounds && wrong + lost < BATCH_MAX / 4) {
		if (argc > 6) {
			change_while_stopped((pid_t)strtol(argv[6], NULL, 10), BATCH_MAX);
			done += BATCH_MAX;
		} else {
			race((unsigned)done++);
		}
	}
	(void)fclose(notes);
	printf("rounds %lu hands %lu wrong %lu lost %lu\n", done, hands, wrong, lost);
	return wrong || lost ? 1 : 0;
}
