/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* process/executing.h */
#include "config.h"

#include "process/executing.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helpers.h"

#define MS UINT64_C(1000000)

static uint64_t ran_ns;

static void set_state(const char *thread, const char *state)
{
	char path[64], text[256];

	(void)snprintf(path, sizeof(path), "42/task/%s/status", thread);
	(void)snprintf(text, sizeof(text),
		       "Name:\tx\nState:\t%s (x)\nTgid:\t42\nPPid:\t7\nUid:\t1\t1\t1\t1\n"
		       "Gid:\t1\t1\t1\t1\nGroups:\t\n",
		       state);
	dir_write(path, text);
}

static bool is_in_state(const char *state)
{
	set_state("42", state);
	return executing_may_be(dir_fd, 42, &ran_ns);
}

START_TEST(who_waits_for_a_disk_may_be_there)
{
	ck_assert(is_in_state("D"));
	ck_assert(!is_in_state("S"));
	ck_assert(!is_in_state("T"));
	ck_assert(!is_in_state("Z"));
}
END_TEST

static void set_ran(const char *thread, uint64_t ns)
{
	char path[64], text[64];

	(void)snprintf(path, sizeof(path), "42/task/%s/schedstat", thread);
	(void)snprintf(text, sizeof(text), "%llu 123456 7\n", (unsigned long long)ns);
	dir_write(path, text);
}

static bool has_run(uint64_t ns)
{
	set_ran("42", ns);
	return is_in_state("R");
}

START_TEST(who_has_no_processor_may_be_there)
{
	ran_ns = 0;
	ck_assert(!has_run(0));	       /* a kernel that does not count */
	ck_assert(has_run(5000 * MS)); /* most of it before */
	ck_assert(has_run((5000 + EXECUTING_MS - 1) * MS));
	ck_assert(!has_run((5000 + EXECUTING_MS) * MS));
	ck_assert(!has_run((5000 + EXECUTING_MS) * MS));
}
END_TEST

/* Any of them may execute, not the first only. */
START_TEST(every_thread_counts)
{
	ran_ns = 0;
	set_state("43", "D");
	ck_assert(is_in_state("S"));
	set_state("43", "S");
	ck_assert(!is_in_state("S"));
	set_state("43", "R");
	set_ran("43", 700 * MS);
	ck_assert(is_in_state("S"));
	/* What they have had together: now 700 more. */
	ck_assert(has_run(700 * MS));
	set_ran("43", 1000 * MS);
	ck_assert(!is_in_state("R"));
	/* One has ended: of the others nothing is known. */
	set_ran("43", 0);
	ck_assert(has_run(600 * MS));
	ck_assert_uint_eq(ran_ns, 600 * MS);
}
END_TEST

START_TEST(what_cannot_be_told_is_no)
{
	ran_ns = 0;
	ck_assert(!is_in_state("R")); /* a kernel without schedstat */
	ck_assert(!executing_may_be(dir_fd, 43, &ran_ns));
}
END_TEST

/* A real one that never sleeps has left execve() when it has had its time, whenever that is. */
START_TEST(who_runs_and_runs_is_not_there)
{
	cleanup_close int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	pid_t pid = fork();
	bool was_no = false;

	if (pid == 0) {
		for (;;)
			;
	}
	ck_assert_int_gt(pid, 0);
	ran_ns = 0;
	for (int i = 0; i < 100 && !was_no; i++) {
		(void)usleep(300000);
		was_no = !executing_may_be(proc_fd, pid, &ran_ns);
	}
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert(was_no);
	ck_assert_uint_gt(ran_ns, 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("executing");

	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_test(tcase, who_waits_for_a_disk_may_be_there);
	tcase_add_test(tcase, who_has_no_processor_may_be_there);
	tcase_add_test(tcase, every_thread_counts);
	tcase_add_test(tcase, what_cannot_be_told_is_no);
	tcase_add_test(tcase, who_runs_and_runs_is_not_there);
	return run_tests(tcase);
}
