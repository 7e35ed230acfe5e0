/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_FIRED_H
#define CGRED_ENGINE_FIRED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Which rules have acted upon which processes: a scan finds them again and again. */
struct fired;

/* NULL: no memory. */
struct fired *fired_new(void);
void fired_free(struct fired *fired); /* takes NULL */

/* Note that a rule (any number that tells it from others) acts upon a process. False: it has done
 * so before. Without memory, true. */
bool fired_note(struct fired *fired, pid_t tgid, uint64_t start_ticks, uint64_t rule);

size_t fired_count(const struct fired *fired);

#endif
