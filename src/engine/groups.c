/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From groups of a YAML file to groups with limits; and their thawing, when that is asked for. */
#include "config.h"

#include "engine/groups.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/log.h"
#include "base/loop.h"
#include "engine/parts.h"
#include "engine/report.h"
#include "rule/places.h"
#include "rule/ruleset.h"

/* ---- what there is -------------------------------------------------------------------------- */

static bool has_path(const struct groups *groups, const char *path)
{
	for (size_t i = 0; i < groups->n; i++) {
		if (strcmp(groups->items[i].path, path) == 0)
			return true;
	}
	return false;
}

/* Takes the path; NULL: there was no memory for it. Of two with one path the first counts. */
static int add(struct groups *groups, char *path, const char *controllers,
	       const struct limits *limits, unsigned thaw_after_ms)
{
	cleanup_free char *given = path;
	const char *kept_path, *kept_controllers;

	if (!given)
		return -ENOMEM;
	if (has_path(groups, given))
		return 0;
	kept_path = arena_strndup(&groups->arena, given, strlen(given));
	kept_controllers = arena_strndup(&groups->arena, controllers, strlen(controllers));
	if (!kept_path || !kept_controllers)
		return -ENOMEM;
	groups->thaws[groups->n].after_ms = thaw_after_ms;
	groups->items[groups->n++] = (struct limited_group){
		.path = kept_path,
		.controllers = kept_controllers,
		.limits = *limits,
	};
	return 0;
}

static int copy_values(struct groups *groups, const struct yaml_group *group, struct limits *limits)
{
	struct limits_value *values =
		arena_alloc(&groups->arena, (group->n_set + 1) * sizeof(*values));

	if (!values)
		return -ENOMEM;
	for (size_t i = 0; i < group->n_set; i++)
		values[i] =
			(struct limits_value){ group->set[i].file.text, group->set[i].value.text };
	limits->set = values;
	limits->n_set = group->n_set;
	return 0;
}

static int add_group(struct groups *groups, const struct yaml_config *config,
		     const struct yaml_group *group)
{
	char controllers[PLACES_CONTROLLERS_MAX];
	struct limits limits = {
		.ram_bytes = group->ram_bytes,
		.cpu_hundredths = group->cpu_hundredths,
		.pids = group->pids,
		.freeze = group->freeze,
		.file = group->name.file,
		.line = group->name.line,
	};
	int r = copy_values(groups, group, &limits);

	places_controllers(group, controllers);
	if (r == 0)
		r = add(groups, places_path(config, group, false), controllers, &limits,
			group->freeze ? group->thaw_after_ms : 0);
	return r;
}

/* Of a rule that freezes whom it matches. */
static int add_frozen(struct groups *groups, const struct yaml_config *config,
		      const struct rule *rule)
{
	const struct yaml_group *group = rule->details->group;
	const struct limits limits = {
		.freeze = true,
		.file = rule->details->yaml->name.file,
		.line = rule->details->yaml->name.line,
	};

	return add(groups, places_path(config, group, true), PLACES_FREEZER, &limits,
		   group ? group->thaw_after_ms : 0);
}

static int add_commands(struct groups *groups, const struct yaml_config *config)
{
	const struct limits limits = {
		.file = config->triggers[0].name.file,
		.line = config->triggers[0].name.line,
	};
	char *path;

	if (asprintf(&path, "%s/%s", places_top(config), PLACES_TRIGGERS) < 0)
		return -ENOMEM;
	return add(groups, path, PLACES_FREEZER, &limits, 0);
}

static bool is_freezing(const struct ruleset *rules, size_t i)
{
	const struct rule *rule = &rules->rules[i];

	return rule->details && (rule->details->actions & YAML_FREEZE) &&
	       (i == 0 || rules->rules[i - 1].details != rule->details);
}

static size_t count(const struct ruleset *rules)
{
	size_t n = rules->yaml.n_groups + 1;

	for (size_t i = 0; i < rules->n_rules; i++)
		n += is_freezing(rules, i);
	return n;
}

static int fill(const struct ruleset *rules, struct groups *groups)
{
	const struct yaml_config *config = &rules->yaml;
	int r = 0;

	for (size_t i = 0; r == 0 && i < config->n_groups; i++)
		r = add_group(groups, config, &config->groups[i]);
	for (size_t i = 0; r == 0 && i < rules->n_rules; i++) {
		if (is_freezing(rules, i))
			r = add_frozen(groups, config, &rules->rules[i]);
	}
	return r == 0 && config->n_triggers ? add_commands(groups, config) : r;
}

int groups_new(const struct ruleset *rules, struct groups *ret)
{
	size_t room = count(rules);
	struct groups groups = { 0 };
	int r = -ENOMEM;

	groups.items = calloc(room, sizeof(*groups.items));
	groups.thaws = calloc(room, sizeof(*groups.thaws));
	if (groups.items && groups.thaws)
		r = fill(rules, &groups);
	if (r < 0) {
		groups_done(&groups);
		return r;
	}
	*ret = groups;
	return 0;
}

void groups_done(struct groups *groups)
{
	arena_done(&groups->arena);
	free(groups->items);
	free(groups->thaws);
	*groups = (struct groups){ 0 };
}

/* ---- in the engine --------------------------------------------------------------------------- */

void engine_groups_sweep(struct engine *engine, uint64_t now_ms)
{
	struct diag_list diags = { 0 };

	if (!engine->groups.n || now_ms < engine->groups_checked_ms + GROUPS_CHECK_MS)
		return;
	engine->groups_checked_ms = now_ms;
	placer_check_groups(engine->placer, &diags);
	report_warnings(engine->report, &diags, now_ms);
	diag_list_done(&diags);
}

static void set_frozen(struct engine *engine, size_t i, bool freeze)
{
	const char *path = engine->groups.items[i].path;
	int r = placer_freeze(engine->placer, path, freeze);

	if (r < 0)
		log_err("group \"%s\" cannot be %s: %s", path, freeze ? "frozen" : "thawed",
			strerror(-r));
	else
		log_notice("group \"%s\" was %s", path, freeze ? "frozen" : "thawed");
	engine->groups.thaws[i].is_thawed = !freeze;
}

static void arm_timer(struct engine *engine)
{
	uint64_t now_ms = engine_now_ms();
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < engine->groups.n; i++) {
		uint64_t due = engine->groups.thaws[i].due_ms;

		if (due && due < first)
			first = due;
	}
	if (first != UINT64_MAX)
		loop_timer_arm(engine->thaw_timer, first > now_ms ? first - now_ms : 0);
}

void engine_groups_update(struct engine *engine)
{
	struct diag_list diags = { 0 };
	uint64_t now_ms = engine_now_ms();

	placer_set_groups(engine->placer, engine->groups.items, engine->groups.n);
	placer_make_groups(engine->placer, &diags);
	report_load(&diags);
	diag_list_done(&diags);
	/* All are frozen now, and who is in them has waited for long enough, or begins to. */
	for (size_t i = 0; i < engine->groups.n; i++) {
		struct group_thaw *thaw = &engine->groups.thaws[i];

		thaw->is_thawed = false;
		thaw->due_ms = thaw->after_ms ? now_ms + thaw->after_ms : 0;
	}
	arm_timer(engine);
}

void engine_on_thaw(void *arg)
{
	struct engine *engine = arg;
	uint64_t now_ms = engine_now_ms();

	for (size_t i = 0; i < engine->groups.n; i++) {
		struct group_thaw *thaw = &engine->groups.thaws[i];

		if (!thaw->due_ms || thaw->due_ms > now_ms)
			continue;
		thaw->due_ms = 0;
		set_frozen(engine, i, false);
	}
	arm_timer(engine);
}

static void begin_thaw(struct engine *engine, size_t i)
{
	struct group_thaw *thaw = &engine->groups.thaws[i];

	if (!thaw->after_ms)
		return;
	if (thaw->is_thawed)
		set_frozen(engine, i, true);
	if (!thaw->due_ms)
		thaw->due_ms = engine_now_ms() + thaw->after_ms;
	arm_timer(engine);
}

void engine_groups_arrived(struct engine *engine, enum event_kind kind,
			   const struct decision *decision)
{
	const struct rule *rule = decision->rule;
	cleanup_free char *path = NULL;

	if (!rule || !rule->details || !rule->details->group ||
	    !rule->details->group->thaw_after_ms)
		return;
	/* The exec gate has placed it before. */
	if (decision->verdict != VERDICT_PLACED &&
	    !(decision->verdict == VERDICT_IN_PLACE && kind == EVENT_EXEC))
		return;
	path = places_path(&engine->rules->yaml, rule->details->group,
			   rule->details->actions & YAML_FREEZE);
	for (size_t i = 0; path && i < engine->groups.n; i++) {
		if (strcmp(engine->groups.items[i].path, path) == 0)
			begin_thaw(engine, i);
	}
}
