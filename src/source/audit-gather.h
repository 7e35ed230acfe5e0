/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_SOURCE_AUDIT_GATHER_H
#define CGRED_SOURCE_AUDIT_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The lines of events whose end has not come, by serial number. */
struct audit_gather;

/* What is complete, or is taken as it is: the lines of one event, for the time of the call. */
typedef void (*audit_gather_fn)(void *arg, const char *lines, size_t len);

struct audit_gather *audit_gather_new(audit_gather_fn done, void *arg); /* NULL: no memory */
void audit_gather_free(struct audit_gather *gather);			/* takes NULL */

/* An event of this number begins; -ENOMEM. now_ms: any clock that does not jump. */
int audit_gather_begin(struct audit_gather *gather, uint32_t serial, int64_t now_ms);

bool audit_gather_has(const struct audit_gather *gather, uint32_t serial);

/* Another line of an event that has begun. 0; -ENOMEM; -EFBIG: it has too many already. */
int audit_gather_add(struct audit_gather *gather, uint32_t serial, int64_t now_ms, const char *line,
		     size_t len);

/* How many bytes of it there are. */
size_t audit_gather_len(const struct audit_gather *gather, uint32_t serial);

/* Its end has come. */
void audit_gather_end(struct audit_gather *gather, uint32_t serial);

/* How many have begun; take those that got no line for so long as they are. */
size_t audit_gather_count(const struct audit_gather *gather);
void audit_gather_age(struct audit_gather *gather, int64_t now_ms, int64_t limit_ms);

#endif
