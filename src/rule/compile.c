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
#include "base/idmap.h"
#include "base/names.h"
#include "base/textmap.h"
#include "rule/cgrules.h"
#include "rule/destination.h"
#include "rule/files.h"
#include "rule/index.h"
#include "rule/ruleset.h"

/* Strings are known by their number: equal ones have the same. */
struct name {
	const char *name;
	int error; /* 0, -ENOENT, … */
	unsigned id;
	bool of_rule;			    /* not only of a member of a group */
	const struct rule_members *members; /* groups only */
};

struct name_table {
	struct idmap map; /* string number to place */
	struct name *items;
	size_t n, room;
};

struct compiler {
	const struct ruleset *previous;
	struct textmap previous_users, previous_groups; /* made when the name service fails */
	struct diag_list *diags;
	struct ruleset *set;
	size_t rules_room, targets_room, programs_room, groups_room, sources_room;

	struct textmap strings; /* to numbers */
	const char **texts;	/* by number; in the arena */
	size_t n_texts, texts_room;
	struct name_table users, groups;
	struct idmap programs; /* string number and pattern to rule_program.index */
	struct idmap targets;  /* string numbers to rule_target.index */
	struct files files;

	bool skipping;			 /* the rule above was left out, and its % lines with it */
	const struct rule_target **open; /* targets of the newest rule, until it is complete */
	size_t n_open, open_room, open_bytes;
};

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

static void free_names(struct name_table *table)
{
	idmap_done(&table->map);
	free(table->items);
}

void compiler_free(struct compiler *compiler)
{
	if (!compiler)
		return;
	textmap_done(&compiler->previous_users);
	textmap_done(&compiler->previous_groups);
	textmap_done(&compiler->strings);
	free(compiler->texts);
	free_names(&compiler->users);
	free_names(&compiler->groups);
	idmap_done(&compiler->programs);
	idmap_done(&compiler->targets);
	files_done(&compiler->files);
	ruleset_unref(compiler->set);
	free(compiler->open);
	free(compiler);
}

#define NO_MEMORY IDMAP_NONE

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

/* The number of a string, or NO_MEMORY. */
static uint32_t intern_n(struct compiler *compiler, const char *text, size_t len)
{
	uint32_t number = textmap_get(&compiler->strings, textmap_hash(text, len), text, len);

	return number != IDMAP_NONE ? number : add_text(compiler, text, len);
}

static uint32_t intern(struct compiler *compiler, const char *text)
{
	return intern_n(compiler, text, strlen(text));
}

/* The stored string, or NULL without memory. */
static const char *intern_text(struct compiler *compiler, const char *text)
{
	uint32_t number = intern(compiler, text);

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
	sources[set->n_sources] = intern_text(compiler, name);
	if (!sources[set->n_sources])
		return -ENOMEM;
	set->n_sources++;
	set->text_hash = hash_add(hash_add(set->text_hash, name, strlen(name) + 1), text, len);
	compiler->skipping = false;
	return 0;
}

static const char *source_name(const struct compiler *compiler)
{
	return compiler->set->sources[compiler->set->n_sources - 1];
}

/* ---- names ---------------------------------------------------------------------------------- */

/* Without memory some are not found. */
static void index_previous_names(struct compiler *compiler)
{
	const struct ruleset *previous = compiler->previous;

	for (size_t i = 0; previous && i < previous->n_names; i++) {
		const struct ruleset_name *name = &previous->names[i];

		(void)textmap_put(name->is_group ? &compiler->previous_groups
						 : &compiler->previous_users,
				  name->name, (uint32_t)i);
	}
}

/* A name service that cannot answer now must not cost a rule that worked before. */
static int find_previous(struct compiler *compiler, const char *name, bool is_group,
			 unsigned *ret_id)
{
	const struct textmap *names =
		is_group ? &compiler->previous_groups : &compiler->previous_users;
	size_t len = strlen(name);
	uint32_t at;

	if (!compiler->previous_users.n && !compiler->previous_groups.n)
		index_previous_names(compiler);
	at = textmap_get(names, textmap_hash(name, len), name, len);
	if (at == IDMAP_NONE)
		return -ENOENT;
	*ret_id = compiler->previous->names[at].id;
	return 0;
}

/* NULL: no memory. */
static struct name *add_name(struct name_table *table, uint32_t number, const struct name *name)
{
	struct name *items = grow(table->items, table->n, &table->room, sizeof(*items));

	if (!items)
		return NULL;
	table->items = items;
	if (idmap_put(&table->map, number, (uint32_t)table->n) < 0)
		return NULL;
	items[table->n] = *name;
	return &items[table->n++];
}

/* A user, looked up the first time; until the next one is looked for. NULL: no memory. */
static struct name *find_user(struct compiler *compiler, const char *text)
{
	struct name_table *table = &compiler->users;
	uint32_t number = intern(compiler, text);
	uint32_t at = number == NO_MEMORY ? IDMAP_NONE : idmap_get(&table->map, number);
	struct name user = { 0 };

	if (number == NO_MEMORY)
		return NULL;
	if (at != IDMAP_NONE)
		return &table->items[at];
	user.name = compiler->texts[number];
	user.error = names_find_uid(user.name, &user.id);
	if (user.error < 0 && user.error != -ENOENT &&
	    find_previous(compiler, user.name, false, &user.id) == 0)
		user.error = 0;
	return add_name(table, number, &user);
}

struct member_list {
	struct compiler *compiler;
	uid_t *uids;
	size_t n, room;
};

static int add_uid(struct member_list *list, uid_t uid)
{
	uid_t *uids = grow(list->uids, list->n, &list->room, sizeof(*uids));

	if (!uids)
		return -ENOMEM;
	list->uids = uids;
	uids[list->n++] = uid;
	return 0;
}

/* A member that does not exist is none. */
static int add_member(void *arg, const char *name)
{
	struct member_list *list = arg;
	const struct name *user = find_user(list->compiler, name);

	if (!user)
		return -ENOMEM;
	if (user->error == -ENOENT)
		return 0;
	return user->error < 0 ? user->error : add_uid(list, user->id);
}

static int copy_previous_members(struct member_list *list, gid_t gid)
{
	const struct ruleset *previous = list->compiler->previous;
	int r = 0;

	list->n = 0;
	for (size_t i = 0; previous && i < previous->n_groups; i++) {
		const struct rule_members *members = previous->groups[i];

		for (size_t j = 0; r == 0 && members->gid == gid && j < members->n_uids; j++)
			r = add_uid(list, members->uids[j]);
		if (list->n > 0)
			break;
	}
	return r;
}

static int compare_uids(const void *a, const void *b)
{
	uid_t left = *(const uid_t *)a;
	uid_t right = *(const uid_t *)b;

	return (left > right) - (left < right);
}

static int store_members(struct member_list *list, struct name *group)
{
	struct compiler *compiler = list->compiler;
	struct ruleset *set = compiler->set;
	struct rule_members *members = arena_alloc(&set->arena, sizeof(*members));
	uid_t *uids = arena_alloc(&set->arena, list->n * sizeof(*uids));
	const struct rule_members **groups =
		grow(set->groups, set->n_groups, &compiler->groups_room, sizeof(*groups));

	if (groups)
		set->groups = groups;
	if (!members || !uids || !groups)
		return -ENOMEM;
	if (list->n > 0) {
		qsort(list->uids, list->n, sizeof(*uids), compare_uids);
		memcpy(uids, list->uids, list->n * sizeof(*uids));
	}
	*members = (struct rule_members){ .gid = group->id, .uids = uids, .n_uids = list->n };
	groups[set->n_groups++] = members;
	group->members = members;
	return 0;
}

static int find_members(struct compiler *compiler, struct name *group)
{
	struct member_list list = { .compiler = compiler };
	int r = names_each_member(group->id, add_member, &list);

	if (r < 0 && r != -ENOMEM && r != -ENOENT) {
		diag_add(compiler->diags, DIAG_WARNING, source_name(compiler), 0, 0,
			 "the members of group \"%s\" cannot be looked up: %s", group->name,
			 strerror(-r));
		compiler->set->n_skipped++;
		r = copy_previous_members(&list, group->id);
	}
	if (r != -ENOMEM)
		r = store_members(&list, group);
	free(list.uids);
	return r;
}

/* The same for a group, with its members. */
static struct name *find_group(struct compiler *compiler, const char *text)
{
	struct name_table *table = &compiler->groups;
	uint32_t number = intern(compiler, text);
	uint32_t at = number == NO_MEMORY ? IDMAP_NONE : idmap_get(&table->map, number);
	struct name group = { 0 };

	if (number == NO_MEMORY)
		return NULL;
	if (at != IDMAP_NONE)
		return &table->items[at];
	group.name = compiler->texts[number];
	group.error = names_find_gid(group.name, &group.id);
	if (group.error < 0 && group.error != -ENOENT &&
	    find_previous(compiler, group.name, true, &group.id) == 0)
		group.error = 0;
	if (group.error == 0 && find_members(compiler, &group) < 0)
		return NULL;
	return add_name(table, number, &group);
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
	program->real_path = intern_text(compiler, real);
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

/* NULL: no memory. */
static const struct rule_program *find_program(struct compiler *compiler, enum rule_pattern pattern,
					       uint32_t number)
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

/* NULL: no memory. */
static const struct rule_target *find_target(struct compiler *compiler,
					     const struct cgrules_line *line)
{
	uint32_t controllers = intern(compiler, line->controllers);
	uint32_t destination = intern(compiler, line->destination);
	uint64_t key = (uint64_t)controllers << 33 | (uint64_t)destination << 1 |
		       line->destination_is_open;
	const struct rule_target *target;
	uint32_t at;

	if (controllers == NO_MEMORY || destination == NO_MEMORY)
		return NULL;
	at = idmap_get(&compiler->targets, key);
	if (at != IDMAP_NONE)
		return compiler->set->targets[at];
	target = new_target(compiler, compiler->texts[controllers], compiler->texts[destination],
			    line->destination_is_open);
	if (!target || idmap_put(&compiler->targets, key, target->index) < 0)
		return NULL;
	return target;
}

static void check_destination(struct compiler *compiler, const struct cgrules_line *line)
{
	const char *unknown;

	(void)destination_needs(line->destination, &unknown);
	if (unknown)
		diag_add(compiler->diags, DIAG_WARNING, source_name(compiler), line->line,
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
		diag_add(compiler->diags, DIAG_ERROR, source_name(compiler), line->line, 0,
			 "a rule has at most %d lines, with destinations of %d bytes in all",
			 RULE_TARGETS_MAX, RULE_TARGETS_BYTES);
		return 0;
	}
	open = grow(compiler->open, compiler->n_open, &compiler->open_room, sizeof(*open));
	if (!open)
		return -ENOMEM;
	compiler->open = open;
	target = find_target(compiler, line);
	if (!target)
		return -ENOMEM;
	check_destination(compiler, line);
	open[compiler->n_open++] = target;
	return 0;
}

/* The newest rule has all its % lines. */
static int close_rule(struct compiler *compiler)
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
	rule->program = find_program(compiler, pattern, intern_n(compiler, text, len));
	if (!rule->program)
		return -ENOMEM;
	if (pattern == PATTERN_NAME && strchr(text, '/'))
		diag_add(compiler->diags, DIAG_WARNING, source_name(compiler), line->line,
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
	entry = is_group ? find_group(compiler, line->name) : find_user(compiler, line->name);
	if (!entry)
		return -ENOMEM;
	entry->of_rule = true;
	if (entry->error < 0) {
		const char *why =
			entry->error == -ENOENT ? "does not exist" : strerror(-entry->error);

		diag_add(compiler->diags, DIAG_WARNING, source_name(compiler), line->line,
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

static int add_rule(struct compiler *compiler, const struct cgrules_line *line)
{
	struct ruleset *set = compiler->set;
	struct rule rule = { .line = line->line };
	struct rule *rules;
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
	rules = grow(set->rules, set->n_rules, &compiler->rules_room, sizeof(*rules));
	if (!rules)
		return -ENOMEM;
	set->rules = rules;
	rules[set->n_rules++] = rule;
	return add_target(compiler, line);
}

int compiler_add(struct compiler *compiler, const struct cgrules_line *line)
{
	int r;

	if (line->continues)
		return compiler->skipping ? 0 : add_target(compiler, line);
	r = close_rule(compiler);
	return r < 0 ? r : add_rule(compiler, line);
}

/* ---- the end -------------------------------------------------------------------------------- */

static bool is_number(const struct name *name)
{
	return name->name[0] >= '0' && name->name[0] <= '9';
}

/* By id; names of one id in the order of the files. */
static int by_id(const void *a, const void *b)
{
	const struct name *left = *(const struct name *const *)a;
	const struct name *right = *(const struct name *const *)b;

	if (left->id != right->id)
		return left->id > right->id ? 1 : -1;
	return (left > right) - (left < right);
}

static int store_table(struct ruleset *set, struct ruleset_name *names,
		       const struct name_table *table, bool is_group)
{
	cleanup_free const struct name **sorted = calloc(table->n + 1, sizeof(*sorted));
	size_t n = 0;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < table->n; i++) {
		if (table->items[i].error == 0 && !is_number(&table->items[i]))
			sorted[n++] = &table->items[i];
	}
	qsort(sorted, n, sizeof(*sorted), by_id);
	for (size_t i = 0; i < n; i++)
		names[set->n_names++] = (struct ruleset_name){ sorted[i]->name, sorted[i]->id,
							       is_group, sorted[i]->of_rule };
	return 0;
}

static int store_names(struct compiler *compiler)
{
	struct ruleset *set = compiler->set;
	size_t n = compiler->users.n + compiler->groups.n;
	struct ruleset_name *names = arena_alloc(&set->arena, n * sizeof(*names));
	int r = names ? store_table(set, names, &compiler->users, false) : -ENOMEM;

	set->names = names;
	return r < 0 ? r : store_table(set, names, &compiler->groups, true);
}

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

int compiler_finish(struct compiler *compiler, struct ruleset **ret)
{
	int r = close_rule(compiler);

	if (r == 0)
		r = store_names(compiler);
	if (r == 0)
		r = ruleset_index(compiler->set);
	if (r < 0)
		return r;
	shrink_arrays(compiler->set);
	*ret = take_ptr(&compiler->set);
	return 0;
}
