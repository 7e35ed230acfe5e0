/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/walk.h. In the paths, "@" is the test's own directory. */
#include "config.h"

#include "base/walk.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helpers.h"

/* What was told, without what is above the directory of the test: "DIRECTORY:NAME …". */
struct told {
	char text[65536];
	size_t len;
};

static void take(void *arg, const char *directory, const char *name)
{
	struct told *told = arg;
	size_t skip = strlen(dir_path);

	if (strncmp(directory, dir_path, skip) != 0)
		return;
	told->len += (size_t)snprintf(told->text + told->len, sizeof(told->text) - told->len,
				      "%s%s:%s", told->len ? " " : "", directory + skip, name);
}

static void make_tree(void)
{
	cleanup_free char *absolute = dir_join("opt/app-1");

	dir_write("opt/app-1/bin/prog", "x");
	dir_write("opt/app-2/bin/prog", "x");
	ck_assert_int_eq(symlinkat("app-1", dir_fd, "opt/app"), 0);
	ck_assert_int_eq(symlinkat(absolute, dir_fd, "opt/absolute"), 0);
	ck_assert_int_eq(symlinkat("../opt/app/bin", dir_fd, "opt/up"), 0);
	ck_assert_int_eq(symlinkat("prog", dir_fd, "opt/app-1/bin/link"), 0);
	ck_assert_int_eq(symlinkat("nowhere/at/all", dir_fd, "opt/dangling"), 0);
	ck_assert_int_eq(symlinkat("loop", dir_fd, "loop"), 0);
}

static const struct {
	const char *path, *want;
} rows[] = {
	{ "@/opt/app-1/bin/prog", ":opt /opt:app-1 /opt/app-1:bin" },
	{ "@//opt/./app-1/bin/../bin/prog", ":opt /opt:app-1 /opt/app-1:bin /opt/app-1:bin" },
	{ "@/opt/app-1/bin", ":opt /opt:app-1 /opt/app-1:bin" },
	{ "@/opt/app-1/bin/", ":opt /opt:app-1 /opt/app-1:bin" },
	{ "@/opt/app-1/bin/none", ":opt /opt:app-1 /opt/app-1:bin /opt/app-1/bin:none" },
	{ "@/opt/none/bin/prog", ":opt /opt:none" },
	{ "@/opt/app-1/bin/prog/none", ":opt /opt:app-1 /opt/app-1:bin" },
	/* links: themselves, and where they lead */
	{ "@/opt/app/bin/prog", ":opt /opt:app /opt:app-1 /opt/app-1:bin" },
	{ "@/opt/absolute/bin/prog", ":opt /opt:absolute :opt /opt:app-1 /opt/app-1:bin" },
	{ "@/opt/up/prog", ":opt /opt:up :opt /opt:app /opt:app-1 /opt/app-1:bin" },
	{ "@/opt/app/bin/link", ":opt /opt:app /opt:app-1 /opt/app-1:bin /opt/app-1/bin:link" },
	{ "@/opt/dangling/x", ":opt /opt:dangling /opt:nowhere" },
	{ "opt/app-1", "" },
	{ "", "" },
};

static void walk(const char *path, struct told *told)
{
	cleanup_free char *text = NULL;

	if (path[0] == '@')
		ck_assert_int_ge(asprintf(&text, "%s%s", dir_path, path + 1), 0);
	walk_path(text ? text : path, take, told);
}

START_TEST(tells_each_step)
{
	struct told told = { 0 };

	make_tree();
	walk(rows[_i].path, &told);
	ck_assert_str_eq(told.text, rows[_i].want);
}
END_TEST

static void take_first(void *arg, const char *directory, const char *name)
{
	char *first = arg;

	if (!first[0])
		(void)snprintf(first, PATH_MAX, "%s:%s", directory, name);
}

START_TEST(begins_at_the_root)
{
	char first[PATH_MAX] = "";

	walk_path("/tmp/x", take_first, first);
	ck_assert_str_eq(first, "/:tmp");
}
END_TEST

START_TEST(ends_in_a_loop)
{
	struct told told = { 0 };
	size_t n = 0;

	make_tree();
	walk("@/loop/x", &told);
	for (const char *at = told.text; (at = strstr(at, ":loop")); at++)
		n++;
	ck_assert_uint_eq(n, 41);
}
END_TEST

START_TEST(refuses_what_is_too_long)
{
	cleanup_free char *name = repeat('x', 300);
	cleanup_free char *path = repeat('/', PATH_MAX);
	cleanup_free char *in_dir = dir_join(name);
	struct told told = { 0 };

	walk(path, &told);
	walk(in_dir, &told);
	ck_assert_str_eq(told.text, "");
}
END_TEST

START_TEST(knows_links_of_others)
{
	cleanup_free char *plain = dir_join("opt/app-1/bin/prog");
	cleanup_free char *linked = dir_join("opt/app/bin/prog");
	cleanup_free char *at_end = dir_join("opt/app-1/bin/link");
	cleanup_free char *missing = dir_join("none/at/all");

	make_tree();
	ck_assert(walk_is_ours(plain));
	ck_assert(walk_is_ours(linked));
	ck_assert(walk_is_ours(at_end));
	ck_assert(walk_is_ours(missing));
	if (geteuid() != 0)
		return; /* nobody else can make a link of another's */
	ck_assert_int_eq(fchownat(dir_fd, "opt/app", 12345, 12345, AT_SYMLINK_NOFOLLOW), 0);
	ck_assert_int_eq(fchownat(dir_fd, "opt/app-1/bin/link", 12345, 12345, AT_SYMLINK_NOFOLLOW),
			 0);
	ck_assert(walk_is_ours(plain));
	ck_assert(!walk_is_ours(linked));
	ck_assert(!walk_is_ours(at_end));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("walk");

	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_loop_test(tcase, tells_each_step, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, begins_at_the_root);
	tcase_add_test(tcase, ends_in_a_loop);
	tcase_add_test(tcase, refuses_what_is_too_long);
	tcase_add_test(tcase, knows_links_of_others);
	return run_tests(tcase);
}
