/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rule/destination.h */
#include "config.h"

#include "rule/destination.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "helpers.h"

static const struct {
	const char *path;
	int at; /* -1: none */
} dots_rows[] = {
	{ "", -1 },	     { "a/b", -1 },  { ".a/b./a.b", -1 }, { "...", -1 },
	{ "a/.../b", -1 },   { ".", 0 },     { "..", 0 },	  { "a/.", 2 },
	{ "a/..", 2 },	     { "../a", 0 },  { "a/../b/..", 2 },  { "/..", 1 },
	{ "a//./b", 3 },     { "a/./", 2 },  { "\\../a", -1 },	  { "a/\\.", -1 },
	{ "..a/a../b", -1 }, { "%u/..", 3 },
};

START_TEST(finds_components_that_climb)
{
	const char *path = dots_rows[_i].path;
	const char *dots = destination_find_dots(path);

	ck_assert_int_eq(dots ? dots - path : -1, dots_rows[_i].at);
}
END_TEST

static const struct {
	const char *path, *want;
} slash_rows[] = {
	{ "", "" },
	{ "/", "" },
	{ "////", "" },
	{ "a", "a" },
	{ "/a/", "a" },
	{ "a//b", "a/b" },
	{ "//a///b/c//", "a/b/c" },
	{ "a/b", "a/b" },
	{ "a b/", "a b" },
	{ "a\\//b", "a\\/b" },
};

START_TEST(takes_out_slashes_too_many)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s", slash_rows[_i].path);
	destination_normalise(path);
	ck_assert_str_eq(path, slash_rows[_i].want);
}
END_TEST

#define USER	(DESTINATION_VARIES | DESTINATION_USER_NAME)
#define GROUP	(DESTINATION_VARIES | DESTINATION_GROUP_NAME)
#define PROCESS (DESTINATION_VARIES | DESTINATION_PROCESS)

static const struct {
	const char *text;
	unsigned needs;
	int unknown; /* -1: none */
} needs_rows[] = {
	{ "a/b", 0, -1 },
	{ "%u", USER, -1 },
	{ "x/%g/y", GROUP, -1 },
	{ "%p", PROCESS, -1 },
	{ "%U", DESTINATION_VARIES, -1 },
	{ "%G", DESTINATION_VARIES, -1 },
	{ "%P", DESTINATION_VARIES, -1 },
	{ "%u%g%p", USER | GROUP | PROCESS, -1 },
	{ "%%", 0, -1 },
	{ "%%u", 0, -1 },
	{ "%%%u", USER, -1 },
	{ "\\%u", 0, -1 },
	{ "\\\\%u", USER, -1 },
	{ "100%", 0, 3 },
	{ "%x/%y", 0, 0 },
	{ "a%x%u", USER, 1 },
	{ "%x%%", 0, 0 },
	{ "% u", 0, 0 },
	{ "%/u", 0, 0 },
	{ "a\\", 0, -1 },
	{ "%\\u", 0, 0 },
	{ "%%x%z", 0, 3 },
};

START_TEST(tells_what_a_text_needs)
{
	const char *text = needs_rows[_i].text;
	const char *unknown = text;

	ck_assert_uint_eq(destination_needs(text, &unknown), needs_rows[_i].needs);
	ck_assert_int_eq(unknown ? unknown - text : -1, needs_rows[_i].unknown);
}
END_TEST

static const struct destination_values values = {
	.uid = 1000,
	.gid = 100,
	.pid = 4711,
	.user = "john",
	.group = "users",
	.process = "sh",
};

static const struct {
	const char *text, *want;
} expand_rows[] = {
	{ "", "" },
	{ "a/b", "a/b" },
	{ "%u", "john" },
	{ "%U", "1000" },
	{ "%g", "users" },
	{ "%G", "100" },
	{ "%p", "sh" },
	{ "%P", "4711" },
	{ "a/%u-%g/%p.%P/b", "a/john-users/sh.4711/b" },
	{ "%%", "%" },
	{ "%%u", "%u" },
	{ "%%%u", "%john" },
	{ "%x", "%x" },
	{ "100%", "100%" },
	{ "%/a", "%/a" },
	{ "\\%u", "%u" },
	{ "\\\\%u", "\\john" },
	{ "\\a\\b", "ab" },
	{ "a\\", "a\\" },
	{ "a\\/b", "a/b" },
	{ "a/\\/b", "a/b" }, /* an escaped slash does not make an empty component */
	{ "\\/a", "a" },
	{ "a\\/", "a" },
	{ "a/\\./b", "a/_/b" },
	{ "\\.\\.", "__" },
	{ "\\../%u", "__/john" },
	{ "...", "..." },
};

START_TEST(puts_values_in)
{
	char buf[64];

	ck_assert_int_eq(destination_expand(expand_rows[_i].text, &values, buf, sizeof(buf)), 0);
	ck_assert_str_eq(buf, expand_rows[_i].want);
}
END_TEST

/* The user's name is what stands for any value here. */
static const struct {
	const char *text, *user, *want;
} hostile_rows[] = {
	{ "a/%u/b", "../../etc", "a/.._.._etc/b" },
	{ "a/%u/b", "..", "a/__/b" },
	{ "a/%u/b", ".", "a/_/b" },
	{ "%u", "..", "__" },
	{ ".%u/b", ".", "__/b" },
	{ "%u./b", ".", "__/b" },
	{ ".%u", "..", "..." },
	{ "a/%u", "x/", "a/x_" },
	{ "a/%u", "/", "a/_" },
	{ "a/%u", "x\ny\x1b\x7f", "a/x_y__" },
	{ "a/%u", "x y\"z", "a/x y\"z" },
	{ "a/%u", "%g\\", "a/%g\\" }, /* a value is not expanded again */
	{ "a/%u", "jos\xc3\xa9", "a/jos\xc3\xa9" },
	{ "a/%u/b", "", "a/1000/b" },
	{ "a/%u/b", NULL, "a/1000/b" },
};

START_TEST(value_is_one_safe_component)
{
	struct destination_values hostile = values;
	char buf[64];

	hostile.user = hostile_rows[_i].user;
	ck_assert_int_eq(destination_expand(hostile_rows[_i].text, &hostile, buf, sizeof(buf)), 0);
	ck_assert_str_eq(buf, hostile_rows[_i].want);
}
END_TEST

START_TEST(uses_the_number_where_there_is_no_name)
{
	static const struct destination_values numbers = { .uid = (uid_t)-2, .gid = 0, .pid = 1 };
	char buf[64];

	ck_assert_int_eq(destination_expand("%u/%g/%p", &numbers, buf, sizeof(buf)), 0);
	ck_assert_str_eq(buf, "4294967294/0/1");
}
END_TEST

START_TEST(cuts_a_component_to_what_a_file_system_takes)
{
	cleanup_free char *name = repeat('x', 300);
	struct destination_values large = values;
	char want[NAME_MAX + 1 + NAME_MAX + 1];
	char buf[2048];

	large.user = name;
	ck_assert_int_eq(destination_expand("ab%u%u/%u-%g", &large, buf, sizeof(buf)), 0);
	memset(want, 'x', sizeof(want));
	memcpy(want, "ab", 2);
	want[NAME_MAX] = '/';
	want[sizeof(want) - 1] = '\0';
	ck_assert_str_eq(buf, want);
}
END_TEST

START_TEST(says_when_the_buffer_is_too_small)
{
	char buf[8] = "unset";

	ck_assert_int_eq(destination_expand("1234567", &values, buf, sizeof(buf)), 0);
	ck_assert_int_eq(destination_expand("12345678", &values, buf, sizeof(buf)), -ENAMETOOLONG);
	ck_assert_int_eq(destination_expand("a/b/%u", &values, buf, sizeof(buf)), -ENAMETOOLONG);
	ck_assert_uint_lt(strlen(buf), sizeof(buf));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("destination");

	tcase_add_loop_test(tcase, finds_components_that_climb, 0, ARRAY_SIZE(dots_rows));
	tcase_add_loop_test(tcase, takes_out_slashes_too_many, 0, ARRAY_SIZE(slash_rows));
	tcase_add_loop_test(tcase, tells_what_a_text_needs, 0, ARRAY_SIZE(needs_rows));
	tcase_add_loop_test(tcase, puts_values_in, 0, ARRAY_SIZE(expand_rows));
	tcase_add_loop_test(tcase, value_is_one_safe_component, 0, ARRAY_SIZE(hostile_rows));
	tcase_add_test(tcase, uses_the_number_where_there_is_no_name);
	tcase_add_test(tcase, cuts_a_component_to_what_a_file_system_takes);
	tcase_add_test(tcase, says_when_the_buffer_is_too_small);
	return run_tests(tcase);
}
