/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Building the index of a rule set: nodes for the programs, whos for the people, lists for the
 * pairs. rule/match.c looks things up in it. */
#include "config.h"

#include "rule/index.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "rule/destination.h"
#include "rule/ruleset.h"

/* The nodes of one program; IDMAP_NONE: it has no such. */
struct program_nodes {
	uint32_t text, real, file;
};

struct builder {
	const struct ruleset *set;
	struct rule_index *index;
	struct program_nodes *nodes; /* by rule_program.index */
	uint32_t n_nodes, n_whos;
	struct idmap users; /* uid to the who of its rules */
	struct idlists_new user_whos, rules;
};

/* The conditions of a rule with options are in its destinations, which then are expanded first. */
static unsigned facts_of_options(const struct rule *rule)
{
	unsigned facts = FACT_CGROUP;

	for (unsigned i = 0; i < rule->n_targets; i++) {
		if (rule->targets[i]->needs & DESTINATION_PROCESS)
			facts |= FACT_EXE;
	}
	return rule->options & RULE_IGNORE_RT ? facts | FACT_SCHED : facts;
}

static unsigned facts_of(const struct rule *rule)
{
	unsigned facts = 0;

	if (rule->who == RULE_USER)
		facts |= FACT_STATUS;
	if (rule->who == RULE_GROUP)
		facts |= FACT_STATUS | FACT_GROUPS;
	if (rule->program)
		facts |= FACT_EXE | FACT_INVOKED;
	if (rule_pattern(rule) == PATTERN_PATH)
		facts |= FACT_EXE_FILE;
	if (rule->options)
		facts |= facts_of_options(rule);
	if (rule->details)
		facts |= rule->details->facts;
	return facts;
}

/* ---- nodes ---------------------------------------------------------------------------------- */

uint32_t rule_index_find_file(const struct rule_index *index, const struct file_id *file,
			      uint64_t *ret_key)
{
	uint64_t key = hash_word(hash_word(0, file->dev), file->ino);
	uint32_t node;

	while ((node = idmap_get(&index->files, key)) != IDMAP_NONE) {
		const struct file_id *found = index->file[node - index->prefixes.n];

		if (found->ino == file->ino && found->dev == file->dev)
			break;
		key++;
	}
	*ret_key = key;
	return node;
}

static int find_text_node(struct builder *builder, struct textmap *map, const char *text,
			  uint32_t *ret)
{
	size_t len = strlen(text);

	*ret = textmap_get(map, textmap_hash(text, len), text, len);
	if (*ret != IDMAP_NONE)
		return 0;
	*ret = builder->n_nodes++;
	return textmap_put(map, text, *ret);
}

static int add_prefix_node(struct builder *builder, const struct rule_program *program)
{
	struct rule_index *index = builder->index;
	uint32_t *node = &builder->nodes[program->index].text;
	int r = find_text_node(builder, &index->prefixes, program->text, node);

	if (r == 0)
		index->prefix[*node] = (struct index_prefix){ program->text, IDMAP_NONE };
	return r;
}

static int add_file_node(struct builder *builder, const struct rule_program *program)
{
	struct rule_index *index = builder->index;
	uint32_t *node = &builder->nodes[program->index].file;
	uint64_t key;

	if (program->file.ino == 0)
		return 0;
	*node = rule_index_find_file(index, &program->file, &key);
	if (*node != IDMAP_NONE)
		return 0;
	*node = builder->n_nodes++;
	index->file[*node - index->prefixes.n] = &program->file;
	return idmap_put(&index->files, key, *node);
}

static int add_text_nodes(struct builder *builder, const struct rule_program *program)
{
	struct rule_index *index = builder->index;
	struct program_nodes *nodes = &builder->nodes[program->index];
	struct textmap *map = program->pattern == PATTERN_PATH ? &index->paths : &index->names;
	int r = find_text_node(builder, map, program->text, &nodes->text);

	if (r == 0 && program->real_path)
		r = find_text_node(builder, map, program->real_path, &nodes->real);
	return r;
}

/* Nodes of one sort. */
typedef int add_node_fn(struct builder *builder, const struct rule_program *program);

static int add_nodes(struct builder *builder, unsigned patterns, add_node_fn *add)
{
	const struct ruleset *set = builder->set;
	int r = 0;

	for (size_t i = 0; r == 0 && i < set->n_programs; i++) {
		if (patterns & (1U << set->programs[i]->pattern))
			r = add(builder, set->programs[i]);
	}
	return r;
}

static size_t count_programs(const struct ruleset *set, enum rule_pattern pattern)
{
	size_t n = 0;

	for (size_t i = 0; i < set->n_programs; i++)
		n += set->programs[i]->pattern == pattern;
	return n;
}

/* Prefixes first, files second: their nodes are places in index->prefix and index->file. */
static int build_nodes(struct builder *builder)
{
	struct rule_index *index = builder->index;
	const struct ruleset *set = builder->set;
	int r;

	builder->nodes = calloc(set->n_programs + 1, sizeof(*builder->nodes));
	index->prefix = calloc(count_programs(set, PATTERN_PREFIX) + 1, sizeof(*index->prefix));
	index->file = calloc(count_programs(set, PATTERN_PATH) + 1, sizeof(*index->file));
	if (!builder->nodes || !index->prefix || !index->file)
		return -ENOMEM;
	memset(builder->nodes, 0xff, set->n_programs * sizeof(*builder->nodes));
	r = add_nodes(builder, 1U << PATTERN_PREFIX, add_prefix_node);
	if (r == 0)
		r = add_nodes(builder, 1U << PATTERN_PATH, add_file_node);
	if (r == 0)
		r = add_nodes(builder, 1U << PATTERN_PATH | 1U << PATTERN_NAME, add_text_nodes);
	return r;
}

/* ---- prefixes ------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a;
	uint32_t right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

static void keep_each_once(struct index_lengths *lengths)
{
	size_t n = 0;

	qsort(lengths->items, lengths->n, sizeof(*lengths->items), by_number);
	for (size_t i = 0; i < lengths->n; i++) {
		if (n == 0 || lengths->items[n - 1] != lengths->items[i])
			lengths->items[n++] = lengths->items[i];
	}
	lengths->n = n;
}

static bool begins_with_slash(const char *text)
{
	return text[0] == '/';
}

/* The empty prefix is one of every text. */
static int build_lengths(struct rule_index *index)
{
	size_t n_prefixes = index->prefixes.n;

	for (size_t slash = 0; slash < 2; slash++) {
		struct index_lengths *lengths = &index->lengths[slash];

		lengths->items = calloc(n_prefixes + 1, sizeof(*lengths->items));
		if (!lengths->items)
			return -ENOMEM;
		for (size_t i = 0; i < n_prefixes; i++) {
			const char *text = index->prefix[i].text;

			if (!text[0] || begins_with_slash(text) == slash)
				lengths->items[lengths->n++] = (uint32_t)strlen(text);
		}
		keep_each_once(lengths);
	}
	return 0;
}

uint32_t rule_index_find_prefix(const struct rule_index *index, const char *text, size_t len,
				bool *ret_is_only)
{
	const struct index_lengths *lengths = &index->lengths[begins_with_slash(text)];
	struct hash_walk walk = { .text = text };
	uint32_t longest = IDMAP_NONE;

	*ret_is_only = true;
	for (size_t i = 0; i < lengths->n && lengths->items[i] <= len; i++) {
		uint32_t hash = textmap_hash_to(&walk, lengths->items[i]);
		uint32_t node = textmap_get(&index->prefixes, hash, text, lengths->items[i]);

		if (node == IDMAP_NONE)
			continue;
		*ret_is_only = longest == IDMAP_NONE;
		longest = node;
	}
	return longest;
}

static int build_prefixes(struct builder *builder)
{
	struct rule_index *index = builder->index;
	int r = build_lengths(index);

	for (size_t i = 0; r == 0 && i < index->prefixes.n; i++) {
		struct index_prefix *prefix = &index->prefix[i];
		size_t len = strlen(prefix->text);
		bool is_only;

		if (len > 0)
			prefix->parent =
				rule_index_find_prefix(index, prefix->text, len - 1, &is_only);
	}
	return r;
}

/* ---- whos ----------------------------------------------------------------------------------- */

static int find_who(struct builder *builder, struct idmap *map, uint64_t id, uint32_t *ret)
{
	*ret = idmap_get(map, id);
	if (*ret != IDMAP_NONE)
		return 0;
	*ret = builder->n_whos++;
	return idmap_put(map, id, *ret);
}

static int find_rule_who(struct builder *builder, const struct rule *rule, uint32_t *ret)
{
	switch ((enum rule_who)rule->who) {
	case RULE_ANYBODY:
		break;
	case RULE_USER:
		return find_who(builder, &builder->users, rule->uid, ret);
	case RULE_GROUP:
		return find_who(builder, &builder->index->groups, rule->members->gid, ret);
	}
	*ret = INDEX_EVERYBODY;
	return 0;
}

/* Users get the who of their own rules from a rule, those of their groups here. */
static int add_members(struct builder *builder, const struct rule_members *members)
{
	uint32_t who = idmap_get(&builder->index->groups, members->gid);
	int r = 0;

	for (size_t i = 0; r == 0 && who != IDMAP_NONE && i < members->n_uids; i++)
		r = idlists_add(&builder->user_whos, members->uids[i], who, false);
	return r;
}

static int build_users(struct builder *builder)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < builder->set->n_groups; i++)
		r = add_members(builder, builder->set->groups[i]);
	return r < 0 ? r : idlists_finish(&builder->user_whos, &builder->index->users);
}

/* ---- rules ---------------------------------------------------------------------------------- */

static int add_to_node(struct builder *builder, uint32_t who, uint32_t node, uint32_t rule,
		       bool closing)
{
	if (node == IDMAP_NONE)
		return 0;
	return idlists_add(&builder->rules, index_pair(who, node), rule, closing);
}

/*
 * A rule with a program goes where its text, its real path and its file lead. After one that always
 * stands when its text is met, no later one of the same people and text can come first. A file is
 * something to be confirmed, and says nothing about the later ones.
 */
static int add_with_program(struct builder *builder, const struct rule *rule, uint32_t who,
			    uint32_t number)
{
	const struct program_nodes *nodes = &builder->nodes[rule->program->index];
	bool closing = !rule_is_conditional(rule);
	int r = add_to_node(builder, who, nodes->text, number, closing);

	if (r == 0)
		r = add_to_node(builder, who, nodes->real, number, closing);
	if (r == 0)
		r = add_to_node(builder, who, nodes->file, number, false);
	return r;
}

/* The node of no program: behind all others. */
static uint32_t no_program(const struct builder *builder)
{
	return builder->n_nodes;
}

static int add_rule(struct builder *builder, const struct rule *rule, uint32_t number,
		    unsigned *who_facts)
{
	uint32_t who;
	int r = find_rule_who(builder, rule, &who);

	if (r == 0 && rule->who == RULE_USER)
		r = idlists_add(&builder->user_whos, rule->uid, who, false);
	if (r < 0)
		return r;
	who_facts[who] |= facts_of(rule);
	if (rule->program)
		return add_with_program(builder, rule, who, number);
	return add_to_node(builder, who, no_program(builder), number, !rule_is_conditional(rule));
}

/* Who every_program and facts are for is known when all rules are there. */
static int build_whos(struct builder *builder, const unsigned *who_facts)
{
	struct rule_index *index = builder->index;

	index->whos = calloc(builder->n_whos, sizeof(*index->whos));
	if (!index->whos)
		return -ENOMEM;
	for (uint32_t who = 0; who < builder->n_whos; who++) {
		uint64_t pair = index_pair(who, no_program(builder));

		index->whos[who].every_program = idmap_get(&index->rules.map, pair);
		index->whos[who].facts = who_facts[who];
	}
	return 0;
}

static int build_rules(struct builder *builder)
{
	const struct ruleset *set = builder->set;
	cleanup_free unsigned *who_facts = calloc(set->n_rules + 1, sizeof(*who_facts));
	int r = who_facts ? 0 : -ENOMEM;

	builder->n_whos = INDEX_EVERYBODY + 1;
	for (size_t i = 0; r == 0 && i < set->n_rules; i++) {
		if (!rule_is_access(&set->rules[i]))
			r = add_rule(builder, &set->rules[i], (uint32_t)i, who_facts);
	}
	if (r == 0)
		r = idlists_finish(&builder->rules, &builder->index->rules);
	if (r == 0)
		r = build_whos(builder, who_facts);
	return r;
}

static int build(struct builder *builder)
{
	int r = build_nodes(builder);

	if (r == 0)
		r = build_prefixes(builder);
	if (r == 0)
		r = build_rules(builder);
	return r == 0 ? build_users(builder) : r;
}

int ruleset_index(struct ruleset *set)
{
	struct rule_index *index = calloc(1, sizeof(*index));
	struct builder builder = { .set = set, .index = index };
	int r;

	if (!index)
		return -ENOMEM;
	r = set->n_rules < IDLISTS_MAX ? build(&builder) : -ENOMEM;
	free(builder.nodes);
	idmap_done(&builder.users);
	idlists_new_done(&builder.user_whos);
	idlists_new_done(&builder.rules);
	if (r < 0) {
		rule_index_free(index);
		return -ENOMEM;
	}
	set->index = index;
	for (uint32_t who = 0; who < builder.n_whos; who++)
		set->facts |= index->whos[who].facts;
	return 0;
}

void rule_index_free(struct rule_index *index)
{
	if (!index)
		return;
	idmap_done(&index->groups);
	idlists_done(&index->users);
	free(index->whos);
	textmap_done(&index->paths);
	textmap_done(&index->names);
	textmap_done(&index->prefixes);
	idmap_done(&index->files);
	free(index->prefix);
	free(index->file);
	free(index->lengths[0].items);
	free(index->lengths[1].items);
	idlists_done(&index->rules);
	free(index);
}
