/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_SOURCE_AUDIT_RECORDS_H
#define CGRED_SOURCE_AUDIT_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/audit.h"

/*
 * The kernel's audit records, one by one in any order, put together to events: one system call
 * each. Only those whose key is ours count. No I/O, but for names relative to a descriptor of the
 * process, and for names that lead into a watch without looking like it.
 */
struct audit_records;

/* What is watched: where it is said to be, and where that leads. */
struct audit_place {
	unsigned id;	  /* of the key, "cgred_ID_ACCESS_NUMBER" */
	const char *path; /* as configured */
	const char *real; /* without symbolic links; NULL: it does not exist */
	bool is_directory;
	bool failed; /* calls that failed count, too */
};

/* Types of records (linux/audit.h) that the caller has to know, too. */
#define AUDIT_TYPE_CONFIG_CHANGE 1305

/* links: as in audit_begin(). any_key: what begins with "cgred_" or "fetter_"
 * is ours, not only what has the id of a place. NULL: no memory. */
struct audit_records *audit_records_new(struct audit_links links, bool any_key);
void audit_records_free(struct audit_records *records); /* takes NULL */

/* The places stay the caller's, until the next call. */
void audit_records_set_places(struct audit_records *records, const struct audit_place *places,
			      size_t n);

/* One record as the kernel sends it: text is "audit(TIME:SERIAL): FIELD=VALUE ...". now_ms: any
 * clock that does not jump. Returns whether it belongs to an event of ours; false also for want of
 * memory. */
bool audit_records_feed(struct audit_records *records, int64_t now_ms, unsigned type,
			const char *text, size_t len);

/* Are there events whose end has not come? Then call audit_records_age() now and then, when nothing
 * more is there to be fed: those that got nothing for two seconds are taken as they are. */
bool audit_records_is_waiting(const struct audit_records *records);
void audit_records_age(struct audit_records *records, int64_t now_ms);

/* The next event. Its strings live until the next call. */
bool audit_records_next(struct audit_records *records, struct audit_record *ret);

#endif
