/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "source/scan.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "engine/event.h"
#include "no-memory.h"
#include "tests/unit/helpers.h"

/* The directory of each test has fake processes. */
static void add_dir(const char *name)
{
	ck_assert_int_eq(mkdirat(dir_fd, name, 0700), 0);
}

static void add_processes(unsigned first, unsigned last)
{
	for (unsigned i = first; i <= last; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "%u", i);
		add_dir(name);
	}
}

/* Run to the end in batches of max; count each number below 1000. Returns the number of batches. */
static int run_scan(struct scan *scan, size_t max, unsigned ret_seen[1000])
{
	struct event events[64];
	int batches = 0;
	int got;

	ck_assert_uint_le(max, 64);
	while ((got = scan_next(scan, events, max)) > 0) {
		ck_assert_uint_le((unsigned)got, max);
		for (int i = 0; i < got; i++) {
			ck_assert_int_eq(events[i].kind, EVENT_SCAN);
			ck_assert_int_eq(events[i].tid, events[i].tgid);
			ck_assert_int_eq(events[i].parent_tgid, 0);
			ck_assert_uint_eq(events[i].time_ns, 0);
			ck_assert(events[i].tgid > 0 && events[i].tgid < 1000);
			ret_seen[events[i].tgid]++;
		}
		batches++;
	}
	ck_assert_int_eq(got, 0);
	return batches;
}

START_TEST(finds_each_process_once)
{
	static const size_t sizes[] = { 1, 2, 7, 64 };
	unsigned seen[1000] = { 0 };
	struct scan *scan = scan_new(dir_fd);
	size_t max = sizes[_i];

	add_processes(1, 100);
	ck_assert_int_eq(run_scan(scan, max, seen), (int)((100 + max - 1) / max));
	for (unsigned i = 1; i < 1000; i++)
		ck_assert_uint_eq(seen[i], i <= 100);
	scan_free(scan);
}
END_TEST

START_TEST(passes_over_what_is_no_process)
{
	static const char *const others[] = { "self", "0",   "007",	   "-1",
					      "+5",   "12a", "2147483648", "sys",
					      "1.5",  " 8",  "0x10",	   "99999999999999999999" };
	cleanup_close int fd = openat(dir_fd, "77", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	unsigned seen[1000] = { 0 };
	struct scan *scan = scan_new(dir_fd);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(symlinkat("42", dir_fd, "78"), 0);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		add_dir(others[i]);
	add_dir("42");
	ck_assert_int_eq(run_scan(scan, 64, seen), 1);
	for (unsigned i = 0; i < 1000; i++)
		ck_assert_uint_eq(seen[i], i == 42);
	scan_free(scan);
}
END_TEST

START_TEST(takes_the_largest_number)
{
	struct scan *scan = scan_new(dir_fd);
	struct event event;

	add_dir("2147483647");
	ck_assert_int_eq(scan_next(scan, &event, 1), 1);
	ck_assert_int_eq(event.tgid, 2147483647);
	scan_free(scan);
}
END_TEST

START_TEST(stays_complete)
{
	unsigned seen[1000] = { 0 };
	struct scan *scan = scan_new(dir_fd);

	ck_assert_int_eq(run_scan(scan, 64, seen), 0);
	add_processes(1, 1);
	ck_assert_int_eq(run_scan(scan, 64, seen), 0);
	scan_free(scan);
}
END_TEST

START_TEST(has_a_position_of_its_own)
{
	unsigned seen[1000] = { 0 };
	struct scan *first = scan_new(dir_fd);
	struct scan *second = scan_new(dir_fd);
	struct event events[4];

	add_processes(1, 9);
	ck_assert_int_eq(scan_next(first, events, 4), 4);
	ck_assert_int_eq(run_scan(second, 64, seen), 1);
	scan_free(second);
	ck_assert_int_eq(scan_next(first, events, 4), 4);
	ck_assert_int_eq(scan_next(first, events, 4), 1);
	ck_assert_int_eq(scan_next(first, events, 4), 0);
	scan_free(first);
}
END_TEST

START_TEST(reports_a_directory_that_cannot_be_opened)
{
	cleanup_close int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct scan *scan = scan_new(fd);
	struct event event;

	ck_assert_int_eq(scan_next(scan, &event, 1), -ENOTDIR);
	ck_assert_int_eq(scan_next(scan, &event, 1), -ENOTDIR);
	scan_free(scan);
}
END_TEST

START_TEST(finds_itself_in_proc)
{
	cleanup_close int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct scan *scan = scan_new(fd);
	struct event events[16];
	bool found = false;
	int got;

	while ((got = scan_next(scan, events, 16)) > 0) {
		for (int i = 0; i < got; i++)
			found |= events[i].tgid == getpid();
	}
	ck_assert_int_eq(got, 0);
	ck_assert(found);
	scan_free(scan);
}
END_TEST

START_TEST(goes_on_with_those_that_it_has_not_found)
{
	unsigned seen[1000] = { 0 };
	struct scan *scan = scan_new(dir_fd);

	add_processes(10, 90);
	ck_assert_int_eq(run_scan(scan, 64, seen), 2);
	add_processes(5, 9);
	add_processes(91, 99);
	scan_go_on(scan);
	ck_assert_int_eq(run_scan(scan, 64, seen), 1);
	scan_go_on(scan);
	ck_assert_int_eq(run_scan(scan, 64, seen), 0);
	for (unsigned i = 0; i < 1000; i++)
		ck_assert_uint_eq(seen[i], i >= 5 && i <= 99);
	scan_free(scan);
}
END_TEST

/* The number has gone to another process: its directory is another. */
START_TEST(finds_a_number_anew_that_another_has)
{
	unsigned seen[1000] = { 0 };
	struct scan *scan = scan_new(dir_fd);

	add_processes(1, 3);
	ck_assert_int_eq(run_scan(scan, 64, seen), 1);
	/* Made before the old one goes, so that it cannot get its inode number. */
	add_dir("other");
	ck_assert_int_eq(unlinkat(dir_fd, "2", AT_REMOVEDIR), 0);
	ck_assert_int_eq(renameat(dir_fd, "other", dir_fd, "2"), 0);
	scan_go_on(scan);
	ck_assert_int_eq(run_scan(scan, 64, seen), 1);
	ck_assert_uint_eq(seen[1], 1);
	ck_assert_uint_eq(seen[2], 2);
	ck_assert_uint_eq(seen[3], 1);
	scan_free(scan);
}
END_TEST

START_TEST(knows_the_numbers_of_complete_passes)
{
	unsigned seen[1000] = { 0 };
	struct scan *scan = scan_new(dir_fd);

	ck_assert(!scan_has_found(scan, 1));
	add_processes(1, 20);
	ck_assert_int_eq(run_scan(scan, 64, seen), 1);
	scan_go_on(scan);
	for (pid_t tgid = 1; tgid <= 21; tgid++)
		ck_assert_int_eq(scan_has_found(scan, tgid), tgid <= 20);
	scan_free(scan);
}
END_TEST

/* Whom it could not remember it tells of again, and says that it does not know all. */
START_TEST(knows_what_it_has_forgotten)
{
	struct scan *scan = scan_new(dir_fd);
	unsigned seen[1000] = { 0 };
	struct event events[64];
	int got;

	add_processes(1, 40);
	got = scan_next(scan, events, 10);
	ck_assert_int_eq(got, 10);
	ck_assert(!scan_has_forgotten(scan));
	for (int i = 0; i < got; i++)
		seen[events[i].tgid]++;
	memory_ends_after(0);
	got = scan_next(scan, events, 30);
	if (memory_is_back()) {
		ck_assert_int_eq(got, 30);
		ck_assert(scan_has_forgotten(scan));
		for (int i = 0; i < got; i++)
			seen[events[i].tgid]++;
		ck_assert_int_eq(run_scan(scan, 64, seen), 0);
		for (unsigned i = 1; i <= 40; i++)
			ck_assert_uint_eq(seen[i], 1);
		scan_go_on(scan);
		ck_assert_int_eq(run_scan(scan, 64, seen), 1);
		got = 0;
		for (unsigned i = 1; i <= 40; i++) {
			ck_assert_uint_ge(seen[i], 1);
			got += seen[i] == 2;
		}
		/* The array had room for some. */
		ck_assert_int_ge(got, 24);
		ck_assert_int_lt(got, 40);
	} else {
		ck_assert(!memory_can_end());
	}
	scan_free(scan);
}
END_TEST

START_TEST(knows_processes_again_in_proc)
{
	cleanup_close int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct scan *scan = scan_new(fd);
	struct event events[16];
	int got;

	while (scan_next(scan, events, 16) > 0)
		continue;
	scan_go_on(scan);
	while ((got = scan_next(scan, events, 16)) > 0) {
		for (int i = 0; i < got; i++)
			ck_assert_int_ne(events[i].tgid, getpid());
	}
	ck_assert_int_eq(got, 0);
	scan_free(scan);
}
END_TEST

START_TEST(frees_nothing)
{
	scan_free(NULL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("scan");
	TCase *tcase = tcase_create("scan");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_loop_test(tcase, finds_each_process_once, 0, 4);
	tcase_add_test(tcase, passes_over_what_is_no_process);
	tcase_add_test(tcase, takes_the_largest_number);
	tcase_add_test(tcase, stays_complete);
	tcase_add_test(tcase, has_a_position_of_its_own);
	tcase_add_test(tcase, reports_a_directory_that_cannot_be_opened);
	tcase_add_test(tcase, finds_itself_in_proc);
	tcase_add_test(tcase, goes_on_with_those_that_it_has_not_found);
	tcase_add_test(tcase, finds_a_number_anew_that_another_has);
	tcase_add_test(tcase, knows_the_numbers_of_complete_passes);
	tcase_add_test(tcase, knows_what_it_has_forgotten);
	tcase_add_test(tcase, knows_processes_again_in_proc);
	tcase_add_test(tcase, frees_nothing);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
