/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_RULE_PROGRAMS_H
#define CGRED_RULE_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>

struct ruleset;

/* The files that the rules' program columns mean, as far as they can be told from their text. */

struct program {
	char *path;	   /* canonical */
	bool is_directory; /* all files directly in it */
};

struct programs {
	struct program *items; /* sorted by path, each once */
	size_t n;
	char **directories; /* to watch: a file may come, or be replaced, there; sorted, each once
			     */
	size_t n_directories;
};

/*
 * Find them: full paths; base names in the usual directories of programs; prefixes that end in a
 * slash as directories, other prefixes by the files that are there. Left out are files on file
 * systems that may wait for a server, and the loaders of dynamic programs (every program would be
 * held for them). Does file I/O. 0 or -ENOMEM; to be released with programs_done().
 */
int programs_find(const struct ruleset *set, struct programs *ret);
void programs_done(struct programs *programs);

/* Does one of the rules mean a file of this name in this directory? For files that come later. */
bool programs_want(const struct ruleset *set, const char *directory, const char *name);

#endif
