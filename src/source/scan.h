/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_SOURCE_SCAN_H
#define CGRED_SOURCE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct event;

/* A pass over /proc: an EVENT_SCAN for each process, in pieces, so that nothing else has to wait
 * for the whole. What starts while the pass runs may be missed: the connector must be open before.
 */
struct scan;

/* proc_fd: a directory like /proc; stays the caller's, and open. NULL: no memory. */
struct scan *scan_new(int proc_fd);
void scan_free(struct scan *scan);

/* Up to max events. Returns how many; 0: the pass is complete; or -errno (EMFILE, ENOMEM, EIO …).
 */
int scan_next(struct scan *scan, struct event *events, size_t max);

/* The pass is complete: begin another, over those only that no pass has found yet. */
void scan_go_on(struct scan *scan);

/* Has a pass before this one found a process of this number? */
bool scan_has_found(const struct scan *scan, pid_t tgid);

/* Was there no memory to know all of them by? Then scan_has_found() does not say of all. */
bool scan_has_forgotten(const struct scan *scan);

#endif
