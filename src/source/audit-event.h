/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_SOURCE_AUDIT_EVENT_H
#define CGRED_SOURCE_AUDIT_EVENT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "source/audit.h"

struct audit_call;
struct audit_place;

struct audit_places {
	const struct audit_place *list;
	size_t n;
};

/* That of a key of ours; NULL: there is none. */
const struct audit_place *audit_places_find(const struct audit_places *places, const char *key);

/* Of the arguments of an exec so much is told. */
#define AUDIT_ARGV_BYTES 4096

/* All strings of an event: four paths, an executable, the arguments, and short ones. */
#define AUDIT_EVENT_TEXT_BYTES ((AUDIT_PATHS_MAX + 1) * PATH_MAX + AUDIT_ARGV_BYTES + 4096)

struct audit_event {
	struct audit_event *next;
	struct audit_record record;
	size_t len;
	char text[AUDIT_EVENT_TEXT_BYTES];
};

/* A copy that lives as long as the event; NULL when it does not fit. */
const char *audit_event_keep(struct audit_event *event, const char *text);

/* The paths of the call, those in watches first. The key is there already. */
void audit_event_find_paths(struct audit_event *event, const struct audit_places *places,
			    const struct audit_call *call, struct audit_links links);

/* It failed: does a watch want it nevertheless? The kernel's rule may be for more calls. */
bool audit_event_may_fail(const struct audit_event *event, const struct audit_places *places);

#endif
