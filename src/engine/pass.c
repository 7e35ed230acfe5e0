/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the daemon can do instead of listening: a pass over /proc, one or one a second, and a
 * clean-up. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/loop.h"
#include "cgroup/clean.h"
#include "engine/parts.h"
#include "engine/pending.h"
#include "engine/state.h"
#include "rule/places.h"
#include "rule/ruleset.h"

/* How soon it is looked again whether everything is done. */
#define LOOK_AGAIN_MS 50

/* So often in a row there must be nothing to do: a command may be on its way. */
#define QUIET_LOOKS 3

/* Names that cannot be looked up hold a single pass up for so long. */
#define NAMES_MS 30000

/* ---- one pass -------------------------------------------------------------------------------- */

static bool is_over(const struct engine *engine)
{
	uint64_t now_ms = engine_now_ms();

	if (engine_actions_are_busy(engine))
		return false;
	return pending_count(engine->pending) == 0 || now_ms > engine->pass_ms + NAMES_MS;
}

void engine_pass_end(struct engine *engine)
{
	engine->quiet_looks = is_over(engine) ? engine->quiet_looks + 1 : 0;
	if (engine->quiet_looks < QUIET_LOOKS) {
		loop_timer_arm(engine->scan_timer, LOOK_AGAIN_MS);
		return;
	}
	if (pending_count(engine->pending))
		log_warning("%zu processes were not decided about: names cannot be looked up",
			    pending_count(engine->pending));
	loop_stop(engine->loop);
}

int engine_pass(struct engine *engine)
{
	engine->is_started = true;
	engine->acts_on_found = true;
	engine->pass_ms = engine_now_ms();
	/* Of a daemon that runs beside. */
	if (engine->config->state_path)
		engine_recall(engine);
	engine_groups_update(engine);
	engine_actions_update(engine);
	engine_start_scan(engine);
	return 0;
}

/* ---- clean-up -------------------------------------------------------------------------------- */

struct cleaning {
	struct engine *engine;
	struct clean_result result;
};

static void clean(struct cleaning *cleaning, const char *path)
{
	struct clean_result result = { 0 };
	int r = placer_clean(cleaning->engine->placer, path, NULL, &result);

	if (r < 0)
		log_err("group \"%s\" cannot be removed: %s", path, strerror(-r));
	cleaning->result.removed += result.removed;
	cleaning->result.remaining += result.remaining + (r < 0);
	cleaning->result.moved += result.moved;
}

static void clean_made(void *arg, const char *hierarchy, const char *path)
{
	(void)hierarchy;
	clean(arg, path);
}

static void skip_sticky(void *arg, const struct sticky_entry *entry)
{
	(void)arg;
	(void)entry;
}

static void skip_unsticky(void *arg, pid_t tgid)
{
	(void)arg;
	(void)tgid;
}

int engine_clean(struct engine *engine)
{
	const struct state_reader reader = { skip_sticky, skip_unsticky, clean_made };
	struct cleaning cleaning = { .engine = engine };
	const char *state_path = engine->config->state_path;
	int r;

	clean(&cleaning, places_top(&engine->rules->yaml));
	/* Made on demand, for rules of cgrules.conf. */
	r = state_path ? state_load(state_path, &reader, &cleaning) : 0;
	if (r < 0 && r != -ENOENT)
		log_warning("%s: %s", state_path, strerror(-r));
	log_notice("%zu groups were removed, %zu are left, %zu processes were moved out of them",
		   cleaning.result.removed, cleaning.result.remaining, cleaning.result.moved);
	return cleaning.result.remaining ? -EBUSY : 0;
}
