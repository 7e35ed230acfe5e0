/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_STATE_H
#define CGRED_ENGINE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "process/sticky.h"

/*
 * What must outlive the daemon, also a SIGKILL: the sticky processes, and the groups that it made
 * on demand and has yet to remove. A text file in the runtime directory, one line a fact, that is
 * appended to before anybody is answered and written anew when it has grown.
 */
struct state;

/* What was found in an old file. */
struct state_reader {
	void (*sticky)(void *arg, const struct sticky_entry *entry);
	void (*unsticky)(void *arg, pid_t tgid);
	void (*group)(void *arg, const char *hierarchy, const char *path);
};

/* Read the file of an earlier daemon. One of an earlier boot, or that is none, says nothing. 0;
 * -ENOENT; another -errno. */
int state_load(const char *path, const struct state_reader *reader, void *arg);

/* Begin a new file beside the one that is there. NULL: errno says why. */
struct state *state_begin(const char *path);

/* Put it in the place of the old one. 0 or -errno. */
int state_commit(struct state *state);
void state_free(struct state *state); /* takes NULL; leaves the file where it is */

/* Append a fact. 0 or -errno. */
int state_add_sticky(struct state *state, const struct sticky_entry *entry);
int state_add_unsticky(struct state *state, pid_t tgid);
int state_add_group(struct state *state, const char *hierarchy, const char *path);

/* Lines since state_begin(). */
size_t state_lines(const struct state *state);

#endif
