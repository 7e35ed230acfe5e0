/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Paths and controllers of the groups that YAML files define. */
#include "config.h"

#include "rule/places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "rule/yaml.h"

#define DEFAULT_TOP "cgred"

const char *places_top(const struct yaml_config *config)
{
	return config->name.text ? config->name.text : DEFAULT_TOP;
}

static bool has(const char *list, const char *name, size_t len)
{
	for (const char *at = list; *at; at += strcspn(at, ","), at += *at == ',') {
		if (strcspn(at, ",") == len && memcmp(at, name, len) == 0)
			return true;
	}
	return false;
}

static void add(char ret[PLACES_CONTROLLERS_MAX], const char *name, size_t len)
{
	size_t used = strlen(ret);

	if (has(ret, name, len) || used + len + 2 > PLACES_CONTROLLERS_MAX)
		return;
	(void)snprintf(ret + used, PLACES_CONTROLLERS_MAX - used, "%s%.*s", used ? "," : "",
		       (int)len, name);
}

void places_controllers(const struct yaml_group *group, char ret[PLACES_CONTROLLERS_MAX])
{
	ret[0] = '\0';
	if (group->ram_bytes)
		add(ret, "memory", strlen("memory"));
	if (group->cpu_hundredths)
		add(ret, "cpu", strlen("cpu"));
	if (group->pids)
		add(ret, "pids", strlen("pids"));
	for (size_t i = 0; i < group->n_set; i++) {
		const char *file = group->set[i].file.text;
		size_t len = strcspn(file, ".");

		/* Files of the v2 tree itself, which needs no controller. */
		if (len != strlen("cgroup") || strncmp(file, "cgroup", len) != 0)
			add(ret, file, len);
	}
	add(ret, PLACES_FREEZER, strlen(PLACES_FREEZER));
}

char *places_path(const struct yaml_config *config, const struct yaml_group *group, bool frozen)
{
	char *path;

	if (asprintf(&path, "%s%s%s%s", places_top(config), group ? "/" : "",
		     group ? group->name.text : "", frozen ? "/" PLACES_FROZEN : "") < 0)
		return NULL;
	return path;
}

/* "%" begins a substitution, "\" an escape. */
char *places_destination(const struct yaml_config *config, const struct yaml_group *group,
			 bool frozen)
{
	cleanup_free char *path = places_path(config, group, frozen);
	char *escaped = path ? malloc(2 * strlen(path) + 1) : NULL;
	char *to = escaped;

	if (!escaped)
		return NULL;
	for (const char *from = path; *from; from++) {
		if (*from == '%' || *from == '\\')
			*to++ = *from == '%' ? '%' : '\\';
		*to++ = *from;
	}
	*to = '\0';
	return escaped;
}
