/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finding the rule for a process in the index. The index names the rules that may match, in their
 * order; each is then looked at itself. No I/O, no allocation.
 */
#include "config.h"

#include <string.h>

#include "base/hash.h"
#include "rule/index.h"
#include "rule/ruleset.h"

/* ---- one rule's program column -------------------------------------------------------------- */

static bool has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool text_matches(const struct rule_program *program, const char *path, const char *base)
{
	switch ((enum rule_pattern)program->pattern) {
	case PATTERN_NONE:
		return true;
	case PATTERN_PATH:
		return strcmp(path, program->text) == 0 ||
		       (program->real_path && strcmp(path, program->real_path) == 0);
	case PATTERN_NAME:
		return strcmp(base, program->text) == 0;
	case PATTERN_PREFIX:
		return has_prefix(path, program->text) || has_prefix(base, program->text);
	}
	return false;
}

static bool file_matches(const struct rule_program *program, const struct file_id *file)
{
	return program->pattern == PATTERN_PATH && program->file.ino != 0 &&
	       program->file.ino == file->ino && program->file.dev == file->dev;
}

enum name_match {
	NAME_NONE,
	NAME_EXE,
	NAME_INVOKED
};

/* Which name of the process the rule gives; the forgeable one first. */
static enum name_match match_name(const struct rule_program *program, const struct process *process,
				  unsigned *confirm)
{
	if (process->invoked && text_matches(program, process->invoked, process->invoked_base))
		return NAME_INVOKED;
	if (process->exe && text_matches(program, process->exe, process->exe_base))
		return NAME_EXE;
	if (process->invoked && file_matches(program, &process->invoked_file)) {
		*confirm |= RULESET_CONFIRM_FILE;
		return NAME_INVOKED;
	}
	if (file_matches(program, &process->exe_file)) {
		*confirm |= RULESET_CONFIRM_FILE;
		return NAME_EXE;
	}
	return NAME_NONE;
}

/* ---- nodes of a process --------------------------------------------------------------------- */

/* What a name of a process leads to. Each IDMAP_NONE where there is nothing. */
struct nodes {
	uint32_t path, name, file;
	uint32_t path_prefix, base_prefix; /* with their parents */
};

#define NODES_NONE                                                         \
	{                                                                  \
		IDMAP_NONE, IDMAP_NONE, IDMAP_NONE, IDMAP_NONE, IDMAP_NONE \
	}

static uint32_t find_text(const struct rule_index *index, const struct idmap *map, const char *text,
			  size_t len)
{
	return map->n ? idmap_get(map, hash_text(index->seed, text, len)) : IDMAP_NONE;
}

static void find_text_nodes(const struct rule_index *index, const char *path, const char *base,
			    struct nodes *ret)
{
	size_t path_len = strlen(path);
	size_t base_len = base == path ? path_len : strlen(base);

	ret->path = find_text(index, &index->paths, path, path_len);
	ret->name = find_text(index, &index->names, base, base_len);
	if (!index->prefixes.n)
		return;
	ret->path_prefix = rule_index_find_prefix(index, path, path_len);
	if (base != path)
		ret->base_prefix = rule_index_find_prefix(index, base, base_len);
}

static uint32_t find_file(const struct rule_index *index, const struct file_id *file)
{
	if (file->ino == 0)
		return IDMAP_NONE;
	return idmap_get(&index->files, index_file_key(index->seed, file->dev, file->ino));
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

/* ---- the search ----------------------------------------------------------------------------- */

#define NO_RULE UINT32_MAX

struct search {
	const struct rule_index *index;
	const struct process *process;
	bool has_nodes; /* they were looked up */
	bool only_invoked;
	struct nodes invoked, exe;
	uint32_t from; /* the rules before this one have been looked at */
	uint32_t best; /* the first one that was found from there on */
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
static void consider(struct search *search, uint32_t value)
{
	struct idlist list = idlists_open(&search->index->rules, value);
	size_t low = 0;
	size_t high = list.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (idlist_item(&list, middle) < search->from)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < list.n && idlist_item(&list, low) < search->best)
		search->best = idlist_item(&list, low);
}

static void consider_node(struct search *search, uint32_t who, uint32_t node)
{
	if (node != IDMAP_NONE)
		consider(search, idmap_get(&search->index->rules.map, index_pair(who, node)));
}

static void consider_prefixes(struct search *search, uint32_t who, uint32_t node)
{
	for (; node != IDMAP_NONE; node = search->index->prefix[node].parent)
		consider_node(search, who, node);
}

static void consider_nodes(struct search *search, uint32_t who, const struct nodes *nodes)
{
	consider_node(search, who, nodes->path);
	consider_node(search, who, nodes->name);
	consider_node(search, who, nodes->file);
	consider_prefixes(search, who, nodes->path_prefix);
	consider_prefixes(search, who, nodes->base_prefix);
}

/* The next rule that may match, or NO_RULE. */
static uint32_t find_next(struct search *search)
{
	const struct rule_index *index = search->index;
	struct whos whos = whos_of(index, search->process);
	uint32_t who;

	search->best = NO_RULE;
	while ((who = next_who(&whos)) != IDMAP_NONE) {
		consider(search, index->whos[who].every_program);
		if (!(index->whos[who].facts & FACT_EXE))
			continue;
		if (!search->has_nodes)
			look_up_nodes(search);
		consider_nodes(search, who, &search->invoked);
		if (!search->only_invoked)
			consider_nodes(search, who, &search->exe);
	}
	return search->best;
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
		unsigned what = rule->options ? RULESET_CONFIRM_IGNORE : 0;
		enum name_match name = NAME_EXE;

		if (rule->program) {
			name = match_name(rule->program, process, &what);
			if (name == NAME_NONE || (name == NAME_EXE && by_exe))
				continue;
		}
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
	       nodes.path_prefix != IDMAP_NONE || nodes.base_prefix != IDMAP_NONE;
}
