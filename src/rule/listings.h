/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_RULE_LISTINGS_H
#define CGRED_RULE_LISTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/textmap.h"

/* The names in directories, each of which is read once. */

struct listing_name {
	char *name;
	unsigned char type; /* DT_… of readdir(3) */
};

struct listing {
	char *directory;
	bool readable;		    /* and not on a file system that may wait for a server */
	struct listing_name *names; /* sorted */
	size_t n;
};

/* Zero-initialised is empty. */
struct listings {
	struct textmap by_directory;
	struct listing *items;
	size_t n, room;
};

/* NULL: no memory. Valid until the next call. */
const struct listing *listings_find(struct listings *listings, const char *directory);

void listings_done(struct listings *listings);

/* The place of the first name that is not before text. */
size_t listing_find(const struct listing *listing, const char *text);

bool listing_has(const struct listing *listing, const char *name);

#endif
