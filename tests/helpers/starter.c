// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * starter COUNT HOW PROGRAM [ARG...]: starts a program so many times and waits for each. HOW is
 *
 *   fork     a child executes it        vfork    the same, by posix_spawn()
 *   thread   a thread of a child, not its first, executes it
 *   ID       a child becomes the user and the group of this number, and executes it
 *
 * up to eight of them at a time; and one at a time, from a child, at once after the file was
 *
 *   replaced   by rename(2) of a copy   rewritten   in place, and closed
 *   made       anew, as PROGRAM.1, PROGRAM.2 ...    removed   and then made again
 *   moved      to its name from another directory ("..")
 *
 * Fails if one could not be started, or ended badly.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define AT_ONCE 8

extern char **environ;

static char **command;
static char *content;
static size_t content_len;

static void fail(const char *what)
{
	fprintf(stderr, "starter: %s: %s\n", what, strerror(errno));
	_exit(126);
}

static void *execute(void *arg)
{
	execv(command[0], command);
	fail(command[0]);
	return arg;
}

static pid_t start_by_fork(const char *how)
{
	unsigned id = (unsigned)strtoul(how, NULL, 10);
	pid_t pid = fork();
	pthread_t thread;

	if (pid != 0)
		return pid;
	if (id && (setgid(id) < 0 || setuid(id) < 0))
		fail(how);
	if (strcmp(how, "thread") != 0)
		execute(NULL);
	if (pthread_create(&thread, NULL, execute, NULL) == 0)
		(void)pthread_join(thread, NULL);
	fail("thread");
	return -1;
}

static pid_t start(const char *how)
{
	pid_t pid;

	if (strcmp(how, "vfork") != 0)
		return start_by_fork(how);
	errno = posix_spawn(&pid, command[0], NULL, NULL, command, environ);
	return errno ? -1 : pid;
}

/* Returns how many had ended badly. */
static long wait_for_one(void)
{
	int status;

	if (wait(&status) < 0)
		fail("wait");
	return status != 0;
}

/* ---- files ---------------------------------------------------------------------------------- */

static void read_program(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0)
		fail(path);
	content_len = (size_t)st.st_size;
	content = malloc(content_len);
	if (!content || read(fd, content, content_len) != (ssize_t)content_len)
		fail(path);
	(void)close(fd);
}

/* Whoever reads of a process in /proc while it ends has its memory, and so keeps its program busy.
 */
static int open_program(const char *path, int flags)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	for (int tries = 0;; tries++) {
		int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0755);

		if (fd >= 0 || errno != ETXTBSY || tries == 1000)
			return fd;
		(void)nanosleep(&pause, NULL);
	}
}

static void write_program(const char *path, int flags)
{
	int fd = open_program(path, flags);

	if (fd < 0 || write(fd, content, content_len) != (ssize_t)content_len)
		fail(path);
	(void)close(fd);
}

/* PATH + SUFFIX, or its name in the directory above. */
static const char *beside(const char *path, const char *suffix)
{
	static char text[PATH_MAX];
	const char *base = strrchr(path, '/') + 1;

	if (strcmp(suffix, "..") == 0)
		(void)snprintf(text, sizeof(text), "%.*s../%s", (int)(base - path), path, base);
	else
		(void)snprintf(text, sizeof(text), "%s%s", path, suffix);
	return text;
}

static void change_file(const char *how, char *path, long i)
{
	static char name[PATH_MAX];
	char suffix[32];

	if (strcmp(how, "rewritten") == 0) {
		write_program(path, O_TRUNC);
	} else if (strcmp(how, "made") == 0) {
		(void)snprintf(suffix, sizeof(suffix), ".%ld", i + 1);
		(void)snprintf(name, sizeof(name), "%s", beside(path, suffix));
		write_program(name, O_CREAT | O_EXCL);
		command[0] = name;
	} else if (strcmp(how, "removed") == 0) {
		if (unlink(path) < 0)
			fail(path);
		write_program(path, O_CREAT | O_EXCL);
	} else {
		const char *from = beside(path, strcmp(how, "moved") == 0 ? ".." : ".new");

		write_program(from, O_CREAT | O_TRUNC);
		if (rename(from, path) < 0)
			fail(from);
	}
}

static long start_changed(const char *how, long count)
{
	char *path = command[0];
	long bad = 0;

	read_program(path);
	for (long i = 0; i < count; i++) {
		change_file(how, path, i);
		if (start("fork") < 0)
			fail("fork");
		bad += wait_for_one();
		if (command[0] != path)
			(void)unlink(command[0]);
	}
	return bad;
}

/* ---- without changes ------------------------------------------------------------------------ */

static long start_same(const char *how, long count)
{
	long running = 0, bad = 0;

	for (long i = 0; i < count; i++) {
		if (running == AT_ONCE) {
			bad += wait_for_one();
			running--;
		}
		if (start(how) < 0)
			fail(command[0]);
		running++;
	}
	while (running--)
		bad += wait_for_one();
	return bad;
}

int main(int argc, char **argv)
{
	static const char *const changes[] = { "replaced", "rewritten", "made", "removed",
					       "moved" };
	bool is_change = false;

	if (argc < 4 || !strchr(argv[3], '/')) {
		fputs("usage: starter COUNT HOW PROGRAM [ARG...]\n", stderr);
		return 2;
	}
	command = argv + 3;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		is_change = is_change || strcmp(argv[2], changes[i]) == 0;
	return (is_change ? start_changed : start_same)(argv[2], strtol(argv[1], NULL, 10)) != 0;
}
