/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Forks, and ends of processes, come by a socket of their own, which wakes nobody: they matter only
 * to decisions about other events. A fork is handled before a later event and after an earlier one,
 * as the kernel's time stamps say.
 *
 * Why that is in order: a process has told of its fork before the child runs, so when an event of
 * the child is there, reading this socket until it is empty finds the fork. And it has told of its
 * exec before it forks, so when a fork is there, reading the other socket finds the exec: all forks
 * that are not later than the last event that was read from there can be handled, and all that were
 * there when it was found empty.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/loop.h"
#include "engine/family.h"
#include "engine/parts.h"
#include "process/sticky.h"
#include "source/connector.h"

/* How long a child of the gap waits for its turn where nothing else happens. */
#define FORKS_MS 5

/* So many in a second that the socket must be emptied more often. */
#define MANY 4096

/* A turn reads so many batches. */
#define BATCHES 128

static void take_error(struct engine *engine, int error)
{
	if (error != -ENOBUFS) {
		log_err("cannot read forks: %s", strerror(-error));
		return;
	}
	engine->stats.overruns++;
	engine->lost = true;
	/* The loss is made good when the turn of the timer comes. */
	loop_timer_arm(engine->forks_timer, 0);
}

/* The next ones, when all that were there are handled. False: there are none now. */
static bool fill(struct engine *engine)
{
	int n;

	if (engine->fork_at < engine->fork_n)
		return true;
	engine->fork_at = engine->fork_n = 0;
	if (engine->forks_read || !engine->forks)
		return false;
	n = connector_read(engine->forks, engine->fork_queue, ENGINE_BATCH);
	if (n < 0)
		take_error(engine, n);
	else
		engine->forks_read = n < ENGINE_BATCH;
	if (n > 0)
		engine->fork_n = (size_t)n;
	return n > 0;
}

void engine_handle_forks(struct engine *engine, uint64_t until_ns)
{
	while (fill(engine) && engine->fork_queue[engine->fork_at].time_ns <= until_ns) {
		const struct event event = engine->fork_queue[engine->fork_at++];

		engine_handle_event(engine, &event);
	}
}

/* All that were there before the other socket was found empty. Returns how many there were. */
static size_t handle_all(struct engine *engine)
{
	size_t total = 0;

	for (int i = 0; i < BATCHES; i++) {
		engine->forks_read = false;
		(void)fill(engine);
		total += engine->fork_n;
		while (engine_fill_queue(engine)) {
			engine_handle_queue(engine);
			if (engine->lost)
				break;
		}
		engine->forks_read = true;
		if (engine->fork_at == engine->fork_n)
			break;
		engine_handle_forks(engine, UINT64_MAX);
	}
	return total;
}

void engine_expect_forks(struct engine *engine)
{
	if (engine->forks_expected || !engine->forks ||
	    (family_count(engine->family) == 0 && engine->fork_at == engine->fork_n))
		return;
	engine->forks_expected = true;
	loop_timer_arm(engine->forks_timer, FORKS_MS);
}

void engine_on_forks(void *arg)
{
	struct engine *engine = arg;
	size_t n = handle_all(engine);

	engine->forks_expected = false;
	engine_recover_if_lost(engine);
	if (n >= MANY) {
		engine->forks_expected = true;
		loop_timer_arm(engine->forks_timer, FORKS_MS);
	}
	engine_handle_queue(engine); /* nothing, but what follows a turn */
}
