/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rule/load.h */
#include "config.h"

#include "rule/load.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helpers.h"
#include "rule/ruleset.h"

static char *file_path, *directory_path;
static struct rule_sources sources;

static void setup(void)
{
	dir_make();
	file_path = dir_join("rules");
	directory_path = dir_join("rules.d");
	sources = (struct rule_sources){ .file = file_path, .directory = directory_path };
}

static void teardown(void)
{
	free(file_path);
	free(directory_path);
	dir_remove();
}

/* "FILE:LINE DESTINATION\n" for each rule, without the directory; to be freed. */
static char *dump(const struct ruleset *set)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(out);
	for (size_t i = 0; i < set->n_rules; i++)
		(void)fprintf(out, "%s:%u %s\n",
			      set->sources[set->rules[i].source] + strlen(dir_path) + 1,
			      set->rules[i].line, set->rules[i].targets[0]->destination);
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

static void assert_loads(const char *want, struct diag_list *diags)
{
	struct ruleset *set = NULL;
	cleanup_free char *rules = NULL;

	ck_assert_int_eq(ruleset_load(&sources, NULL, diags, &set), 0);
	ck_assert_uint_eq(diags->errors, 0);
	rules = dump(set);
	ck_assert_str_eq(rules, want);
	ruleset_unref(set);
}

START_TEST(reads_the_file_then_the_directory_by_name)
{
	struct diag_list diags = { 0 };

	dir_write("rules", "* cpu first\n");
	dir_write("rules.d/b.conf", "* cpu b1\n\n* cpu b2\n");
	dir_write("rules.d/a.conf", "* cpu a");
	dir_write("rules.d/B.conf", "* cpu B");
	assert_loads("rules:1 first\nrules.d/B.conf:1 B\nrules.d/a.conf:1 a\nrules.d/b.conf:1 b1\n"
		     "rules.d/b.conf:3 b2\n",
		     &diags);
	ck_assert_ptr_null(diags.head);
}
END_TEST

START_TEST(leaves_out_other_files_with_a_notice)
{
	struct diag_list diags = { 0 };

	dir_write("rules", "");
	dir_write("rules.d/a.conf", "* cpu a");
	dir_write("rules.d/a.conf~", "nonsense");
	dir_write("rules.d/.b.conf", "nonsense");
	dir_write("rules.d/README", "nonsense");
	assert_loads("rules.d/a.conf:1 a\n", &diags);
	ck_assert_uint_eq(diags.notices, 3);
	ck_assert_uint_eq(diags.warnings, 0);
	diag_list_done(&diags);
}
END_TEST

START_TEST(takes_no_files_for_no_rules)
{
	struct diag_list diags = { 0 };

	assert_loads("", &diags);
	ck_assert_uint_eq(diags.notices, 1); /* of the file; the directory is nobody's concern */
	diag_list_done(&diags);
	sources = (struct rule_sources){ 0 };
	assert_loads("", &diags);
	ck_assert_ptr_null(diags.head);
}
END_TEST

START_TEST(lints_when_that_was_asked_for)
{
	struct diag_list diags = { 0 };
	struct ruleset *set = NULL;

	dir_write("rules", "* cpu a\n");
	dir_write("rules.d/a.conf", "root cpu b\n");
	assert_loads("rules:1 a\nrules.d/a.conf:1 b\n", &diags);
	ck_assert_uint_eq(diags.warnings, 0);
	sources.lint = true;
	assert_loads("rules:1 a\nrules.d/a.conf:1 b\n", &diags);
	ck_assert_uint_eq(diags.warnings, 1);
	dir_write("rules.d/b.conf", "root\n"); /* with a mistake too */
	ck_assert_int_eq(ruleset_load(&sources, NULL, &diags, &set), -EINVAL);
	ck_assert_uint_eq(diags.warnings, 2);
	diag_list_done(&diags);
}
END_TEST

START_TEST(reads_all_files_but_drops_the_set_when_one_has_an_error)
{
	struct diag_list diags = { 0 };
	struct ruleset *set = NULL;
	cleanup_free char *messages = NULL;

	dir_write("rules", "* cpu a\n* cpu\n");
	dir_write("rules.d/a.conf", "* cpu a\n");
	dir_write("rules.d/b.conf", "% cpu a\n");
	ck_assert_int_eq(ruleset_load(&sources, NULL, &diags, &set), -EINVAL);
	ck_assert_ptr_null(set);
	messages = messages_of(&diags);
	ck_assert_uint_eq(diags.errors, 2);
	ck_assert_ptr_nonnull(strstr(messages, "/rules:2:3: error: the destination is missing"));
	/* A rule of another file is not above it. */
	ck_assert_ptr_nonnull(strstr(messages, "/b.conf:1:1: error: \"%\" with no rule above it"));
	diag_list_done(&diags);
}
END_TEST

START_TEST(unknown_user_of_one_file_does_not_skip_into_the_next)
{
	struct diag_list diags = { 0 };

	dir_write("rules", "no-such-name-of-cgred-tests cpu a\n% cpu b\n");
	dir_write("rules.d/a.conf", "root cpu c\n% cpu d\n");
	assert_loads("rules.d/a.conf:1 c\n", &diags);
	ck_assert_uint_eq(diags.warnings, 1);
	diag_list_done(&diags);
}
END_TEST

START_TEST(reads_text_in_memory)
{
	struct diag_list diags = { 0 };
	struct ruleset *set = NULL;

	ck_assert_int_eq(ruleset_load_text("* cpu a\n", "text", &diags, &set), 0);
	ck_assert_uint_eq(set->n_rules, 1);
	ck_assert_str_eq(set->sources[0], "text");
	ruleset_unref(set);
	set = NULL;
	ck_assert_int_eq(ruleset_load_text("* cpu a b\n", "text", &diags, &set), -EINVAL);
	ck_assert_ptr_null(set);
	ck_assert_uint_eq(diags.errors, 1);
	diag_list_done(&diags);
}
END_TEST

START_TEST(mistakes_of_before_are_not_of_this_load)
{
	struct diag_list diags = { 0 };
	struct ruleset *set = NULL;

	diag_add(&diags, DIAG_ERROR, "other", 1, 1, "other");
	dir_write("rules", "* cpu a\n");
	ck_assert_int_eq(ruleset_load(&sources, NULL, &diags, &set), 0);
	ruleset_unref(set);
	diag_list_done(&diags);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("load");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, reads_the_file_then_the_directory_by_name);
	tcase_add_test(tcase, leaves_out_other_files_with_a_notice);
	tcase_add_test(tcase, takes_no_files_for_no_rules);
	tcase_add_test(tcase, lints_when_that_was_asked_for);
	tcase_add_test(tcase, reads_all_files_but_drops_the_set_when_one_has_an_error);
	tcase_add_test(tcase, unknown_user_of_one_file_does_not_skip_into_the_next);
	tcase_add_test(tcase, reads_text_in_memory);
	tcase_add_test(tcase, mistakes_of_before_are_not_of_this_load);
	return run_tests(tcase);
}
