/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup/mounts.h, on the mount table of this machine. */
#include "config.h"

#include "cgroup/mounts.h"

#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#include "cgroup/hierarchy.h"
#include "helpers.h"

START_TEST(opens_what_is_mounted)
{
	struct hierarchies hierarchies;
	struct hierarchies again;

	ck_assert_int_eq(mounts_load(&hierarchies), 0);
	ck_assert_int_eq(mounts_load(&again), 0);
	for (size_t i = 0; i < hierarchies.n; i++) {
		const struct hierarchy *item = &hierarchies.items[i];

		ck_assert_int_ge(item->fd, 0);
		ck_assert_int_eq(faccessat(item->fd, "cgroup.procs", F_OK, 0), 0);
	}
	ck_assert(mounts_equal(&hierarchies, &again));
	hierarchies_done(&hierarchies);
	hierarchies_done(&again);
}
END_TEST

#define CPU    "1 2 0:1 / /cpu rw - cgroup x rw,cpu\n"
#define MEMORY "1 2 0:1 / /memory rw - cgroup x rw,memory\n"

static const struct {
	const char *a, *b;
	bool equal;
} equal_rows[] = {
	{ "", "", true },
	{ CPU MEMORY, CPU MEMORY, true },
	{ CPU MEMORY, CPU, false },
	{ CPU, CPU MEMORY, false },
	{ CPU, MEMORY, false },
	{ CPU, "1 2 0:1 / /other rw - cgroup x rw,cpu\n", false },
	{ CPU, "1 2 0:1 /sub /cpu rw - cgroup x rw,cpu\n", false },
	{ CPU, "1 2 0:1 / /cpu rw - cgroup x rw,cpu,cpuacct\n", false },
	{ CPU, "1 2 0:1 / /cpu rw - cgroup2 x rw\n", false },
	{ CPU, "9 9 9:9 / /cpu ro shared:1 - cgroup y rw,cpu\n", true },
};

START_TEST(compares_what_counts)
{
	struct hierarchies a, b;

	ck_assert_int_eq(hierarchies_parse(&a, equal_rows[_i].a, NULL), 0);
	ck_assert_int_eq(hierarchies_parse(&b, equal_rows[_i].b, NULL), 0);
	ck_assert_int_eq(mounts_equal(&a, &b), equal_rows[_i].equal);
	hierarchies_done(&a);
	hierarchies_done(&b);
}
END_TEST

static bool is_readable(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) == 1;
}

/* In a mount namespace of its own: where users may have one. */
START_TEST(notices_that_something_was_mounted)
{
	cleanup_close int fd = -1;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return;
	fd = mounts_watch();
	ck_assert_int_ge(fd, 0);
	mounts_watch_clear(fd);
	ck_assert(!is_readable(fd));
	if (mount("none", dir_path, "tmpfs", 0, NULL) < 0)
		return;
	ck_assert(is_readable(fd));
	mounts_watch_clear(fd);
	ck_assert(!is_readable(fd));
	ck_assert_int_eq(umount(dir_path), 0);
	ck_assert(is_readable(fd));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("mounts");

	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_test(tcase, opens_what_is_mounted);
	tcase_add_loop_test(tcase, compares_what_counts, 0, ARRAY_SIZE(equal_rows));
	tcase_add_test(tcase, notices_that_something_was_mounted);
	return run_tests(tcase);
}
