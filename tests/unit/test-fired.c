/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* engine/fired.h: a rule acts once upon a process. */
#include "config.h"

#include "engine/fired.h"

#include <sys/wait.h>
#include <unistd.h>

#include "helpers.h"

START_TEST(acts_once_for_each_process_and_rule)
{
	struct fired *fired = fired_new();

	ck_assert(fired_note(fired, 100, 7, 1));
	ck_assert(!fired_note(fired, 100, 7, 1));
	ck_assert(fired_note(fired, 100, 7, 2));
	ck_assert(fired_note(fired, 101, 7, 1));
	/* Another process with the number. */
	ck_assert(fired_note(fired, 100, 8, 1));
	ck_assert(!fired_note(fired, 100, 8, 1));
	ck_assert_uint_eq(fired_count(fired), 4);
	fired_free(fired);
	fired_free(NULL);
}
END_TEST

START_TEST(forgets_processes_that_have_ended)
{
	struct fired *fired = fired_new();
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	for (unsigned i = 0; i < 5000; i++)
		ck_assert(fired_note(fired, pid, i, 1));
	ck_assert_uint_le(fired_count(fired), 1024);
	/* Who lives stays. */
	ck_assert(fired_note(fired, getpid(), 1, 1));
	for (unsigned i = 0; i < 5000; i++)
		(void)fired_note(fired, pid, i, 2);
	ck_assert(!fired_note(fired, getpid(), 1, 1));
	fired_free(fired);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("fired");

	tcase_add_test(tcase, acts_once_for_each_process_and_rule);
	tcase_add_test(tcase, forgets_processes_that_have_ended);
	return run_tests(tcase);
}
