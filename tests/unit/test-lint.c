/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rule/lint.h: rules as text, the lines that are never reached and those that take it from them. */
#include "config.h"

#include "rule/lint.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helpers.h"
#include "rule/load.h"
#include "rule/ruleset.h"

static struct ruleset *load(const char *text)
{
	struct diag_list diags = { 0 };
	struct ruleset *set = NULL;

	ck_assert_int_eq(ruleset_load_text(text, "f", &diags, &set), 0);
	diag_list_done(&diags);
	return set;
}

/* "LINE<LINE " for each message. */
static void lint(const char *text, char *buf, size_t size)
{
	struct ruleset *set = load(text);
	struct diag_list diags = { 0 };
	size_t len = 0;

	buf[0] = '\0';
	ck_assert_int_eq(ruleset_lint(set, &diags), 0);
	ck_assert_uint_eq(diags.errors + diags.notices, 0);
	for (const struct diag *diag = diags.head; diag; diag = diag->next) {
		unsigned first = 0;

		ck_assert_int_eq(sscanf(diag->text, "never reached: the rule at f:%u ", &first), 1);
		len += (size_t)snprintf(buf + len, size - len, "%u<%u ", diag->line, first);
	}
	diag_list_done(&diags);
	ruleset_unref(set);
}

static const struct {
	const char *rules, *want;
} rows[] = {
	{ "", "" },
	{ "1 cpu a\n2 cpu a\n* cpu a\n", "" },
	/* the same again */
	{ "1 cpu a\n1 cpu b\n", "2<1 " },
	{ "@1 cpu a\n@1 cpu b\n", "2<1 " },
	{ "* cpu a\n* cpu b\n* cpu c\n", "2<1 3<1 " },
	{ "1:x cpu a\n1:x cpu b\n", "2<1 " },
	{ "root cpu a\n0 cpu b\n", "2<1 " },
	{ "1 cpu a\n@1 cpu b\n", "" },
	/* for everybody, then for one */
	{ "* cpu a\n1 cpu b\n@1 cpu c\n1:x cpu d\n", "2<1 3<1 4<1 " },
	{ "1 cpu a\n* cpu b\n", "" },
	/* every program, then one */
	{ "1 cpu a\n1:x cpu b\n1:/no/x cpu b\n1:x* cpu c\n2:x cpu d\n", "2<1 3<1 4<1 " },
	{ "1:x cpu a\n1 cpu b\n", "" },
	{ "*:x cpu a\n1:x cpu b\n1:y cpu c\n", "2<1 " },
	/* a base name, then a path of that name */
	{ "*:x cpu a\n*:/no/x cpu b\n*:/no/y cpu c\n", "2<1 " },
	{ "*:/no/x cpu a\n*:x cpu b\n", "" },
	/* a prefix */
	{ "*:/no/* cpu a\n*:/no/x cpu b\n*:/no/x* cpu c\n*:/no cpu d\n", "2<1 3<1 " },
	{ "*:x* cpu a\n*:xy cpu b\n*:/no/xy cpu c\n*:x* cpu d\n*:y cpu e\n", "2<1 3<1 4<1 " },
	{ "*:/no/* cpu a\n*:x cpu b\n", "" },
	{ "1:x* cpu a\n2:xy cpu b\n*:xy cpu c\n1:xy cpu d\n", "4<3 " },
	{ "*:* cpu a\n*:x cpu b\n*:/no/x cpu c\n* cpu d\n", "2<1 3<1 4<1 " },
	/* a rule with "ignore" hands on to the next */
	{ "* cpu a ignore\n* cpu b\n", "" },
	{ "* cpu a ignore_rt\n1 cpu b\n", "" },
	{ "* cpu a\n* cpu b ignore\n", "2<1 " },
	/* % lines are the rule's own */
	{ "1 cpu a\n% cpu b\n2 cpu c\n", "" },
};

START_TEST(warns_of_rules_that_are_never_reached)
{
	char got[64];

	lint(rows[_i].rules, got, sizeof(got));
	ck_assert_str_eq(got, rows[_i].want);
}
END_TEST

/* A rule for a link also takes processes of the file that it leads to; one for the link's base
 * name, or a prefix of its path, does not. */
START_TEST(knows_that_a_link_leads_elsewhere)
{
	cleanup_free char *text = NULL;
	char got[64];

	dir_write("real/dash", "");
	dir_write("real/sh2", "");
	ck_assert_int_eq(symlinkat("real/dash", dir_fd, "sh"), 0);
	ck_assert_int_eq(symlinkat("real/sh2", dir_fd, "sh2"), 0);
	ck_assert_int_ge(asprintf(&text,
				  "*:sh cpu a\n*:%s/s* cpu b\n*:%s/sh cpu c\n*:sh2 cpu d\n"
				  "*:%s/sh2 cpu e\n",
				  dir_path, dir_path, dir_path),
			 0);
	lint(text, got, sizeof(got));
	ck_assert_str_eq(got, "5<4 ");
}
END_TEST

START_TEST(names_the_files)
{
	cleanup_free char *directory = dir_join("rules.d");
	const struct rule_sources sources = { .directory = directory };
	struct diag_list diags = { 0 };
	struct ruleset *set = NULL;
	cleanup_free char *messages = NULL;

	dir_write("rules.d/a.conf", "\n* cpu a\n");
	dir_write("rules.d/b.conf", "1 cpu b\n");
	ck_assert_int_eq(ruleset_load(&sources, NULL, &diags, &set), 0);
	ck_assert_int_eq(ruleset_lint(set, &diags), 0);
	messages = messages_of(&diags);
	ck_assert_ptr_nonnull(
		strstr(messages, "/b.conf:1:1: warning: never reached: the rule at "));
	ck_assert_ptr_nonnull(strstr(messages, "/a.conf:2 comes first"));
	ruleset_unref(set);
	diag_list_done(&diags);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("lint");

	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_loop_test(tcase, warns_of_rules_that_are_never_reached, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, knows_that_a_link_leads_elsewhere);
	tcase_add_test(tcase, names_the_files);
	return run_tests(tcase);
}
