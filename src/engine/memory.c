/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What outlives the daemon: read at the start, kept while it runs. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/protections.h"
#include "engine/event.h"
#include "engine/parts.h"
#include "engine/state.h"
#include "process/sticky.h"
#include "source/scan.h"

/* A file of fewer lines is never written anew. */
#define COMPACT_MIN 1000

/* Children of children of children … that were forked while no daemon ran: found in so many passes.
 */
#define PASSES_MAX 20

static void take_sticky(void *arg, const struct sticky_entry *entry)
{
	const struct engine *engine = arg;

	(void)sticky_add(engine->sticky, entry);
}

static void take_unsticky(void *arg, pid_t tgid)
{
	const struct engine *engine = arg;

	sticky_remove(engine->sticky, tgid);
}

static void take_group(void *arg, const char *hierarchy, const char *path)
{
	const struct engine *engine = arg;

	placer_adopt_made(engine->placer, hierarchy, path);
}

static void add_group(void *arg, const char *hierarchy, const char *path)
{
	const struct engine *engine = arg;

	if (engine->state)
		(void)state_add_group(engine->state, hierarchy, path);
}

static bool add_sticky(void *arg, const struct sticky_entry *entry)
{
	const struct engine *engine = arg;

	(void)state_add_sticky(engine->state, entry);
	return true;
}

/* Write all that is known into a new file, and go on with that. */
static void write_anew(struct engine *engine)
{
	int r;

	state_free(engine->state);
	engine->state = state_begin(engine->config->state_path);
	if (!engine->state) {
		log_warning("%s: %s: a restart will not know who is sticky",
			    engine->config->state_path, strerror(errno));
		return;
	}
	placer_each_made(engine->placer, add_group, engine);
	sticky_filter(engine->sticky, add_sticky, engine);
	r = state_commit(engine->state);
	if (r < 0)
		log_warning("%s: %s", engine->config->state_path, strerror(-r));
}

/* Sticky processes may have forked while nobody looked. */
static void find_descendants(struct engine *engine)
{
	size_t before = 0;

	for (int pass = 0; pass < PASSES_MAX && sticky_count(engine->sticky) != before; pass++) {
		struct event events[ENGINE_BATCH];
		struct scan *scan = scan_new(engine->proc_fd);
		int n;

		before = sticky_count(engine->sticky);
		while (scan && (n = scan_next(scan, events, ENGINE_BATCH)) > 0) {
			for (int i = 0; i < n; i++)
				engine_sticky_found(engine, events[i].tgid);
		}
		scan_free(scan);
	}
}

void engine_recall(struct engine *engine)
{
	const struct state_reader reader = { take_sticky, take_unsticky, take_group };
	int r = state_load(engine->config->state_path, &reader, engine);

	if (r < 0 && r != -ENOENT)
		log_warning("%s: %s", engine->config->state_path, strerror(-r));
	engine_sticky_sweep(engine);
	find_descendants(engine);
}

void engine_remember(struct engine *engine)
{
	if (!engine->config->state_path || !PROTECT_STATE)
		return;
	engine_recall(engine);
	write_anew(engine);
	placer_set_made(engine->placer, add_group, engine);
	log_info("%zu sticky processes are known from before", sticky_count(engine->sticky));
}

void engine_compact_state(struct engine *engine)
{
	struct placer_stats placer;
	size_t live;

	if (!engine->state || state_lines(engine->state) < COMPACT_MIN)
		return;
	placer_get_stats(engine->placer, &placer);
	live = placer.groups_made + sticky_count(engine->sticky);
	if (state_lines(engine->state) > 2 * live + COMPACT_MIN)
		write_anew(engine);
}
