/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rule compiler. Each user, group, program and destination is looked up and stored once,
 * however many rules name it. */
#include "config.h"

#include "rule/compile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/hash.h"
#include "base/names.h"
#include "base/remote.h"
#include "base/table.h"
#include "rule/cgrules.h"
#include "rule/destination.h"
#include "rule/ruleset.h"

struct string_entry {
	UT_hash_handle hh;
	const char *text; /* in the arena */
};

/* Keys are interned: equal strings have equal addresses. */
struct name_entry {
	UT_hash_handle hh;
	const char *name;
	int error; /* 0, -ENOENT, … */
	unsigned id;
	const struct rule_members *members; /* groups only */
};

struct file_entry {
	UT_hash_handle hh;
	const char *path;
	const char *real_path;
	struct file_id id;
};

struct target_key {
	const char *controllers, *destination;
	uintptr_t is_open; /* as wide as a pointer: no padding in a key */
};

struct target_entry {
	UT_hash_handle hh;
	struct target_key key;
	const struct rule_target *target;
};

struct compiler {
	const struct ruleset *previous;
	struct diag_list *diags;
	struct ruleset *set;
	size_t rules_room, targets_room, sources_room;

	struct string_entry *strings;
	struct name_entry *users, *groups;
	struct file_entry *files;
	struct target_entry *target_index;

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

#define FREE_INDEX(type, head)                        \
	do {                                          \
		struct type *entry_, *next_;          \
                                                      \
		HASH_ITER (hh, head, entry_, next_) { \
			HASH_DEL(head, entry_);       \
			free(entry_);                 \
		}                                     \
	} while (0)

/* Until compiler_finish() these arrays are on the heap, not in the arena. */
static void free_unfinished(struct ruleset *set)
{
	if (!set)
		return;
	free(set->targets);
	free(set->sources);
	ruleset_unref(set);
}

void compiler_free(struct compiler *compiler)
{
	if (!compiler)
		return;
	FREE_INDEX(string_entry, compiler->strings);
	FREE_INDEX(name_entry, compiler->users);
	FREE_INDEX(name_entry, compiler->groups);
	FREE_INDEX(file_entry, compiler->files);
	FREE_INDEX(target_entry, compiler->target_index);
	free_unfinished(compiler->set);
	free(compiler->open);
	free(compiler);
}

/* Room for one more element of an array; NULL: no memory (the array is still the caller's). */
static void *grow(void *array, size_t n, size_t *room, size_t size)
{
	size_t new_room = *room ? *room * 2 : 16;
	void *grown;

	if (n < *room)
		return array;
	grown = reallocarray(array, new_room, size);
	if (grown)
		*room = new_room;
	return grown;
}

static const char *intern_n(struct compiler *compiler, const char *text, size_t len)
{
	struct string_entry *entry;

	HASH_FIND(hh, compiler->strings, text, len, entry);
	if (entry)
		return entry->text;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->text = arena_strndup(&compiler->set->arena, text, len);
	if (!entry->text) {
		free(entry);
		return NULL;
	}
	HASH_ADD_KEYPTR(hh, compiler->strings, entry->text, len, entry);
	if (!table_has(entry)) {
		free(entry);
		return NULL;
	}
	return entry->text;
}

static const char *intern(struct compiler *compiler, const char *text)
{
	return intern_n(compiler, text, strlen(text));
}

int compiler_begin_source(struct compiler *compiler, const char *name, const char *text, size_t len)
{
	struct ruleset *set = compiler->set;
	const char **sources =
		grow(set->sources, set->n_sources, &compiler->sources_room, sizeof(*sources));

	if (!sources)
		return -ENOMEM;
	set->sources = sources;
	sources[set->n_sources] = intern(compiler, name);
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

/* A name service that cannot answer now must not cost a rule that worked before. */
static int find_previous(const struct compiler *compiler, const char *name, bool is_group,
			 unsigned *ret_id)
{
	const struct ruleset *previous = compiler->previous;

	for (size_t i = 0; previous && i < previous->n_names; i++) {
		if (previous->names[i].is_group == is_group &&
		    strcmp(previous->names[i].name, name) == 0) {
			*ret_id = previous->names[i].id;
			return 0;
		}
	}
	return -ENOENT;
}

static int copy_previous_members(const struct compiler *compiler, gid_t gid, uid_t **ret_uids,
				 size_t *ret_n)
{
	const struct ruleset *previous = compiler->previous;

	for (size_t i = 0; previous && i < previous->n_rules; i++) {
		const struct rule_members *members = previous->rules[i].members;

		if (!members || members->gid != gid || members->n_uids == 0)
			continue;
		*ret_uids = calloc(members->n_uids, sizeof(**ret_uids));
		if (!*ret_uids)
			return -ENOMEM;
		memcpy(*ret_uids, members->uids, members->n_uids * sizeof(**ret_uids));
		*ret_n = members->n_uids;
		break;
	}
	return 0;
}

static int store_members(struct compiler *compiler, struct name_entry *entry)
{
	struct arena *arena = &compiler->set->arena;
	cleanup_free uid_t *uids = NULL;
	struct rule_members *members = arena_alloc(arena, sizeof(*members));
	size_t n = 0;
	int r;

	if (!members)
		return -ENOMEM;
	r = names_find_members(entry->id, &uids, &n);
	if (r == -ENOMEM)
		return r;
	if (r < 0 && r != -ENOENT) {
		diag_add(compiler->diags, DIAG_WARNING, source_name(compiler), 0, 0,
			 "the members of group \"%s\" cannot be looked up: %s", entry->name,
			 strerror(-r));
		compiler->set->n_skipped++;
		r = copy_previous_members(compiler, entry->id, &uids, &n);
		if (r < 0)
			return r;
	}
	members->gid = entry->id;
	if (n > 0) {
		uid_t *stored = arena_alloc(arena, n * sizeof(*stored));

		if (!stored)
			return -ENOMEM;
		memcpy(stored, uids, n * sizeof(*stored));
		members->uids = stored;
		members->n_uids = n;
	}
	entry->members = members;
	return 0;
}

/* The entry of a user or group, looked up the first time. NULL: no memory. */
static const struct name_entry *find_name(struct compiler *compiler, const char *name,
					  bool is_group)
{
	struct name_entry **index = is_group ? &compiler->groups : &compiler->users;
	struct name_entry *entry;

	name = intern(compiler, name);
	if (!name)
		return NULL;
	HASH_FIND_PTR(*index, &name, entry);
	if (entry)
		return entry;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->name = name;
	entry->error =
		is_group ? names_find_gid(name, &entry->id) : names_find_uid(name, &entry->id);
	if (entry->error < 0 && entry->error != -ENOENT &&
	    find_previous(compiler, name, is_group, &entry->id) == 0)
		entry->error = 0;
	if (entry->error == 0 && is_group && store_members(compiler, entry) < 0) {
		free(entry);
		return NULL;
	}
	HASH_ADD_PTR(*index, name, entry);
	if (!table_has(entry)) {
		free(entry);
		return NULL;
	}
	return entry;
}

/* Of a file that is not there (yet): of its directory, and its name. NULL: not even that. */
static char *find_real_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	cleanup_free char *directory = NULL;
	cleanup_free char *real_directory = NULL;
	char *real = realpath(path, NULL);

	if (real || errno != ENOENT || slash == path)
		return real;
	directory = strndup(path, (size_t)(slash - path));
	real_directory = directory ? realpath(directory, NULL) : NULL;
	if (!real_directory || asprintf(&real, "%s%s", real_directory, slash) < 0)
		return NULL;
	return real;
}

/* What a path leads to, now: its text may differ from what the kernel will say (symbolic links,
 * /bin on a merged /usr), its file may have other names. NULL: no memory. */
static const struct file_entry *find_file(struct compiler *compiler, const char *path)
{
	cleanup_free char *real = NULL;
	struct file_entry *entry;
	struct stat st;

	HASH_FIND_PTR(compiler->files, &path, entry);
	if (entry)
		return entry;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->path = path;
	real = find_real_path(path);
	if (real && strcmp(real, path) != 0)
		entry->real_path = intern(compiler, real);
	if (real && stat(real, &st) == 0 && S_ISREG(st.st_mode) && !remote_is(real))
		entry->id = (struct file_id){ .dev = st.st_dev, .ino = st.st_ino };
	HASH_ADD_PTR(compiler->files, path, entry);
	if (!table_has(entry)) {
		free(entry);
		return NULL;
	}
	return entry;
}

static struct rule_target *new_target(struct compiler *compiler, const struct target_key *key)
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
	target->controllers = key->controllers;
	target->destination = key->destination;
	target->is_open = key->is_open;
	target->needs = destination_needs(key->destination, &unknown);
	target->index = (unsigned)set->n_targets;
	targets[set->n_targets++] = target;
	return target;
}

/* NULL: no memory. */
static const struct rule_target *find_target(struct compiler *compiler,
					     const struct cgrules_line *line)
{
	struct target_key key = {
		.controllers = intern(compiler, line->controllers),
		.destination = intern(compiler, line->destination),
		.is_open = line->destination_is_open,
	};
	struct target_entry *entry;

	if (!key.controllers || !key.destination)
		return NULL;
	HASH_FIND(hh, compiler->target_index, &key, sizeof(key), entry);
	if (entry)
		return entry->target;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->key = key;
	entry->target = new_target(compiler, &key);
	if (!entry->target) {
		free(entry);
		return NULL;
	}
	HASH_ADD(hh, compiler->target_index, key, sizeof(key), entry);
	if (!table_has(entry)) {
		free(entry);
		return NULL;
	}
	return entry->target;
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

static int set_pattern(struct compiler *compiler, const struct cgrules_line *line,
		       struct rule *rule)
{
	size_t len = strlen(line->process);
	const struct file_entry *file;

	if (line->process[len - 1] == '*') {
		rule->pattern = PATTERN_PREFIX;
		rule->process = intern_n(compiler, line->process, len - 1);
		return rule->process ? 0 : -ENOMEM;
	}
	rule->process = intern(compiler, line->process);
	if (!rule->process)
		return -ENOMEM;
	if (line->process[0] != '/') {
		rule->pattern = PATTERN_NAME;
		if (strchr(line->process, '/'))
			diag_add(
				compiler->diags, DIAG_WARNING, source_name(compiler), line->line,
				line->user_column,
				"\"%.80s\" is neither a full path nor a base name: it never matches",
				line->process);
		return 0;
	}
	rule->pattern = PATTERN_PATH;
	file = find_file(compiler, rule->process);
	if (!file)
		return -ENOMEM;
	rule->real_path = file->real_path;
	rule->file = file->id;
	return 0;
}

/* 1: the rule stands, 0: it is left out, -ENOMEM. */
static int set_who(struct compiler *compiler, const struct cgrules_line *line, struct rule *rule)
{
	bool is_group = line->who == CGRULES_GROUP;
	const struct name_entry *entry;

	rule->who = RULE_ANYBODY;
	if (line->who == CGRULES_ANY)
		return 1;
	entry = find_name(compiler, line->name, is_group);
	if (!entry)
		return -ENOMEM;
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

static unsigned facts_of(const struct rule *rule)
{
	unsigned facts = 0;

	if (rule->who == RULE_USER)
		facts |= FACT_STATUS;
	if (rule->who == RULE_GROUP)
		facts |= FACT_STATUS | FACT_GROUPS;
	if (rule->pattern != PATTERN_NONE)
		facts |= FACT_EXE | FACT_INVOKED;
	if (rule->pattern == PATTERN_PATH)
		facts |= FACT_EXE_FILE;
	if (rule->options)
		facts |= FACT_CGROUP;
	if (rule->options & RULE_IGNORE_RT)
		facts |= FACT_SCHED;
	return facts;
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
	if (line->process && set_pattern(compiler, line, &rule) < 0)
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
	set->facts |= facts_of(&rule);
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

static size_t copy_names(const struct name_entry *index, bool is_group, struct ruleset_name *names)
{
	size_t n = 0;

	for (const struct name_entry *entry = index; entry; entry = entry->hh.next) {
		if (entry->error == 0 && (entry->name[0] < '0' || entry->name[0] > '9'))
			names[n++] = (struct ruleset_name){ entry->name, entry->id, is_group };
	}
	return n;
}

static int store_names(struct compiler *compiler)
{
	struct ruleset *set = compiler->set;
	size_t n = HASH_COUNT(compiler->users) + HASH_COUNT(compiler->groups);
	struct ruleset_name *names = arena_alloc(&set->arena, n * sizeof(*names));

	if (!names)
		return -ENOMEM;
	set->n_names = copy_names(compiler->users, false, names);
	set->n_names += copy_names(compiler->groups, true, names + set->n_names);
	set->names = names;
	return 0;
}

/* Arrays that grew by doubling are moved to where nothing is wasted. */
static int store_arrays(struct compiler *compiler)
{
	struct ruleset *set = compiler->set;
	const struct rule_target **targets =
		arena_alloc(&set->arena, set->n_targets * sizeof(*targets));
	const char **sources = arena_alloc(&set->arena, set->n_sources * sizeof(*sources));
	struct rule *rules;

	if (!targets || !sources)
		return -ENOMEM;
	if (set->n_targets)
		memcpy(targets, set->targets, set->n_targets * sizeof(*targets));
	if (set->n_sources)
		memcpy(sources, set->sources, set->n_sources * sizeof(*sources));
	free(set->targets);
	free(set->sources);
	set->targets = targets;
	set->sources = sources;
	rules = reallocarray(set->rules, set->n_rules + 1, sizeof(*rules));
	if (rules)
		set->rules = rules;
	return 0;
}

int compiler_finish(struct compiler *compiler, struct ruleset **ret)
{
	int r = close_rule(compiler);

	if (r < 0)
		return r;
	r = store_names(compiler);
	if (r < 0)
		return r;
	r = store_arrays(compiler);
	if (r < 0)
		return r;
	*ret = take_ptr(&compiler->set);
	return 0;
}
