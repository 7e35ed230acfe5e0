/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rule/compile.h, by lines as the parser gives them. */
#include "config.h"

#include "rule/compile.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/names.h"
#include "helpers.h"
#include "rule/cgrules.h"
#include "rule/destination.h"
#include "rule/ruleset.h"

#define NOBODY "no-such-name-of-cgred-tests"

static int add(void *arg, const struct cgrules_line *line)
{
	return compiler_add(arg, line);
}

static void add_text(struct compiler *compiler, const char *source, const char *text,
		     struct diag_list *diags)
{
	ck_assert_int_eq(compiler_begin_source(compiler, source, text, strlen(text)), 0);
	(void)cgrules_parse(text, strlen(text), source, add, compiler, diags);
}

static struct ruleset *compile(const char *text, struct diag_list *diags)
{
	struct compiler *compiler = compiler_new(NULL, diags);
	struct ruleset *set = NULL;

	add_text(compiler, "f", text, diags);
	ck_assert_int_eq(compiler_finish(compiler, &set), 0);
	compiler_free(compiler);
	return set;
}

static void dump_rule(FILE *out, const struct ruleset *set, const struct rule *rule)
{
	static const char *const patterns[] = { "any", "path", "name", "prefix" };

	(void)fprintf(out, "%s:%u ", set->sources[rule->source], rule->line);
	if (rule->who == RULE_ANYBODY)
		(void)fputs("*", out);
	else if (rule->who == RULE_USER)
		(void)fprintf(out, "u%u", rule->uid);
	else
		(void)fprintf(out, "g%u", rule->members->gid);
	(void)fprintf(out, " %s", patterns[rule_pattern(rule)]);
	if (rule->program)
		(void)fprintf(out, "=%s", rule->program->text);
	for (unsigned i = 0; i < rule->n_targets; i++)
		(void)fprintf(out, " %s|%s%s", rule->targets[i]->controllers,
			      rule->targets[i]->destination, rule->targets[i]->is_open ? "/" : "");
	if (rule->options)
		(void)fprintf(out, " options=%u", rule->options);
	(void)fputc('\n', out);
}

/* To be freed. */
static char *dump(const struct ruleset *set)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(out);
	for (size_t i = 0; i < set->n_rules; i++)
		dump_rule(out, set, &set->rules[i]);
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

static const struct {
	const char *text, *rules, *messages;
	unsigned skipped;
} rows[] = {
	{ "", "", "", 0 },
	{ "root cpu a", "f:1 u0 any cpu|a\n", "", 0 },
	{ "0 cpu a", "f:1 u0 any cpu|a\n", "", 0 },
	{ "12345678 cpu a", "f:1 u12345678 any cpu|a\n", "", 0 },
	{ "@root cpu a", "f:1 g0 any cpu|a\n", "", 0 },
	{ "@12345678 cpu a", "f:1 g12345678 any cpu|a\n", "", 0 },
	{ "* cpu a/", "f:1 * any cpu|a/\n", "", 0 },
	{ "*:sh cpu a", "f:1 * name=sh cpu|a\n", "", 0 },
	{ "*:sh* cpu a", "f:1 * prefix=sh cpu|a\n", "", 0 },
	{ "*:/no/such* cpu a", "f:1 * prefix=/no/such cpu|a\n", "", 0 },
	{ "*:* cpu a", "f:1 * any cpu|a\n", "", 0 },
	{ "*:/no/such cpu a", "f:1 * path=/no/such cpu|a\n", "", 0 },
	{ "* cpu a ignore", "f:1 * any cpu|a options=1\n", "", 0 },
	{ "* cpu a ignore,ignore_rt", "f:1 * any cpu|a options=3\n", "", 0 },
	{ "* cpu a\n% io b\n\n% pids c/\nroot cpu d",
	  "f:1 * any cpu|a io|b pids|c/\nf:5 u0 any cpu|d\n", "", 0 },
	/* unknown names: the rule and its % lines, and no other */
	{ NOBODY " cpu a\n% cpu b\nroot cpu c\n% cpu d\n", "f:3 u0 any cpu|c cpu|d\n",
	  "f:1:1: warning: user \"" NOBODY
	  "\": does not exist; the rule and its % lines are skipped\n",
	  1 },
	{ "root cpu a\n  @" NOBODY ":sh cpu b\n% cpu c\n% cpu d\n", "f:1 u0 any cpu|a\n",
	  "f:2:3: warning: group \"" NOBODY
	  "\": does not exist; the rule and its % lines are skipped\n",
	  1 },
	{ NOBODY " cpu a\n" NOBODY ":x cpu a", "",
	  "f:1:1: warning: user \"" NOBODY
	  "\": does not exist; the rule and its % lines are skipped\n"
	  "f:2:1: warning: user \"" NOBODY
	  "\": does not exist; the rule and its % lines are skipped\n",
	  2 },
	{ "4294967295 cpu a", "",
	  "f:1:1: warning: user \"4294967295\": does not exist; the rule and its % lines are "
	  "skipped\n",
	  1 },
	/* what has no effect */
	{ "* cpu a/%x", "f:1 * any cpu|a/%x\n",
	  "f:1:7: warning: unknown substitution \"%x\" in the destination: it stays as it is\n",
	  0 },
	{ "* cpu a\n% io 100%", "f:1 * any cpu|a io|100%\n",
	  "f:2:6: warning: unknown substitution \"%\" in the destination: it stays as it is\n", 0 },
	{ "*:bin/sh cpu a", "f:1 * name=bin/sh cpu|a\n",
	  "f:1:1: warning: \"bin/sh\" is neither a full path nor a base name: it never matches\n",
	  0 },
};

START_TEST(compiles_lines_to_rules)
{
	struct diag_list diags = { 0 };
	struct ruleset *set = compile(rows[_i].text, &diags);
	cleanup_free char *rules = dump(set);
	cleanup_free char *messages = messages_of(&diags);

	ck_assert_str_eq(rules, rows[_i].rules);
	ck_assert_str_eq(messages, rows[_i].messages);
	ck_assert_uint_eq(set->n_skipped, rows[_i].skipped);
	ruleset_unref(set);
	diag_list_done(&diags);
}
END_TEST

static const struct {
	const char *text;
	unsigned facts;
} fact_rows[] = {
	{ "", 0 },
	{ "* cpu a", 0 },
	{ "root cpu a", FACT_STATUS },
	{ "@root cpu a", FACT_STATUS | FACT_GROUPS },
	{ "*:sh cpu a", FACT_EXE | FACT_INVOKED },
	{ "*:s* cpu a", FACT_EXE | FACT_INVOKED },
	{ "*:/sh cpu a", FACT_EXE | FACT_INVOKED | FACT_EXE_FILE },
	{ "* cpu a ignore", FACT_CGROUP },
	{ "* cpu a ignore_rt", FACT_CGROUP | FACT_SCHED },
	{ "* cpu a/%p", 0 },
	{ "* cpu a/%p ignore", FACT_CGROUP | FACT_EXE },
	{ "* cpu a/%u ignore", FACT_CGROUP },
	{ "* cpu a ignore_rt\n% memory %p", FACT_CGROUP | FACT_SCHED | FACT_EXE },
	{ "* cpu %u/%p", 0 }, /* only needed once the rule matches */
	{ "* cpu a\nroot:sh cpu a", FACT_STATUS | FACT_EXE | FACT_INVOKED },
	{ NOBODY ":sh cpu a", 0 },
};

START_TEST(asks_for_the_facts_that_its_rules_need)
{
	struct diag_list diags = { 0 };
	struct ruleset *set = compile(fact_rows[_i].text, &diags);

	ck_assert_uint_eq(set->facts, fact_rows[_i].facts);
	ruleset_unref(set);
	diag_list_done(&diags);
}
END_TEST

START_TEST(stores_equal_targets_once)
{
	struct diag_list diags = { 0 };
	struct ruleset *set = compile("root cpu a/%u\n* cpu a/%u\n% cpu a/%u/\n@root io a/%u\n"
				      "daemon cpu //a/%u\n",
				      &diags);
	const struct rule *rules = set->rules;

	ck_assert_uint_eq(set->n_targets, 3);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_uint_eq(set->targets[i]->index, i);
	ck_assert_ptr_eq(rules[0].targets[0], rules[1].targets[0]);
	ck_assert_ptr_eq(rules[0].targets[0], rules[3].targets[0]);
	ck_assert_ptr_ne(rules[1].targets[0], rules[1].targets[1]);
	ck_assert_ptr_ne(rules[0].targets[0], rules[2].targets[0]);
	ck_assert_uint_eq(rules[0].targets[0]->needs, DESTINATION_VARIES | DESTINATION_USER_NAME);
	ruleset_unref(set);
	diag_list_done(&diags);
}
END_TEST

START_TEST(knows_which_file_a_path_leads_to)
{
	cleanup_free char *text = NULL;
	cleanup_free char *link = dir_join("link");
	cleanup_free char *real = dir_join("real/program");
	struct diag_list diags = { 0 };
	struct ruleset *set;
	struct stat st;

	dir_write("real/program", "");
	ck_assert_int_eq(symlinkat("real/program", dir_fd, "link"), 0);
	ck_assert_int_eq(fstatat(dir_fd, "link", &st, 0), 0);
	ck_assert_int_ge(asprintf(&text, "*:%s cpu a\n*:%s cpu a\n*:%s cpu a\n*:%s/no cpu a\n",
				  link, real, dir_path, dir_path),
			 0);
	set = compile(text, &diags);
	ck_assert_pstr_eq(set->rules[0].program->real_path, real);
	ck_assert(set->rules[0].program->file.ino == st.st_ino &&
		  set->rules[0].program->file.dev == st.st_dev);
	ck_assert_pstr_eq(set->rules[1].program->real_path, NULL);
	ck_assert(set->rules[1].program->file.ino == st.st_ino &&
		  set->rules[1].program->file.dev == st.st_dev);
	ck_assert_uint_eq(set->rules[2].program->file.ino, 0); /* a directory is no program */
	ck_assert_uint_eq(set->rules[3].program->file.ino, 0);
	ck_assert_pstr_eq(set->rules[3].program->real_path, NULL);
	ruleset_unref(set);
	diag_list_done(&diags);
}
END_TEST

/* The lines of a rule: its own and "%" ones. */
static char *rule_of(unsigned lines)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)fputs("* cpu a0\n", out);
	for (unsigned i = 1; i < lines; i++)
		(void)fprintf(out, "%% cpu a%u\n", i);
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

static const unsigned rule_lines[] = { 16, 17, RULE_TARGETS_MAX, RULE_TARGETS_MAX + 1, 200 };

START_TEST(rule_has_at_most_64_lines)
{
	cleanup_free char *text = rule_of(rule_lines[_i]);
	struct diag_list diags = { 0 };
	struct ruleset *set = compile(text, &diags);
	unsigned good = rule_lines[_i] < RULE_TARGETS_MAX ? rule_lines[_i] : RULE_TARGETS_MAX;
	cleanup_free char *messages = messages_of(&diags);
	char last[16];

	ck_assert_uint_eq(set->rules[0].n_targets, good);
	(void)snprintf(last, sizeof(last), "a%u", good - 1);
	ck_assert_str_eq(set->rules[0].targets[good - 1]->destination, last);
	ck_assert_uint_eq(diags.errors, rule_lines[_i] - good);
	ck_assert(diags.errors == 0 ||
		  strstr(messages, "f:65: error: a rule has at most 64 lines") == messages);
	ruleset_unref(set);
	diag_list_done(&diags);
}
END_TEST

START_TEST(grows_to_many_rules)
{
	struct diag_list diags = { 0 };
	struct compiler *compiler = compiler_new(NULL, &diags);
	struct ruleset *set = NULL;
	char text[64];

	for (unsigned i = 0; i < 5000; i++) {
		(void)snprintf(text, sizeof(text), "%u:prog%u cpu d%u\n%% io e%u\n", i, i, i,
			       i % 7);
		add_text(compiler, i % 2 ? "odd" : "even", text, &diags);
	}
	ck_assert_int_eq(compiler_finish(compiler, &set), 0);
	compiler_free(compiler);
	ck_assert_uint_eq(set->n_rules, 5000);
	ck_assert_uint_eq(set->n_sources, 5000);
	ck_assert_uint_eq(set->n_targets, 5007);
	for (unsigned i = 0; i < 5000; i++) {
		const struct rule *rule = &set->rules[i];

		(void)snprintf(text, sizeof(text), "d%u", i);
		ck_assert_uint_eq(rule->uid, i);
		ck_assert_str_eq(rule->targets[0]->destination, text);
		ck_assert_uint_eq(rule->n_targets, 2);
		ck_assert_str_eq(set->sources[rule->source], i % 2 ? "odd" : "even");
	}
	ruleset_unref(set);
}
END_TEST

START_TEST(remembers_the_names_that_it_looked_up)
{
	struct diag_list diags = { 0 };
	struct ruleset *set = compile("root cpu a\nroot:x cpu a\n@root cpu a\n0 cpu a\n"
				      "@100 cpu a\n" NOBODY " cpu a\n",
				      &diags);

	ck_assert_uint_eq(set->n_names, 2);
	for (size_t i = 0; i < set->n_names; i++) {
		ck_assert_str_eq(set->names[i].name, "root");
		ck_assert_uint_eq(set->names[i].id, 0);
	}
	ck_assert_int_ne(set->names[0].is_group, set->names[1].is_group);
	ruleset_unref(set);
	diag_list_done(&diags);
}
END_TEST

/* The first group of the system that lists a user who exists: to be freed, or NULL. */
static char *find_group_with_member(char **ret_member)
{
	char *found = NULL;
	const struct group *group;
	uid_t uid;

	setgrent();
	while (!found && (group = getgrent())) {
		const char *member = group->gr_mem[0];

		if (member && names_find_uid(member, &uid) == 0) {
			found = strdup(group->gr_name);
			*ret_member = strdup(member);
		}
	}
	endgrent();
	return found;
}

START_TEST(the_members_of_a_group_are_no_names_of_rules)
{
	cleanup_free char *member = NULL;
	cleanup_free char *group = find_group_with_member(&member);
	struct diag_list diags = { 0 };
	uid_t uid;

	if (!group)
		return; /* there are no members here */
	ck_assert_int_eq(names_find_uid(member, &uid), 0);
	for (int is_named = 0; is_named < 2; is_named++) {
		cleanup_free char *text = NULL;
		struct ruleset *set;

		ck_assert_int_ge(
			asprintf(&text, "@%s cpu a\n%s cpu a\n", group, is_named ? member : "*"),
			0);
		set = compile(text, &diags);
		ck_assert_uint_ge(set->n_names, 2); /* for when the name service fails */
		ck_assert_pstr_eq(ruleset_find_name(set, uid, false), is_named ? member : NULL);
		ruleset_unref(set);
	}
	diag_list_done(&diags);
}
END_TEST

/* Without descriptors the name service cannot read its files. True when it says so: a cache, or the
 * last service of nsswitch.conf, may answer all the same. */
static bool break_name_service(struct rlimit *old)
{
	struct rlimit none;
	uid_t uid;
	int r;

	ck_assert_int_eq(names_find_uid("root", &uid), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, old), 0);
	none = (struct rlimit){ 0, old->rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	r = names_find_uid("root", &uid);
	return r < 0 && r != -ENOENT;
}

START_TEST(keeps_ids_while_the_name_service_cannot_answer)
{
	static const struct ruleset_name names[] = { { "root", 0, true, true },
						     { "root", 4711, false, true } };
	struct ruleset previous = { .names = names, .n_names = 2 };
	struct diag_list diags = { 0 };
	struct compiler *compiler = compiler_new(&previous, &diags);
	struct ruleset *set = NULL;
	struct rlimit old;
	bool broken = break_name_service(&old);

	add_text(compiler, "f", "root cpu a\ndaemon cpu b\n% cpu c\n", &diags);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
	ck_assert_int_eq(compiler_finish(compiler, &set), 0);
	compiler_free(compiler);
	if (broken) {
		ck_assert_uint_eq(set->n_rules, 1);
		ck_assert_uint_eq(set->rules[0].uid, 4711);
		ck_assert_uint_eq(set->n_skipped, 1);
		ck_assert_ptr_nonnull(strstr(diags.head->text, "user \"daemon\": Too many open"));
	}
	ruleset_unref(set);
	diag_list_done(&diags);
}
END_TEST

START_TEST(looks_names_up_anew_while_it_can)
{
	static const struct ruleset_name names[] = { { "root", 4711, false, true },
						     { NOBODY, 4712, false, true } };
	struct ruleset previous = { .names = names, .n_names = 2 };
	struct diag_list diags = { 0 };
	struct compiler *compiler = compiler_new(&previous, &diags);
	struct ruleset *set = NULL;

	add_text(compiler, "f", "root cpu a\n" NOBODY " cpu b\n", &diags);
	ck_assert_int_eq(compiler_finish(compiler, &set), 0);
	compiler_free(compiler);
	ck_assert_uint_eq(set->n_rules, 1);
	ck_assert_uint_eq(set->rules[0].uid, 0);
	ck_assert_uint_eq(set->n_skipped, 1);
	ruleset_unref(set);
	diag_list_done(&diags);
}
END_TEST

START_TEST(keeps_members_while_the_name_service_cannot_answer)
{
	static const uid_t uids[] = { 4711, 4712 };
	static const struct rule_members members = { .gid = 0, .uids = uids, .n_uids = 2 };
	const struct rule_members *groups[] = { &members };
	struct ruleset previous = { .groups = groups, .n_groups = 1 };
	struct diag_list diags = { 0 };
	struct compiler *compiler = compiler_new(&previous, &diags);
	struct ruleset *set = NULL;
	struct rlimit old;
	bool broken = break_name_service(&old);

	add_text(compiler, "f", "@0 cpu a\n", &diags);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
	ck_assert_int_eq(compiler_finish(compiler, &set), 0);
	compiler_free(compiler);
	ck_assert_uint_eq(set->n_rules, 1);
	if (broken) {
		ck_assert_uint_eq(set->rules[0].members->n_uids, 2);
		ck_assert_uint_eq(set->rules[0].members->uids[1], 4712);
		ck_assert_uint_eq(diags.warnings, 1);
	}
	ruleset_unref(set);
	diag_list_done(&diags);
}
END_TEST

static const struct {
	const char *source, *text;
	bool same;
} hash_rows[] = {
	{ "f", "* cpu a\n", true },	  { "f", "* cpu a", false },   { "f", "* cpu b\n", false },
	{ "f", "* cpu a\n# c\n", false }, { "g", "* cpu a\n", false },
};

START_TEST(knows_whether_the_text_has_changed)
{
	struct diag_list diags = { 0 };
	struct compiler *compiler = compiler_new(NULL, &diags);
	struct ruleset *first = compile("* cpu a\n", &diags);
	struct ruleset *second = NULL;

	add_text(compiler, hash_rows[_i].source, hash_rows[_i].text, &diags);
	ck_assert_int_eq(compiler_finish(compiler, &second), 0);
	compiler_free(compiler);
	ck_assert_int_eq(first->text_hash == second->text_hash, hash_rows[_i].same);
	ruleset_unref(first);
	ruleset_unref(second);
}
END_TEST

START_TEST(can_be_dropped_unfinished)
{
	struct diag_list diags = { 0 };
	struct compiler *compiler = compiler_new(NULL, &diags);

	add_text(compiler, "f", "root:/bin/sh cpu a\n% cpu b\n@root cpu c\n", &diags);
	compiler_free(compiler);
	compiler_free(NULL);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("compile");

	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_loop_test(tcase, compiles_lines_to_rules, 0, ARRAY_SIZE(rows));
	tcase_add_loop_test(tcase, asks_for_the_facts_that_its_rules_need, 0,
			    ARRAY_SIZE(fact_rows));
	tcase_add_test(tcase, stores_equal_targets_once);
	tcase_add_test(tcase, knows_which_file_a_path_leads_to);
	tcase_add_loop_test(tcase, rule_has_at_most_64_lines, 0, ARRAY_SIZE(rule_lines));
	tcase_add_test(tcase, grows_to_many_rules);
	tcase_add_test(tcase, remembers_the_names_that_it_looked_up);
	tcase_add_test(tcase, the_members_of_a_group_are_no_names_of_rules);
	tcase_add_test(tcase, keeps_ids_while_the_name_service_cannot_answer);
	tcase_add_test(tcase, looks_names_up_anew_while_it_can);
	tcase_add_test(tcase, keeps_members_while_the_name_service_cannot_answer);
	tcase_add_loop_test(tcase, knows_whether_the_text_has_changed, 0, ARRAY_SIZE(hash_rows));
	tcase_add_test(tcase, can_be_dropped_unfinished);
	return run_tests(tcase);
}
