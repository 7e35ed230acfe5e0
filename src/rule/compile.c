/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rule compiler. Each user, group, program and destination is looked up and stored once,
 * however many rules name it. */
#include "config.h"

#include "rule/compile.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/grow.h"
#include "base/hash.h"
#include "rule/cgrules.h"
#include "rule/compiler.h"
#include "rule/destination.h"
#include "rule/index.h"
#include "rule/ruleset.h"

struct compiler *compiler_new(const struct ruleset *previous, struct diag_list *diags)
{
	struct compiler *compiler = calloc(1, sizeof(*compiler));

	if (!compiler)
		return NULL;
	compiler->previous = previous;
	compiler->diags = diags;
	compiler->set = calloc(1, sizeof(*compiler->set));
	if (!compiler->set) {
		free(compiler);
		return NULL;
	}
	atomic_init(&compiler->set->refs, 1);
	return compiler;
}

void compiler_free(struct compiler *compiler)
{
	if (!compiler)
		return;
	textmap_done(&compiler->strings);
	free(compiler->texts);
	compiler_free_names(compiler);
	idmap_done(&compiler->programs);
	idmap_done(&compiler->targets);
	files_done(&compiler->files);
	ruleset_unref(compiler->set);
	free(compiler->open);
	free(compiler);
}

static uint32_t add_text(struct compiler *compiler, const char *text, size_t len)
{
	const char **texts =
		grow(compiler->texts, compiler->n_texts, &compiler->texts_room, sizeof(*texts));
	char *stored;

	if (!texts)
		return NO_MEMORY;
	compiler->texts = texts;
	stored = arena_strndup(&compiler->set->texts, text, len);
	if (!stored || textmap_put(&compiler->strings, stored, (uint32_t)compiler->n_texts) < 0)
		return NO_MEMORY;
	texts[compiler->n_texts] = stored;
	return (uint32_t)compiler->n_texts++;
}

uint32_t compiler_intern_n(struct compiler *compiler, const char *text, size_t len)
{
	uint32_t number = textmap_get(&compiler->strings, textmap_hash(text, len), text, len);

	return number != IDMAP_NONE ? number : add_text(compiler, text, len);
}

uint32_t compiler_intern(struct compiler *compiler, const char *text)
{
	return compiler_intern_n(compiler, text, strlen(text));
}

const char *compiler_intern_text(struct compiler *compiler, const char *text)
{
	uint32_t number = compiler_intern(compiler, text);

	return number == NO_MEMORY ? NULL : compiler->texts[number];
}

int compiler_begin_source(struct compiler *compiler, const char *name, const char *text, size_t len)
{
	struct ruleset *set = compiler->set;
	const char **sources =
		grow(set->sources, set->n_sources, &compiler->sources_room, sizeof(*sources));

	if (!sources)
		return -ENOMEM;
	set->sources = sources;
	sources[set->n_sources] = compiler_intern_text(compiler, name);
	if (!sources[set->n_sources])
		return -ENOMEM;
	set->n_sources++;
	set->text_hash = hash_add(hash_add(set->text_hash, name, strlen(name) + 1), text, len);
	compiler->skipping = false;
	return 0;
}

const char *compiler_source_name(const struct compiler *compiler)
{
	return compiler->set->sources[compiler->set->n_sources - 1];
}

/* ---- programs ------------------------------------------------------------------------------- */

/* What a path leads to, now: its text may differ from what the kernel will say (symbolic links,
 * /bin on a merged /usr), its file may have other names. */
static int set_file(struct compiler *compiler, struct rule_program *program)
{
	const char *real;
	int r = files_find(&compiler->files, program->text, &real, &program->file);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (strcmp(real, program->text) == 0)
		return 0;
	program->real_path = compiler_intern_text(compiler, real);
	return program->real_path ? 0 : -ENOMEM;
}

static const struct rule_program *new_program(struct compiler *compiler, enum rule_pattern pattern,
					      const char *text)
{
	struct ruleset *set = compiler->set;
	const struct rule_program **programs =
		grow(set->programs, set->n_programs, &compiler->programs_room, sizeof(*programs));
	struct rule_program *program;

	if (!programs)
		return NULL;
	set->programs = programs;
	program = arena_alloc(&set->arena, sizeof(*program));
	if (!program)
		return NULL;
	program->text = text;
	program->pattern = (unsigned char)pattern;
	program->index = (unsigned)set->n_programs;
	if (pattern == PATTERN_PATH && set_file(compiler, program) < 0)
		return NULL;
	programs[set->n_programs++] = program;
	return program;
}

const struct rule_program *compiler_find_program(struct compiler *compiler,
						 enum rule_pattern pattern, uint32_t number)
{
	uint64_t key = (uint64_t)pattern << 32 | number;
	const struct rule_program *program;
	uint32_t at;

	if (number == NO_MEMORY)
		return NULL;
	at = idmap_get(&compiler->programs, key);
	if (at != IDMAP_NONE)
		return compiler->set->programs[at];
	program = new_program(compiler, pattern, compiler->texts[number]);
	if (!program || idmap_put(&compiler->programs, key, program->index) < 0)
		return NULL;
	return program;
}

/* ---- targets -------------------------------------------------------------------------------- */

static const struct rule_target *new_target(struct compiler *compiler, const char *controllers,
					    const char *destination, bool is_open)
{
	struct ruleset *set = compiler->set;
	const struct rule_target **targets =
		grow(set->targets, set->n_targets, &compiler->targets_room, sizeof(*targets));
	struct rule_target *target;
	const char *unknown;

	if (!targets)
		return NULL;
	set->targets = targets;
	target = arena_alloc(&set->arena, sizeof(*target));
	if (!target)
		return NULL;
	target->controllers = controllers;
	target->destination = destination;
	target->is_open = is_open;
	target->needs = destination_needs(destination, &unknown);
	target->index = (unsigned)set->n_targets;
	targets[set->n_targets++] = target;
	return target;
}

const struct rule_target *compiler_find_target(struct compiler *compiler, const char *controllers,
					       const char *destination, bool is_open)
{
	uint32_t list = compiler_intern(compiler, controllers);
	uint32_t path = compiler_intern(compiler, destination);
	uint64_t key = (uint64_t)list << 33 | (uint64_t)path << 1 | is_open;
	const struct rule_target *target;
	uint32_t at;

	if (list == NO_MEMORY || path == NO_MEMORY)
		return NULL;
	at = idmap_get(&compiler->targets, key);
	if (at != IDMAP_NONE)
		return compiler->set->targets[at];
	target = new_target(compiler, compiler->texts[list], compiler->texts[path], is_open);
	if (!target || idmap_put(&compiler->targets, key, target->index) < 0)
		return NULL;
	return target;
}

static void check_destination(struct compiler *compiler, const struct cgrules_line *line)
{
	const char *unknown;

	(void)destination_needs(line->destination, &unknown);
	if (unknown)
		diag_add(compiler->diags, DIAG_WARNING, compiler_source_name(compiler), line->line,
			 line->destination_column,
			 "unknown substitution \"%.2s\" in the destination: it stays as it is",
			 unknown);
}

static int add_target(struct compiler *compiler, const struct cgrules_line *line)
{
	const struct rule_target **open;
	const struct rule_target *target;

	compiler->open_bytes += strlen(line->destination) + 1;
	if (compiler->n_open >= RULE_TARGETS_MAX || compiler->open_bytes > RULE_TARGETS_BYTES) {
		diag_add(compiler->diags, DIAG_ERROR, compiler_source_name(compiler), line->line, 0,
			 "a rule has at most %d lines, with destinations of %d bytes in all",
			 RULE_TARGETS_MAX, RULE_TARGETS_BYTES);
		return 0;
	}
	open = grow(compiler->open, compiler->n_open, &compiler->open_room, sizeof(*open));
	if (!open)
		return -ENOMEM;
	compiler->open = open;
	target = compiler_find_target(compiler, line->controllers, line->destination,
				      line->destination_is_open);
	if (!target)
		return -ENOMEM;
	check_destination(compiler, line);
	open[compiler->n_open++] = target;
	return 0;
}

int compiler_close_rule(struct compiler *compiler)
{
	struct ruleset *set = compiler->set;
	const struct rule_target **targets;
	size_t bytes = compiler->n_open * sizeof(*targets);

	compiler->open_bytes = 0;
	if (compiler->n_open == 0)
		return 0;
	targets = arena_alloc(&set->arena, bytes);
	if (!targets)
		return -ENOMEM;
	memcpy(targets, compiler->open, bytes);
	set->rules[set->n_rules - 1].targets = targets;
	set->rules[set->n_rules - 1].n_targets = (unsigned)compiler->n_open;
	compiler->n_open = 0;
	return 0;
}

/* ---- rules ---------------------------------------------------------------------------------- */

static int set_program(struct compiler *compiler, const struct cgrules_line *line,
		       struct rule *rule)
{
	const char *text = line->process;
	size_t len = strlen(text);
	enum rule_pattern pattern = text[0] == '/' ? PATTERN_PATH : PATTERN_NAME;

	/* Every program: as if there were no such column. */
	if (strcmp(text, "*") == 0)
		return 0;
	if (text[len - 1] == '*') {
		pattern = PATTERN_PREFIX;
		len--;
	}
	rule->program =
		compiler_find_program(compiler, pattern, compiler_intern_n(compiler, text, len));
	if (!rule->program)
		return -ENOMEM;
	if (pattern == PATTERN_NAME && strchr(text, '/'))
		diag_add(compiler->diags, DIAG_WARNING, compiler_source_name(compiler), line->line,
			 line->user_column,
			 "\"%.80s\" is neither a full path nor a base name: it never matches",
			 text);
	return 0;
}

/* 1: the rule stands, 0: it is left out, -ENOMEM. */
static int set_who(struct compiler *compiler, const struct cgrules_line *line, struct rule *rule)
{
	bool is_group = line->who == CGRULES_GROUP;
	struct name *entry;

	rule->who = RULE_ANYBODY;
	if (line->who == CGRULES_ANY)
		return 1;
	entry = is_group ? compiler_find_group(compiler, line->name)
			 : compiler_find_user(compiler, line->name);
	if (!entry)
		return -ENOMEM;
	entry->of_rule = true;
	if (entry->error < 0) {
		const char *why =
			entry->error == -ENOENT ? "does not exist" : strerror(-entry->error);

		diag_add(compiler->diags, DIAG_WARNING, compiler_source_name(compiler), line->line,
			 line->user_column,
			 "%s \"%.60s\": %s; the rule and its %% lines are skipped",
			 is_group ? "group" : "user", line->name, why);
		return 0;
	}
	rule->who = is_group ? RULE_GROUP : RULE_USER;
	if (is_group)
		rule->members = entry->members;
	else
		rule->uid = entry->id;
	return 1;
}

int compiler_append(struct compiler *compiler, const struct rule *rule)
{
	struct ruleset *set = compiler->set;
	struct rule *rules = grow(set->rules, set->n_rules, &compiler->rules_room, sizeof(*rules));

	if (!rules)
		return -ENOMEM;
	set->rules = rules;
	rules[set->n_rules++] = *rule;
	return 0;
}

static int add_rule(struct compiler *compiler, const struct cgrules_line *line)
{
	struct ruleset *set = compiler->set;
	struct rule rule = { .line = line->line };
	int r;

	r = set_who(compiler, line, &rule);
	if (r <= 0) {
		compiler->skipping = r == 0;
		set->n_skipped += r == 0;
		return r;
	}
	compiler->skipping = false;
	if (line->process && set_program(compiler, line, &rule) < 0)
		return -ENOMEM;
	if (line->options & CGRULES_IGNORE)
		rule.options |= RULE_IGNORE;
	if (line->options & CGRULES_IGNORE_RT)
		rule.options |= RULE_IGNORE_RT;
	rule.source = (unsigned short)(set->n_sources - 1);
	rule.column = (unsigned short)(line->user_column > USHRT_MAX ? 0 : line->user_column);
	r = compiler_append(compiler, &rule);
	return r < 0 ? r : add_target(compiler, line);
}

int compiler_add(struct compiler *compiler, const struct cgrules_line *line)
{
	int r;

	if (line->continues)
		return compiler->skipping ? 0 : add_target(compiler, line);
	r = compiler_close_rule(compiler);
	return r < 0 ? r : add_rule(compiler, line);
}

/* ---- the end -------------------------------------------------------------------------------- */

/* What growing by doubling has left over goes back. */
static void *shrink(void *array, size_t n, size_t size)
{
	void *smaller = reallocarray(array, n + 1, size);

	return smaller ? smaller : array;
}

static void shrink_arrays(struct ruleset *set)
{
	set->rules = shrink(set->rules, set->n_rules, sizeof(*set->rules));
	set->targets = shrink(set->targets, set->n_targets, sizeof(*set->targets));
	set->programs = shrink(set->programs, set->n_programs, sizeof(*set->programs));
	set->groups = shrink(set->groups, set->n_groups, sizeof(*set->groups));
	set->sources = shrink(set->sources, set->n_sources, sizeof(*set->sources));
}

static unsigned gating_of(const struct rule *rule)
{
	if (!rule->n_targets)
		return 0;
	switch (rule->details ? rule->details->yaml->sync : YAML_SYNC_AUTO) {
	case YAML_SYNC_AUTO:
		return RULESET_GATED;
	case YAML_SYNC_ALWAYS:
		return RULESET_GATED | RULESET_GATED_ALWAYS;
	case YAML_SYNC_NEVER:
		return 0;
	}
	return 0;
}

static int find_gated(struct ruleset *set)
{
	set->gated = arena_alloc(&set->arena, set->n_programs + 1);
	if (!set->gated)
		return -ENOMEM;
	for (size_t i = 0; i < set->n_rules; i++) {
		const struct rule *rule = &set->rules[i];

		if (rule->program)
			set->gated[rule->program->index] |= (unsigned char)gating_of(rule);
	}
	return 0;
}

struct yaml_config *compiler_yaml(struct compiler *compiler)
{
	return &compiler->set->yaml;
}

int compiler_finish(struct compiler *compiler, struct ruleset **ret)
{
	int r = compiler_close_rule(compiler);

	if (r == 0)
		r = compiler_add_yaml(compiler);
	if (r == 0)
		r = compiler_store_names(compiler);
	if (r == 0)
		r = find_gated(compiler->set);
	if (r == 0)
		r = ruleset_index(compiler->set);
	if (r < 0)
		return r;
	shrink_arrays(compiler->set);
	*ret = take_ptr(&compiler->set);
	return 0;
}
