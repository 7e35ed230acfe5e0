/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be said of YAML configuration files only when all are there. */
#include "config.h"

#include "rule/yaml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/similar.h"
#include "base/textmap.h"
#include "rule/yaml-reader.h"

#define HINTS_MAX 100 /* each looks at all names */

struct checker {
	const struct yaml_config *config;
	struct diag_list *diags;
	struct textmap groups, triggers; /* names, to numbers */
	bool *group_is_used, *trigger_is_used;
	unsigned hints;
};

static void say_at(struct checker *checker, enum diag_level level, const struct yaml_text *at,
		   const char *what, const char *problem)
{
	diag_add(checker->diags, level, at->file, at->line, at->column, "%s \"%s\" %s", what,
		 yaml_show(at->text).text, problem);
}

static void say_missing(struct checker *checker, const struct yaml_text *at, const char *what,
			const char *best)
{
	diag_add(checker->diags, DIAG_ERROR, at->file, at->line, at->column,
		 "there is no %s \"%s\"%s%s%s", what, yaml_show(at->text).text,
		 best ? ": did you mean \"" : "", best ? yaml_show(best).text : "",
		 best ? "\"?" : "");
}

static uint32_t find(const struct textmap *map, const char *name)
{
	size_t len = strlen(name);

	return textmap_get(map, textmap_hash(name, len), name, len);
}

static void check_group(struct checker *checker, const struct yaml_text *name)
{
	const struct yaml_config *config = checker->config;
	struct similar similar = { .wanted = name->text };
	uint32_t i = find(&checker->groups, name->text);

	if (i != IDMAP_NONE) {
		checker->group_is_used[i] = true;
		return;
	}
	if (config->is_partial)
		return;
	for (size_t j = 0; j < config->n_groups && checker->hints < HINTS_MAX; j++)
		similar_try(&similar, config->groups[j].name.text);
	checker->hints++;
	say_missing(checker, name, "group", similar.best);
}

static void check_trigger(struct checker *checker, const struct yaml_text *name)
{
	static const char *const actions[] = {
		"KILL", "INTERRUPT", "TERM", "STOP", "FREEZE", "LOG"
	};
	const struct yaml_config *config = checker->config;
	struct similar similar = { .wanted = name->text };
	uint32_t i = find(&checker->triggers, name->text);

	if (i != IDMAP_NONE) {
		checker->trigger_is_used[i] = true;
		return;
	}
	if (config->is_partial)
		return;
	for (size_t j = 0; j < sizeof(actions) / sizeof(actions[0]); j++)
		similar_try(&similar, actions[j]);
	for (size_t j = 0; j < config->n_triggers && checker->hints < HINTS_MAX; j++)
		similar_try(&similar, config->triggers[j].name.text);
	checker->hints++;
	say_missing(checker, name, "trigger or action", similar.best);
}

static void check_rule(struct checker *checker, const struct yaml_rule *rule)
{
	bool has_condition = rule->users.n || rule->comm.n || rule->containers.n ||
			     rule->cgroup.n || rule->parent.n;

	if (rule->group.text)
		check_group(checker, &rule->group);
	for (size_t i = 0; i < rule->triggers.n; i++)
		check_trigger(checker, &rule->triggers.items[i]);
	if (rule->is_partial)
		return;
	if (!rule->group.text && !rule->triggers.n && !rule->actions)
		say_at(checker, DIAG_ERROR, &rule->name, "rule",
		       "does nothing: it has no \"group\" and no \"trigger\"");
	if (!rule->paths.n && rule->access != YAML_EXECUTE)
		say_at(checker, DIAG_ERROR, &rule->name, "rule",
		       rule->access == YAML_READ ? "has the action read, but no \"paths\""
						 : "has the action write, but no \"paths\"");
	else if (!rule->paths.n && !has_condition)
		say_at(checker, DIAG_ERROR, &rule->name, "rule",
		       "matches everything: it has no \"paths\" and no condition");
}

static int prepare(struct checker *checker)
{
	const struct yaml_config *config = checker->config;
	int r = 0;

	checker->group_is_used = calloc(config->n_groups + 1, sizeof(bool));
	checker->trigger_is_used = calloc(config->n_triggers + 1, sizeof(bool));
	if (!checker->group_is_used || !checker->trigger_is_used)
		return -ENOMEM;
	for (size_t i = 0; i < config->n_groups && r == 0; i++)
		r = textmap_put(&checker->groups, config->groups[i].name.text, (uint32_t)i);
	for (size_t i = 0; i < config->n_triggers && r == 0; i++)
		r = textmap_put(&checker->triggers, config->triggers[i].name.text, (uint32_t)i);
	return r;
}

static void check_all(struct checker *checker)
{
	const struct yaml_config *config = checker->config;

	for (size_t i = 0; i < config->n_rules; i++)
		check_rule(checker, &config->rules[i]);
	for (size_t i = 0; i < config->n_groups && !config->is_partial; i++)
		if (!checker->group_is_used[i])
			say_at(checker, DIAG_WARNING, &config->groups[i].name, "group",
			       "is used by no rule");
	for (size_t i = 0; i < config->n_triggers && !config->is_partial; i++)
		if (!checker->trigger_is_used[i])
			say_at(checker, DIAG_WARNING, &config->triggers[i].name, "trigger",
			       "is used by no rule");
}

int yaml_check(const struct yaml_config *config, struct diag_list *diags)
{
	struct checker checker = { .config = config, .diags = diags };
	unsigned errors = diags->errors;
	int r = prepare(&checker);

	if (r == 0)
		check_all(&checker);
	textmap_done(&checker.groups);
	textmap_done(&checker.triggers);
	free(checker.group_is_used);
	free(checker.trigger_is_used);
	return r == 0 && diags->errors > errors ? -EINVAL : r;
}
