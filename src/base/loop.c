/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The only file that knows libevent. */
#include "config.h"

#include "base/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

struct loop {
	struct event_base *base;
};

struct loop_watch {
	struct event *event;
	loop_fn *fn;
	void *arg;
};

struct loop *loop_new(void)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return NULL;
	/* With its coarse clock: the precise timers of libevent cost a system call each time that
	 * the loop goes to sleep. */
	loop->base = event_base_new();
	if (!loop->base) {
		free(loop);
		return NULL;
	}
	return loop;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	event_base_free(loop->base);
	free(loop);
}

int loop_run(struct loop *loop)
{
	return event_base_dispatch(loop->base) < 0 ? -EIO : 0;
}

void loop_stop(struct loop *loop)
{
	(void)event_base_loopbreak(loop->base);
}

static void fire(evutil_socket_t fd, short what, void *arg)
{
	struct loop_watch *watch = arg;

	(void)fd;
	(void)what;
	watch->fn(watch->arg);
}

static struct loop_watch *watch_new(struct loop *loop, int fd, short what, loop_fn *fn, void *arg)
{
	struct loop_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->fn = fn;
	watch->arg = arg;
	watch->event = event_new(loop->base, fd, what, fire, watch);
	if (!watch->event) {
		free(watch);
		return NULL;
	}
	return watch;
}

static struct loop_watch *watch_added(struct loop_watch *watch)
{
	if (watch && event_add(watch->event, NULL) < 0) {
		loop_watch_free(watch);
		return NULL;
	}
	return watch;
}

struct loop_watch *loop_watch_read(struct loop *loop, int fd, loop_fn *fn, void *arg)
{
	return watch_added(watch_new(loop, fd, EV_READ | EV_PERSIST, fn, arg));
}

struct loop_watch *loop_watch_signal(struct loop *loop, int signo, loop_fn *fn, void *arg)
{
	return watch_added(watch_new(loop, signo, EV_SIGNAL | EV_PERSIST, fn, arg));
}

struct loop_watch *loop_watch_timer(struct loop *loop, loop_fn *fn, void *arg)
{
	return watch_new(loop, -1, 0, fn, arg);
}

void loop_timer_arm(struct loop_watch *timer, unsigned long delay_ms)
{
	const struct timeval delay = { .tv_sec = (time_t)(delay_ms / 1000),
				       .tv_usec = (suseconds_t)(delay_ms % 1000) * 1000 };

	(void)event_add(timer->event, &delay);
}

void loop_timer_disarm(struct loop_watch *timer)
{
	(void)event_del(timer->event);
}

void loop_watch_free(struct loop_watch *watch)
{
	if (!watch)
		return;
	event_free(watch->event);
	free(watch);
}
