/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_MOUNTINFO_H
#define CGRED_BASE_MOUNTINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The text of /proc/PID/mountinfo (proc_pid_mountinfo(5)), line by line. */

/* Not terminated: a part of the text that was read. */
struct mountinfo_field {
	const char *text;
	size_t len;
};

struct mountinfo {
	uint64_t id;
	struct mountinfo_field device; /* "major:minor" of the file system */
	struct mountinfo_field root;   /* which part of it is mounted; escaped */
	struct mountinfo_field mount;  /* where; escaped */
	struct mountinfo_field type;
	struct mountinfo_field options; /* of the file system, not of this mount of it */
};

/* The next mount; *text moves on. What is no line of that form is passed over. False: no more. */
bool mountinfo_next(const char **text, struct mountinfo *ret);

/* The next of options that are separated by commas; *options moves on. False: no more. */
bool mountinfo_next_option(struct mountinfo_field *options, struct mountinfo_field *ret);

bool mountinfo_is(struct mountinfo_field field, const char *text);

/* A copy with the octal escapes (\040 and the like) undone, to be freed; NULL: no memory. */
char *mountinfo_unescape(struct mountinfo_field field);

/* The whole table of this process. 0 or -errno; *ret is to be freed. */
int mountinfo_read(char **ret);

#endif
