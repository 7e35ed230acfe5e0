/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_SOURCE_AUDIT_WATCHES_H
#define CGRED_SOURCE_AUDIT_WATCHES_H

#include <stdbool.h>
#include <stddef.h>

#include "source/audit-watch.h"

struct audit_place;
struct audit_watch;

/* All watches, and the rules of ours that are in the kernel or shall be. Zero-initialised is empty.
 */
struct audit_watches {
	struct audit_watched *list;
	size_t n;
	struct audit_retired retired; /* to go when the new ones are there */
	struct audit_retired stale;   /* to go before the new ones come */
	unsigned last_id;	      /* to begin with, one that no other listener has */
	unsigned next_number;	      /* of a key */
};

/* The new list in the place of the old one; the rules of what is left over are to go. -EINVAL: a
 * path is not absolute; -ENOMEM: all stay. */
int audit_watches_replace(struct audit_watches *watches, const struct audit_watch *wanted,
			  size_t n);

/* Where the paths lead now, and what rules that takes (with_rules: else none). *ret_changed: there
 * are others than before. 0 or -errno. */
int audit_watches_plan(struct audit_watches *watches, bool with_rules, bool *ret_changed);

/* All rules of ours that may be in the kernel. To be freed; what is in it stays. NULL: no memory.
 */
struct audit_rule_data **audit_watches_gather(const struct audit_watches *watches, size_t *ret_n);

/* Note which rules the kernel has. */
void audit_watches_compare(struct audit_watches *watches, struct audit_rule_data *const *rules,
			   size_t n);

/* How many do not have all of their rules in the kernel. */
size_t audit_watches_unset(const struct audit_watches *watches);

/* For the records, to be freed; they point into the watches. NULL: no memory. */
struct audit_place *audit_watches_places(const struct audit_watches *watches);

void audit_watches_done(struct audit_watches *watches);

#endif
