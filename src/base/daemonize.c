/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* daemon(7), the SysV way: the parent's exit tells the init script that the service works, so it
 * must not come before that is true. */
#include "config.h"

#include "base/daemonize.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"

#define LOCK_TRY_MS 20
#define LOCK_TRIES  50

void daemonize_prepare(const int *signals, size_t n)
{
	sigset_t set;
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= 2);
	if (fd > 2)
		(void)close(fd);
	(void)umask(022);
	(void)sigemptyset(&set);
	for (size_t i = 0; i < n; i++)
		(void)sigaddset(&set, signals[i]);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* Ends the parent. The pipe says "ready" by a byte; without one the child has ended. */
static void wait_and_leave(pid_t child, int ready_fd)
{
	char byte;
	ssize_t got;
	int status;

	do {
		got = read(ready_fd, &byte, 1);
	} while (got < 0 && errno == EINTR);
	if (got == 1)
		_exit(0);
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			_exit(1);
	}
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

int daemonize_begin(int *ret_ready_fd)
{
	int fds[2];
	pid_t child;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child < 0) {
		int error = errno;

		(void)close(fds[0]);
		(void)close(fds[1]);
		return -error;
	}
	(void)close(fds[child == 0 ? 0 : 1]);
	if (child > 0)
		wait_and_leave(child, fds[0]);
	(void)setsid();
	(void)!chdir("/");
	*ret_ready_fd = fds[1];
	return 0;
}

void daemonize_ready(int ready_fd)
{
	cleanup_close int null_fd = -1;

	if (ready_fd < 0)
		return;
	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd <= 2 && null_fd >= 0; fd++)
		(void)dup2(null_fd, fd);
	(void)!write(ready_fd, "", 1);
	(void)close(ready_fd);
}

/* Who was killed holds its lock until the last of its threads has ended, and may look ended before,
 * its main thread being a zombie: to give up at once would fail who starts it anew. */
static int take_lock(int fd)
{
	const struct timespec pause = { .tv_nsec = LOCK_TRY_MS * 1000000L };

	for (int tries = 1; flock(fd, LOCK_EX | LOCK_NB) < 0; tries++) {
		if (errno != EWOULDBLOCK || tries >= LOCK_TRIES)
			return -errno;
		(void)nanosleep(&pause, NULL);
	}
	return 0;
}

int daemonize_lock(const char *directory, const char *name)
{
	cleanup_close int fd = -1;
	char path[PATH_MAX];
	int r;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s.lock", directory, name) >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;
	r = take_lock(fd);
	return r < 0 ? r : take_fd(&fd);
}

int daemonize_write_pid(const char *path)
{
	cleanup_file FILE *file = NULL;
	char temporary[PATH_MAX];

	if ((size_t)snprintf(temporary, sizeof(temporary), "%s.new", path) >= sizeof(temporary))
		return -ENAMETOOLONG;
	file = fopen(temporary, "we");
	if (!file)
		return -errno;
	if (fprintf(file, "%d\n", (int)getpid()) < 0 || fflush(file) != 0 ||
	    rename(temporary, path) < 0) {
		int error = errno;

		(void)unlink(temporary);
		return -error;
	}
	return 0;
}
