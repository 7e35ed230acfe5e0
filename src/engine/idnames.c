/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A cache of the names of ids, as long-lived as a rule set. */
#include "config.h"

#include "engine/idnames.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "engine/loader.h"
#include "rule/ruleset.h"

struct key {
	unsigned id;
	unsigned is_group;
};

struct idname {
	UT_hash_handle hh;
	struct key key;
	bool known;
	char *name;
};

struct idnames {
	struct loader *loader;
	struct idname *entries;
};

struct idnames *idnames_new(struct loader *loader)
{
	struct idnames *names = calloc(1, sizeof(*names));

	if (names)
		names->loader = loader;
	return names;
}

static void clear(struct idnames *names)
{
	struct idname *entry, *next;

	HASH_ITER (hh, names->entries, entry, next) {
		HASH_DEL(names->entries, entry);
		free(entry->name);
		free(entry);
	}
}

void idnames_free(struct idnames *names)
{
	if (!names)
		return;
	clear(names);
	free(names);
}

/* The entry, made when it is not there. NULL: no memory. */
static struct idname *entry_of(struct idnames *names, unsigned id, bool is_group, bool *ret_is_new)
{
	const struct key key = { id, is_group };
	struct idname *entry;

	HASH_FIND(hh, names->entries, &key, sizeof(key), entry);
	*ret_is_new = !entry;
	if (entry)
		return entry;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->key = key;
	HASH_ADD(hh, names->entries, key, sizeof(key), entry);
	return entry;
}

void idnames_reset(struct idnames *names, const struct ruleset *set)
{
	clear(names);
	for (size_t i = 0; i < set->n_names; i++)
		idnames_answer(names, set->names[i].id, set->names[i].is_group, set->names[i].name);
}

bool idnames_find(struct idnames *names, unsigned id, bool is_group, const char **ret_name)
{
	bool is_new;
	struct idname *entry = entry_of(names, id, is_group, &is_new);
	struct loader_job *job;

	*ret_name = NULL;
	if (!entry)
		return true; /* without memory the number has to do */
	if (entry->known) {
		*ret_name = entry->name;
		return true;
	}
	if (!is_new)
		return false;
	job = loader_job_new(is_group ? LOADER_GROUP_NAME : LOADER_USER_NAME);
	if (!job) {
		HASH_DEL(names->entries, entry);
		free(entry);
		return true;
	}
	job->id = id;
	loader_submit(names->loader, job);
	return false;
}

void idnames_answer(struct idnames *names, unsigned id, bool is_group, const char *name)
{
	bool is_new;
	struct idname *entry = entry_of(names, id, is_group, &is_new);

	if (!entry || (entry->known && entry->name))
		return;
	entry->known = true;
	free(entry->name);
	entry->name = name ? strdup(name) : NULL;
}
