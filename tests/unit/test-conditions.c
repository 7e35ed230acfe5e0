/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rule/conditions.h and rule/compile-yaml.c: rules of a YAML file, processes and accesses as
 * tables, the name of the rule that wins. */
#include "config.h"

#include "rule/conditions.h"

#include <stdio.h>
#include <string.h>

#include "helpers.h"
#include "rule/load.h"
#include "rule/places.h"
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

static bool always(void *arg, const struct rule *rule, const struct process *process, unsigned what)
{
	unsigned *asked = arg;

	(void)rule;
	(void)process;
	*asked |= what;
	return true;
}

#define GROUPS "groups: {g: {}}\n"

/* One rule "r", with these keys beside its group, for executions. */
static struct ruleset *load_rule(const char *keys)
{
	char text[1024];

	(void)snprintf(text, sizeof(text), "rules:\n  r: {action: execute, group: g, %s}\n" GROUPS,
		       keys);
	return load(text);
}

static struct process process_of(uid_t euid, const char *exe)
{
	return (struct process){
		.tgid = 4711,
		.euid = euid,
		.egid = euid,
		.exe = exe,
		.exe_base = strrchr(exe, '/') + 1,
		.cgroup = "5:pids:/a/b\n4:cpu:/c\n0::/d/e f\n",
	};
}

static const struct {
	const char *keys;
	uid_t euid;
	const char *exe;
	bool matches;
} rows[] = {
	/* paths, and users: names, numbers, groups; exclusions */
	{ "paths: [/no/x]", 1, "/no/x", true },
	{ "paths: [/no/x]", 1, "/no/xy", false },
	{ "paths: [/no/y, /no/x]", 1, "/no/x", true },
	{ "paths: [/no/d/]", 1, "/no/d/x", true },
	{ "paths: [/no/d/]", 1, "/no/d", false },
	{ "paths: [/no/x], users: [root]", 0, "/no/x", true },
	{ "paths: [/no/x], users: [root]", 1, "/no/x", false },
	{ "paths: [/no/x], users: ['7', '8']", 8, "/no/x", true },
	{ "paths: [/no/x], users: ['@7']", 7, "/no/x", true },
	{ "paths: [/no/x], users: ['@7']", 8, "/no/x", false },
	{ "paths: [/no/x], users: ['!root']", 0, "/no/x", false },
	{ "paths: [/no/x], users: ['!root']", 1, "/no/x", true },
	{ "paths: [/no/x], users: ['@7', '!8']", 7, "/no/x", true },
	{ "paths: [/no/x], users: ['@7', '!7']", 7, "/no/x", false },
	{ "paths: [/no/x], users: ['@7', '!8']", 9, "/no/x", false },
	/* nobody of a list is nobody, not everybody */
	{ "paths: [/no/x], users: [no-such-user-here]", 0, "/no/x", false },
	/* the present group, in any hierarchy, with or without a slash in front */
	{ "paths: [/no/x], cgroup: [/a/b]", 1, "/no/x", true },
	{ "paths: [/no/x], cgroup: [a/b]", 1, "/no/x", true },
	{ "paths: [/no/x], cgroup: [a]", 1, "/no/x", false },
	{ "paths: [/no/x], cgroup: ['a*']", 1, "/no/x", true },
	{ "paths: [/no/x], cgroup: ['d/e f']", 1, "/no/x", true },
	{ "paths: [/no/x], cgroup: [z, '!c']", 1, "/no/x", false },
	{ "paths: [/no/x], cgroup: ['!z']", 1, "/no/x", true },
	/* no container */
	{ "paths: [/no/x], containers: [none]", 1, "/no/x", true },
	{ "paths: [/no/x], containers: [any]", 1, "/no/x", false },
	{ "paths: [/no/x], containers: ['!any']", 1, "/no/x", true },
	{ "paths: [/no/x], containers: [docker]", 1, "/no/x", false },
	/* conditions alone */
	{ "users: ['7']", 7, "/no/x", true },
	{ "users: ['7']", 8, "/no/x", false },
};

START_TEST(rule_matches_when_all_conditions_hold)
{
	struct ruleset *set = load_rule(rows[_i].keys);
	struct process process = process_of(rows[_i].euid, rows[_i].exe);
	unsigned asked = 0;
	const struct rule *rule = ruleset_match(set, &process, always, &asked);

	ck_assert_msg(!!rule == rows[_i].matches, "%s", rows[_i].keys);
	ck_assert_uint_eq(asked, 0);
	if (rule) {
		ck_assert_str_eq(rule->details->yaml->name.text, "r");
		ck_assert_uint_eq(rule->n_targets, 1);
		ck_assert_str_eq(rule->targets[0]->destination, "cgred/g");
		ck_assert_str_eq(rule->targets[0]->controllers, "freezer");
	}
	ruleset_unref(set);
}
END_TEST

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct {
	const char *list;
	bool matches;
} container_rows[] = {
	{ "[none]", false },   { "[any]", true },	   { "[docker]", true },
	{ "[podman]", false }, { "['" ID "']", true },	   { "['0123456789ab']", true },
	{ "['012']", false },  { "['!docker']", false },   { "['!podman']", true },
	{ "['*cdef']", true }, { "[none, docker]", true },
};

START_TEST(containers_are_named_by_runtime_or_id)
{
	char keys[256];
	struct ruleset *set;
	struct process process = process_of(1, "/no/x");
	unsigned asked = 0;

	(void)snprintf(keys, sizeof(keys), "paths: [/no/x], containers: %s",
		       container_rows[_i].list);
	set = load_rule(keys);
	process.cgroup = "0::/system.slice/docker-" ID ".scope\n";
	ck_assert_msg(!!ruleset_match(set, &process, always, &asked) == container_rows[_i].matches,
		      "%s", keys);
	ruleset_unref(set);
}
END_TEST

START_TEST(some_conditions_are_questions)
{
	struct ruleset *set = load_rule("paths: [/no/x], comm: [a], parent: [b], dry_run: true");
	struct process process = process_of(1, "/no/x");
	unsigned asked = 0;

	ck_assert_ptr_nonnull(ruleset_match(set, &process, always, &asked));
	ck_assert_uint_eq(asked,
			  RULESET_CONFIRM_COMM | RULESET_CONFIRM_PARENT | RULESET_CONFIRM_DRY);
	ck_assert_uint_ne(set->facts & FACT_COMM, 0);
	ck_assert_uint_ne(set->facts & FACT_STATUS, 0);
	ruleset_unref(set);
}
END_TEST

START_TEST(first_rule_whose_conditions_hold_wins)
{
	struct ruleset *set =
		load("rules:\n"
		     "  one: {paths: [/no/x], action: execute, group: g, cgroup: [zz]}\n"
		     "  two: {paths: [/no/x], action: execute, group: g, cgroup: [c]}\n"
		     "  three: {paths: [/no/x], action: execute, group: g}\n" GROUPS);
	struct process process = process_of(1, "/no/x");
	unsigned asked = 0;

	ck_assert_str_eq(ruleset_match(set, &process, always, &asked)->details->yaml->name.text,
			 "two");
	process.cgroup = "0::/\n";
	ck_assert_str_eq(ruleset_match(set, &process, always, &asked)->details->yaml->name.text,
			 "three");
	ruleset_unref(set);
}
END_TEST

/* ---- accesses ------------------------------------------------------------------------------- */

static const struct {
	const char *keys; /* of a rule for reads */
	unsigned access;
	const char *path;
	bool success, matches;
} access_rows[] = {
	{ "paths: [/no/x]", YAML_READ, "/no/x", true, true },
	{ "paths: [/no/x]", YAML_WRITE, "/no/x", true, false },
	{ "paths: [/no/x]", YAML_READ, "/no/xy", true, false },
	{ "paths: [/no/x]", YAML_READ, "/no/x/y", true, true },
	{ "paths: [/no/x/]", YAML_READ, "/no/x/y", true, true },
	{ "paths: [/no/x/]", YAML_READ, "/no/x", true, true },
	{ "paths: [/no/y, /no/x]", YAML_READ, "/no/x", true, true },
	{ "paths: [/no/x]", YAML_READ, "/no/x", false, false },
	{ "paths: [/no/x], failed: true", YAML_READ, "/no/x", false, true },
	{ "paths: [/no/x], failed: true", YAML_READ, "/no/x", true, true },
	{ "paths: [/no/x], users: ['7']", YAML_READ, "/no/x", true, false },
	{ "paths: [/no/x], users: ['1']", YAML_READ, "/no/x", true, true },
};

START_TEST(access_is_matched_by_path_and_kind)
{
	const char *const paths[] = { "/else", access_rows[_i].path };
	struct process process = process_of(1, "/no/program");
	unsigned asked = 0;
	char text[512];
	struct ruleset *set;
	const struct rule *rule;

	(void)snprintf(text, sizeof(text), "rules:\n  r: {action: read, group: g, %s}\n" GROUPS,
		       access_rows[_i].keys);
	set = load(text);
	rule = ruleset_match_access(set, 1U << access_rows[_i].access, paths, 2,
				    access_rows[_i].success, &process, always, &asked);
	ck_assert_msg(!!rule == access_rows[_i].matches, "%s", text);
	/* It is no rule for programs. */
	process = process_of(1, "/no/x");
	ck_assert_ptr_null(ruleset_match(set, &process, always, &asked));
	ruleset_unref(set);
}
END_TEST

START_TEST(access_through_a_link_is_one_to_the_file)
{
	struct process process = process_of(1, "/no/program");
	cleanup_free char *link = dir_join("link");
	cleanup_free char *real = dir_join("real/file");
	const char *const paths[] = { real };
	unsigned asked = 0;
	char text[512];
	struct ruleset *set;

	dir_write("real/file", "");
	ck_assert_int_eq(symlinkat("real", dir_fd, "link"), 0);
	(void)snprintf(text, sizeof(text),
		       "rules:\n  r: {action: write, group: g, paths: [%s]}\n" GROUPS, link);
	set = load(text);
	ck_assert_ptr_nonnull(ruleset_match_access(set, 1U << YAML_WRITE, paths, 1, true, &process,
						   always, &asked));
	ruleset_unref(set);
}
END_TEST

/* ---- places --------------------------------------------------------------------------------- */

START_TEST(groups_say_controllers_and_destinations)
{
	struct ruleset *set =
		load("name: top\n"
		     "rules:\n"
		     "  r: {paths: [/no/x], action: execute, group: a%b, trigger: FREEZE}\n"
		     "  s: {paths: [/no/y], action: execute, trigger: FREEZE}\n"
		     "groups:\n"
		     "  a%b: {ram: 5, cpu: 10, pids: 3, set: {memory.high: 4M, io.max: x,\n"
		     "        cgroup.max.depth: 3}}\n");
	const struct rule *r = &set->rules[0];
	const struct rule *s = &set->rules[1];
	cleanup_free char *path = places_path(&set->yaml, r->details->group, true);

	ck_assert_uint_eq(set->n_rules, 2);
	ck_assert_uint_eq(r->n_targets, 2);
	ck_assert_str_eq(r->targets[0]->controllers, "memory,cpu,pids,io,freezer");
	ck_assert_str_eq(r->targets[0]->destination, "top/a%%b");
	ck_assert_str_eq(r->targets[1]->controllers, "freezer");
	ck_assert_str_eq(r->targets[1]->destination, "top/a%%b/frozen");
	ck_assert_str_eq(path, "top/a%b/frozen");
	ck_assert_uint_eq(s->n_targets, 1);
	ck_assert_str_eq(s->targets[0]->destination, "top/frozen");
	ck_assert(set->has_actions);
	ruleset_unref(set);
}
END_TEST

START_TEST(rule_says_whether_it_wants_the_gate)
{
	struct ruleset *set =
		load("rules:\n"
		     "  a: {paths: [/no/a], action: execute, group: g}\n"
		     "  b: {paths: [/no/b], action: execute, group: g, sync: never}\n"
		     "  c: {paths: [/no/c], action: execute, group: g, sync: always}\n"
		     "  d: {paths: [/no/d], action: execute, trigger: KILL}\n" GROUPS);

	ck_assert_uint_eq(set->n_programs, 4);
	ck_assert_uint_eq(set->gated[0], RULESET_GATED);
	ck_assert_uint_eq(set->gated[1], 0);
	ck_assert_uint_eq(set->gated[2], RULESET_GATED | RULESET_GATED_ALWAYS);
	ck_assert_uint_eq(set->gated[3], 0);
	ruleset_unref(set);
}
END_TEST

START_TEST(programs_are_named_by_path_base_name_or_glob)
{
	ck_assert(conditions_name_program("/usr/bin/make", "/usr/bin/make"));
	ck_assert(!conditions_name_program("/usr/bin/make", "/usr/bin/cmake"));
	ck_assert(conditions_name_program("make", "/usr/bin/make"));
	ck_assert(!conditions_name_program("make", "/make/x"));
	ck_assert(conditions_name_program("*make", "/usr/bin/cmake"));
	ck_assert(conditions_name_program("/usr/*", "/usr/bin/cmake"));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("conditions");

	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_loop_test(tcase, rule_matches_when_all_conditions_hold, 0, ARRAY_SIZE(rows));
	tcase_add_loop_test(tcase, containers_are_named_by_runtime_or_id, 0,
			    ARRAY_SIZE(container_rows));
	tcase_add_test(tcase, some_conditions_are_questions);
	tcase_add_test(tcase, first_rule_whose_conditions_hold_wins);
	tcase_add_loop_test(tcase, access_is_matched_by_path_and_kind, 0, ARRAY_SIZE(access_rows));
	tcase_add_test(tcase, access_through_a_link_is_one_to_the_file);
	tcase_add_test(tcase, groups_say_controllers_and_destinations);
	tcase_add_test(tcase, rule_says_whether_it_wants_the_gate);
	tcase_add_test(tcase, programs_are_named_by_path_base_name_or_glob);
	return run_tests(tcase);
}
