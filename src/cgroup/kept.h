/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_CGROUP_KEPT_H
#define CGRED_CGROUP_KEPT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The descriptors of cgroup.procs that are kept open, by hierarchy (its index) and path; those that
 * were not used for the longest time are closed when there are too many. */

/* Keys are the index of the hierarchy, as a character, and the path. */
#define KEPT_KEY_MAX	(PATH_MAX + 2)
#define KEPT_INDEX(key) ((unsigned)((unsigned char)(key)[0] - '0'))
void kept_make_key(char key[KEPT_KEY_MAX], size_t hierarchy, const char *path, size_t len);

struct kept;

struct kept_group {
	int fd;
	uint64_t enabled;    /* the placer's: a hash of the controllers that were enabled last */
	uint64_t enabled_ms; /* and when that was looked at */
};

/* NULL: no memory. */
struct kept *kept_new(void);
void kept_free(struct kept *kept); /* takes NULL */
void kept_clear(struct kept *kept);

/* A placement begins: groups that it finds or adds stay open until the next begins. */
void kept_begin(struct kept *kept);

/* NULL: it is not kept. Valid until it is dropped. */
struct kept_group *kept_find(struct kept *kept, const char *key);

/* Takes the descriptor, also when it fails. NULL: no memory. */
struct kept_group *kept_add(struct kept *kept, const char *key, int fd);
void kept_drop(struct kept *kept, const char *key);

/* Close one that the placement does not use. False: there is none. */
bool kept_evict(struct kept *kept);
size_t kept_count(const struct kept *kept);

#endif
