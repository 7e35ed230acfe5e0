/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_LOOP_H
#define CGRED_BASE_LOOP_H

/* The event loop of the main thread. Call-backs run one at a time, on the thread in loop_run(), and
 * must not wait. */

struct loop;
struct loop_watch;

typedef void loop_fn(void *arg);

/* NULL: no memory, or no way to poll. */
struct loop *loop_new(void);
void loop_free(struct loop *loop);

/* Run until loop_stop(). 0, or -errno when the loop itself fails. */
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* Each returns NULL when there is no memory, and is released with loop_watch_free() before the loop
 * is. The descriptor stays the caller's. */
struct loop_watch *loop_watch_read(struct loop *loop, int fd, loop_fn *fn, void *arg);
struct loop_watch *loop_watch_signal(struct loop *loop, int signo, loop_fn *fn, void *arg);

/* A timer is born unarmed. Arming one that is armed moves it. It may come early, by a tick of the
 * kernel (10 ms at most) and, since the delay counts from when the loop last woke, by as long as
 * the call-backs of that round have run: who needs the time exactly looks at the clock. */
struct loop_watch *loop_watch_timer(struct loop *loop, loop_fn *fn, void *arg);
void loop_timer_arm(struct loop_watch *timer, unsigned long delay_ms);
void loop_timer_disarm(struct loop_watch *timer);

void loop_watch_free(struct loop_watch *watch);

#endif
