/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_RULE_DESTINATION_H
#define CGRED_RULE_DESTINATION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * The destination of a rule: a path relative to a hierarchy's root, with substitutions:
 * %u user name or uid, %U uid, %g group name or gid, %G gid, %p base name of the executable or pid,
 * %P pid, %% a percent sign, \x the character x. Other %x stay as they are.
 */

#define DESTINATION_USER_NAME  (1U << 0) /* needs values.user */
#define DESTINATION_GROUP_NAME (1U << 1) /* needs values.group */
#define DESTINATION_PROCESS    (1U << 2) /* needs values.process */
#define DESTINATION_VARIES     (1U << 3) /* has a substitution at all */

struct destination_values {
	uid_t uid;
	gid_t gid;
	pid_t pid;
	const char *user, *group, *process; /* NULL or "": the number is used instead */
};

/* The first component "." or "..", or NULL. */
const char *destination_find_dots(const char *path);

/* Take out leading, trailing and doubled slashes, in place. An escaped slash is a slash. */
void destination_normalise(char *path);

/* What expanding text needs: a mask of DESTINATION_…. *ret_unknown: the first unknown %x, or NULL.
 */
unsigned destination_needs(const char *text, const char **ret_unknown);

/*
 * Expand text into buf. A substituted value is one component of the path: "/" and control
 * characters in it become "_". A component that came out as "." or ".." becomes "_" or "__"; one of
 * more than 255 bytes (NAME_MAX) is cut to 255. 0 or -ENAMETOOLONG.
 */
int destination_expand(const char *text, const struct destination_values *values, char *buf,
		       size_t size);

#endif
