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
#include "engine/event.h"
#include "engine/family.h"
#include "engine/parts.h"
#include "process/sticky.h"
#include "source/connector.h"

/* How long a child of the gap waits for its turn where nothing else happens. A multiple of the tick
 * of most kernels (4 ms, CONFIG_HZ=250), which is what the loop's clock goes by: with less than a
 * tick left, each sleep sets a timer in hardware (9 us more of 17 in a virtual machine). */
#define FORKS_MS 12

/* So many at once: the socket must be emptied more often. */
#define MANY 4096

/* What is done in one turn at most. */
#define BATCHES 128
#define TURNS	8

static void take_error(struct engine *engine, int error)
{
	if (error != -ENOBUFS) {
		log_err("cannot read forks: %s", strerror(-error));
		return;
	}
	engine->stats.overruns++;
	engine->lost = true;
	/* That turn makes it good. */
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
		engine->forks_read = connector_is_drained(engine->forks);
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

/* What a decision has read ahead counts, too. */
static bool empty_queue(struct engine *engine)
{
	for (int turn = 0; turn < TURNS && engine->connector; turn++) {
		bool more = engine_fill_queue(engine);

		if (engine->lost || (!more && !engine->queue_n))
			return true;
		engine_handle_queue(engine);
	}
	return !engine->connector;
}

/* Those that are in hand, and no more: the execs before later ones may not be handled yet. */
static void handle_batch(struct engine *engine)
{
	while (engine->fork_at < engine->fork_n) {
		const struct event event = engine->fork_queue[engine->fork_at++];

		engine_handle_event(engine, &event);
	}
}

/* All that were there before the other socket was found empty. Returns how many there were. */
static size_t handle_all(struct engine *engine)
{
	size_t total = 0;

	engine->forks_behind = true;
	for (int i = 0; i < BATCHES; i++) {
		engine->forks_read = false;
		engine->forks_behind = fill(engine);
		if (!engine->forks_behind || !empty_queue(engine))
			break;
		total += engine->fork_n - engine->fork_at;
		handle_batch(engine);
	}
	return total;
}

static void expect(struct engine *engine, unsigned delay_ms)
{
	engine->forks_expected = true;
	loop_timer_arm(engine->forks_timer, delay_ms);
}

void engine_expect_forks(struct engine *engine)
{
	if (engine->forks && !engine->forks_expected &&
	    (family_count(engine->family) || engine->fork_at < engine->fork_n))
		expect(engine, FORKS_MS);
}

void engine_on_forks(void *arg)
{
	struct engine *engine = arg;
	size_t n = handle_all(engine);

	engine->forks_expected = false;
	if (engine->lost)
		engine_on_connector(engine);
	if (n >= MANY)
		expect(engine, 0);
	engine_handle_queue(engine);
}

/* ---- life ------------------------------------------------------------------------------------ */

void engine_forks_close(struct engine *engine)
{
	struct connector_stats stats;

	if (!engine->forks)
		return;
	connector_get_stats(engine->forks, &stats);
	engine->dropped_before += stats.dropped;
	connector_close(engine->forks);
	engine->forks = NULL;
	engine->fork_at = engine->fork_n = 0;
}

int engine_forks_open(struct engine *engine, unsigned timeout_ms, const char **ret_tried)
{
	engine->fork_kinds = EVENT_MASK(EVENT_FORK);
	engine->forks_read = false;
	return connector_open(engine->fork_kinds, timeout_ms, &engine->forks, ret_tried);
}

int engine_forks_update_kinds(struct engine *engine)
{
	unsigned kinds = EVENT_MASK(EVENT_FORK);
	int r = 0;

	if (sticky_count(engine->sticky))
		kinds |= EVENT_MASK(EVENT_EXIT);
	if (engine->forks && kinds != engine->fork_kinds)
		r = connector_set_kinds(engine->forks, kinds);
	if (r == 0)
		engine->fork_kinds = kinds;
	return r;
}
