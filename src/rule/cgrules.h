/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_RULE_CGRULES_H
#define CGRED_RULE_CGRULES_H

#include <stdbool.h>
#include <stddef.h>

struct diag_list;

/* The lines of libcgroup's cgrules.conf(5). doc/cgrules.conf.5.scd is the full description. */

#define CGRULES_LINE_MAX ((size_t)128 * 1024) /* bytes; a longer line is an error, never cut */

#define CGRULES_IGNORE	  (1U << 0) /* leave alone what is in the destination already */
#define CGRULES_IGNORE_RT (1U << 1) /* the same, for real-time tasks only */

enum cgrules_who {
	CGRULES_ANY,
	CGRULES_USER,
	CGRULES_GROUP
};

struct cgrules_line {
	unsigned line;
	unsigned user_column, destination_column; /* in bytes, from 1 */
	bool continues;				  /* a % line: belongs to the rule above it */
	enum cgrules_who who;
	const char *name;	 /* user or group without "@": name or number; "" for CGRULES_ANY */
	const char *process;	 /* NULL: no condition */
	const char *controllers; /* names separated by single commas, none empty; or "*" */
	const char *destination; /* without leading, trailing and doubled slashes; "" is the root */
	bool destination_is_open; /* it ended in a slash */
	unsigned options;	  /* CGRULES_IGNORE… */
};

/* Called for each good line, in order. The strings live only as long as the call. A negative return
 * ends the parse, which returns it. */
typedef int cgrules_fn(void *arg, const struct cgrules_line *line);

/*
 * Parse text[0..len). No I/O. Every mistake goes to diags with file, line and column, and the parse
 * goes on with the next line. 0; -EINVAL when there was a mistake; -ENOMEM; or what fn returned.
 */
int cgrules_parse(const char *text, size_t len, const char *file, cgrules_fn *fn, void *arg,
		  struct diag_list *diags);

#endif
