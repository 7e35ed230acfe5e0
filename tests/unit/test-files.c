/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rule/files.h */
#include "config.h"

#include "rule/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helpers.h"
#include "no-memory.h"

/* "@" at the start stands for the directory of the test. To be freed; NULL stays NULL. */
static char *full(const char *path)
{
	char *text = NULL;

	if (path && path[0] == '@')
		ck_assert_int_ge(asprintf(&text, "%s%s", dir_path, path + 1), 0);
	else if (path)
		text = strdup(path);
	return text;
}

static const struct {
	const char *path, *real; /* NULL: leads nowhere */
	const char *file;	 /* in the directory: which one it is; NULL: none that counts */
} rows[] = {
	{ "@/bin/program", "@/bin/program", "bin/program" },
	{ "@/bin/../bin/./program", "@/bin/program", "bin/program" },
	{ "@//bin//program", "@/bin/program", "bin/program" },
	{ "@/bin/link", "@/bin/program", "bin/program" },
	{ "@/sbin/program", "@/bin/program", "bin/program" },
	{ "@/sbin/link", "@/bin/program", "bin/program" },
	{ "@/bin/hard", "@/bin/hard", "bin/program" },
	/* not there: by its directory */
	{ "@/bin/later", "@/bin/later", NULL },
	{ "@/sbin/later", "@/bin/later", NULL },
	{ "@/bin/dangling", "@/bin/dangling", NULL },
	{ "@/no/program", NULL, NULL },
	{ "@/no/such/program", NULL, NULL },
	{ "@/bin/program/x", NULL, NULL },
	{ "@/bin/loop", NULL, NULL },
	/* no programs */
	{ "@/bin", "@/bin", NULL },
	{ "@/bin/", "@/bin", NULL },
	{ "@/bin/.", "@/bin", NULL },
	{ "@/bin/..", "@", NULL },
	{ "@/no/..", NULL, NULL },
	{ "/", "/", NULL },
	{ "/no-such-file-of-cgred-tests", "/no-such-file-of-cgred-tests", NULL },
};

static void make_tree(void)
{
	dir_write("bin/program", "");
	ck_assert_int_eq(symlinkat("program", dir_fd, "bin/link"), 0);
	ck_assert_int_eq(symlinkat("nowhere", dir_fd, "bin/dangling"), 0);
	ck_assert_int_eq(symlinkat("loop", dir_fd, "bin/loop"), 0);
	ck_assert_int_eq(symlinkat("bin", dir_fd, "sbin"), 0);
	ck_assert_int_eq(linkat(dir_fd, "bin/program", dir_fd, "bin/hard", 0), 0);
}

static void check(struct files *files, size_t row)
{
	cleanup_free char *path = full(rows[row].path);
	cleanup_free char *want = full(rows[row].real);
	const char *real = NULL;
	struct file_id id = { 0 };
	struct stat st = { 0 };

	if (rows[row].file)
		ck_assert_int_eq(fstatat(dir_fd, rows[row].file, &st, 0), 0);
	ck_assert_int_eq(files_find(files, path, &real, &id), want ? 0 : -ENOENT);
	ck_assert_pstr_eq(real, want);
	ck_assert(id.ino == st.st_ino && id.dev == st.st_dev);
}

START_TEST(finds_what_a_path_leads_to)
{
	struct files files = { 0 };

	make_tree();
	check(&files, (size_t)_i);
	files_done(&files);
}
END_TEST

START_TEST(one_path_after_the_other_changes_nothing)
{
	struct files files = { 0 };

	make_tree();
	for (size_t i = 0; i < 3 * ARRAY_SIZE(rows); i++)
		check(&files, i * 5 % ARRAY_SIZE(rows));
	files_done(&files);
}
END_TEST

START_TEST(refuses_what_is_too_long)
{
	cleanup_free char *name = repeat('x', PATH_MAX);
	cleanup_free char *path = dir_join(name);
	struct files files = { 0 };
	const char *real;
	struct file_id id;

	ck_assert_int_eq(files_find(&files, path, &real, &id), -ENOENT);
	files_done(&files);
}
END_TEST

/* As a file that is not there, a rule would lose a program for good. */
START_TEST(without_memory_nothing_is_taken_for_missing)
{
	cleanup_free char *path = full(rows[_i].path);
	cleanup_free char *want = full(rows[_i].real);
	bool failed = memory_can_end();

	make_tree();
	for (long n = 0; failed; n++) {
		struct files files = { 0 };
		const char *real = NULL;
		struct file_id id = { 0 };
		int r;

		memory_ends_after(n);
		r = files_find(&files, path, &real, &id);
		failed = memory_is_back();
		/* What only remembers an answer may fail. */
		if (r != -ENOMEM) {
			ck_assert_int_eq(r, want ? 0 : -ENOENT);
			ck_assert_pstr_eq(real, want);
		}
		ck_assert(failed || r != -ENOMEM);
		/* The same, when there is memory again. */
		check(&files, (size_t)_i);
		files_done(&files);
		ck_assert_int_lt(n, 100);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("files");

	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_loop_test(tcase, finds_what_a_path_leads_to, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, one_path_after_the_other_changes_nothing);
	tcase_add_test(tcase, refuses_what_is_too_long);
	tcase_add_loop_test(tcase, without_memory_nothing_is_taken_for_missing, 0,
			    ARRAY_SIZE(rows));
	return run_tests(tcase);
}
