/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_PLACED_H
#define CGRED_ENGINE_PLACED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Whom the daemon has placed where: so that it sees when somebody else has moved a process since,
 * and does not fight. Identities are those of process/identity.h: a number that was given to
 * another process is not taken for the old one.
 */
struct placed; /* any thread may ask */

/* How often in which time a process is put back, when that is the policy, before we yield. */
#define PLACED_REASSERT_MAX	3
#define PLACED_REASSERT_TIME_MS 10000

enum placed_policy {
	PLACED_YIELD,	 /* leave it where it was moved to */
	PLACED_REASSERT, /* put it back, within limits */
};

enum placed_answer {
	PLACED_FIRST,	 /* not placed there before: do it */
	PLACED_PUT_BACK, /* somebody moved it away: do it again */
	PLACED_LEAVE,	 /* somebody moved it away: leave it */
	PLACED_GIVE_UP,	 /* the same, and this is when it was put back too often */
};

/* NULL: no memory. */
struct placed *placed_new(void);
void placed_free(struct placed *placed);

/* Was this process placed there? */
bool placed_knows(struct placed *placed, pid_t tgid, uint64_t identity, uint64_t place);

/* A process is not in the place (a hash of it) where its rule wants it: what to do? */
enum placed_answer placed_ask(struct placed *placed, pid_t tgid, uint64_t identity, uint64_t place,
			      enum placed_policy policy, uint64_t now_ms);

/* It was moved there. Without memory this is forgotten. */
void placed_note(struct placed *placed, pid_t tgid, uint64_t identity, uint64_t place,
		 uint64_t now_ms);

/* The placement was taken back. */
void placed_forget(struct placed *placed, pid_t tgid);

size_t placed_count(struct placed *placed);

#endif
