/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_SOURCE_GUARD_H
#define CGRED_SOURCE_GUARD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A process of its own that lets held execs go on when the daemon does not answer them: when it is
 * stopped, hangs, or has no descriptor left to read an event with (without one the kernel denies
 * the exec). It has the fanotify group, and nothing else of the daemon's, and ends with it.
 */
struct guard;

/* For the group; the process is a child of the calling thread, and ends with that. 0 or -errno. */
int guard_start(int group_fd, struct guard **ret);
void guard_stop(struct guard *guard); /* takes NULL */
pid_t guard_pid(const struct guard *guard);

/* From the thread that started it, now and then: start it anew if it has ended. Returns how many
 * execs it has let go since the last call. */
uint64_t guard_check(struct guard *guard);

/*
 * What the thread that answers says of itself, from that thread: that it is alive, and whether it
 * has something to answer. Where it has, or the group has something to read, and it does not say so
 * again for a second (five where the kernel is at work for it), the guard answers everything.
 */
void guard_set_thread(struct guard *guard, pid_t thread);
void guard_alive(struct guard *guard, bool has_work);

/* It cannot read events now, or can again: the guard is to answer at once. */
void guard_take_over(struct guard *guard, bool take_over);

#endif
