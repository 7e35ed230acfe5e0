/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plain matcher, which the index is held against. */
#include "config.h"

#include "linear.h"

#include <string.h>

static bool is_member(const struct rule_members *members, uid_t uid)
{
	size_t low = 0;
	size_t high = members->n_uids;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (members->uids[middle] == uid)
			return true;
		if (members->uids[middle] < uid)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool matches_group(const struct rule_members *members, const struct process *process)
{
	if (process->egid == members->gid)
		return true;
	for (size_t i = 0; i < process->n_groups; i++) {
		if (process->groups[i] == members->gid)
			return true;
	}
	return is_member(members, process->euid);
}

bool linear_matches_who(const struct rule *rule, const struct process *process)
{
	switch ((enum rule_who)rule->who) {
	case RULE_ANYBODY:
		return true;
	case RULE_USER:
		return process->euid == rule->uid;
	case RULE_GROUP:
		return matches_group(rule->members, process);
	}
	return false;
}

static bool has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool text_matches(const struct rule *rule, const char *path, const char *base)
{
	switch (rule_pattern(rule)) {
	case PATTERN_NONE:
		return true;
	case PATTERN_PATH:
		return strcmp(path, rule->program->text) == 0 ||
		       (rule->program->real_path && strcmp(path, rule->program->real_path) == 0);
	case PATTERN_NAME:
		return strcmp(base, rule->program->text) == 0;
	case PATTERN_PREFIX:
		return has_prefix(path, rule->program->text) ||
		       has_prefix(base, rule->program->text);
	}
	return false;
}

bool linear_names_program(const struct rule *rule, const char *path, const char *base)
{
	return rule_pattern(rule) != PATTERN_NONE && text_matches(rule, path, base);
}

static bool file_matches(const struct rule *rule, const struct file_id *file)
{
	return rule_pattern(rule) == PATTERN_PATH && rule->program->file.ino != 0 &&
	       rule->program->file.ino == file->ino && rule->program->file.dev == file->dev;
}

enum name_match {
	NAME_NONE,
	NAME_EXE,
	NAME_INVOKED
};

/* Which name of the process the rule gives; the forgeable one first. */
static enum name_match match_name(const struct rule *rule, const struct process *process,
				  unsigned *confirm)
{
	if (process->invoked && text_matches(rule, process->invoked, process->invoked_base))
		return NAME_INVOKED;
	if (process->exe && text_matches(rule, process->exe, process->exe_base))
		return NAME_EXE;
	if (process->invoked && file_matches(rule, &process->invoked_file)) {
		*confirm |= RULESET_CONFIRM_FILE;
		return NAME_INVOKED;
	}
	if (file_matches(rule, &process->exe_file)) {
		*confirm |= RULESET_CONFIRM_FILE;
		return NAME_EXE;
	}
	return NAME_NONE;
}

const struct rule *linear_match(const struct ruleset *set, const struct process *process,
				ruleset_confirm_fn *confirm, void *arg)
{
	const struct rule *by_exe = NULL;

	for (size_t i = 0; i < set->n_rules; i++) {
		const struct rule *rule = &set->rules[i];
		enum name_match name = NAME_EXE;
		unsigned what = rule->options ? RULESET_CONFIRM_IGNORE : 0;

		if (!linear_matches_who(rule, process))
			continue;
		if (rule_pattern(rule) != PATTERN_NONE) {
			name = match_name(rule, process, &what);
			if (name == NAME_NONE || (name == NAME_EXE && by_exe))
				continue;
		}
		if (what && !confirm(arg, rule, process, what))
			continue;
		if (rule_pattern(rule) == PATTERN_NONE)
			return by_exe ? by_exe : rule;
		if (name == NAME_INVOKED || !process->invoked)
			return rule;
		by_exe = rule;
	}
	return by_exe;
}
