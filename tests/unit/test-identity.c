/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* process/identity.h */
#include "config.h"

#include "process/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helpers.h"

/* A child that lives until the pipe is closed. */
static pid_t start_child(int *ret_pipe)
{
	int fds[2];
	pid_t child;
	char byte;

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		(void)close(fds[1]);
		(void)!read(fds[0], &byte, 1);
		_exit(0);
	}
	(void)close(fds[0]);
	*ret_pipe = fds[1];
	return child;
}

/* Wait for its end, which leaves a zombie. */
static void await_zombie(pid_t child)
{
	siginfo_t info;

	ck_assert_int_eq(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
}

START_TEST(holds_until_the_number_is_free)
{
	cleanup_close int fd = -1;
	int pipe_fd;
	pid_t child = start_child(&pipe_fd);

	fd = identity_open(child);
	ck_assert_int_ge(fd, 0);
	ck_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	ck_assert(identity_holds(fd));
	(void)close(pipe_fd);
	await_zombie(child);
	ck_assert(identity_holds(fd));
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert(!identity_holds(fd));
	ck_assert_int_eq(identity_open(child), -ESRCH);
}
END_TEST

START_TEST(number_is_the_processs_own)
{
	cleanup_close int self = identity_open(getpid());
	cleanup_close int again = identity_open(getpid());
	cleanup_close int parent = identity_open(getppid());

	ck_assert_int_ge(self, 0);
	ck_assert_uint_eq(identity_number(self), identity_number(again));
	/* 0: the kernel is too old to tell */
	ck_assert(identity_number(self) == 0 || identity_number(self) != identity_number(parent));
	ck_assert_uint_eq(identity_number(-1), 0);
	ck_assert_uint_eq(identity_number(dir_fd), 0);
}
END_TEST

static void *open_own_thread(void *arg)
{
	int *ret = arg;

	*ret = identity_open((pid_t)syscall(SYS_gettid));
	return NULL;
}

START_TEST(thread_is_no_process)
{
	pthread_t thread;
	int r = 0;

	ck_assert_int_eq(pthread_create(&thread, NULL, open_own_thread, &r), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_eq(r, -ESRCH);
}
END_TEST

START_TEST(says_what_is_no_number)
{
	ck_assert_int_lt(identity_open(0), 0);
	ck_assert_int_lt(identity_open(-1), 0);
	ck_assert_int_eq(identity_open(2147483647), -ESRCH);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("identity");

	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_test(tcase, holds_until_the_number_is_free);
	tcase_add_test(tcase, number_is_the_processs_own);
	tcase_add_test(tcase, thread_is_no_process);
	tcase_add_test(tcase, says_what_is_no_number);
	return run_tests(tcase);
}
