/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* engine/commands.h and engine/groups.h: what YAML files define, as the runner and the placer take
 * it. */
#include "config.h"

#include "engine/commands.h"

#include <string.h>
#include <unistd.h>

#include "engine/groups.h"
#include "helpers.h"
#include "rule/load.h"
#include "rule/ruleset.h"

static struct ruleset *load(const char *text)
{
	struct diag_list diags = { 0 };
	struct ruleset *set = NULL;
	int r = ruleset_load_yaml(text, "f.yaml", &diags, &set);
	cleanup_free char *messages = messages_of(&diags);

	ck_assert_msg(r == 0, "%s", messages);
	diag_list_done(&diags);
	return set;
}

#define RULE "rules: {r: {paths: [/no/x], action: execute, trigger: [a, b, c]}}\n"

START_TEST(command_has_the_ids_of_its_user)
{
	struct ruleset *set = load(RULE "triggers:\n"
					"  a: {run: /bin/a, args: [x, 'y z']}\n"
					"  b: {run: /bin/b, user: root, cwd: /tmp, timeout: 5,\n"
					"      max_running: 2, rate: 10/m}\n"
					"  c: {run: /bin/c, user: '4123456', group: '77'}\n");
	struct diag_list diags = { 0 };
	struct commands commands;
	unsigned unknown;

	ck_assert_int_eq(commands_new(&set->yaml, &diags, &commands, &unknown), 0);
	ck_assert_uint_eq(unknown, 0);
	ck_assert_uint_eq(commands.n, 3);
	ck_assert_str_eq(commands.items[0].user, "nobody");
	ck_assert_uint_eq(commands.items[0].uid, 65534);
	ck_assert_str_eq(commands.items[0].args[0], "x");
	ck_assert_str_eq(commands.items[0].args[1], "y z");
	ck_assert_ptr_null(commands.items[0].args[2]);
	ck_assert_str_eq(commands.items[0].cwd, "/");
	ck_assert_uint_eq(commands.items[1].uid, 0);
	ck_assert_str_eq(commands.items[1].home, "/root");
	ck_assert_str_eq(commands.items[1].cwd, "/tmp");
	ck_assert_uint_eq(commands.items[1].timeout_ms, 5000);
	ck_assert_uint_eq(commands.items[1].max_running, 2);
	ck_assert_uint_eq(commands.items[1].rate, 10);
	ck_assert_uint_eq(commands.items[1].rate_ms, 60000);
	ck_assert_ptr_null(commands.items[1].args[0]);
	ck_assert_uint_eq(commands.items[2].uid, 4123456);
	ck_assert_uint_eq(commands.items[2].gid, 77);
	ck_assert_uint_eq(commands.items[2].n_groups, 0);
	commands_done(&commands);
	diag_list_done(&diags);
	ruleset_unref(set);
}
END_TEST

START_TEST(command_of_an_unknown_user_does_not_run)
{
	struct ruleset *set = load(RULE "triggers:\n"
					"  a: {run: /bin/a}\n"
					"  b: {run: /bin/b, user: no-such-user-here}\n"
					"  c: {run: /bin/c, group: no-such-group-here}\n");
	struct diag_list diags = { 0 };
	struct commands commands;
	unsigned unknown;
	cleanup_free char *messages = NULL;

	ck_assert_int_eq(commands_new(&set->yaml, &diags, &commands, &unknown), 0);
	ck_assert_uint_eq(unknown, 2);
	ck_assert_ptr_nonnull(commands.items[0].run);
	ck_assert_ptr_null(commands.items[1].run);
	ck_assert_ptr_null(commands.items[2].run);
	messages = messages_of(&diags);
	ck_assert_str_eq(messages,
			 "f.yaml:4:26: warning: user \"no-such-user-here\": does not exist; "
			 "trigger \"b\" does not run\n"
			 "f.yaml:5:27: warning: group \"no-such-group-here\": does not exist; "
			 "trigger \"c\" does not run\n");
	commands_done(&commands);
	diag_list_done(&diags);
	ruleset_unref(set);
}
END_TEST

START_TEST(groups_are_those_defined_and_those_needed)
{
	static const struct {
		const char *path, *controllers;
		bool freeze;
		unsigned thaw_after_ms;
	} want[] = {
		{ "cgred/one", "memory,freezer", false, 0 },
		{ "cgred/two", "freezer", true, 3000 },
		{ "cgred/two/frozen", "freezer", true, 3000 },
		{ "cgred/frozen", "freezer", true, 0 },
		{ "cgred/triggers", "freezer", false, 0 },
	};
	struct ruleset *set =
		load("rules:\n"
		     "  r: {paths: [/no/x, /no/y], action: execute, group: two, trigger: FREEZE}\n"
		     "  s: {paths: [/no/z], action: read, trigger: [FREEZE, t]}\n"
		     "  u: {paths: [/no/u], action: read, trigger: FREEZE}\n"
		     "  v: {paths: [/no/v], action: read, group: one}\n"
		     "groups:\n"
		     "  one: {ram: 7, set: {memory.swappiness: 5}}\n"
		     "  two: {freeze: true, thaw_after: 3s}\n"
		     "triggers:\n"
		     "  t: {run: /bin/t}\n");
	struct groups groups;

	ck_assert_int_eq(groups_new(set, &groups), 0);
	ck_assert_uint_eq(groups.n, ARRAY_SIZE(want));
	for (size_t i = 0; i < groups.n; i++) {
		ck_assert_str_eq(groups.items[i].path, want[i].path);
		ck_assert_str_eq(groups.items[i].controllers, want[i].controllers);
		ck_assert(groups.items[i].limits.freeze == want[i].freeze);
		ck_assert_uint_eq(groups.thaws[i].after_ms, want[i].thaw_after_ms);
	}
	ck_assert_uint_eq(groups.items[0].limits.ram_bytes, 7 * 1024 * 1024);
	ck_assert_uint_eq(groups.items[0].limits.n_set, 1);
	ck_assert_str_eq(groups.items[0].limits.set[0].file, "memory.swappiness");
	ck_assert_str_eq(groups.items[0].limits.set[0].value, "5");
	groups_done(&groups);
	ruleset_unref(set);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("commands");

	tcase_add_test(tcase, command_has_the_ids_of_its_user);
	tcase_add_test(tcase, command_of_an_unknown_user_does_not_run);
	tcase_add_test(tcase, groups_are_those_defined_and_those_needed);
	return run_tests(tcase);
}
