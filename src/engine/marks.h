/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_MARKS_H
#define CGRED_ENGINE_MARKS_H

#include <stdbool.h>

struct gate;
struct loop;
struct programs;
struct ruleset;

/* What the exec gate holds: the marks that follow from the rules, kept true while files come, go
 * and are replaced. Main thread only. */
struct marks;

/* Everything must be looked up anew: a directory or symbolic link on the way to programs was
 * replaced, or so many files came and went that some were not told of. */
typedef void marks_lost_fn(void *arg);

/* The gate stays the caller's. everywhere: mark whole file systems where a rule's program is no
 * known file. 0 or -errno; *ret_tried says what failed. */
int marks_new(struct loop *loop, struct gate *gate, bool everywhere, marks_lost_fn *lost, void *arg,
	      struct marks **ret, const char **ret_tried);
void marks_free(struct marks *marks); /* takes NULL; the marks go with the gate */

/* The rules have changed, or what programs they mean, which are taken over. The rules stay the
 * caller's, and are used until the next call. What is marked, and what cannot be, is logged. What
 * came between the search for the programs and this is not known: it is to be followed by another
 * search, and marks_set_again(). */
void marks_set(struct marks *marks, const struct ruleset *rules, struct programs *programs);

/* The programs of the same rules, from a search that began after marks_set(); they may be taken
 * over. True: directories are watched that were not before, so that all must be looked up anew. */
bool marks_set_again(struct marks *marks, struct programs *programs);

/* Something was mounted or unmounted. */
void marks_update_mounts(struct marks *marks);

#endif
