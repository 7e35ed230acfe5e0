/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the rules of YAML files to rules as those of cgrules.conf: one for each pair of a path and a
 * user, with the same details. Rules for reads and writes stand alone, and keep all their paths. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/grow.h"
#include "base/walk.h"
#include "rule/compiler.h"
#include "rule/places.h"
#include "rule/ruleset.h"

/* One rule of a file, while it is made into rules of the set. */
struct making {
	struct compiler *compiler;
	const struct yaml_rule *yaml;
	struct rule_details *details;
	struct rule rule;	     /* what all of them have */
	struct rule_person *columns; /* users that are columns */
	size_t n_columns;
};

static bool is_excluded(const struct yaml_text *item)
{
	return item->text[0] == '!';
}

static bool has_excluded(const struct yaml_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		if (is_excluded(&list->items[i]))
			return true;
	}
	return false;
}

/* ---- users ---------------------------------------------------------------------------------- */

/* 1; 0: there is no such (a warning); -ENOMEM. */
static int find_person(struct compiler *compiler, const struct yaml_text *item,
		       struct rule_person *ret)
{
	const char *text = item->text + is_excluded(item);
	bool is_group = text[0] == '@';
	struct name *entry = is_group ? compiler_find_group(compiler, text + 1)
				      : compiler_find_user(compiler, text);

	if (!entry)
		return -ENOMEM;
	entry->of_rule = true;
	if (entry->error < 0) {
		diag_add(compiler->diags, DIAG_WARNING, item->file, item->line, item->column,
			 "%s \"%.60s\": %s; it is left out", is_group ? "group" : "user",
			 text + is_group,
			 entry->error == -ENOENT ? "does not exist" : strerror(-entry->error));
		compiler->set->n_skipped++;
		return 0;
	}
	*ret = (struct rule_person){
		.who = is_group ? RULE_GROUP : RULE_USER,
		.is_excluded = is_excluded(item),
		.uid = is_group ? 0 : entry->id,
		.members = entry->members,
	};
	return 1;
}

/* All users of the list that exist, in the arena. */
static int find_people(struct compiler *compiler, const struct yaml_list *list,
		       struct rule_person **ret, size_t *ret_n)
{
	struct rule_person *people =
		arena_alloc(&compiler->set->arena, (list->n + 1) * sizeof(*people));
	size_t n = 0;

	for (size_t i = 0; people && i < list->n; i++) {
		int r = find_person(compiler, &list->items[i], &people[n]);

		if (r < 0)
			return r;
		n += (size_t)r;
	}
	*ret = people;
	*ret_n = n;
	return people ? 0 : -ENOMEM;
}

/* Those that are columns are found by the index; a list with exclusions, and that of a rule that is
 * not in the index, is a condition. 1; 0: nobody is left; -ENOMEM. */
static int set_people(struct making *making)
{
	const struct yaml_list *users = &making->yaml->users;
	struct rule_details *details = making->details;
	struct rule_person *people;
	size_t n;
	int r;

	if (users->n == 0)
		return 1;
	r = find_people(making->compiler, users, &people, &n);
	if (r < 0)
		return r;
	/* Nobody but those that do not exist: not everybody. */
	if (n == 0)
		return 0;
	if (making->yaml->access == YAML_EXECUTE && !has_excluded(users)) {
		making->columns = people;
		making->n_columns = n;
		return 1;
	}
	details->people = people;
	details->n_people = n;
	details->facts |= FACT_STATUS | FACT_GROUPS;
	return 1;
}

/* ---- places --------------------------------------------------------------------------------- */

static const struct yaml_group *find_group(const struct yaml_config *config, const char *name)
{
	for (size_t i = 0; i < config->n_groups; i++) {
		if (strcmp(config->groups[i].name.text, name) == 0)
			return &config->groups[i];
	}
	return NULL;
}

static int set_targets(struct making *making)
{
	struct compiler *compiler = making->compiler;
	const struct yaml_config *config = &compiler->set->yaml;
	const struct rule_target **targets =
		arena_alloc(&compiler->set->arena, 2 * sizeof(*targets));
	cleanup_free char *place = NULL;
	cleanup_free char *frozen = NULL;
	char controllers[PLACES_CONTROLLERS_MAX];
	unsigned n = 0;

	if (!targets)
		return -ENOMEM;
	if (making->details->group) {
		places_controllers(making->details->group, controllers);
		place = places_destination(config, making->details->group, false);
		if (!place)
			return -ENOMEM;
		targets[n++] = compiler_find_target(compiler, controllers, place, false);
	}
	if (making->details->actions & YAML_FREEZE) {
		frozen = places_destination(config, making->details->group, true);
		if (!frozen)
			return -ENOMEM;
		targets[n++] = compiler_find_target(compiler, PLACES_FREEZER, frozen, false);
	}
	making->rule.targets = targets;
	making->rule.n_targets = n;
	return (n > 0 && !targets[0]) || (n > 1 && !targets[1]) ? -ENOMEM : 0;
}

/* ---- actions -------------------------------------------------------------------------------- */

static int set_triggers(struct making *making)
{
	const struct yaml_config *config = &making->compiler->set->yaml;
	const struct yaml_list *names = &making->yaml->triggers;
	unsigned *numbers =
		arena_alloc(&making->compiler->set->arena, (names->n + 1) * sizeof(*numbers));
	size_t n = 0;

	if (!numbers)
		return -ENOMEM;
	for (size_t i = 0; i < names->n; i++) {
		for (size_t j = 0; j < config->n_triggers; j++) {
			if (strcmp(config->triggers[j].name.text, names->items[i].text) == 0)
				numbers[n++] = (unsigned)j;
		}
	}
	making->details->triggers = numbers;
	making->details->n_triggers = n;
	return 0;
}

static void set_conditions(struct making *making)
{
	const struct yaml_rule *yaml = making->yaml;
	struct rule_details *details = making->details;

	if (yaml->comm.n)
		details->facts |= FACT_COMM;
	if (yaml->containers.n || yaml->cgroup.n)
		details->facts |= FACT_CGROUP;
	if (yaml->parent.n)
		details->facts |= FACT_STATUS;
	details->is_conditional = details->n_people || yaml->comm.n || yaml->containers.n ||
				  yaml->cgroup.n || yaml->parent.n || yaml->dry_run;
}

/* ---- paths ---------------------------------------------------------------------------------- */

/* Where a path leads to, when that is elsewhere, and nobody but root can change it; else NULL. */
static char *find_real(const char *path)
{
	char *real = walk_is_ours(path) ? realpath(path, NULL) : NULL;

	if (real && strcmp(real, path) == 0) {
		free(real);
		return NULL;
	}
	return real;
}

static bool is_directory(const char *path)
{
	struct stat st;

	return path[strlen(path) - 1] == '/' || (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

static size_t without_slash(const char *path)
{
	size_t len = strlen(path);

	while (len > 0 && path[len - 1] == '/')
		len--;
	return len;
}

/* Everything below a directory, as a prefix. */
static const struct rule_program *find_tree(struct compiler *compiler, const char *directory)
{
	cleanup_free char *prefix = NULL;

	if (asprintf(&prefix, "%.*s/", (int)without_slash(directory), directory) < 0)
		return prefix = NULL, NULL;
	return compiler_find_program(compiler, PATTERN_PREFIX, compiler_intern(compiler, prefix));
}

/* The rules of one program column: for each user one. */
static int append_for_people(struct making *making, const struct rule_program *program)
{
	struct rule rule = making->rule;
	int r = 0;

	rule.program = program;
	if (making->n_columns == 0)
		return compiler_append(making->compiler, &rule);
	for (size_t i = 0; r == 0 && i < making->n_columns; i++) {
		rule.who = (unsigned char)making->columns[i].who;
		rule.uid = making->columns[i].uid;
		rule.members = making->columns[i].members;
		r = compiler_append(making->compiler, &rule);
	}
	return r;
}

static int append_tree(struct making *making, const char *directory)
{
	const struct rule_program *program = find_tree(making->compiler, directory);

	return program ? append_for_people(making, program) : -ENOMEM;
}

static int append_path(struct making *making, const char *path)
{
	struct compiler *compiler = making->compiler;
	const struct rule_program *program;
	cleanup_free char *real = NULL;
	int r;

	if (!is_directory(path)) {
		program = compiler_find_program(compiler, PATTERN_PATH,
						compiler_intern(compiler, path));
		return program ? append_for_people(making, program) : -ENOMEM;
	}
	r = append_tree(making, path);
	real = find_real(path);
	return r == 0 && real ? append_tree(making, real) : r;
}

static int append_programs(struct making *making)
{
	const struct yaml_list *paths = &making->yaml->paths;
	int r = 0;

	if (paths->n == 0)
		return append_for_people(making, NULL);
	for (size_t i = 0; r == 0 && i < paths->n; i++)
		r = append_path(making, paths->items[i].text);
	return r;
}

/* The paths of accesses, without slashes at their ends, and what they lead to. */
static int append_access(struct making *making)
{
	struct compiler *compiler = making->compiler;
	const struct yaml_list *list = &making->yaml->paths;
	const char **paths = arena_alloc(&compiler->set->arena, (2 * list->n + 1) * sizeof(*paths));
	size_t n = 0;

	for (size_t i = 0; paths && i < list->n; i++) {
		const char *path = list->items[i].text;
		cleanup_free char *real = find_real(path);
		size_t len = without_slash(path);
		uint32_t number = compiler_intern_n(compiler, path, len);
		uint32_t real_number = real ? compiler_intern(compiler, real) : number;

		if (number == NO_MEMORY || real_number == NO_MEMORY)
			return -ENOMEM;
		paths[n++] = compiler->texts[number];
		if (real_number != number)
			paths[n++] = compiler->texts[real_number];
	}
	if (!paths)
		return -ENOMEM;
	making->details->paths = paths;
	making->details->n_paths = n;
	return compiler_append(compiler, &making->rule);
}

/* ---- all ------------------------------------------------------------------------------------ */

static unsigned short find_source(const struct compiler *compiler, const char *file)
{
	const struct ruleset *set = compiler->set;

	for (size_t i = 0; i < set->n_sources; i++) {
		if (strcmp(set->sources[i], file) == 0)
			return (unsigned short)i;
	}
	return 0;
}

static int make(struct making *making)
{
	const struct yaml_rule *yaml = making->yaml;
	struct rule_details *details = making->details;
	int r;

	details->yaml = yaml;
	details->actions = yaml->actions;
	if (yaml->group.text)
		details->group = find_group(&making->compiler->set->yaml, yaml->group.text);
	if (details->group && details->group->kill)
		details->actions |= YAML_KILL;
	making->rule = (struct rule){
		.details = details,
		.line = yaml->name.line,
		.column = (unsigned short)(yaml->name.column > USHRT_MAX ? 0 : yaml->name.column),
		.source = find_source(making->compiler, yaml->name.file),
		.who = RULE_ANYBODY,
	};
	r = set_people(making);
	if (r <= 0)
		return r;
	r = set_targets(making);
	if (r == 0)
		r = set_triggers(making);
	if (r < 0)
		return r;
	set_conditions(making);
	making->compiler->set->has_actions |= rule_has_actions(&making->rule);
	return yaml->access == YAML_EXECUTE ? append_programs(making) : append_access(making);
}

static int list_access_rules(struct ruleset *set)
{
	unsigned *numbers;
	size_t n = 0;

	for (size_t i = 0; i < set->n_rules; i++)
		n += rule_is_access(&set->rules[i]);
	numbers = arena_alloc(&set->arena, (n + 1) * sizeof(*numbers));
	if (!numbers)
		return -ENOMEM;
	for (size_t i = 0; i < set->n_rules; i++) {
		if (rule_is_access(&set->rules[i]))
			numbers[set->n_access_rules++] = (unsigned)i;
	}
	set->access_rules = numbers;
	return 0;
}

int compiler_add_yaml(struct compiler *compiler)
{
	const struct yaml_config *config = &compiler->set->yaml;
	int r = 0;

	for (size_t i = 0; r == 0 && i < config->n_rules; i++) {
		struct making making = { .compiler = compiler, .yaml = &config->rules[i] };

		making.details = arena_alloc(&compiler->set->arena, sizeof(*making.details));
		r = making.details ? make(&making) : -ENOMEM;
	}
	return r == 0 ? list_access_rules(compiler->set) : r;
}
