/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One event that is being made: its strings, and its paths as the watches are configured. */
#include "config.h"

#include "source/audit-event.h"

#include <string.h>

#include "source/audit-paths.h"
#include "source/audit-records.h"
#include "source/audit-text.h"

const struct audit_place *audit_places_find(const struct audit_places *places, const char *key)
{
	unsigned id;
	char access;

	if (!audit_key_parse(key, &id, &access))
		return NULL;
	for (size_t i = 0; i < places->n; i++)
		if (places->list[i].id == id)
			return &places->list[i];
	return NULL;
}

const char *audit_event_keep(struct audit_event *event, const char *text)
{
	size_t size = strlen(text) + 1;
	char *kept = event->text + event->len;

	if (size > sizeof(event->text) - event->len)
		return NULL;
	memcpy(kept, text, size);
	event->len += size;
	return kept;
}

static void add_path(struct audit_event *event, const char *path)
{
	struct audit_record *record = &event->record;
	const char *kept;

	for (size_t i = 0; i < record->n_paths; i++)
		if (strcmp(record->paths[i], path) == 0)
			return;
	if (record->n_paths == AUDIT_PATHS_MAX)
		return;
	kept = audit_event_keep(event, path);
	if (kept)
		record->paths[record->n_paths++] = kept;
}

/* As each watch that it lies in is configured, that of the key first: the kernel tells only one of
 * all whose rules it met. */
static bool add_in_places(const struct audit_places *places, struct audit_event *event,
			  const char *path)
{
	const struct audit_place *first = audit_places_find(places, event->record.key);
	char named[PATH_MAX];
	bool found = false;

	if (first && audit_path_in_place(first, path, named, sizeof(named))) {
		add_path(event, named);
		found = true;
	}
	for (size_t i = 0; i < places->n; i++) {
		if (!audit_path_in_place(&places->list[i], path, named, sizeof(named)))
			continue;
		add_path(event, named);
		found = true;
	}
	return found;
}

/* Not what was added as a watch has it. */
static void add_outside(const struct audit_places *places, struct audit_event *event,
			const char *path)
{
	char named[PATH_MAX];

	for (size_t i = 0; i < places->n; i++)
		if (audit_path_in_place(&places->list[i], path, named, sizeof(named)))
			return;
	add_path(event, path);
}

/* What is done with the paths of an event. */
enum pass {
	PASS_INSIDE,  /* add what looks like a watch */
	PASS_REALLY,  /* add what leads into a watch by a link or another mount */
	PASS_OUTSIDE, /* add all others */
};

/* Of what, and where. */
struct search {
	const struct audit_places *places;
	const struct audit_call *call;
	struct audit_links links;
};

/* Returns whether one was added that lies in a watch. */
static bool add_paths(struct audit_event *event, const struct search *search, bool parents,
		      enum pass pass)
{
	char path[PATH_MAX];
	char real[PATH_MAX];
	bool found = false;

	for (size_t i = 0; i < search->call->n_items; i++) {
		const struct audit_item *item = &search->call->items[i];

		if ((item->type == AUDIT_NAME_PARENT) != parents ||
		    !audit_path_resolve(search->links, search->call, item, path, sizeof(path)))
			continue;
		if (pass == PASS_INSIDE)
			found |= add_in_places(search->places, event, path);
		else if (pass == PASS_OUTSIDE)
			add_outside(search->places, event, path);
		else if (audit_path_really(path, real, sizeof(real)))
			found |= add_in_places(search->places, event, real);
	}
	return found;
}

/*
 * Directories that something happened in are told only when it is not told what. Where no name
 * leads into a watch, and yet the kernel says that it was one, the watch itself is told: the name
 * is relative to what is gone, or of another mount namespace.
 */
void audit_event_find_paths(struct audit_event *event, const struct audit_places *places,
			    const struct audit_call *call, struct audit_links links)
{
	const struct audit_place *place = audit_places_find(places, event->record.key);
	const struct search search = { places, call, links };

	if (!add_paths(event, &search, false, PASS_INSIDE) &&
	    !add_paths(event, &search, true, PASS_INSIDE) &&
	    !add_paths(event, &search, false, PASS_REALLY) && place)
		add_path(event, place->path);
	(void)add_paths(event, &search, false, PASS_OUTSIDE);
	if (event->record.n_paths == 0)
		(void)add_paths(event, &search, true, PASS_OUTSIDE);
}

bool audit_event_may_fail(const struct audit_event *event, const struct audit_places *places)
{
	const struct audit_record *record = &event->record;
	char named[PATH_MAX];

	if (!audit_places_find(places, record->key))
		return true; /* somebody else's rule */
	for (size_t i = 0; i < places->n; i++)
		for (size_t j = 0; j < record->n_paths && places->list[i].failed; j++)
			if (audit_path_in_place(&places->list[i], record->paths[j], named,
						sizeof(named)))
				return true;
	return false;
}
