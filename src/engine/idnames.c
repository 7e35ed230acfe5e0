/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A cache of the names of ids, as long-lived as a rule set. */
#include "config.h"

#include "engine/idnames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "engine/loader.h"
#include "rule/ruleset.h"

/* How long it counts that an id has no name, and how soon a name service that failed is asked
 * again. */
#define NO_NAME_MS   60000
#define ASK_AGAIN_MS 5000

struct key {
	unsigned id;
	unsigned is_group;
};

struct idname {
	UT_hash_handle hh;
	struct key key;
	bool known;
	uint64_t until_ms; /* not 0: then ask again, or forget that there is none */
	char *name;
};

struct idnames {
	struct loader *loader;
	struct ruleset *set; /* its names come first; NULL: none */
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
	ruleset_unref(names->set);
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
	if (!table_has(entry)) {
		free(entry);
		return NULL;
	}
	return entry;
}

void idnames_reset(struct idnames *names, struct ruleset *set)
{
	struct ruleset *old = names->set;

	clear(names);
	names->set = ruleset_ref(set);
	ruleset_unref(old);
}

/* False: no memory. */
static bool ask(struct idnames *names, const struct key *key)
{
	struct loader_job *job =
		loader_job_new(key->is_group ? LOADER_GROUP_NAME : LOADER_USER_NAME);

	if (!job)
		return false;
	job->id = key->id;
	loader_submit(names->loader, job);
	return true;
}

bool idnames_find(struct idnames *names, unsigned id, bool is_group, const char **ret_name)
{
	struct idname *entry;
	bool is_new;

	*ret_name = names->set ? ruleset_find_name(names->set, id, is_group) : NULL;
	if (*ret_name)
		return true;
	entry = entry_of(names, id, is_group, &is_new);
	if (!entry)
		return true; /* without memory the number has to do */
	if (entry->known) {
		*ret_name = entry->name;
		return true;
	}
	if (!is_new)
		return false;
	if (ask(names, &entry->key))
		return false;
	HASH_DEL(names->entries, entry);
	free(entry);
	return true;
}

void idnames_answer(struct idnames *names, const struct loader_job *job, uint64_t now_ms)
{
	bool is_new;
	struct idname *entry = entry_of(names, job->id, job->kind == LOADER_GROUP_NAME, &is_new);

	if (!entry || entry->known)
		return;
	entry->known = job->error == 0 || job->error == -ENOENT;
	entry->name = job->name ? strdup(job->name) : NULL;
	if (!entry->name)
		entry->until_ms = now_ms + (entry->known ? NO_NAME_MS : ASK_AGAIN_MS);
}

bool idnames_retry(struct idnames *names, uint64_t now_ms)
{
	struct idname *entry, *next;
	bool changed = false;

	HASH_ITER (hh, names->entries, entry, next) {
		if (!entry->until_ms || entry->until_ms > now_ms)
			continue;
		entry->until_ms = 0;
		if (!entry->known && ask(names, &entry->key))
			continue;
		HASH_DEL(names->entries, entry);
		free(entry->name);
		free(entry);
		changed = true;
	}
	return changed;
}
