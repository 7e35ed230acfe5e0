// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * tree FILE SHAPE [PROGRAM]: forks at once, in one of these shapes. Every process of the tree that
 * stays adds its pid to FILE, and stays for a minute.
 *
 *   main     four children of the first thread
 *   threads  four threads with two children each
 *   chain    a child of a child of a child …, six deep
 *   orphan   a child that makes itself a session, forks, and ends: the grandchild stays
 *   daemon   the same, and this process ends too, at once
 *   exec     four children that execute PROGRAM
 *   far      as "orphan", and the grandchild executes PROGRAM
 *   mixed    main, threads, orphan and exec in one
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STAYS_S 60

static const char *file;
static char *program; /* NULL: none */

static void sign(void)
{
	int fd = open(file, O_WRONLY | O_APPEND | O_CLOEXEC);
	char line[16];
	int len = snprintf(line, sizeof(line), "%d\n", (int)getpid());

	if (fd < 0 || write(fd, line, (size_t)len) != len)
		_exit(126);
	(void)close(fd);
}

static void stay(bool executes)
{
	sign();
	if (executes) {
		execl(program, program, (char *)NULL);
		_exit(127);
	}
	(void)sleep(STAYS_S);
	_exit(0);
}

static pid_t must_fork(void)
{
	pid_t pid = fork();

	if (pid < 0) {
		perror("tree: fork");
		_exit(1);
	}
	return pid;
}

static void children(int count, bool execute)
{
	while (count--) {
		if (must_fork() == 0)
			stay(execute);
	}
}

static void *work(void *arg)
{
	children(2, false);
	(void)sleep(STAYS_S);
	return arg;
}

static void threads(int count)
{
	pthread_t thread;

	while (count--) {
		if (pthread_create(&thread, NULL, work, NULL) != 0)
			_exit(1);
	}
}

static void chain(int depth)
{
	if (depth && must_fork() == 0) {
		chain(depth - 1);
		stay(false);
	}
}

static void orphan(bool executes)
{
	if (must_fork())
		return;
	(void)setsid();
	if (must_fork())
		_exit(0);
	stay(executes);
}

static bool grow(const char *shape)
{
	bool all = strcmp(shape, "mixed") == 0;

	if (strcmp(shape, "chain") == 0)
		return chain(6), true;
	if (strcmp(shape, "far") == 0)
		return orphan(true), true;
	if (strcmp(shape, "daemon") == 0) {
		orphan(false);
		_exit(0);
	}
	if (all || strcmp(shape, "main") == 0)
		children(4, false), all = true;
	if (strcmp(shape, "mixed") == 0 || strcmp(shape, "threads") == 0)
		threads(4), all = true;
	if (strcmp(shape, "mixed") == 0 || strcmp(shape, "orphan") == 0)
		orphan(false), all = true;
	if (strcmp(shape, "mixed") == 0 || strcmp(shape, "exec") == 0)
		children(4, true), all = true;
	return all;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	file = argv[1];
	program = argv[3];
	if (!grow(argv[2])) {
		fprintf(stderr, "tree: no shape \"%s\"\n", argv[2]);
		return 2;
	}
	stay(false);
}
