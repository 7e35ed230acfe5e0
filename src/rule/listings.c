/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A hundred thousand names are looked for in a few directories, most of them in vain. */
#include "config.h"

#include "rule/listings.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "base/remote.h"

/* More is no directory of programs: they are found by their full paths only. */
#define NAMES_MAX 100000

static int by_name(const void *a, const void *b)
{
	const struct listing_name *left = a;
	const struct listing_name *right = b;

	return strcmp(left->name, right->name);
}

static int read_names(DIR *dir, struct listing *listing)
{
	const struct dirent *entry;
	size_t room = 0;

	while (listing->n < NAMES_MAX && (entry = readdir(dir))) {
		struct listing_name *names =
			grow(listing->names, listing->n, &room, sizeof(*names));

		if (!names)
			return -ENOMEM;
		listing->names = names;
		names[listing->n].type = entry->d_type;
		names[listing->n].name = strdup(entry->d_name);
		if (!names[listing->n].name)
			return -ENOMEM;
		listing->n++;
	}
	if (listing->n > 0)
		qsort(listing->names, listing->n, sizeof(*listing->names), by_name);
	return 0;
}

static const struct listing *add_listing(struct listings *listings, const char *directory)
{
	struct listing *items = grow(listings->items, listings->n, &listings->room, sizeof(*items));
	struct listing *listing;
	cleanup_dir DIR *dir = NULL;

	if (!items)
		return NULL;
	listings->items = items;
	listing = &items[listings->n];
	*listing = (struct listing){ .directory = strdup(directory) };
	if (!listing->directory ||
	    textmap_put(&listings->by_directory, listing->directory, (uint32_t)listings->n) < 0) {
		free(listing->directory);
		return NULL;
	}
	listings->n++;
	dir = remote_is(directory) ? NULL : opendir(directory);
	listing->readable = dir != NULL;
	return dir && read_names(dir, listing) < 0 ? NULL : listing;
}

const struct listing *listings_find(struct listings *listings, const char *directory)
{
	size_t len = strlen(directory);
	uint32_t at =
		textmap_get(&listings->by_directory, textmap_hash(directory, len), directory, len);

	return at != IDMAP_NONE ? &listings->items[at] : add_listing(listings, directory);
}

void listings_done(struct listings *listings)
{
	for (size_t i = 0; i < listings->n; i++) {
		struct listing *listing = &listings->items[i];

		for (size_t j = 0; j < listing->n; j++)
			free(listing->names[j].name);
		free(listing->names);
		free(listing->directory);
	}
	free(listings->items);
	textmap_done(&listings->by_directory);
	*listings = (struct listings){ 0 };
}

size_t listing_find(const struct listing *listing, const char *text)
{
	size_t low = 0;
	size_t high = listing->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(listing->names[middle].name, text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool listing_has(const struct listing *listing, const char *name)
{
	size_t at = listing_find(listing, name);

	return at < listing->n && strcmp(listing->names[at].name, name) == 0;
}
