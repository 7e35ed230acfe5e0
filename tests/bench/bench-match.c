/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a match costs, by the number of rules: a table, or with --json one line of JSON for each of
 * its rows. Everything is in memory; nothing of the machine is looked at or changed.
 */
#include "config.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "rule/load.h"
#include "rule/ruleset.h"

#define UIDS_FROM 2000000U
#define GIDS_FROM 3000000U
#define PROCESSES 8192 /* different ones, in turn: more than a cache remembers of the index */
#define ROUNDS	  20   /* the fastest counts: the machine may do other work */

static const unsigned sizes[] = { 10, 100, 1000, 10000, 100000 };

struct subject {
	char exe[64], script[64];
	gid_t groups[16];
	struct process process;
};

/* Kinds of rules, each with processes that meet one of them. */
struct kind {
	const char *name;
	void (*print_rule)(FILE *out, unsigned i, unsigned n);
	void (*make)(struct subject *subject, unsigned i, unsigned n);
};

static unsigned random_number(void)
{
	static uint64_t state = 88172645463325252U;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 16);
}

/* ---- kinds of rules -------------------------------------------------------------------------- */

/* Up to 1000 users, with up to 100 programs each. */
static unsigned user_of(unsigned i, unsigned n)
{
	return UIDS_FROM + i % (n < 1000 ? n : 1000);
}

static void print_name_rule(FILE *out, unsigned i, unsigned n)
{
	(void)fprintf(out, "%u:prog%u cpu,memory users/u%u\n", user_of(i, n), i / 1000, i % 1000);
}

static void make_name(struct subject *subject, unsigned i, unsigned n)
{
	subject->process.euid = user_of(i, n);
	(void)snprintf(subject->exe, sizeof(subject->exe), "/usr/local/bin/prog%u", i / 1000);
}

static void print_path_rule(FILE *out, unsigned i, unsigned n)
{
	(void)fprintf(out, "%u:/opt/app%u/bin/program%u cpu apps/a%u\n", user_of(i, n), i % 1000, i,
		      i % 1000);
}

static void make_path(struct subject *subject, unsigned i, unsigned n)
{
	subject->process.euid = user_of(i, n);
	(void)snprintf(subject->exe, sizeof(subject->exe), "/opt/app%u/bin/program%u", i % 1000, i);
}

static void print_prefix_rule(FILE *out, unsigned i, unsigned n)
{
	(void)n;
	(void)fprintf(out, "*:/opt/application%u/* cpu apps/a%u\n", i, i % 1000);
}

static void make_prefix(struct subject *subject, unsigned i, unsigned n)
{
	(void)n;
	subject->process.euid = UIDS_FROM;
	(void)snprintf(subject->exe, sizeof(subject->exe), "/opt/application%u/bin/program", i);
}

static void print_group_rule(FILE *out, unsigned i, unsigned n)
{
	(void)n;
	(void)fprintf(out, "@%u cpu groups/g%u\n", GIDS_FROM + i, i % 1000);
}

/* In sixteen groups, the last of which has a rule. */
static void make_group(struct subject *subject, unsigned i, unsigned n)
{
	(void)n;
	for (unsigned j = 0; j < 16; j++)
		subject->groups[j] = j;
	subject->groups[15] = GIDS_FROM + i;
	subject->process.groups = subject->groups;
	subject->process.n_groups = 16;
	(void)snprintf(subject->exe, sizeof(subject->exe), "/usr/bin/program%u", i % 100);
}

/* Rules for the script beside one for its interpreter. */
static void print_script_rule(FILE *out, unsigned i, unsigned n)
{
	if (i == 0)
		(void)fputs("*:python3.11 cpu python\n", out);
	else
		(void)fprintf(out, "%u:tool%u.py cpu tools/t%u\n", user_of(i, n), i / 1000,
			      i % 1000);
}

static void make_script(struct subject *subject, unsigned i, unsigned n)
{
	subject->process.euid = user_of(i, n);
	(void)snprintf(subject->exe, sizeof(subject->exe), "/usr/bin/python3.11");
	(void)snprintf(subject->script, sizeof(subject->script), "/usr/local/bin/tool%u.py",
		       i / 1000);
}

/* Nobody's rules are for these: other users; or the right one, with another program. */
static void make_other_user(struct subject *subject, unsigned i, unsigned n)
{
	make_name(subject, i, n);
	subject->process.euid = i % 1000;
}

static void make_other_program(struct subject *subject, unsigned i, unsigned n)
{
	make_name(subject, i, n);
	(void)snprintf(subject->exe, sizeof(subject->exe), "/usr/local/bin/other%u", i);
}

static const struct kind kinds[] = {
	{ "user:name", print_name_rule, make_name },
	{ "user:path", print_path_rule, make_path },
	{ "*:prefix", print_prefix_rule, make_prefix },
	{ "@group", print_group_rule, make_group },
	{ "user:script", print_script_rule, make_script },
	{ "other user", print_name_rule, make_other_user },
	{ "other program", print_name_rule, make_other_program },
};

/* ---- measuring ------------------------------------------------------------------------------- */

static uint64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static size_t memory_in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static void die(const char *what)
{
	(void)fprintf(stderr, "bench-match: %s\n", what);
	exit(1);
}

static char *make_text(const struct kind *kind, unsigned n)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		die("no memory");
	for (unsigned i = 0; i < n; i++)
		kind->print_rule(out, i, n);
	if (fclose(out) != 0)
		die("no memory");
	return text;
}

static const char *base_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

static struct subject *make_subjects(const struct kind *kind, unsigned n)
{
	struct subject *subjects = calloc(PROCESSES, sizeof(*subjects));

	for (unsigned i = 0; subjects && i < PROCESSES; i++) {
		struct process *process = &subjects[i].process;

		kind->make(&subjects[i], random_number() % n, n);
		process->exe = subjects[i].exe;
		process->exe_base = base_of(process->exe);
		process->exe_file = (struct file_id){ .dev = 1, .ino = 1 + i };
		if (!subjects[i].script[0])
			continue;
		process->invoked = subjects[i].script;
		process->invoked_base = base_of(process->invoked);
		process->invoked_file = (struct file_id){ .dev = 2, .ino = 1 + i };
	}
	return subjects;
}

static bool no_question(void *arg, const struct rule *rule, const struct process *process,
			unsigned what)
{
	(void)arg;
	(void)rule;
	(void)process;
	(void)what;
	return true;
}

/* What is known of a process has just been read when it is matched: it is in the cache. */
static void prefetch(const struct subject *subject)
{
	const char *bytes = (const char *)subject;

	for (size_t i = 0; i < sizeof(*subject); i += 64)
		__builtin_prefetch(bytes + i);
}

/* ns for one match; *ret_matched: how many of the processes have a rule. */
static double measure(const struct ruleset *set, const struct subject *subjects,
		      unsigned *ret_matched)
{
	double best = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t start = now_ns();
		double ns;

		*ret_matched = 0;
		for (unsigned i = 0; i < PROCESSES; i++) {
			const struct process *process = &subjects[i].process;

			prefetch(&subjects[(i + 2) % PROCESSES]);
			*ret_matched += ruleset_match(set, process, no_question, NULL) != NULL;
		}
		ns = (double)(now_ns() - start) / PROCESSES;
		if (round == 0 || ns < best)
			best = ns;
	}
	return best;
}

struct row {
	const char *kind;
	unsigned n, matched;
	double match_ns, load_ms;
	size_t bytes;
};

static void print_row(const struct row *row, bool is_json)
{
	if (is_json)
		(void)printf("{\"bench\":\"match\",\"kind\":\"%s\",\"rules\":%u,\"match_ns\":%.1f,"
			     "\"matched\":%.3f,\"load_ms\":%.2f,\"bytes\":%zu}\n",
			     row->kind, row->n, row->match_ns, (double)row->matched / PROCESSES,
			     row->load_ms, row->bytes);
	else
		(void)printf("%-14s %7u %9.1f %8.0f%% %9.2f %9.2f\n", row->kind, row->n,
			     row->match_ns, 100.0 * row->matched / PROCESSES, row->load_ms,
			     (double)row->bytes / (1024 * 1024));
}

static struct row run(const struct kind *kind, unsigned n)
{
	struct row row = { .kind = kind->name, .n = n };
	struct diag_list diags = { 0 };
	cleanup_free char *text = make_text(kind, n);
	cleanup_free struct subject *subjects = make_subjects(kind, n);
	size_t before = memory_in_use();
	uint64_t start = now_ns();
	struct ruleset *set;

	if (!subjects || ruleset_load_text(text, "bench", &diags, &set) < 0)
		die("cannot load the rules");
	row.load_ms = (double)(now_ns() - start) / 1e6;
	row.bytes = memory_in_use() - before;
	row.match_ns = measure(set, subjects, &row.matched);
	ruleset_unref(set);
	diag_list_done(&diags);
	return row;
}

int main(int argc, char **argv)
{
	bool is_json = argc > 1 && strcmp(argv[1], "--json") == 0;

	if (argc > 2 || (argc == 2 && !is_json)) {
		(void)fputs("Usage: bench-match [--json]\n", stderr);
		return 2;
	}
	if (!is_json)
		(void)puts("rules for        rules  ns/match  matched   load ms        MB");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		for (size_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++) {
			struct row row = run(&kinds[i], sizes[j]);

			print_row(&row, is_json);
		}
	}
	return 0;
}
