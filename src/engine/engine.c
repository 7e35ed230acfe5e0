/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The engine's life: its parts are made, started, swept now and then, and released. */
#include "config.h"

#include "engine/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/btf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/protections.h"
#include "cgroup/dynmods.h"
#include "cgroup/hierarchy.h"
#include "cgroup/mounts.h"
#include "engine/family.h"
#include "engine/idnames.h"
#include "engine/loader.h"
#include "engine/parts.h"
#include "engine/pending.h"
#include "engine/placed.h"
#include "engine/report.h"
#include "engine/state.h"
#include "process/identity.h"
#include "process/look.h"
#include "process/renames.h"
#include "process/sticky.h"
#include "rule/ruleset.h"
#include "source/connector.h"
#include "source/scan.h"

#define SWEEP_MS 1000

/* A fork that was under way during a move can be told later than the move: by as long as the
 * forking thread lost its CPU in between. */
#define FAMILY_KEPT_MS 2000

uint64_t engine_now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void engine_look_at_renames(struct engine *engine)
{
	uint64_t n = engine->renames ? renames_count(engine->renames) : 0;

	if (n == engine->n_renames)
		return;
	engine->n_renames = n;
	process_reader_forget_cgroups(engine->reader);
	process_reader_forget_cgroups(engine->others);
	placer_forget_groups(engine->placer);
	engine_sync_outdate(engine);
}

void engine_begin_decision(struct engine *engine, uint64_t now_ms, uint64_t oldest_ticks)
{
	engine_look_at_renames(engine);
	engine->decider.rules = engine->rules;
	engine->decider.now_ms = now_ms;
	engine->decider.oldest_ticks = oldest_ticks;
}

/* While its name cannot be looked up, it cannot be read, its exec is not over, or it was given up
 * and is to be found by a scan. One that has ended is still to be decided about: then its children
 * are. */
static bool waits_in_family(void *arg, pid_t opener, pid_t member)
{
	struct engine *engine = arg;

	if (!pending_has(engine->pending, opener) && !engine->scan_owed && !engine->scan &&
	    !engine_sync_is_ahead(engine, opener))
		return false;
	return member == opener || kill(member, 0) == 0 || errno != ESRCH;
}

static void on_sweep(void *arg)
{
	struct engine *engine = arg;
	uint64_t now = engine_now_ms();

	(void)placer_sweep(engine->placer, now);
	engine_on_forks(engine);
	/* Where we are behind, forks of before may still be queued. */
	if (!engine->lost && !engine->forks_behind)
		family_expire(engine->family, now, FAMILY_KEPT_MS, waits_in_family, engine);
	engine_sticky_sweep(engine);
	engine_sync_sweep(engine, now);
	engine_accesses_sweep(engine);
	engine_groups_sweep(engine, now);
	engine_compact_state(engine);
	if (idnames_retry(engine->names, now))
		engine_unpark(engine);
	loop_timer_arm(engine->sweep_timer, SWEEP_MS);
}

void engine_get_stats(const struct engine *engine, struct engine_stats *ret)
{
	struct connector_stats connector = { 0 };

	*ret = engine->stats;
	if (engine->connector)
		connector_get_stats(engine->connector, &connector);
	if (engine->exec_filter)
		ret->filtered = exec_filter_count(engine->exec_filter);
	ret->held = engine_sync_held(engine);
	ret->dropped = engine->dropped_before + connector.dropped;
	if (engine->forks) {
		connector_get_stats(engine->forks, &connector);
		ret->dropped += connector.dropped;
	}
}

static int find_hierarchies(struct engine *engine)
{
	struct hierarchies found;
	int r;

	r = mounts_load(&found);
	if (r < 0) {
		log_err("cannot read what is mounted: %s", strerror(-r));
		return r;
	}
	if (found.mode == CGROUP_NONE) {
		hierarchies_done(&found);
		return -ENODEV;
	}
	log_notice("%zu cgroup hierarchies are mounted, mode %s", found.n,
		   cgroup_mode_name(found.mode));
	if (found.mode == CGROUP_V2 && engine->config->systemd && !engine->config->cgroupfs)
		log_warning("systemd manages the cgroup tree: groups that are made beside its own "
			    "work, but it may take their controllers away (--manager=cgroupfs: I "
			    "know)");
	placer_set_hierarchies(engine->placer, &found);
	return 0;
}

static void turn_on_dynmods(void)
{
	int r = dynmods_set();

	if (r == 0)
		log_notice("favordynmods was set, for all of the system");
	else
		log_warning("favordynmods cannot be set: %s",
			    r == -ENODEV  ? "no v2 tree is mounted"
			    : r == -EPERM ? "not from this cgroup namespace"
					  : strerror(-r));
}

static void look_at_dynmods(const struct engine *engine)
{
	enum dynmods dynmods = dynmods_read();

	if (dynmods == DYNMODS_OFF && engine->config->favordynmods) {
		turn_on_dynmods();
		dynmods = dynmods_read();
	}
	switch (dynmods) {
	case DYNMODS_NOT_NEEDED:
		log_notice("a move takes microseconds: this kernel has no favordynmods");
		break;
	case DYNMODS_ON:
		log_notice("a move takes microseconds: favordynmods is set");
		break;
	case DYNMODS_OFF:
		log_notice("a move that comes alone takes milliseconds: favordynmods is not set "
			   "(--favordynmods)");
		break;
	}
}

static int open_proc(struct engine *engine)
{
	ssize_t len;

	engine->proc_fd = open("/proc", O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	if (engine->proc_fd < 0)
		return -errno;
	len = file_read_buf(engine->proc_fd, "self/cgroup", engine->own_cgroup,
			    sizeof(engine->own_cgroup));
	return len < 0 ? (int)len : 0;
}

static int find_own_start(struct engine *engine)
{
	struct process self;
	int r;

	process_init(&self, getpid());
	r = process_read(engine->reader, &self, FACT_START);
	engine->start_ticks = r < 0 ? 0 : self.start_ticks;
	return r;
}

static int make_parts(struct engine *engine)
{
	int r = open_proc(engine);

	if (r == 0)
		r = loader_new(&engine->config->paths, &engine->loader);
	if (r < 0)
		return r;
	engine->reader = process_reader_new(engine->proc_fd);
	engine->others = process_reader_new(engine->proc_fd);
	engine->placer = placer_new(engine->config->remove_empty_ms);
	engine->sticky = sticky_new();
	engine->pending = pending_new();
	engine->family = family_new();
	engine->placed = placed_new();
	engine->names = idnames_new(engine->loader);
	engine->report = report_new();
	if (!engine->reader || !engine->others || !engine->placer || !engine->sticky ||
	    !engine->pending || !engine->family || !engine->placed || !engine->names ||
	    !engine->report)
		return -ENOMEM;
	r = find_own_start(engine);
	if (r == 0)
		r = process_reader_wait_not(engine->reader);
	if (r == 0)
		r = process_reader_wait_not(engine->others);
	if (r == 0)
		r = engine_actions_open(engine);
	if (r < 0)
		return r;
	engine->decider.reader = engine->reader;
	engine->decider.others = engine->others;
	engine->decider.placer = engine->placer;
	engine->decider.names = engine->names;
	engine->decider.sticky = engine->sticky;
	engine->decider.placed = engine->placed;
	engine->decider.policy = engine->config->policy;
	engine->decider.superseded = engine_is_superseded;
	engine->decider.superseded_arg = engine;
	engine->decider.self = getpid();
	engine->decider.has_numbers = identity_has_numbers();
	engine->decider.exemptions.own_cgroup = engine->own_cgroup;
	engine->decider.exemptions.hierarchies = placer_hierarchies(engine->placer);
	engine->decider.exemptions.is_systemd = engine->config->systemd;
	return 0;
}

static int make_watches(struct engine *engine)
{
	struct loop *loop = engine->loop;

	engine->mounts_fd = mounts_watch();
	if (engine->mounts_fd < 0)
		return engine->mounts_fd;
	engine->on_mounts = loop_watch_read(loop, engine->mounts_fd, engine_on_mounts, engine);
	engine->on_loader =
		loop_watch_read(loop, loader_fd(engine->loader), engine_on_answer, engine);
	engine->settle_timer = loop_watch_timer(loop, engine_on_settled, engine);
	engine->scan_timer = loop_watch_timer(loop, engine_on_scan_step, engine);
	engine->sweep_timer = loop_watch_timer(loop, on_sweep, engine);
	engine->retry_timer = loop_watch_timer(loop, engine_on_retry, engine);
	engine->canary_timer = loop_watch_timer(loop, engine_on_canary, engine);
	engine->forks_timer = loop_watch_timer(loop, engine_on_forks, engine);
	engine->thaw_timer = loop_watch_timer(loop, engine_on_thaw, engine);
	if (!engine->on_mounts || !engine->on_loader || !engine->settle_timer ||
	    !engine->scan_timer || !engine->sweep_timer || !engine->retry_timer ||
	    !engine->canary_timer || !engine->forks_timer || !engine->thaw_timer)
		return -ENOMEM;
	return 0;
}

int engine_new(struct loop *loop, const struct engine_config *config, struct engine **ret)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	int r;

	if (!engine)
		return -ENOMEM;
	engine->loop = loop;
	engine->config = config;
	engine->proc_fd = engine->mounts_fd = -1;
	r = make_parts(engine);
	if (r == 0)
		r = make_watches(engine);
	if (r == 0)
		r = find_hierarchies(engine);
	if (r == 0)
		r = engine_load_first(engine);
	if (r < 0) {
		engine_free(engine);
		return r;
	}
	*ret = engine;
	return 0;
}

static void open_look(struct engine *engine)
{
	const char *tried = "counting renames of groups";
	int r = renames_new(&engine->renames);

	if (r == 0)
		r = look_new(BTF_KERNEL, &engine->look, &tried);
	if (r == 0)
		log_info("who a process is, and where, is found out by one system call");
	else
		log_info("who a process is, and where, is found out by /proc (%s: %s)", tried,
			 strerror(-r));
	process_reader_look_with(engine->reader, engine->look);
	process_reader_look_with(engine->others, engine->look);
}

int engine_start(struct engine *engine)
{
	int r = 0;

	engine->scans_only = engine->rules->yaml.mode == YAML_MODE_SCANNER;
	engine->acts_on_found = engine->config->scan || engine->scans_only;
	open_look(engine);
	if (!engine->scans_only)
		engine_open_exec_filter(engine);
	if (!engine->scans_only && (PROTECT_START || !engine->config->scan))
		r = engine_open_connector(engine);
	if (r < 0)
		return r;
	engine_remember(engine);
	look_at_dynmods(engine);
	engine->is_started = true;
	engine_groups_update(engine);
	engine_actions_update(engine);
	engine_accesses_update(engine);
	if (engine->scans_only)
		log_notice("mode scanner: a pass over /proc every second, and no events");
	else
		engine_sync_open(engine, &engine->programs);
	engine_sync_update(engine);
	loop_timer_arm(engine->sweep_timer, SWEEP_MS);
	if (engine->config->scan || engine->scans_only)
		engine_start_scan(engine);
	else
		engine_find_older(engine);
	return 0;
}

void engine_free(struct engine *engine)
{
	if (!engine)
		return;
	engine_sync_close(engine);
	engine_accesses_close(engine);
	engine_actions_close(engine);
	programs_done(&engine->programs);
	loop_watch_free(engine->on_connector);
	loop_watch_free(engine->on_loader);
	loop_watch_free(engine->on_mounts);
	loop_watch_free(engine->settle_timer);
	loop_watch_free(engine->scan_timer);
	loop_watch_free(engine->sweep_timer);
	loop_watch_free(engine->retry_timer);
	loop_watch_free(engine->canary_timer);
	loop_watch_free(engine->forks_timer);
	loop_watch_free(engine->thaw_timer);
	connector_close(engine->connector);
	connector_close(engine->forks);
	engine_close_exec_filter(engine);
	scan_free(engine->scan);
	scan_free(engine->older);
	loader_free(engine->loader);
	idnames_free(engine->names);
	pending_free(engine->pending);
	family_free(engine->family);
	placed_free(engine->placed);
	sticky_free(engine->sticky);
	report_free(engine->report);
	state_free(engine->state);
	placer_free(engine->placer);
	cgconfig_done(&engine->cgconfig);
	commands_done(&engine->commands);
	groups_done(&engine->groups);
	ruleset_unref(engine->rules);
	process_reader_free(engine->reader);
	process_reader_free(engine->others);
	look_free(engine->look);
	renames_free(engine->renames);
	if (engine->mounts_fd >= 0)
		(void)close(engine->mounts_fd);
	if (engine->proc_fd >= 0)
		(void)close(engine->proc_fd);
	free(engine);
}

const struct yaml_config *engine_settings(const struct engine *engine)
{
	return &engine->rules->yaml;
}
