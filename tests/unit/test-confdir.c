/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/confdir.h */
#include "config.h"

#include "base/confdir.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helpers.h"

/* What the call-back was given: "NAME=TEXT;" for each file, without the directory. */
static char seen[1024];

static int see(void *arg, const char *path, const char *text, size_t len)
{
	size_t used = strlen(seen);

	ck_assert_uint_eq(strlen(text), len);
	(void)snprintf(seen + used, sizeof(seen) - used, "%s=%s;", path + strlen(dir_path) + 1,
		       text);
	return arg && strstr(text, "stop") ? -ECANCELED : 0;
}

static void assert_messages(const struct diag_list *diags, const char *want)
{
	cleanup_free char *got = messages_of(diags);
	char *out = got;

	/* Leave out the name of the directory. */
	for (const char *in = got; *in; in++) {
		if (strncmp(in, dir_path, strlen(dir_path)) == 0)
			in += strlen(dir_path);
		*out++ = *in;
	}
	*out = '\0';
	ck_assert_str_eq(got, want);
}

static const struct {
	const char *name;
	bool must_exist;
	const char *seen, *messages;
} file_rows[] = {
	{ "a", true, "a=text;", "" },
	{ "a", false, "a=text;", "" },
	{ "empty", true, "empty=;", "" },
	{ "none", false, "", "/none: notice: no such file\n" },
	{ "none", true, "", "/none: error: cannot be read: No such file or directory\n" },
	{ "a/b", false, "", "/a/b: error: cannot be read: Not a directory\n" },
	{ "sub", false, "", "/sub: error: cannot be read: Is a directory\n" },
	{ "loop", false, "", "/loop: error: cannot be read: Too many levels of symbolic links\n" },
};

START_TEST(reads_a_file_or_says_why_not)
{
	cleanup_free char *path = dir_join(file_rows[_i].name);
	struct diag_list diags = { 0 };

	dir_write("a", "text");
	dir_write("empty", "");
	dir_add("sub");
	ck_assert_int_eq(symlinkat("loop", dir_fd, "loop"), 0);
	ck_assert_int_eq(confdir_read_file(path, file_rows[_i].must_exist, see, NULL, &diags), 0);
	ck_assert_str_eq(seen, file_rows[_i].seen);
	assert_messages(&diags, file_rows[_i].messages);
	diag_list_done(&diags);
}
END_TEST

START_TEST(reads_conf_files_by_name_and_leaves_out_the_rest)
{
	static const char *const left_out[] = { ".#b.conf", ".conf", ".hidden.conf", "b.conf.bak",
						"b.conf~",  "conf",  "xconf",	     "c.CONF" };
	struct diag_list diags = { 0 };

	dir_write("b.conf", "2");
	dir_write("a.conf", "1");
	dir_write("Z.conf", "0");
	dir_write("10.conf", "ten");
	dir_write("9.conf", "nine");
	for (size_t i = 0; i < ARRAY_SIZE(left_out); i++)
		dir_write(left_out[i], "never");
	ck_assert_int_eq(symlinkat("b.conf", dir_fd, "link.conf"), 0);
	ck_assert_int_eq(confdir_read_directory(dir_path, ".conf", see, NULL, &diags), 0);
	ck_assert_str_eq(seen, "10.conf=ten;9.conf=nine;Z.conf=0;a.conf=1;b.conf=2;link.conf=2;");
	ck_assert_uint_eq(diags.notices, ARRAY_SIZE(left_out));
	ck_assert_uint_eq(diags.errors + diags.warnings, 0);
	ck_assert_ptr_nonnull(strstr(diags.head->text, "left out"));
	diag_list_done(&diags);
}
END_TEST

START_TEST(goes_on_behind_a_file_that_cannot_be_read)
{
	struct diag_list diags = { 0 };

	dir_write("a.conf", "1");
	dir_add("b.conf");
	ck_assert_int_eq(symlinkat("nowhere", dir_fd, "c.conf"), 0);
	dir_write("d.conf", "4");
	ck_assert_int_eq(confdir_read_directory(dir_path, ".conf", see, NULL, &diags), 0);
	ck_assert_str_eq(seen, "a.conf=1;d.conf=4;");
	assert_messages(&diags, "/b.conf: error: cannot be read: Is a directory\n"
				"/c.conf: error: cannot be read: No such file or directory\n");
	diag_list_done(&diags);
}
END_TEST

START_TEST(stops_when_the_call_back_says_so)
{
	struct diag_list diags = { 0 };
	int stops = 1;

	dir_write("a.conf", "1");
	dir_write("b.conf", "stop");
	dir_write("c.conf", "3");
	ck_assert_int_eq(confdir_read_directory(dir_path, ".conf", see, &stops, &diags),
			 -ECANCELED);
	ck_assert_str_eq(seen, "a.conf=1;b.conf=stop;");
	diag_list_done(&diags);
}
END_TEST

START_TEST(takes_no_directory_for_an_empty_one)
{
	cleanup_free char *none = dir_join("none");
	cleanup_free char *file = dir_join("file");
	struct diag_list diags = { 0 };

	ck_assert_int_eq(confdir_read_directory(none, ".conf", see, NULL, &diags), 0);
	assert_messages(&diags, "");
	dir_write("file", "text");
	ck_assert_int_eq(confdir_read_directory(file, ".conf", see, NULL, &diags), 0);
	assert_messages(&diags, "/file: error: cannot be read: Not a directory\n");
	ck_assert_str_eq(seen, "");
	diag_list_done(&diags);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("confdir");

	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_loop_test(tcase, reads_a_file_or_says_why_not, 0, ARRAY_SIZE(file_rows));
	tcase_add_test(tcase, reads_conf_files_by_name_and_leaves_out_the_rest);
	tcase_add_test(tcase, goes_on_behind_a_file_that_cannot_be_read);
	tcase_add_test(tcase, stops_when_the_call_back_says_so);
	tcase_add_test(tcase, takes_no_directory_for_an_empty_one);
	return run_tests(tcase);
}
