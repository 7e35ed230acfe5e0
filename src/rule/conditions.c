/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Conditions: who, what it calls itself, in which container and group it is. */
#include "config.h"

#include "rule/conditions.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "process/container.h"
#include "process/process.h"
#include "rule/rule.h"
#include "rule/yaml.h"

/* Of an id of a container, so much says which one is meant. */
#define ID_LEN_MIN 6

bool conditions_list(const struct yaml_list *list, conditions_item_fn *matches, const void *arg)
{
	bool has_positive = false;
	bool met = false;

	for (size_t i = 0; i < list->n; i++) {
		const char *item = list->items[i].text;

		if (item[0] == '!') {
			if (matches(item + 1, arg))
				return false;
			continue;
		}
		has_positive = true;
		met = met || matches(item, arg);
	}
	return met || !has_positive;
}

/* ---- people --------------------------------------------------------------------------------- */

static bool is_listed(const struct rule_members *members, uid_t uid)
{
	for (size_t i = 0; i < members->n_uids; i++) {
		if (members->uids[i] == uid)
			return true;
	}
	return false;
}

static bool is_member(const struct rule_members *members, const struct process *process)
{
	if (process->egid == members->gid)
		return true;
	for (size_t i = 0; i < process->n_groups; i++) {
		if (process->groups[i] == members->gid)
			return true;
	}
	return is_listed(members, process->euid);
}

static bool is_person(const struct rule_person *person, const struct process *process)
{
	return person->who == RULE_USER ? process->euid == person->uid
					: is_member(person->members, process);
}

static bool people_hold(const struct rule_details *details, const struct process *process)
{
	bool has_positive = false;
	bool met = false;

	for (size_t i = 0; i < details->n_people; i++) {
		const struct rule_person *person = &details->people[i];
		bool is = is_person(person, process);

		if (person->is_excluded && is)
			return false;
		has_positive = has_positive || !person->is_excluded;
		met = met || (is && !person->is_excluded);
	}
	return met || !has_positive;
}

/* ---- texts ---------------------------------------------------------------------------------- */

static bool matches_glob(const char *item, const void *arg)
{
	return fnmatch(item, arg, 0) == 0;
}

bool conditions_name_comm(const struct rule_details *details, const char *comm)
{
	return conditions_list(&details->yaml->comm, matches_glob, comm);
}

bool conditions_name_program(const char *item, const char *path)
{
	if (item[0] == '!')
		item++;
	return fnmatch(item, item[0] == '/' ? path : path_base(path), 0) == 0;
}

/* ---- groups --------------------------------------------------------------------------------- */

static bool matches_path(const char *item, const char *path, size_t len)
{
	char text[PATH_MAX];

	item += strspn(item, "/");
	while (len > 0 && path[0] == '/') {
		path++;
		len--;
	}
	(void)snprintf(text, sizeof(text), "%.*s", (int)len, path);
	return fnmatch(item, text, 0) == 0;
}

/* In any hierarchy: lines "ID:CONTROLLERS:PATH". */
static bool matches_cgroup(const char *item, const void *arg)
{
	for (const char *line = arg; *line;) {
		size_t len = strcspn(line, "\n");
		const char *colon = memchr(line, ':', len);

		colon = colon ? memchr(colon + 1, ':', len - (size_t)(colon + 1 - line)) : NULL;
		if (colon && matches_path(item, colon + 1, len - (size_t)(colon + 1 - line)))
			return true;
		line += len + (line[len] == '\n');
	}
	return false;
}

struct contained {
	bool is_in_one;
	const char *runtime;
	char id[256];
};

static bool matches_container(const char *item, const void *arg)
{
	const struct contained *contained = arg;
	size_t len = strlen(item);

	if (strcmp(item, "none") == 0)
		return !contained->is_in_one;
	if (!contained->is_in_one)
		return false;
	return strcmp(item, "any") == 0 || strcmp(item, contained->runtime) == 0 ||
	       (len >= ID_LEN_MIN && strncmp(contained->id, item, len) == 0) ||
	       fnmatch(item, contained->id, 0) == 0;
}

static bool containers_hold(const struct yaml_list *list, const struct process *process)
{
	struct contained contained = { .runtime = "none" };
	struct container container;

	if (list->n == 0)
		return true;
	if (container_of(process->cgroup, &container)) {
		contained.is_in_one = true;
		contained.runtime = container_runtime_name(container.runtime);
		if (container_id(&container, contained.id, sizeof(contained.id)) < 0)
			contained.id[0] = '\0';
	}
	return conditions_list(list, matches_container, &contained);
}

bool conditions_hold(const struct rule_details *details, const struct process *process)
{
	const struct yaml_rule *yaml = details->yaml;

	if (!people_hold(details, process))
		return false;
	return containers_hold(&yaml->containers, process) &&
	       conditions_list(&yaml->cgroup, matches_cgroup, process->cgroup);
}
