/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rule/index.h and rule/match.c against the plain matcher: random rules, random processes, from few
 * users, groups, names and files, so that most things meet. */
#include "config.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "helpers.h"
#include "linear.h"
#include "rule/index.h"
#include "rule/load.h"
#include "rule/ruleset.h"

/* A million pairs, in parts so that each has the time of a test. */
#define PARTS	      10
#define SETS_A_PART   250
#define PROCESSES     400
#define RULES_MAX     40
#define PROGRAMS_MAX  24
#define GROUPS	      6
#define MEMBERS_MAX   4
#define IDS	      8
#define GROUPS_OF_ONE 4

static uint64_t random_state;

static unsigned below(unsigned n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)((random_state >> 20) % n);
}

static bool one_in(unsigned n)
{
	return below(n) == 0;
}

/* ---- names ---------------------------------------------------------------------------------- */

static const char *const directories[] = { "/", "/a/", "/a/b/", "/ab/", "/abcdefgh/", "/usr/bin/" };
static const char *const bases[] = { "",  "a",	"b",	     "ab",	   "abc",
				     "x", "xy", "abcdefghi", "abcdefghij", "program.py" };

#define N_PATHS (ARRAY_SIZE(directories) * ARRAY_SIZE(bases))

/* All paths; and all beginnings of paths and names, for prefixes. */
static char paths[N_PATHS][32];
static char beginnings[N_PATHS * 32][32];
static size_t n_beginnings;

static void add_beginnings(const char *text)
{
	for (size_t len = 0; len <= strlen(text); len++)
		(void)snprintf(beginnings[n_beginnings++], sizeof(beginnings[0]), "%.*s", (int)len,
			       text);
}

static void make_names(void)
{
	n_beginnings = 0;
	for (size_t i = 0; i < N_PATHS; i++) {
		(void)snprintf(paths[i], sizeof(paths[i]), "%s%s",
			       directories[i / ARRAY_SIZE(bases)], bases[i % ARRAY_SIZE(bases)]);
		if (i % 3 == 0)
			add_beginnings(paths[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bases); i++)
		add_beginnings(bases[i]);
}

static const char *any_path(void)
{
	return paths[below(N_PATHS)];
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static struct file_id any_file(void)
{
	return (struct file_id){ .dev = below(2), .ino = below(5) };
}

/* ---- rule sets ------------------------------------------------------------------------------ */

static struct rule rules[RULES_MAX];
static struct rule_program programs[PROGRAMS_MAX];
static const struct rule_program *program_list[PROGRAMS_MAX];
static struct rule_members members[GROUPS];
static const struct rule_members *group_list[GROUPS];
static uid_t member_uids[GROUPS][MEMBERS_MAX];

static struct rule_program any_program(void)
{
	struct rule_program program = { .pattern = (unsigned char)(1 + below(3)) };

	switch ((enum rule_pattern)program.pattern) {
	case PATTERN_NONE:
		break;
	case PATTERN_PATH:
		program.text = any_path();
		program.real_path = one_in(3) ? any_path() : NULL;
		program.file = any_file();
		break;
	case PATTERN_NAME:
		program.text = bases[below(ARRAY_SIZE(bases))];
		break;
	case PATTERN_PREFIX:
		program.text = beginnings[below((unsigned)n_beginnings)];
		break;
	}
	return program;
}

static struct rule any_rule(unsigned number, unsigned n_programs)
{
	struct rule rule = { .line = number + 1, .who = (unsigned char)below(3) };

	if (rule.who == RULE_USER)
		rule.uid = below(IDS);
	if (rule.who == RULE_GROUP)
		rule.members = &members[below(GROUPS)];
	if (!one_in(12))
		rule.program = &programs[below(n_programs)];
	if (one_in(5))
		rule.options = (unsigned char)(1 + below(3));
	return rule;
}

/* In static memory, but for the index. */
static struct ruleset make_set(unsigned rules_max)
{
	struct ruleset set = { .rules = rules, .programs = program_list, .groups = group_list };

	for (unsigned i = 0; i < GROUPS; i++) {
		members[i] = (struct rule_members){ .gid = i + 1, .uids = member_uids[i] };
		for (size_t j = below(MEMBERS_MAX + 1); j > 0; j--)
			member_uids[i][members[i].n_uids++] = (uid_t)(IDS - j);
		group_list[i] = &members[i];
	}
	set.n_groups = GROUPS;
	set.n_programs = 1 + below(PROGRAMS_MAX);
	for (unsigned i = 0; i < set.n_programs; i++) {
		programs[i] = any_program();
		programs[i].index = i;
		program_list[i] = &programs[i];
	}
	set.n_rules = below(rules_max + 1);
	for (unsigned i = 0; i < set.n_rules; i++)
		rules[i] = any_rule(i, (unsigned)set.n_programs);
	ck_assert_int_eq(ruleset_index(&set), 0);
	return set;
}

/* ---- processes ------------------------------------------------------------------------------ */

static gid_t groups_of_one[GROUPS_OF_ONE];

static struct process any_process(void)
{
	struct process process = { .tgid = 4711, .euid = below(IDS), .egid = below(IDS) };

	for (unsigned i = 0; i < GROUPS_OF_ONE; i++)
		groups_of_one[i] = below(IDS);
	process.groups = groups_of_one;
	process.n_groups = below(GROUPS_OF_ONE + 1);
	process.exe = one_in(20) ? "" : any_path();
	process.exe_base = base_of(process.exe);
	process.exe_file = any_file();
	if (one_in(2))
		return process;
	process.invoked = any_path();
	process.invoked_base = base_of(process.invoked);
	if (one_in(4))
		process.invoked = process.invoked_base;
	process.invoked_file = any_file();
	return process;
}

/* As it is known when only these facts were read. */
static void hide(struct process *process, unsigned facts)
{
	if (!(facts & FACT_GROUPS))
		process->n_groups = 0;
	if (!(facts & FACT_EXE))
		process->exe = process->exe_base = NULL;
	if (!(facts & FACT_EXE_FILE))
		process->exe_file = (struct file_id){ 0 };
	if (facts & FACT_INVOKED)
		return;
	process->invoked = process->invoked_base = NULL;
	process->invoked_file = (struct file_id){ 0 };
}

/* ---- answers -------------------------------------------------------------------------------- */

/* Says the same about the same rule, and remembers what it was asked, in order. */
struct answers {
	uint64_t salt, asked;
};

static bool answer(void *arg, const struct rule *rule, const struct process *process, unsigned what)
{
	struct answers *answers = arg;

	(void)process;
	answers->asked = hash_word(hash_word(answers->asked, rule->line), what);
	return hash_word(answers->salt, rule->line) & 1;
}

struct outcome {
	unsigned line; /* 0: no rule */
	uint64_t asked;
};

typedef const struct rule *match_fn(const struct ruleset *set, const struct process *process,
				    ruleset_confirm_fn *confirm, void *arg);

static struct outcome run(match_fn *match, const struct ruleset *set, const struct process *process,
			  uint64_t salt)
{
	struct answers answers = { .salt = salt };
	const struct rule *rule = match(set, process, answer, &answers);

	return (struct outcome){ rule ? rule->line : 0, answers.asked };
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void start(int part)
{
	random_state = UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)(part + 1);
	make_names();
}

static void print_rule(const struct rule *rule)
{
	const struct rule_program *program = rule->program;

	(void)fprintf(stderr, "%u: who %u uid %u gid %u options %u", rule->line, rule->who,
		      rule->uid, rule->members ? rule->members->gid : 0, rule->options);
	if (program)
		(void)fprintf(stderr, " pattern %u \"%s\" real %s file %u:%u", program->pattern,
			      program->text, program->real_path ? program->real_path : "-",
			      (unsigned)program->file.dev, (unsigned)program->file.ino);
	(void)fputc('\n', stderr);
}

static void compare(const struct ruleset *set, const struct process *process, uint64_t salt)
{
	struct outcome want = run(linear_match, set, process, salt);
	struct outcome got = run(ruleset_match, set, process, salt);

	if (got.line == want.line && got.asked == want.asked)
		return;
	for (size_t i = 0; i < set->n_rules; i++)
		print_rule(&set->rules[i]);
	ck_abort_msg("exe \"%s\" invoked \"%s\" uid %u gid %u: line %u, not %u%s", process->exe,
		     process->invoked ? process->invoked : "-", process->euid, process->egid,
		     got.line, want.line, got.asked != want.asked ? ", other questions" : "");
}

START_TEST(agrees_with_the_plain_matcher)
{
	unsigned matched = 0;

	start(_i);
	for (unsigned i = 0; i < SETS_A_PART; i++) {
		struct ruleset set = make_set(RULES_MAX);

		for (unsigned j = 0; j < PROCESSES; j++) {
			struct process process = any_process();

			compare(&set, &process, random_state);
			matched += run(ruleset_match, &set, &process, 0).line != 0;
		}
		rule_index_free(set.index);
	}
	/* Neither is rare. */
	ck_assert_uint_gt(matched, SETS_A_PART * PROCESSES / 5);
	ck_assert_uint_lt(matched, SETS_A_PART * PROCESSES * 4 / 5);
}
END_TEST

START_TEST(facts_that_need_not_be_read_change_nothing)
{
	unsigned none = 0;

	start(PARTS);
	for (unsigned i = 0; i < SETS_A_PART; i++) {
		struct ruleset set = make_set(6);

		for (unsigned j = 0; j < PROCESSES; j++) {
			struct process process = any_process();
			struct outcome want = run(linear_match, &set, &process, j);
			struct outcome got = { 0 };
			unsigned facts;

			hide(&process, set.facts);
			if (ruleset_may_match(&set, &process, &facts)) {
				hide(&process, facts | FACT_GROUPS);
				got = run(ruleset_match, &set, &process, j);
			} else {
				none++;
			}
			ck_assert(got.line == want.line && got.asked == want.asked);
		}
		rule_index_free(set.index);
	}
	ck_assert_uint_gt(none, SETS_A_PART);
}
END_TEST

static bool has(const uint32_t *ids, size_t n, uint32_t id)
{
	for (size_t i = 0; i < n; i++) {
		if (ids[i] == id)
			return true;
	}
	return false;
}

static bool is_one_of(const struct ruleset_ids *ids, const struct process *process)
{
	if (ids->everybody || has(ids->uids, ids->n_uids, process->euid) ||
	    has(ids->gids, ids->n_gids, process->egid))
		return true;
	for (size_t i = 0; i < process->n_groups; i++) {
		if (has(ids->gids, ids->n_gids, process->groups[i]))
			return true;
	}
	return false;
}

/* No more and no less: who is not among the ids is not even told of. */
START_TEST(the_ids_are_those_that_a_rule_may_match)
{
	unsigned some = 0;

	start(PARTS);
	for (unsigned i = 0; i < SETS_A_PART; i++) {
		struct ruleset set = make_set(6);
		struct ruleset_ids ids;

		ck_assert_int_eq(ruleset_who(&set, &ids), 0);
		for (unsigned j = 0; j < PROCESSES; j++) {
			struct process process = any_process();
			unsigned facts;

			ck_assert_int_eq(is_one_of(&ids, &process),
					 ruleset_may_match(&set, &process, &facts));
			some += !ids.everybody && is_one_of(&ids, &process);
		}
		free(ids.uids);
		free(ids.gids);
		rule_index_free(set.index);
	}
	ck_assert_uint_gt(some, SETS_A_PART);
}
END_TEST

static bool any_names(const struct ruleset *set, const char *path)
{
	for (size_t i = 0; i < set->n_rules; i++) {
		if (linear_names_program(&set->rules[i], path, base_of(path)))
			return true;
	}
	return false;
}

START_TEST(knows_the_programs_that_are_named)
{
	start(PARTS + 1);
	for (unsigned i = 0; i < SETS_A_PART; i++) {
		struct ruleset set = make_set(RULES_MAX);

		/* Programs of no rule count as well: there are none after a load. */
		for (unsigned j = 0; j < set.n_programs && j < set.n_rules; j++)
			rules[j].program = &programs[j];
		set.n_programs = set.n_programs < set.n_rules ? set.n_programs : set.n_rules;
		for (size_t j = set.n_programs; j < set.n_rules; j++)
			rules[j].program = NULL;
		rule_index_free(set.index);
		ck_assert_int_eq(ruleset_index(&set), 0);
		for (unsigned j = 0; j < N_PATHS; j++)
			ck_assert_int_eq(
				ruleset_names_program(&set, paths[j], base_of(paths[j]), NULL),
				any_names(&set, paths[j]));
		rule_index_free(set.index);
	}
}
END_TEST

START_TEST(agrees_on_many_rules)
{
	cleanup_free char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct diag_list diags = { 0 };
	struct ruleset *set = NULL;

	for (unsigned i = 0; i < 20000; i++)
		(void)fprintf(out, "%u:%s%u%s cpu a\n", i % 500, i % 3 ? "" : "/opt/", i / 40,
			      i % 7 ? "" : "*");
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_int_eq(ruleset_load_text(text, "f", &diags, &set), 0);
	start(PARTS + 2);
	for (unsigned i = 0; i < 1000; i++) {
		char path[32];
		struct process process = { .tgid = 4711, .euid = below(500), .exe = path };

		(void)snprintf(path, sizeof(path), "/opt/%u", below(600));
		process.exe_base = path + 5;
		compare(set, &process, i);
	}
	ruleset_unref(set);
	diag_list_done(&diags);
}
END_TEST

/* ---- hashes that somebody made -------------------------------------------------------------- */

static uint64_t any_letters(void)
{
	uint64_t word = 0;

	for (unsigned i = 0; i < 8; i++)
		word = word << 8 | ('a' + below(26));
	return word;
}

static bool are_letters(uint64_t word)
{
	for (unsigned i = 0; i < 8; i++, word >>= 8) {
		if (!isalnum((int)(word & 0xff)))
			return false;
	}
	return true;
}

/* Two texts of 16 letters and digits that have one hash. */
static void make_alike(char first[17], char second[17])
{
	const uint64_t words[] = { any_letters(), any_letters() };
	uint64_t other[2];

	do {
		other[0] = any_letters();
		other[1] = words[1] ^ hash_word(0, words[0]) ^ hash_word(0, other[0]);
	} while (!are_letters(other[1]));
	memcpy(first, words, 16);
	memcpy(second, other, 16);
	first[16] = second[16] = '\0';
	ck_assert_str_ne(first, second);
	ck_assert_uint_eq(hash_text(first, 16), hash_text(second, 16));
}

/* A base name, and a prefix. */
static const char *const stars[] = { "", "*" };

START_TEST(texts_with_one_hash_stay_two)
{
	const char *star = stars[_i];
	cleanup_free char *text = NULL;
	struct diag_list diags = { 0 };
	struct ruleset *set = NULL;
	char alike[3][17] = { "", "", "somethingelse" };

	start(PARTS + 3);
	make_alike(alike[0], alike[1]);
	ck_assert_int_ge(asprintf(&text, "*:%s%s cpu a\n*:%s%s cpu b\n* cpu c\n", alike[0], star,
				  alike[1], star),
			 0);
	ck_assert_int_eq(ruleset_load_text(text, "f", &diags, &set), 0);
	for (unsigned i = 0; i < 3; i++) {
		struct process process = { .exe = alike[i], .exe_base = alike[i] };
		const struct rule *rule = ruleset_match(set, &process, NULL, NULL);

		ck_assert_ptr_nonnull(rule);
		ck_assert_uint_eq(rule->line, i + 1);
	}
	ruleset_unref(set);
	diag_list_done(&diags);
}
END_TEST

/* Somebody who runs a program by such a name gains nothing. */
START_TEST(a_name_with_the_hash_of_another_is_not_it)
{
	const char *star = stars[_i];
	cleanup_free char *text = NULL;
	struct diag_list diags = { 0 };
	struct ruleset *set = NULL;
	char alike[2][17];

	start(PARTS + 4);
	make_alike(alike[0], alike[1]);
	ck_assert_int_ge(asprintf(&text, "*:%s%s cpu a\n* cpu b\n", alike[0], star), 0);
	ck_assert_int_eq(ruleset_load_text(text, "f", &diags, &set), 0);
	for (unsigned i = 0; i < 2; i++) {
		struct process process = { .exe = alike[i], .exe_base = alike[i] };

		ck_assert_uint_eq(ruleset_match(set, &process, NULL, NULL)->line, i + 1);
	}
	ruleset_unref(set);
	diag_list_done(&diags);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("match");

	tcase_add_loop_test(tcase, agrees_with_the_plain_matcher, 0, PARTS);
	tcase_add_test(tcase, facts_that_need_not_be_read_change_nothing);
	tcase_add_test(tcase, the_ids_are_those_that_a_rule_may_match);
	tcase_add_test(tcase, knows_the_programs_that_are_named);
	tcase_add_test(tcase, agrees_on_many_rules);
	tcase_add_loop_test(tcase, texts_with_one_hash_stay_two, 0, 2);
	tcase_add_loop_test(tcase, a_name_with_the_hash_of_another_is_not_it, 0, 2);
	return run_tests(tcase);
}
