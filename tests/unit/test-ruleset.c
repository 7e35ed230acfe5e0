/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rule/ruleset.h: rules as text, processes as tables, the line of the rule that wins. */
#include "config.h"

#include "rule/ruleset.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helpers.h"
#include "rule/index.h"
#include "rule/load.h"

static struct ruleset *load(const char *text)
{
	struct diag_list diags = { 0 };
	struct ruleset *set = NULL;

	ck_assert_int_eq(ruleset_load_text(text, "f", &diags, &set), 0);
	diag_list_done(&diags);
	return set;
}

static const char *base_of(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path;
}

static struct process process_of(uid_t euid, const char *exe, const char *invoked)
{
	return (struct process){
		.tgid = 4711,
		.euid = euid,
		.egid = euid,
		.exe = exe,
		.exe_base = base_of(exe),
		.invoked = invoked,
		.invoked_base = base_of(invoked),
	};
}

/* Must not be asked. */
static bool never(void *arg, const struct rule *rule, const struct process *process, unsigned what)
{
	(void)arg;
	(void)process;
	ck_abort_msg("asked about line %u: %u", rule->line, what);
	return false;
}

/* The line of the rule that wins; 0: none. */
static unsigned match(const struct ruleset *set, const struct process *process,
		      ruleset_confirm_fn *confirm, void *arg)
{
	const struct rule *rule = ruleset_match(set, process, confirm, arg);

	return rule ? rule->line : 0;
}

static const struct {
	const char *rules;
	uid_t euid;
	const char *exe, *invoked; /* invoked: NULL where the executable has no other name */
	unsigned line;
} rows[] = {
	/* users */
	{ "", 0, "/bin/x", NULL, 0 },
	{ "* cpu a", 0, "/bin/x", NULL, 1 },
	{ "root cpu a", 0, "/bin/x", NULL, 1 },
	{ "root cpu a", 1000, "/bin/x", NULL, 0 },
	{ "0 cpu a", 0, "/bin/x", NULL, 1 },
	{ "1000 cpu a", 1000, "/bin/x", NULL, 1 },
	{ "1000 cpu a", 1001, "/bin/x", NULL, 0 },
	{ "4294967294 cpu a", (uid_t)-2, "/bin/x", NULL, 1 },
	/* the first that matches */
	{ "1 cpu a\n2 cpu b\n* cpu c\n2 cpu d", 2, "/bin/x", NULL, 2 },
	{ "1 cpu a\n2 cpu b\n* cpu c\n2 cpu d", 3, "/bin/x", NULL, 3 },
	{ "1 cpu a\n% io a\n\n# x\n2 cpu b", 2, "/bin/x", NULL, 5 },
	{ "2:y cpu a\n2:x cpu b\n2 cpu c", 2, "/bin/x", NULL, 2 },
	/* an empty process column is no condition */
	{ "2: cpu a", 2, "/bin/x", NULL, 1 },
	{ "2: cpu a", 2, "", NULL, 1 },
	/* full paths */
	{ "*:/no/x cpu a", 2, "/no/x", NULL, 1 },
	{ "*:/no/x cpu a", 2, "/no/xy", NULL, 0 },
	{ "*:/no/x cpu a", 2, "/no/x/y", NULL, 0 },
	{ "*:/no/x cpu a", 2, "/other/no/x", NULL, 0 },
	{ "*:/no/X cpu a", 2, "/no/x", NULL, 0 },
	{ "*:\"/no/x y\" cpu a", 2, "/no/x y", NULL, 1 },
	/* base names */
	{ "*:x cpu a", 2, "/no/x", NULL, 1 },
	{ "*:x cpu a", 2, "/x", NULL, 1 },
	{ "*:x cpu a", 2, "/no/xy", NULL, 0 },
	{ "*:x cpu a", 2, "/x/y", NULL, 0 },
	{ "*:no/x cpu a", 2, "/no/x", NULL, 0 },
	/* prefixes of the path, and of the base name */
	{ "*:/no/x* cpu a", 2, "/no/x", NULL, 1 },
	{ "*:/no/x* cpu a", 2, "/no/xyz", NULL, 1 },
	{ "*:/no/x* cpu a", 2, "/no/x/y/z", NULL, 1 },
	{ "*:/no/x* cpu a", 2, "/no/y", NULL, 0 },
	{ "*:/no/* cpu a", 2, "/no/y", NULL, 1 },
	{ "*:/no/* cpu a", 2, "/no", NULL, 0 },
	{ "*:x* cpu a", 2, "/no/xyz", NULL, 1 },
	{ "*:x* cpu a", 2, "/no/x", NULL, 1 },
	{ "*:x* cpu a", 2, "/xyz/no", NULL, 0 },
	{ "*:* cpu a", 2, "/no/x", NULL, 1 },
	{ "*:a*c cpu a", 2, "/abc", NULL, 0 }, /* only at the end */
	/* scripts: their own path and base name, then the interpreter's */
	{ "*:/no/s.py cpu a", 2, "/usr/bin/python3", "/no/s.py", 1 },
	{ "*:s.py cpu a", 2, "/usr/bin/python3", "/no/s.py", 1 },
	{ "*:s* cpu a", 2, "/usr/bin/python3", "/no/s.py", 1 },
	{ "*:/no/* cpu a", 2, "/usr/bin/python3", "/no/s.py", 1 },
	{ "*:python3 cpu a", 2, "/usr/bin/python3", "/no/s.py", 1 },
	{ "*:/usr/* cpu a", 2, "/usr/bin/python3", "/no/s.py", 1 },
	{ "*:perl cpu a", 2, "/usr/bin/python3", "/no/s.py", 0 },
	/* only the base name of a script is known */
	{ "*:s.py cpu a", 2, "/usr/bin/python3", "s.py", 1 },
	{ "*:/no/s.py cpu a", 2, "/usr/bin/python3", "s.py", 0 },
	/* the script first, wherever its rule stands among those that name a program */
	{ "*:python3 cpu a\n*:s.py cpu b", 2, "/usr/bin/python3", "/no/s.py", 2 },
	{ "*:s.py cpu a\n*:python3 cpu b", 2, "/usr/bin/python3", "/no/s.py", 1 },
	{ "*:python3 cpu a\n*:python* cpu b", 2, "/usr/bin/python3", "/no/s.py", 1 },
	{ "*:python3 cpu a\n3:s.py cpu b", 2, "/usr/bin/python3", "/no/s.py", 1 },
	{ "*:python3 cpu a\n*:s.py cpu b\n*:/no/s.py cpu c", 2, "/usr/bin/python3", "/no/s.py", 2 },
	{ "*:python3 cpu a\n* cpu b\n*:s.py cpu c", 2, "/usr/bin/python3", "/no/s.py", 1 },
	{ "* cpu a\n*:s.py cpu b", 2, "/usr/bin/python3", "/no/s.py", 1 },
	/* a process with no executable */
	{ "*:x cpu a", 2, "", NULL, 0 },
	{ "*:/x cpu a", 2, "", NULL, 0 },
	{ "*:* cpu a", 2, "", NULL, 1 },
};

START_TEST(first_rule_that_matches_wins)
{
	struct ruleset *set = load(rows[_i].rules);
	struct process process = process_of(rows[_i].euid, rows[_i].exe, rows[_i].invoked);

	ck_assert_uint_eq(match(set, &process, never, NULL), rows[_i].line);
	ruleset_unref(set);
}
END_TEST

/* ---- groups ---------------------------------------------------------------------------------- */

static const struct {
	uid_t euid;
	gid_t egid;
	gid_t groups[3]; /* supplementary; 0: none further */
	bool matches;
} group_rows[] = {
	{ 1, 100, { 0 }, true }, /* the effective group */
	{ 1, 101, { 0 }, false },
	{ 1, 101, { 100 }, true }, /* a supplementary one */
	{ 1, 101, { 5, 6, 100 }, true },
	{ 1, 101, { 5, 6, 7 }, false },
	{ 10, 101, { 0 }, true }, /* listed members: the first, the last, one between */
	{ 40, 101, { 0 }, true },
	{ 20, 101, { 5 }, true },
	{ 9, 101, { 0 }, false },
	{ 15, 101, { 0 }, false },
	{ 41, 101, { 0 }, false },
	{ 100, 101, { 0 }, false }, /* a user with the number of the group */
};

START_TEST(group_has_three_kinds_of_members)
{
	static const uid_t uids[] = { 10, 20, 30, 40 };
	static const struct rule_members members = { .gid = 100, .uids = uids, .n_uids = 4 };
	const struct rule_members *groups[] = { &members };
	struct rule rule = { .who = RULE_GROUP, .members = &members, .line = 1 };
	struct ruleset set = { .rules = &rule, .n_rules = 1, .groups = groups, .n_groups = 1 };
	struct process process = process_of(group_rows[_i].euid, "/bin/x", NULL);
	unsigned facts;

	process.egid = group_rows[_i].egid;
	process.groups = group_rows[_i].groups;
	while (process.n_groups < 3 && process.groups[process.n_groups])
		process.n_groups++;
	ck_assert_int_eq(ruleset_index(&set), 0);
	ck_assert_uint_eq(match(&set, &process, never, NULL), group_rows[_i].matches);
	ck_assert_int_eq(ruleset_may_match(&set, &process, &facts), group_rows[_i].matches);
	rule_index_free(set.index);
}
END_TEST

START_TEST(group_rules_stand_in_the_same_order)
{
	struct ruleset *set = load("@100 cpu a\n1 cpu b\n@0:x cpu c\n");
	struct process process = process_of(1, "/bin/x", NULL);
	const gid_t group = 100;

	ck_assert_uint_eq(match(set, &process, never, NULL), 2);
	process.groups = &group;
	process.n_groups = 1;
	ck_assert_uint_eq(match(set, &process, never, NULL), 1);
	process = process_of(0, "/bin/x", NULL);
	ck_assert_uint_eq(match(set, &process, never, NULL), 3);
	ruleset_unref(set);
}
END_TEST

/* ---- files ----------------------------------------------------------------------------------- */

struct answers {
	unsigned yes;	/* a bit for each line that is confirmed */
	char asked[64]; /* "LINE:WHAT " for each question */
};

static bool answer(void *arg, const struct rule *rule, const struct process *process, unsigned what)
{
	struct answers *answers = arg;
	size_t len = strlen(answers->asked);

	ck_assert_int_eq(process->tgid, 4711);
	(void)snprintf(answers->asked + len, sizeof(answers->asked) - len, "%u:%u ", rule->line,
		       what);
	return answers->yes & (1U << rule->line);
}

static struct file_id id_of(const char *path)
{
	struct stat st;

	ck_assert_int_eq(fstatat(dir_fd, path, &st, 0), 0);
	return (struct file_id){ .dev = st.st_dev, .ino = st.st_ino };
}

/* Rules for DIR/real, DIR/link (a symbolic link to it) and DIR/hard (a hard link). */
static struct ruleset *load_files(const char *format)
{
	cleanup_free char *text = NULL;
	struct ruleset *set;

	dir_write("real", "");
	ck_assert_int_eq(symlinkat("real", dir_fd, "link"), 0);
	ck_assert_int_eq(linkat(dir_fd, "real", dir_fd, "hard", 0), 0);
	text = strdup("");
	for (const char *c = format; *c; c++) {
		cleanup_free char *before = text;

		/* "@" stands for the directory. */
		ck_assert_int_ge(*c == '@' ? asprintf(&text, "%s%s", before, dir_path)
					   : asprintf(&text, "%s%c", before, *c),
				 0);
	}
	set = load(text);
	return set;
}

START_TEST(rule_of_a_link_matches_the_path_that_it_leads_to)
{
	struct ruleset *set = load_files("*:@/link cpu a\n");
	cleanup_free char *real = dir_join("real");
	struct process process = process_of(1, real, NULL);

	/* By its text alone: no question. */
	ck_assert_uint_eq(match(set, &process, never, NULL), 1);
	ruleset_unref(set);
}
END_TEST

START_TEST(file_by_another_name_matches_once_confirmed)
{
	struct ruleset *set = load_files("*:@/real cpu a\n* cpu b\n");
	cleanup_free char *hard = dir_join("hard");
	struct process process = process_of(1, hard, NULL);
	struct answers yes = { .yes = ~0U };
	struct answers no = { 0 };

	ck_assert_uint_eq(match(set, &process, never, NULL), 2);
	process.exe_file = id_of("hard");
	ck_assert_uint_eq(match(set, &process, answer, &yes), 1);
	ck_assert_str_eq(yes.asked, "1:1 ");
	ck_assert_uint_eq(match(set, &process, answer, &no), 2);
	process.exe_file.dev++;
	ck_assert_uint_eq(match(set, &process, never, NULL), 2);
	ruleset_unref(set);
}
END_TEST

START_TEST(script_by_another_name_comes_before_its_interpreter)
{
	struct ruleset *set = load_files("*:sh cpu a\n*:@/real cpu b\n");
	struct process process = process_of(1, "/bin/sh", "/other/name");
	struct answers yes = { .yes = ~0U };
	struct answers no = { 0 };

	process.invoked_file = id_of("real");
	ck_assert_uint_eq(match(set, &process, answer, &yes), 2);
	ck_assert_uint_eq(match(set, &process, answer, &no), 1);
	ck_assert_str_eq(no.asked, "2:1 ");
	ruleset_unref(set);
}
END_TEST

START_TEST(only_full_paths_match_by_file)
{
	struct ruleset *set = load_files("*:real cpu a\n*:@/rea* cpu b\n*:@ cpu c\n");
	struct process process = process_of(1, "/other/name", NULL);

	process.exe_file = id_of("real");
	ck_assert_uint_eq(match(set, &process, never, NULL), 0);
	process.exe_file = id_of(".");
	ck_assert_uint_eq(match(set, &process, never, NULL), 0);
	ruleset_unref(set);
}
END_TEST

/* ---- ignore ---------------------------------------------------------------------------------- */

static const struct {
	const char *rules;
	unsigned yes, line;
	const char *asked;
} ignore_rows[] = {
	{ "* cpu a ignore\n* cpu b", 1U << 1, 1, "1:2 " },
	{ "* cpu a ignore\n* cpu b", 0, 2, "1:2 " },
	{ "* cpu a ignore_rt\n* cpu b", 0, 2, "1:2 " },
	{ "* cpu a ignore\n1 cpu b ignore\n* cpu c", 1U << 2, 2, "1:2 2:2 " },
	{ "* cpu a ignore", 0, 0, "1:2 " },
	{ "2 cpu a ignore\n* cpu b", ~0U, 2, "" },   /* another user's rule */
	{ "*:x cpu a ignore\n* cpu b", ~0U, 2, "" }, /* another program's */
	{ "* cpu a\n* cpu b ignore", ~0U, 1, "" },   /* the search stops */
	{ "*:s.py cpu a ignore\n*:sh cpu b", 0, 2, "1:2 " },
	{ "*:sh cpu a ignore\n*:s.py cpu b", 1U << 1, 2, "1:2 " },
	{ "*:sh cpu a\n*:s.py cpu b ignore", 0, 1, "2:2 " },
	{ "*:sh cpu a\n*:sh cpu b ignore\n* cpu c ignore", 0, 1, "3:2 " },
};

START_TEST(ignore_asks_whether_the_process_is_in_its_place)
{
	struct ruleset *set = load(ignore_rows[_i].rules);
	struct process process = process_of(1, "/bin/sh", "/no/s.py");
	struct answers answers = { .yes = ignore_rows[_i].yes };

	ck_assert_uint_eq(match(set, &process, answer, &answers), ignore_rows[_i].line);
	ck_assert_str_eq(answers.asked, ignore_rows[_i].asked);
	ruleset_unref(set);
}
END_TEST

START_TEST(asks_both_questions_at_once)
{
	struct ruleset *set = load_files("*:@/real cpu a ignore\n* cpu b\n");
	struct process process = process_of(1, "/other/name", NULL);
	struct answers yes = { .yes = ~0U };

	process.exe_file = id_of("real");
	ck_assert_uint_eq(match(set, &process, answer, &yes), 1);
	ck_assert_str_eq(yes.asked, "1:3 ");
	ruleset_unref(set);
}
END_TEST

/* ---- what to read of a process --------------------------------------------------------------- */

#define WHO (FACT_STATUS | FACT_GROUPS)
#define EXE (FACT_EXE | FACT_INVOKED)

static const struct {
	const char *rules;
	uid_t euid;
	bool may;
	unsigned facts;
} may_rows[] = {
	{ "", 1, false, 0 },
	{ "* cpu a", 1, true, 0 },
	{ "*:x cpu a", 1, true, EXE },
	{ "1 cpu a", 1, true, FACT_STATUS },
	{ "1 cpu a", 2, false, 0 },
	{ "1:x cpu a\n2 cpu a", 1, true, FACT_STATUS | EXE },
	{ "1:x cpu a\n2 cpu a", 2, true, FACT_STATUS },
	{ "1:x cpu a\n2 cpu a", 3, false, 0 },
	{ "1:/x cpu a\n1:x* cpu a", 1, true, FACT_STATUS | EXE | FACT_EXE_FILE },
	{ "@1:x cpu a\n2:/x cpu a", 1, true, WHO | EXE },
	{ "1 cpu a ignore\n2 cpu a ignore_rt", 1, true, FACT_STATUS | FACT_CGROUP },
	{ "1 cpu a ignore\n2 cpu a ignore_rt", 2, true, FACT_STATUS | FACT_CGROUP | FACT_SCHED },
	{ "*:x cpu a ignore\n2:/x cpu a", 1, true, EXE | FACT_CGROUP },
};

START_TEST(ids_say_whether_a_rule_can_match_and_what_it_needs)
{
	struct ruleset *set = load(may_rows[_i].rules);
	struct process process = { .euid = may_rows[_i].euid, .egid = may_rows[_i].euid };
	unsigned facts = 77;

	ck_assert_int_eq(ruleset_may_match(set, &process, &facts), may_rows[_i].may);
	ck_assert_uint_eq(facts, may_rows[_i].facts);
	ck_assert_uint_eq(facts & ~set->facts, 0);
	ruleset_unref(set);
}
END_TEST

/* ---- programs -------------------------------------------------------------------------------- */

static const struct {
	const char *rules, *path;
	bool want;
} program_rows[] = {
	{ "", "/a/x", false },
	{ "* cpu a\n1 cpu a", "/a/x", false },
	{ "1:/a/x cpu a", "/a/x", true },
	{ "1:/a/x cpu a", "/b/x", false },
	{ "*:x cpu a", "/a/x", true },
	{ "*:x cpu a", "/x/y", false },
	{ "*:/a/* cpu a", "/a/x", true },
	{ "*:/a/* cpu a", "/ab/x", false },
	{ "*:x* cpu a", "/a/xy", true },
	{ "*:x* cpu a", "/a/y", false },
	{ "*:* cpu a", "/a/y", false }, /* no column at all */
};

START_TEST(knows_the_programs_that_its_rules_name)
{
	struct ruleset *set = load(program_rows[_i].rules);
	const char *path = program_rows[_i].path;

	ck_assert_int_eq(ruleset_names_program(set, path, base_of(path), NULL),
			 program_rows[_i].want);
	ruleset_unref(set);
}
END_TEST

/* ---- names ----------------------------------------------------------------------------------- */

START_TEST(finds_the_first_name_of_an_id)
{
	static const struct ruleset_name names[] = {
		{ "member", 5, false, false },
		{ "a", 5, false, true },
		{ "b", 5, false, true },
		{ "member", 6, false, false },
		{ "c", 4123456789U, false, true },
		{ "d", 0, true, true },
		{ "e", 5, true, true },
	};
	const struct ruleset set = { .names = names, .n_names = ARRAY_SIZE(names) };

	ck_assert_pstr_eq(ruleset_find_name(&set, 5, false), "a");
	ck_assert_pstr_eq(ruleset_find_name(&set, 4123456789U, false), "c");
	ck_assert_pstr_eq(ruleset_find_name(&set, 0, true), "d");
	ck_assert_pstr_eq(ruleset_find_name(&set, 5, true), "e");
	ck_assert_pstr_eq(ruleset_find_name(&set, 0, false), NULL);
	ck_assert_pstr_eq(ruleset_find_name(&set, 6, false), NULL);
	ck_assert_pstr_eq(ruleset_find_name(&set, 6, true), NULL);
	ck_assert_pstr_eq(ruleset_find_name(&(struct ruleset){ 0 }, 5, false), NULL);
}
END_TEST

/* ---- life ------------------------------------------------------------------------------------ */

START_TEST(lives_as_long_as_somebody_has_it)
{
	struct ruleset *set = load("* cpu a");
	struct process process = process_of(1, "/bin/x", NULL);

	ck_assert_ptr_eq(ruleset_ref(set), set);
	ruleset_unref(set);
	ck_assert_uint_eq(match(set, &process, never, NULL), 1);
	ruleset_unref(set);
	ruleset_unref(NULL);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("ruleset");

	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_loop_test(tcase, first_rule_that_matches_wins, 0, ARRAY_SIZE(rows));
	tcase_add_loop_test(tcase, group_has_three_kinds_of_members, 0, ARRAY_SIZE(group_rows));
	tcase_add_test(tcase, group_rules_stand_in_the_same_order);
	tcase_add_test(tcase, rule_of_a_link_matches_the_path_that_it_leads_to);
	tcase_add_test(tcase, file_by_another_name_matches_once_confirmed);
	tcase_add_test(tcase, script_by_another_name_comes_before_its_interpreter);
	tcase_add_test(tcase, only_full_paths_match_by_file);
	tcase_add_loop_test(tcase, ignore_asks_whether_the_process_is_in_its_place, 0,
			    ARRAY_SIZE(ignore_rows));
	tcase_add_test(tcase, asks_both_questions_at_once);
	tcase_add_loop_test(tcase, ids_say_whether_a_rule_can_match_and_what_it_needs, 0,
			    ARRAY_SIZE(may_rows));
	tcase_add_loop_test(tcase, knows_the_programs_that_its_rules_name, 0,
			    ARRAY_SIZE(program_rows));
	tcase_add_test(tcase, finds_the_first_name_of_an_id);
	tcase_add_test(tcase, lives_as_long_as_somebody_has_it);
	return run_tests(tcase);
}
