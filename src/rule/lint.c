/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Duplicate and unreachable rules: a rule that takes everything of a narrower one is found by what
 * its columns would have to be. */
#include "config.h"

#include "rule/lint.h"

#include <errno.h>
#include <string.h>

#include "base/diag.h"
#include "base/hash.h"
#include "base/idmap.h"
#include "base/path.h"
#include "rule/index.h"
#include "rule/ruleset.h"

struct lint {
	const struct ruleset *set;
	struct idmap seen; /* columns to the number of the first rule that has them */
};

/* What a rule is known by. */
struct columns {
	unsigned who, id; /* enum rule_who */
	enum rule_pattern pattern;
	const char *text; /* "" without a program column */
};

static unsigned id_of(const struct rule *rule)
{
	switch ((enum rule_who)rule->who) {
	case RULE_ANYBODY:
		return 0;
	case RULE_USER:
		return rule->uid;
	case RULE_GROUP:
		return rule->members->gid;
	}
	return 0;
}

static struct columns columns_of(const struct rule *rule)
{
	return (struct columns){
		.who = rule->who,
		.id = id_of(rule),
		.pattern = rule_pattern(rule),
		.text = rule->program ? rule->program->text : "",
	};
}

static bool same_columns(const struct columns *a, const struct columns *b)
{
	return a->who == b->who && a->id == b->id && a->pattern == b->pattern &&
	       strcmp(a->text, b->text) == 0;
}

static uint64_t key_of(const struct columns *columns)
{
	uint64_t seed = hash_word(hash_word(columns->who, columns->id), columns->pattern);

	return hash_word(seed, hash_text(columns->text, strlen(columns->text)));
}

/* *ret_key: where it is, or would be. Of two with one hash, the later has the next free key. */
static const struct rule *find_at(const struct lint *lint, const struct columns *columns,
				  uint64_t *ret_key)
{
	uint32_t number;

	*ret_key = key_of(columns);
	while ((number = idmap_get(&lint->seen, *ret_key)) != IDMAP_NONE) {
		const struct rule *rule = &lint->set->rules[number];
		struct columns found = columns_of(rule);

		if (same_columns(&found, columns))
			return rule;
		(*ret_key)++;
	}
	return NULL;
}

static const struct rule *find(const struct lint *lint, unsigned who, unsigned id,
			       enum rule_pattern pattern, const char *text)
{
	const struct columns columns = { who, id, pattern, text };
	uint64_t key;

	return find_at(lint, &columns, &key);
}

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool prefix_covers_path(const char *prefix, const char *path)
{
	return starts_with(path, prefix) || starts_with(path_base(path), prefix);
}

/* Does a prefix take everything of a rule's program column? A rule for a symbolic link also takes
 * the path that it leads to. */
static bool prefix_covers(const char *prefix, const struct rule_program *program)
{
	if (program->pattern != PATTERN_PATH)
		return starts_with(program->text, prefix);
	return prefix_covers_path(prefix, program->text) &&
	       (!program->real_path || prefix_covers_path(prefix, program->real_path));
}

/* The first rule for these people with a prefix of the text that covers the program. */
static const struct rule *find_prefix(const struct lint *lint, const struct rule_program *program,
				      const char *text, const struct columns *people)
{
	const struct rule_index *index = lint->set->index;
	bool is_only;
	uint32_t node = rule_index_find_prefix(index, text, strlen(text), &is_only);
	const struct rule *first = NULL;

	for (; node != IDMAP_NONE; node = index->prefix[node].parent) {
		const char *prefix = index->prefix[node].text;
		const struct rule *rule =
			find(lint, people->who, people->id, PATTERN_PREFIX, prefix);

		if (rule && (!first || rule < first) && prefix_covers(prefix, program))
			first = rule;
	}
	return first;
}

static bool has_one_base(const struct rule_program *program)
{
	return !program->real_path ||
	       strcmp(path_base(program->text), path_base(program->real_path)) == 0;
}

static const struct rule *find_program_cover(const struct lint *lint,
					     const struct rule_program *program,
					     const struct columns *people)
{
	unsigned who = people->who;
	unsigned id = people->id;
	bool is_path = program->pattern == PATTERN_PATH;
	const struct rule *cover = find(lint, who, id, program->pattern, program->text);

	if (!cover && is_path && has_one_base(program))
		cover = find(lint, who, id, PATTERN_NAME, path_base(program->text));
	if (!cover)
		cover = find_prefix(lint, program, program->text, people);
	if (!cover && is_path)
		cover = find_prefix(lint, program, path_base(program->text), people);
	return cover;
}

/* A rule for these people that takes everything of the rule's program column, or NULL. */
static const struct rule *find_cover(const struct lint *lint, const struct rule *rule,
				     const struct columns *people)
{
	const struct rule *cover = find(lint, people->who, people->id, PATTERN_NONE, "");

	if (!cover && rule->program)
		cover = find_program_cover(lint, rule->program, people);
	return cover;
}

static int remember(struct lint *lint, const struct rule *rule, const struct columns *columns)
{
	uint64_t key;

	(void)find_at(lint, columns, &key);
	return idmap_put(&lint->seen, key, (uint32_t)(rule - lint->set->rules));
}

static int lint_rule(struct lint *lint, const struct rule *rule, struct diag_list *diags)
{
	static const struct columns everybody = { .who = RULE_ANYBODY };
	const struct columns columns = columns_of(rule);
	const struct rule *cover = find_cover(lint, rule, &everybody);
	const char *const *sources = lint->set->sources;

	if (rule_is_access(rule))
		return 0;
	if (!cover && rule->who != RULE_ANYBODY)
		cover = find_cover(lint, rule, &columns);
	/* Two paths of one rule of a YAML file can have something in common. */
	if (cover && (!rule->details || cover->details != rule->details)) {
		diag_add(diags, DIAG_WARNING, sources[rule->source], rule->line, rule->column,
			 "never reached: the rule at %s:%u comes first and takes everything of it",
			 sources[cover->source], cover->line);
		return 0;
	}
	return rule_is_conditional(rule) ? 0 : remember(lint, rule, &columns);
}

int ruleset_lint(const struct ruleset *set, struct diag_list *diags)
{
	struct lint lint = { .set = set };
	int r = 0;

	for (size_t i = 0; r == 0 && i < set->n_rules; i++)
		r = lint_rule(&lint, &set->rules[i], diags);
	idmap_done(&lint.seen);
	return r;
}
