/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_IDNAMES_H
#define CGRED_ENGINE_IDNAMES_H

#include <stdbool.h>
#include <stdint.h>

struct loader;
struct loader_job;
struct ruleset;

/* The names of ids, for %u and %g. What is not known is asked of the loader; nothing here waits. */
struct idnames;

/* loader: stays the caller's, outlives this. NULL: no memory. */
struct idnames *idnames_new(struct loader *loader);
void idnames_free(struct idnames *names);

/* Forget everything, then use the names that the set's load has looked up. Takes a reference. */
void idnames_reset(struct idnames *names, struct ruleset *set);

/* True: *ret_name is the name, NULL when the id has none. False: it was asked for; wait for
 * idnames_answer(). */
bool idnames_find(struct idnames *names, unsigned id, bool is_group, const char **ret_name);

/* The loader's answer. Who has no name has none for a minute; a name service that could not tell is
 * asked again by idnames_retry(). */
void idnames_answer(struct idnames *names, const struct loader_job *job, uint64_t now_ms);

/* Ask again where it is time. True: what is known has changed, those who wait should look. */
bool idnames_retry(struct idnames *names, uint64_t now_ms);

#endif
