/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "process/cgroup-texts.h"

#include <stdlib.h>
#include <string.h>

#include "process/proc-file.h"

#define TEXTS 256

struct known {
	uint64_t n;
	uint64_t ids[]; /* n, and behind them the text */
};

struct cgroup_texts {
	struct known *known[TEXTS];
};

struct cgroup_texts *cgroup_texts_new(void)
{
	return calloc(1, sizeof(struct cgroup_texts));
}

void cgroup_texts_free(struct cgroup_texts *texts)
{
	if (texts)
		cgroup_texts_forget(texts);
	free(texts);
}

void cgroup_texts_forget(struct cgroup_texts *texts)
{
	for (size_t i = 0; i < TEXTS; i++) {
		free(texts->known[i]);
		texts->known[i] = NULL;
	}
}

static size_t bytes_of(const struct cgroup_ids *ids)
{
	return ids->n * sizeof(ids->items[0]);
}

static size_t place_of(const struct cgroup_ids *ids)
{
	uint64_t place = 0;

	for (uint64_t i = 0; i < ids->n; i++)
		place = place * 31 + ids->items[i];
	return place % TEXTS;
}

static char *text_of(struct known *known)
{
	return (char *)(known->ids + known->n);
}

static bool is_of(const struct known *known, const struct cgroup_ids *ids)
{
	return known && known->n == ids->n && memcmp(known->ids, ids->items, bytes_of(ids)) == 0;
}

const char *cgroup_texts_find(const struct cgroup_texts *texts, const struct cgroup_ids *ids)
{
	struct known *known = NULL;

	if (ids->n && ids->n <= LOOK_CGROUPS_MAX)
		known = texts->known[place_of(ids)];
	return is_of(known, ids) ? text_of(known) : NULL;
}

/* Of a group that is removed the text changes, but then nobody lives in it. */
static bool is_of_all(const char *text)
{
	const char *end;

	for (const char *line = text; (end = strchr(line, '\n')); line = end + 1) {
		if (proc_file_is_deleted(line, (size_t)(end - line)))
			return false;
	}
	return text[0] != '\0';
}

static bool is_unified_only(const char *text)
{
	const char *end = strchr(text, '\n');

	return strncmp(text, "0::/", 4) == 0 && end && end[1] == '\0';
}

void cgroup_texts_add(struct cgroup_texts *texts, const struct cgroup_ids *ids, bool all,
		      const char *text)
{
	struct known **place;
	struct known *known;
	const size_t len = strlen(text) + 1;

	if (ids->n == 0 || ids->n > LOOK_CGROUPS_MAX || !is_of_all(text) ||
	    (!all && !is_unified_only(text)))
		return;
	place = &texts->known[place_of(ids)];
	free(*place);
	known = *place = malloc(sizeof(*known) + bytes_of(ids) + len);
	if (!known)
		return;
	known->n = ids->n;
	memcpy(known->ids, ids->items, bytes_of(ids));
	memcpy(text_of(known), text, len);
}
