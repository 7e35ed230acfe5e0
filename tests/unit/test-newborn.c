/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* process/newborn.h */
#include "config.h"

#include "process/newborn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helpers.h"

START_TEST(only_who_is_in_all_roots_may_be_one)
{
	ck_assert(newborn_may_be("0::/\n"));
	ck_assert(newborn_may_be("9:name=systemd:/\n8:pids,cpu:/\n0::/\n"));
	ck_assert(newborn_may_be("0::/../..\n")); /* seen from below */
	ck_assert(!newborn_may_be("0::/a\n"));
	ck_assert(!newborn_may_be("0::/../a\n"));
	ck_assert(!newborn_may_be("9:name=systemd:/\n8:pids:/a\n0::/\n"));
	ck_assert(!newborn_may_be("8:pids:/a\n0::/\n"));
	ck_assert(!newborn_may_be("")); /* there are no groups */
	ck_assert(!newborn_may_be("no line\n"));
}
END_TEST

static int is_one(void)
{
	const struct process process = { .tgid = 42 };

	return newborn_is(dir_fd, &process);
}

START_TEST(who_has_run_is_none)
{
	dir_write("self/schedstat", "5000 100 3\n");
	dir_write("42/schedstat", "0 0 0\n");
	ck_assert_int_eq(is_one(), 1);
	dir_write("42/schedstat", "0 77 1\n");
	ck_assert_int_eq(is_one(), 0);
}
END_TEST

START_TEST(what_is_not_counted_is_none)
{
	dir_add("42");
	ck_assert_int_eq(is_one(), 0);
	dir_write("42/schedstat", "0 0 0\n");
	ck_assert_int_eq(is_one(), 0);
	dir_write("self/schedstat", "0 0 0\n");
	ck_assert_int_eq(is_one(), 0);
}
END_TEST

START_TEST(who_is_gone_is_none)
{
	dir_write("self/schedstat", "5000 100 3\n");
	ck_assert_int_eq(is_one(), -ESRCH);
}
END_TEST

/* The reader does not say where it is: it does not know. */
START_TEST(no_group_is_told_of_one)
{
	struct process_reader *reader = process_reader_new(dir_fd);
	struct process process;

	ck_assert_ptr_nonnull(reader);
	dir_write("self/schedstat", "5000 100 3\n");
	dir_write("42/schedstat", "0 0 0\n");
	dir_write("42/cgroup", "0::/\n");
	process_init(&process, 42);
	ck_assert_int_eq(process_read(reader, &process, FACT_CGROUP), -EINPROGRESS);
	dir_write("42/cgroup", "0::/a\n");
	ck_assert_int_eq(process_read(reader, &process, FACT_CGROUP), 0);
	ck_assert_str_eq(process.cgroup, "0::/a\n");
	dir_write("42/cgroup", "0::/\n");
	dir_write("42/schedstat", "1 0 1\n");
	process_init(&process, 42);
	ck_assert_int_eq(process_read(reader, &process, FACT_CGROUP), 0);
	ck_assert_str_eq(process.cgroup, "0::/\n");
	process_reader_free(reader);
}
END_TEST

/* On the running kernel: a process that has said something has run. */
START_TEST(real_ones_have_run)
{
	cleanup_close int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct process process = { 0 };
	int fds[2];
	char byte;

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	process.tgid = fork();
	if (process.tgid == 0) {
		(void)!write(fds[1], "", 1);
		for (;;)
			(void)pause();
	}
	ck_assert_int_gt(process.tgid, 0);
	ck_assert_int_eq(read(fds[0], &byte, 1), 1);
	ck_assert_int_eq(newborn_is(proc_fd, &process), 0);
	ck_assert_int_eq(kill(process.tgid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(process.tgid, NULL, 0), process.tgid);
	(void)close(fds[0]);
	(void)close(fds[1]);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("newborn");

	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_test(tcase, only_who_is_in_all_roots_may_be_one);
	tcase_add_test(tcase, who_has_run_is_none);
	tcase_add_test(tcase, what_is_not_counted_is_none);
	tcase_add_test(tcase, who_is_gone_is_none);
	tcase_add_test(tcase, no_group_is_told_of_one);
	tcase_add_test(tcase, real_ones_have_run);
	return run_tests(tcase);
}
