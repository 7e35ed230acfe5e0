/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rule/programs.h. Rules are text, in which @ is the test's own directory. */
#include "config.h"

#include "rule/programs.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helpers.h"
#include "rule/load.h"
#include "rule/ruleset.h"

/* text with the directory for each "@", to be freed. */
static char *expand(const char *text)
{
	char *out = calloc(1, strlen(text) * sizeof(dir_path) + 1);
	size_t len = 0;

	for (; *text; text++) {
		if (*text == '@')
			len += (size_t)sprintf(out + len, "%s", dir_path);
		else
			out[len++] = *text;
	}
	return out;
}

static struct ruleset *load(const char *rules)
{
	cleanup_free char *text = expand(rules);
	struct diag_list diags = { 0 };
	struct ruleset *set = NULL;

	ck_assert_int_eq(ruleset_load_text(text, "f", &diags, &set), 0);
	diag_list_done(&diags);
	return set;
}

/* "FILE PLACE/ WHOLE/+ … | WATCHED …", each without the test's own directory, to be freed. */
static char *describe(const struct programs *programs)
{
	static const char *const kinds[] = { "", "/", "/+" };
	char *text = calloc(1, 65536);
	size_t skip = strlen(dir_path);
	size_t len = 0;

	for (size_t i = 0; i < programs->n; i++)
		len += (size_t)sprintf(text + len, "%s%s ", programs->items[i].path + skip,
				       kinds[programs->items[i].kind]);
	len += (size_t)sprintf(text + len, "|");
	for (size_t i = 0; i < programs->n_directories; i++)
		len += (size_t)sprintf(text + len, " %s", programs->directories[i] + skip);
	return text;
}

static void fill(void)
{
	dir_write("bin/one", "x");
	dir_write("bin/two", "x");
	dir_write("bin/ld-linux.so.2", "x");
	dir_write("real/target", "x");
	dir_write("tree/a/b/c", "x");
	dir_write("tree/d/e", "x");
	dir_write("trunk", "x");
	ck_assert_int_eq(symlinkat("../real/target", dir_fd, "bin/link"), 0);
}

static const struct {
	const char *rules, *want;
	size_t n_unknown;
} rows[] = {
	{ "* cpu a", "|", 0 },
	{ "*:* cpu a", "|", 0 },
	{ "*:@/bin/one cpu a", "/bin/ /bin/one | /bin", 0 },
	{ "*:@/bin/one cpu a\n1:@/bin/one cpu b", "/bin/ /bin/one | /bin", 0 },
	{ "*:@/bin/link cpu a", "/real/ /real/target | /bin /real", 0 },
	{ "*:@/bin/none cpu a", "/bin/ | /bin", 0 }, /* it may come */
	{ "*:@/none/none cpu a", "|", 0 },
	{ "*:@/bin/ld-linux.so.2 cpu a", "| /bin", 0 },
	/* prefixes */
	{ "*:@/bin/o* cpu a", "/bin/ /bin/one | /bin", 0 },
	{ "*:@/tree/* cpu a",
	  "/tree/+ /tree/a/+ /tree/a/b/+ /tree/d/+ | /tree /tree/a /tree/a/b /tree/d", 0 },
	{ "*:@/tr* cpu a",
	  "/ /tree/+ /tree/a/+ /tree/a/b/+ /tree/d/+ /trunk |  /tree /tree/a /tree/a/b /tree/d",
	  0 },
	{ "*:@/tree/d/* cpu a\n*:@/tree/d/e cpu b", "/tree/d/+ /tree/d/e | /tree/d", 0 },
};

START_TEST(finds_files_and_directories)
{
	struct ruleset *set = load(rows[_i].rules);
	struct programs programs;
	cleanup_free char *text = NULL;

	fill();
	ck_assert_int_eq(programs_find(set, &programs), 0);
	text = describe(&programs);
	ck_assert_str_eq(text, rows[_i].want);
	ck_assert_uint_eq(programs.n_unknown, rows[_i].n_unknown);
	programs_done(&programs);
	ruleset_unref(set);
}
END_TEST

/* The names on the way to programs, of those below the test's own directory. */
static const struct {
	const char *rules, *want;
} steps[] = {
	{ "* cpu a", "" },
	{ "*:@/bin/one cpu a", " /bin" },
	{ "*:@/bin/one cpu a\n*:@/bin/two cpu a", " /bin" },
	{ "*:@/none/below/none cpu a", " /none" },
	{ "*:@/bin/none cpu a", " /bin /bin/none" },
	{ "*:@/bin/link cpu a", " /bin /bin/link /real" },
	{ "*:@/tree/* cpu a", " /tree" },
	{ "*:@/tree/a/b/c* cpu a", " /tree /tree/a /tree/a/b" },
	{ "*:@/way/b/c cpu a", " /tree /tree/a /tree/a/b /way" },
};

START_TEST(finds_the_way_to_programs)
{
	struct ruleset *set = load(steps[_i].rules);
	struct programs programs;
	char text[1024] = "";
	size_t skip = strlen(dir_path);
	size_t len = 0;

	fill();
	ck_assert_int_eq(symlinkat("tree/a", dir_fd, "way"), 0);
	ck_assert_int_eq(programs_find(set, &programs), 0);
	for (size_t i = 0; i < programs.n_steps; i++) {
		if (strncmp(programs.steps[i], dir_path, skip) == 0 && programs.steps[i][skip])
			len += (size_t)sprintf(text + len, " %s", programs.steps[i] + skip);
	}
	ck_assert_str_eq(text, steps[_i].want);
	ck_assert_uint_eq(programs.n_steps_left_out, 0);
	programs_done(&programs);
	ruleset_unref(set);
}
END_TEST

/* Many names that are not there in one directory, or one in each of many. */
START_TEST(watches_not_too_many_directories)
{
	const int n = _i ? 300 : 1500;
	cleanup_free char *text = calloc((size_t)n, 64);
	struct programs programs;
	struct ruleset *set;
	size_t len = 0;

	dir_add("top");
	for (int i = 0; i < n; i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "top/%d", i);
		if (_i)
			ck_assert_int_eq(mkdirat(dir_fd, path, 0755), 0);
		len += (size_t)sprintf(text + len, "*:@/%s/none/x cpu a\n", path);
	}
	set = load(text);
	ck_assert_int_eq(programs_find(set, &programs), 0);
	ck_assert_uint_ge(programs.n_steps, _i ? 550 : 1024);
	ck_assert_uint_le(programs.n_steps, _i ? 556 : 1024);
	ck_assert_uint_ge(programs.n_steps_left_out, _i ? 44 : 470);
	programs_done(&programs);
	ruleset_unref(set);
}
END_TEST

START_TEST(says_what_is_no_known_file)
{
	static const struct {
		const char *rules;
		size_t n;
		const char *first;
	} cases[] = {
		{ "*:sh cpu a", 0, NULL },
		{ "*:no-such-program cpu a\n*:nor-this* cpu b", 2, "no-such-program" },
		{ "*:nor-this* cpu b", 1, "nor-this*" },
		{ "*:/usr/* cpu b", 1, "/usr/*" },
		{ "*:/* cpu b", 1, "/*" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct ruleset *set = load(cases[i].rules);
		struct programs programs;

		ck_assert_int_eq(programs_find(set, &programs), 0);
		ck_assert_uint_eq(programs.n_unknown, cases[i].n);
		ck_assert_pstr_eq(programs.unknown, cases[i].first);
		programs_done(&programs);
		ruleset_unref(set);
	}
}
END_TEST

START_TEST(finds_what_is_below_a_new_directory)
{
	struct ruleset *set = load("*:@/tree/* cpu a\n*:@/bin/one cpu a\n*:x cpu a");
	cleanup_free char *inside = dir_join("tree/a");
	cleanup_free char *outside = dir_join("bin");
	struct programs programs;
	cleanup_free char *text = NULL;

	fill();
	ck_assert_int_eq(programs_find_below(set, inside, &programs), 0);
	text = describe(&programs);
	ck_assert_str_eq(text, "/tree/a/+ /tree/a/b/+ | /tree/a /tree/a/b");
	programs_done(&programs);
	ck_assert_int_eq(programs_find_below(set, outside, &programs), 0);
	ck_assert_uint_eq(programs.n + programs.n_directories, 0);
	programs_done(&programs);
	ruleset_unref(set);
}
END_TEST

START_TEST(knows_which_paths_are_wanted)
{
	struct ruleset *set = load("*:/a/x cpu a\n*:name cpu a\n*:/b/pre* cpu a");

	ck_assert(programs_want(set, "/a/x"));
	ck_assert(!programs_want(set, "/a/y"));
	ck_assert(programs_want(set, "/c/name"));
	ck_assert(programs_want(set, "/b/prefix/z"));
	ck_assert(!programs_want(set, "/b/pr"));
	ruleset_unref(set);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("programs");

	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_loop_test(tcase, finds_files_and_directories, 0, ARRAY_SIZE(rows));
	tcase_add_loop_test(tcase, finds_the_way_to_programs, 0, ARRAY_SIZE(steps));
	tcase_add_loop_test(tcase, watches_not_too_many_directories, 0, 2);
	tcase_add_test(tcase, says_what_is_no_known_file);
	tcase_add_test(tcase, finds_what_is_below_a_new_directory);
	tcase_add_test(tcase, knows_which_paths_are_wanted);
	return run_tests(tcase);
}
