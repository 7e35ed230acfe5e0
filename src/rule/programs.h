/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_RULE_PROGRAMS_H
#define CGRED_RULE_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>

struct ruleset;

/* The files that the rules' program columns mean, as far as they can be told from their text. */

enum program_kind {
	PROGRAM_FILE,
	PROGRAM_PLACE, /* a directory: some files in it, or that may come to it */
	PROGRAM_ALL,   /* a directory: all files directly in it */
};

struct program {
	char *path; /* canonical */
	enum program_kind kind;
};

struct programs {
	struct program *items; /* sorted by path, each once */
	size_t n;
	char **directories; /* to watch: a file may come, or be replaced, there; sorted, each once
			     */
	size_t n_directories;
	char **steps; /* directories and symbolic links above them: what takes the place of one
			 leads to other programs; canonical, but for themselves; sorted, each once
		       */
	size_t n_steps;
	size_t n_steps_left_out; /* there are too many */
	size_t n_unknown; /* program columns that mean files which cannot be told from their text */
	size_t n_always;  /* of these: of rules that want the exec gate all the same */
	char *unknown;	  /* the first of these; or NULL */
};

/*
 * Find them: full paths; base names in the usual directories of programs; of prefixes the files
 * that are there, and the directories with all below them. Unknown are base names that are nowhere
 * there, and prefixes that mean too much ("/usr/"). Left out are files on file systems that may
 * wait for a server, and the loaders of dynamic programs (every program would be held for them).
 * Does file I/O. 0 or -ENOMEM; to be released with programs_done().
 */
int programs_find(const struct ruleset *set, struct programs *ret);
void programs_done(struct programs *programs);

/* Where a prefix covers all of a directory that has come since: the directory and all below it. */
int programs_find_below(const struct ruleset *set, const char *directory, struct programs *ret);

/* Is an absolute path a loader's (ld.so(8))? The kernel opens it for the exec of each dynamic
 * program: held, every exec would be, and would be taken for one of the loader. */
bool programs_is_loader(const char *path);

/* Does one of the rules mean a file of this path? Never a loader. */
bool programs_want(const struct ruleset *set, const char *path);

#endif
