/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file of what was changed, and the rules in it. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helpers.h"
#include "source/audit-kernel.h"
#include "source/audit-state.h"

static struct audit_rule_data *make_rule(const char *path, bool is_directory, const char *key)
{
	struct audit_kernel_watch watch = {
		.path = path,
		.is_directory = is_directory,
		.access = 'w',
		.key = key,
	};

	return audit_kernel_make_rule(&watch);
}

static void assert_same_rule(const struct audit_rule_data *a, const struct audit_rule_data *b)
{
	ck_assert_uint_eq(audit_kernel_rule_bytes(a), audit_kernel_rule_bytes(b));
	ck_assert_mem_eq(a, b, audit_kernel_rule_bytes(a));
}

static void free_rules(struct audit_rule_data **rules, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(rules[i]);
}

START_TEST(what_is_saved_is_loaded)
{
	cleanup_free char *path = dir_join("state");
	struct audit_rule_data *ours[] = { make_rule("/a b", false, "cgred_1_w_1"),
					   make_rule("/d>=\"x\"", true, "cgred_2_w_2") };
	struct audit_rule_data *site[] = { make_rule("/etc", true, "site") };
	struct audit_state state = { .enabled = 1,
				     .backlog_limit = 64,
				     .our_backlog_limit = 8192,
				     .had_daemon = true,
				     .rules = ours,
				     .n_rules = 2,
				     .site = site,
				     .n_site = 1 };
	struct audit_state got;

	ck_assert_int_eq(audit_state_save(path, &state), 0);
	ck_assert_int_eq(audit_state_save(path, &state), 0);
	ck_assert_int_eq(audit_state_load(path, &got), 0);
	ck_assert_uint_eq(got.enabled, 1);
	ck_assert_uint_eq(got.backlog_limit, 64);
	ck_assert_uint_eq(got.our_backlog_limit, 8192);
	ck_assert(got.had_daemon);
	ck_assert_uint_eq(got.n_rules, 2);
	ck_assert_uint_eq(got.n_site, 1);
	assert_same_rule(got.rules[0], ours[0]);
	assert_same_rule(got.rules[1], ours[1]);
	assert_same_rule(got.site[0], site[0]);
	ck_assert(audit_kernel_has_key_in(got.rules, 2, "cgred_2_w_2"));
	ck_assert(!audit_kernel_has_key_in(got.rules, 2, "cgred_2_w_"));
	ck_assert(!audit_kernel_has_key_in(got.rules, 2, "site"));
	ck_assert(!dir_has("state.new"));
	audit_state_done(&got);
	free_rules(ours, 2);
	free_rules(site, 1);
}
END_TEST

START_TEST(a_file_of_an_earlier_boot_says_nothing)
{
	cleanup_free char *path = dir_join("state");
	struct audit_state state;

	ck_assert_int_eq(audit_state_load(path, &state), -ENOENT);
	dir_write("state", "cgred-audit 1 00000000-0000-0000-0000-000000000000\nenabled 1\n");
	ck_assert_int_eq(audit_state_load(path, &state), -ENOENT);
	dir_write("state", "");
	ck_assert_int_eq(audit_state_load(path, &state), -ENOENT);
}
END_TEST

static const char *const broken[] = {
	"rule\n",    "rule 00\n",   "rule 0\n",	    "rule zz\n",    "site 1234\n",
	"enabled\n", "enabled x\n", "backlog 64\n", "nonsense 1\n", "daemon -1\n",
};

START_TEST(a_broken_file_is_an_error)
{
	cleanup_free char *path = dir_join("state");
	struct audit_state state = { 0 };
	FILE *file;

	ck_assert_int_eq(audit_state_save(path, &state), 0);
	file = fopen(path, "ae");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(broken[_i], file), 0);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(audit_state_load(path, &state), -EBADMSG);
}
END_TEST

START_TEST(a_rule_that_was_cut_is_none)
{
	cleanup_free char *path = dir_join("state");
	struct audit_rule_data *ours[] = { make_rule("/a", false, "cgred_1_w_1") };
	struct audit_state state = { .rules = ours, .n_rules = 1 };

	ck_assert_int_eq(audit_state_save(path, &state), 0);
	for (int cut = 2; cut < 40; cut += 5) {
		cleanup_free char *text = dir_read("state");

		ck_assert_int_eq(truncate(path, (off_t)strlen(text) - cut), 0);
		ck_assert_int_eq(audit_state_load(path, &state), -EBADMSG);
	}
	free_rules(ours, 1);
}
END_TEST

START_TEST(a_directory_that_is_not_there_is_an_error)
{
	cleanup_free char *path = dir_join("no/state");
	struct audit_state state = { 0 };

	ck_assert_int_eq(audit_state_save(path, &state), -ENOENT);
}
END_TEST

START_TEST(a_path_may_be_as_long_as_there_are)
{
	cleanup_free char *longest = repeat('a', 4095);
	cleanup_free char *longer = repeat('a', 4096);
	cleanup_free struct audit_rule_data *rule = NULL;

	longest[0] = longer[0] = '/';
	rule = make_rule(longest, false, "cgred_1_w_1");
	ck_assert_ptr_nonnull(rule);
	ck_assert_ptr_null(make_rule(longer, false, "cgred_1_w_1"));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("audit-state");

	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_test(tcase, what_is_saved_is_loaded);
	tcase_add_test(tcase, a_file_of_an_earlier_boot_says_nothing);
	tcase_add_loop_test(tcase, a_broken_file_is_an_error, 0, ARRAY_SIZE(broken));
	tcase_add_test(tcase, a_rule_that_was_cut_is_none);
	tcase_add_test(tcase, a_directory_that_is_not_there_is_an_error);
	tcase_add_test(tcase, a_path_may_be_as_long_as_there_are);
	return run_tests(tcase);
}
