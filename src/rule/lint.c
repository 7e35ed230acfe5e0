/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Duplicate and unreachable rules. Rules that take everything of a narrower one are found by their
 * text, prefixes one by one: nobody has many of these. */
#include "config.h"

#include "rule/lint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/table.h"
#include "rule/ruleset.h"

struct seen {
	UT_hash_handle hh;
	const struct rule *rule;
	char key[];
};

struct lint {
	struct seen *seen;
	const struct rule **prefixes;
	size_t n_prefixes;
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

static char *make_key(unsigned who, unsigned id, unsigned pattern, const char *process)
{
	char *key;

	if (asprintf(&key, "%u:%u:%u:%s", who, id, pattern, process ? process : "") < 0)
		return NULL;
	return key;
}

static const struct rule *find(const struct lint *lint, unsigned who, unsigned id, unsigned pattern,
			       const char *process)
{
	char *key = make_key(who, id, pattern, process);
	struct seen *seen = NULL;

	if (key)
		HASH_FIND_STR(lint->seen, key, seen);
	free(key);
	return seen ? seen->rule : NULL;
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool prefix_covers_path(const char *prefix, const char *path)
{
	return starts_with(path, prefix) || starts_with(base_of(path), prefix);
}

/* Does a prefix rule take everything of another rule's program column? A rule for a symbolic link
 * also takes the path that it leads to. */
static bool prefix_covers(const struct rule *prefix, const struct rule *rule)
{
	switch ((enum rule_pattern)rule->pattern) {
	case PATTERN_NONE:
		return false;
	case PATTERN_PATH:
		return prefix_covers_path(prefix->process, rule->process) &&
		       (!rule->real_path || prefix_covers_path(prefix->process, rule->real_path));
	case PATTERN_NAME:
	case PATTERN_PREFIX:
		return starts_with(rule->process, prefix->process);
	}
	return false;
}

static bool has_one_base(const struct rule *rule)
{
	return !rule->real_path || strcmp(base_of(rule->process), base_of(rule->real_path)) == 0;
}

/* A rule for these people that takes everything of the rule's program column, or NULL. */
static const struct rule *find_cover(const struct lint *lint, const struct rule *rule, unsigned who,
				     unsigned id)
{
	const struct rule *cover = find(lint, who, id, PATTERN_NONE, NULL);

	if (!cover && rule->pattern != PATTERN_NONE)
		cover = find(lint, who, id, rule->pattern, rule->process);
	if (!cover && rule->pattern == PATTERN_PATH && has_one_base(rule))
		cover = find(lint, who, id, PATTERN_NAME, base_of(rule->process));
	for (size_t i = 0; !cover && i < lint->n_prefixes; i++) {
		const struct rule *prefix = lint->prefixes[i];

		if (prefix->who == who && id_of(prefix) == id && prefix_covers(prefix, rule))
			cover = prefix;
	}
	return cover;
}

static int remember(struct lint *lint, const struct rule *rule)
{
	char *key = make_key(rule->who, id_of(rule), rule->pattern, rule->process);
	struct seen *seen = key ? calloc(1, sizeof(*seen) + strlen(key) + 1) : NULL;

	if (!seen) {
		free(key);
		return -ENOMEM;
	}
	memcpy(seen->key, key, strlen(key));
	free(key);
	seen->rule = rule;
	HASH_ADD_STR(lint->seen, key, seen);
	if (!table_has(seen)) {
		free(seen);
		return -ENOMEM;
	}
	if (rule->pattern == PATTERN_PREFIX)
		lint->prefixes[lint->n_prefixes++] = rule;
	return 0;
}

static int lint_rule(struct lint *lint, const struct ruleset *set, const struct rule *rule,
		     struct diag_list *diags)
{
	const struct rule *cover = find_cover(lint, rule, RULE_ANYBODY, 0);

	if (!cover && rule->who != RULE_ANYBODY)
		cover = find_cover(lint, rule, rule->who, id_of(rule));
	if (cover) {
		diag_add(diags, DIAG_WARNING, set->sources[rule->source], rule->line, rule->column,
			 "never reached: the rule at %s:%u comes first and takes everything of it",
			 set->sources[cover->source], cover->line);
		return 0;
	}
	/* A rule with "ignore" may hand on to the next. */
	return rule->options ? 0 : remember(lint, rule);
}

int ruleset_lint(const struct ruleset *set, struct diag_list *diags)
{
	struct lint lint = { .prefixes = calloc(set->n_rules + 1, sizeof(*lint.prefixes)) };
	struct seen *seen, *next;
	int r = lint.prefixes ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < set->n_rules; i++)
		r = lint_rule(&lint, set, &set->rules[i], diags);
	HASH_ITER (hh, lint.seen, seen, next) {
		HASH_DEL(lint.seen, seen);
		free(seen);
	}
	free(lint.prefixes);
	return r;
}
