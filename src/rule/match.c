/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finding the rule for a process in the index: the whos and the nodes of the process, and of the
 * lists of their pairs the lowest number. No I/O, no allocation.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rule/conditions.h"
#include "rule/index.h"
#include "rule/ruleset.h"

/* ---- nodes of a process --------------------------------------------------------------------- */

/* The longest prefix that a text begins with; without it being the only one, its parents, too. */
struct prefix {
	uint32_t node;
	bool is_only;
};

/* What a name of a process leads to. Each IDMAP_NONE where there is nothing. */
struct nodes {
	uint32_t path, name, file;
	struct prefix path_prefix, base_prefix;
};

#define NODES_NONE                                                        \
	{                                                                 \
		IDMAP_NONE, IDMAP_NONE, IDMAP_NONE, { IDMAP_NONE, true }, \
		{                                                         \
			IDMAP_NONE, true                                  \
		}                                                         \
	}

static struct prefix find_prefix(const struct rule_index *index, const char *text, size_t len)
{
	struct prefix prefix;

	prefix.node = rule_index_find_prefix(index, text, len, &prefix.is_only);
	return prefix;
}

static void find_text_nodes(const struct rule_index *index, const char *path, const char *base,
			    struct nodes *ret)
{
	size_t path_len = strlen(path);
	size_t base_len = base == path ? path_len : strlen(base);
	uint32_t path_hash = index->paths.n ? textmap_hash(path, path_len) : 0;
	uint32_t base_hash = index->names.n ? textmap_hash(base, base_len) : 0;

	ret->path = textmap_get(&index->paths, path_hash, path, path_len);
	ret->name = textmap_get(&index->names, base_hash, base, base_len);
	if (!index->prefixes.n)
		return;
	ret->path_prefix = find_prefix(index, path, path_len);
	if (base != path)
		ret->base_prefix = find_prefix(index, base, base_len);
}

static uint32_t find_file(const struct rule_index *index, const struct file_id *file)
{
	uint64_t key;

	return file->ino ? rule_index_find_file(index, file, &key) : IDMAP_NONE;
}

/* ---- whos of a process ---------------------------------------------------------------------- */

/* They come one by one: a process can be in 65536 groups. Some come twice. */
struct whos {
	const struct rule_index *index;
	const struct process *process;
	struct idlist users;
	size_t at;
};

static struct whos whos_of(const struct rule_index *index, const struct process *process)
{
	uint32_t users = idmap_get(&index->users.map, process->euid);

	return (struct whos){
		.index = index,
		.process = process,
		.users = idlists_open(&index->users, users),
	};
}

static uint32_t next_group(struct whos *whos)
{
	const struct process *process = whos->process;
	size_t first = whos->users.n + 1;

	if (!whos->index->groups.n)
		return IDMAP_NONE;
	while (whos->at - first <= process->n_groups) {
		size_t i = whos->at++ - first;
		gid_t gid = i == 0 ? process->egid : process->groups[i - 1];
		uint32_t who = idmap_get(&whos->index->groups, gid);

		if (who != IDMAP_NONE)
			return who;
	}
	return IDMAP_NONE;
}

/* IDMAP_NONE: there are no more. */
static uint32_t next_who(struct whos *whos)
{
	if (whos->at == 0) {
		whos->at++;
		return INDEX_EVERYBODY;
	}
	if (whos->at <= whos->users.n)
		return idlist_item(&whos->users, whos->at++ - 1);
	return next_group(whos);
}

/* Everybody is one also where no rule is for "*". */
static bool has_rules(const struct index_who *who)
{
	return who->every_program != IDMAP_NONE || (who->facts & FACT_EXE);
}

bool ruleset_may_match(const struct ruleset *set, const struct process *process,
		       unsigned *ret_facts)
{
	const struct rule_index *index = set->index;
	struct whos whos = whos_of(index, process);
	bool may = false;
	uint32_t who;

	*ret_facts = 0;
	while ((who = next_who(&whos)) != IDMAP_NONE) {
		*ret_facts |= index->whos[who].facts;
		may = may || has_rules(&index->whos[who]);
	}
	return may;
}

static bool any_has_rules(const struct rule_index *index, uint32_t users)
{
	const struct idlist whos = idlists_open(&index->users, users);

	for (size_t i = 0; i < whos.n; i++) {
		if (has_rules(&index->whos[idlist_item(&whos, i)]))
			return true;
	}
	return false;
}

/* The keys of a table that somebody with rules is behind. NULL: no memory. */
static uint32_t *list_keys(const struct rule_index *index, const struct idmap *map, bool is_users,
			   size_t *ret_n)
{
	uint32_t *keys = calloc(map->n + 1, sizeof(*keys));
	size_t n = 0;

	for (size_t i = 0; keys && map->slots && i <= map->mask; i++) {
		const struct idmap_slot *slot = &map->slots[i];
		uint32_t value = slot->value_plus_1 - 1;

		if (slot->value_plus_1 &&
		    (is_users ? any_has_rules(index, value) : has_rules(&index->whos[value])))
			keys[n++] = slot->key_low;
	}
	*ret_n = n;
	return keys;
}

int ruleset_who(const struct ruleset *set, struct ruleset_ids *ret)
{
	const struct rule_index *index = set->index;
	struct ruleset_ids ids = { .everybody = has_rules(&index->whos[INDEX_EVERYBODY]) };

	if (!ids.everybody) {
		ids.uids = list_keys(index, &index->users.map, true, &ids.n_uids);
		ids.gids = list_keys(index, &index->groups, false, &ids.n_gids);
		if (!ids.uids || !ids.gids) {
			free(ids.uids);
			free(ids.gids);
			return -ENOMEM;
		}
	}
	*ret = ids;
	return 0;
}

/* ---- the search ----------------------------------------------------------------------------- */

#define NO_RULE UINT32_MAX

/* By what of the process a rule was found. The first one counts. */
enum way {
	WAY_INVOKED, /* the text of the name it was started by */
	WAY_EXE,     /* the text of its executable's */
	WAY_FILE,
};

struct search {
	const struct rule_index *index;
	const struct process *process;
	bool has_nodes; /* they were looked up */
	bool only_invoked;
	struct nodes invoked, exe;
	uint32_t from; /* the rules before this one have been looked at */
	uint32_t best; /* the first one that was found from there on */
	enum way way;  /* how */
};

static void look_up_nodes(struct search *search)
{
	const struct rule_index *index = search->index;
	const struct process *process = search->process;

	search->has_nodes = true;
	if (process->exe)
		find_text_nodes(index, process->exe, process->exe_base, &search->exe);
	search->exe.file = find_file(index, &process->exe_file);
	if (!process->invoked)
		return;
	find_text_nodes(index, process->invoked, process->invoked_base, &search->invoked);
	search->invoked.file = find_file(index, &process->invoked_file);
}

/* The first number of a list that counts. */
static uint32_t first_from(const struct idlist *list, uint32_t from)
{
	size_t low = 0;
	size_t high = list->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (idlist_item(list, middle) < from)
			low = middle + 1;
		else
			high = middle;
	}
	return low < list->n ? idlist_item(list, low) : NO_RULE;
}

static void consider(struct search *search, uint32_t value, enum way way)
{
	struct idlist list = idlists_open(&search->index->rules, value);
	uint32_t number = first_from(&list, search->from);

	if (number < search->best || (number == search->best && way < search->way)) {
		search->best = number;
		search->way = way;
	}
}

static void consider_node(struct search *search, uint32_t who, uint32_t node, enum way way)
{
	if (node != IDMAP_NONE)
		consider(search, idmap_get(&search->index->rules.map, index_pair(who, node)), way);
}

static void consider_prefixes(struct search *search, uint32_t who, const struct prefix *prefix,
			      enum way way)
{
	const struct index_prefix *all = search->index->prefix;

	consider_node(search, who, prefix->node, way);
	if (prefix->is_only)
		return;
	for (uint32_t node = all[prefix->node].parent; node != IDMAP_NONE; node = all[node].parent)
		consider_node(search, who, node, way);
}

static void consider_nodes(struct search *search, uint32_t who, const struct nodes *nodes,
			   enum way way)
{
	consider_node(search, who, nodes->path, way);
	consider_node(search, who, nodes->name, way);
	consider_prefixes(search, who, &nodes->path_prefix, way);
	consider_prefixes(search, who, &nodes->base_prefix, way);
	consider_node(search, who, nodes->file, WAY_FILE);
}

/* The next rule that may match, or NO_RULE. */
static uint32_t find_next(struct search *search)
{
	const struct rule_index *index = search->index;
	struct whos whos = whos_of(index, search->process);
	uint32_t who;

	search->best = NO_RULE;
	while ((who = next_who(&whos)) != IDMAP_NONE) {
		consider(search, index->whos[who].every_program, WAY_EXE);
		if (!(index->whos[who].facts & FACT_EXE))
			continue;
		if (!search->has_nodes)
			look_up_nodes(search);
		consider_nodes(search, who, &search->invoked, WAY_INVOKED);
		if (!search->only_invoked)
			consider_nodes(search, who, &search->exe, WAY_EXE);
	}
	return search->best;
}

/* ---- what was found ------------------------------------------------------------------------- */

enum name_match {
	NAME_NONE,
	NAME_EXE,
	NAME_INVOKED
};

static bool is_path(const struct rule_program *program, const char *path)
{
	return strcmp(path, program->text) == 0 ||
	       (program->real_path && strcmp(path, program->real_path) == 0);
}

static bool is_file(const struct rule_program *program, const struct file_id *file)
{
	return program->file.ino == file->ino && program->file.dev == file->dev;
}

/* Found by its file alone. That counts unless its text matches, too, and is not in the list of that
 * text as an earlier rule with the same is. */
static enum name_match match_file(const struct rule_program *program, const struct process *process)
{
	if (process->exe && is_path(program, process->exe))
		return NAME_NONE;
	return process->invoked && is_file(program, &process->invoked_file) ? NAME_INVOKED
									    : NAME_EXE;
}

/* Which name of the process the rule gives; the forgeable one first. */
static enum name_match match_name(const struct rule_program *program, const struct process *process,
				  enum way way, unsigned *what)
{
	switch (way) {
	case WAY_INVOKED:
		return NAME_INVOKED;
	case WAY_EXE:
		return NAME_EXE;
	case WAY_FILE:
		*what |= RULESET_CONFIRM_FILE;
		return match_file(program, process);
	}
	return NAME_NONE;
}

/* What of its conditions is a question. */
static unsigned questions_of(const struct rule *rule)
{
	unsigned what = rule->options ? RULESET_CONFIRM_IGNORE : 0;

	if (!rule->details)
		return what;
	if (rule->details->yaml->parent.n)
		what |= RULESET_CONFIRM_PARENT;
	if (rule->details->yaml->comm.n)
		what |= RULESET_CONFIRM_COMM;
	return rule->details->yaml->dry_run ? what | RULESET_CONFIRM_DRY : what;
}

const struct rule *ruleset_match(const struct ruleset *set, const struct process *process,
				 ruleset_confirm_fn *confirm, void *arg)
{
	struct search search = {
		.index = set->index,
		.process = process,
		.invoked = NODES_NONE,
		.exe = NODES_NONE,
	};
	const struct rule *by_exe = NULL;
	uint32_t number;

	for (; (number = find_next(&search)) != NO_RULE; search.from = number + 1) {
		const struct rule *rule = &set->rules[number];
		unsigned what = questions_of(rule);
		enum name_match name = NAME_EXE;

		if (rule->program) {
			name = match_name(rule->program, process, search.way, &what);
			if (name == NAME_NONE || (name == NAME_EXE && by_exe))
				continue;
		}
		if (rule->details && !conditions_hold(rule->details, process))
			continue;
		if (what && !confirm(arg, rule, process, what))
			continue;
		if (!rule->program)
			return by_exe ? by_exe : rule;
		if (name == NAME_INVOKED || !process->invoked)
			return rule;
		by_exe = rule;
		search.only_invoked = true;
	}
	return by_exe;
}

bool ruleset_names_program(const struct ruleset *set, const char *path, const char *base,
			   const struct file_id *file)
{
	struct nodes nodes = NODES_NONE;

	find_text_nodes(set->index, path, base, &nodes);
	if (file)
		nodes.file = find_file(set->index, file);
	return nodes.file != IDMAP_NONE || nodes.path != IDMAP_NONE || nodes.name != IDMAP_NONE ||
	       nodes.path_prefix.node != IDMAP_NONE || nodes.base_prefix.node != IDMAP_NONE;
}

/* ---- accesses to files ---------------------------------------------------------------------- */

/* The path itself, or something below it. */
static bool is_at_or_below(const char *path, const char *place)
{
	size_t len = strlen(place);

	return strncmp(path, place, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

static bool matches_paths(const struct rule_details *details, const char *const *paths, size_t n)
{
	for (size_t i = 0; i < details->n_paths; i++) {
		for (size_t j = 0; j < n; j++) {
			if (is_at_or_below(paths[j], details->paths[i]))
				return true;
		}
	}
	return false;
}

unsigned ruleset_access_facts(const struct ruleset *set)
{
	unsigned facts = 0;

	for (size_t i = 0; i < set->n_access_rules; i++)
		facts |= set->rules[set->access_rules[i]].details->facts;
	return facts;
}

const struct rule *ruleset_match_access(const struct ruleset *set, unsigned accesses,
					const char *const *paths, size_t n_paths, bool success,
					const struct process *process, ruleset_confirm_fn *confirm,
					void *arg)
{
	for (size_t i = 0; i < set->n_access_rules; i++) {
		const struct rule *rule = &set->rules[set->access_rules[i]];
		const struct rule_details *details = rule->details;
		unsigned what = questions_of(rule);

		if (!(accesses & (1U << details->yaml->access)) ||
		    (!success && !details->yaml->failed) ||
		    !matches_paths(details, paths, n_paths) || !conditions_hold(details, process) ||
		    (what && !confirm(arg, rule, process, what)))
			continue;
		return rule;
	}
	return NULL;
}
