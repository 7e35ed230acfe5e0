/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where events come from, and what is done when they do not: the proc connector, the scan that
 * makes good for what it lost, the canary that shows whether it still sings, and the mount table.
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/loop.h"
#include "base/protections.h"
#include "cgroup/hierarchy.h"
#include "cgroup/mounts.h"
#include "engine/family.h"
#include "engine/parts.h"
#include "engine/report.h"
#include "process/process.h"
#include "process/sticky.h"
#include "rule/destination.h"
#include "rule/ruleset.h"
#include "source/connector.h"
#include "source/scan.h"

#define ACKNOWLEDGE_MS 2000

/* After so long without an event, the daemon makes one of its own; it must arrive within a second.
 */
#define QUIET_MS  5000
#define CANARY_MS 1000

/* A scan that places somebody is followed by another. Where processes never stop forking, that must
 * have an end. */
#define SCAN_PASSES_MAX 20
#define SCAN_RETRY_MS	1000
#define SCAN_LATER_MS	15000
#define SCAN_EVERY_MS	1000 /* where there are no events */

/* Forks have a socket of their own (forks.c). */
#define KINDS_ALWAYS (EVENT_MASK(EVENT_EXEC))
#define KINDS_OF_IDS (EVENT_MASK(EVENT_UID) | EVENT_MASK(EVENT_GID))

/* ---- scan ----------------------------------------------------------------------------------- */

static void owe_scan(struct engine *engine, unsigned delay_ms)
{
	engine->scan_owed = true;
	loop_timer_arm(engine->scan_timer, delay_ms);
}

static void begin_pass(struct engine *engine)
{
	engine->stats.scans++;
	engine->scan_placed = engine->stats.verdicts[VERDICT_PLACED];
	loop_timer_arm(engine->scan_timer, 0);
}

void engine_start_scan(struct engine *engine)
{
	if (engine->scan) {
		engine->scan_again = true;
		return;
	}
	engine->scan_again = engine->scan_owed = false;
	engine->scan = scan_new(engine->proc_fd);
	if (engine->scan) {
		begin_pass(engine);
		return;
	}
	log_err("no memory for a scan of /proc: trying again");
	owe_scan(engine, SCAN_RETRY_MS);
}

void engine_scan_later(struct engine *engine)
{
	if (engine->scan)
		engine->scan_owed = true; /* end_scan() arms the timer */
	else if (!engine->scan_owed)
		owe_scan(engine, SCAN_LATER_MS);
}

static void free_scan(struct engine *engine)
{
	scan_free(engine->scan);
	engine->scan = NULL;
}

/* What happens to those that were found already is told by events, now that none are lost. But who
 * is sticky may be known only now, by the parent. */
static void scan_once_more(struct engine *engine)
{
	if (engine->scan_again || sticky_count(engine->sticky)) {
		free_scan(engine);
		engine_start_scan(engine);
		return;
	}
	scan_go_on(engine->scan);
	begin_pass(engine);
}

static void end_scan(struct engine *engine, int error)
{
	bool changed = engine->stats.verdicts[VERDICT_PLACED] != engine->scan_placed;

	if (error < 0) {
		free_scan(engine);
		log_err("cannot scan /proc: %s: trying again", strerror(-error));
		owe_scan(engine, SCAN_RETRY_MS);
		return;
	}
	if (engine->scan_again ||
	    (changed && !engine->scans_only && ++engine->scan_passes < SCAN_PASSES_MAX)) {
		scan_once_more(engine);
		return;
	}
	free_scan(engine);
	if (engine->scans_only) {
		owe_scan(engine, SCAN_EVERY_MS);
		return;
	}
	if (!PROTECT_START && !engine->connector)
		(void)engine_open_connector(engine);
	log_notice("the scan is complete after %u more passes", engine->scan_passes);
	engine->scan_passes = 0;
	if (engine->config->once) {
		engine_pass_end(engine);
		return;
	}
	/* Later passes have not looked again at who was known. */
	if (engine->scan_owed)
		owe_scan(engine, SCAN_LATER_MS);
}

void engine_on_scan_step(void *arg)
{
	struct engine *engine = arg;
	struct event events[ENGINE_BATCH];
	int n;

	if (!engine->scan && engine->config->once && engine->stats.scans) {
		engine_pass_end(engine);
		return;
	}
	if (!engine->scan) {
		engine_start_scan(engine);
		return;
	}
	/* Forks of before are not of the gap. */
	engine_on_forks(engine);
	n = scan_next(engine->scan, events, ENGINE_BATCH);
	if (n <= 0) {
		end_scan(engine, n);
		return;
	}
	engine_handle_found(engine, events, (size_t)n);
	loop_timer_arm(engine->scan_timer, 0);
}

void engine_find_older(struct engine *engine)
{
	struct scan *scan = scan_new(engine->proc_fd);
	struct event events[ENGINE_BATCH];
	int n = scan ? 1 : -ENOMEM;

	while (n > 0)
		n = scan_next(scan, events, ENGINE_BATCH);
	/* Who is not in it counts as younger, and is moved. */
	if (n < 0 || scan_has_forgotten(scan)) {
		scan_free(scan);
		return;
	}
	scan_go_on(scan);
	engine->older = scan;
}

/* ---- connector ------------------------------------------------------------------------------ */

/* Does it matter to any rule who a process is? */
static bool depends_on_ids(const struct ruleset *rules)
{
	if (rules->facts & (FACT_STATUS | FACT_GROUPS))
		return true;
	for (size_t i = 0; i < rules->n_targets; i++) {
		if (rules->targets[i]->needs & DESTINATION_VARIES)
			return true;
	}
	return false;
}

void engine_take_kinds(struct engine *engine)
{
	engine->wanted_kinds = KINDS_ALWAYS;
	if (depends_on_ids(engine->rules))
		engine->wanted_kinds |= KINDS_OF_IDS;
	engine_update_kinds(engine);
	engine_update_audience(engine);
}

static int update_kinds(struct engine *engine)
{
	unsigned kinds = engine->wanted_kinds;
	int r;

	/* It is a change of ids by which it is known. */
	if (engine->canary)
		kinds |= KINDS_OF_IDS;
	if (!engine->connector || kinds == engine->kinds)
		return 0;
	r = connector_set_kinds(engine->connector, kinds);
	if (r == 0)
		engine->kinds = kinds;
	return r;
}

void engine_update_kinds(struct engine *engine)
{
	int r;

	engine_sync_update(engine);
	r = update_kinds(engine);
	if (r == 0)
		r = engine_forks_update_kinds(engine);
	if (r < 0)
		log_err("cannot change the subscription to events: %s", strerror(-r));
}

static void send_canary(struct engine *engine);

/* The queue is empty: everything that was dropped was dropped before now. */
static void recover(struct engine *engine)
{
	struct engine_stats stats;

	engine->forks_read = false;
	engine_handle_forks(engine, UINT64_MAX);
	engine->lost = false;
	engine_get_stats(engine, &stats);
	log_warning(
		"%llu events were dropped so far; looking for the processes that they were about",
		(unsigned long long)stats.dropped);
	if (PROTECT_OVERFLOW)
		engine_start_scan(engine);
	/* On some kernels nothing comes any more after this (6.6.14 to 17, 6.7.0 to 5). */
	send_canary(engine);
}

bool engine_fill_queue(struct engine *engine)
{
	int n;

	if (!engine->connector || engine->queue_n + ENGINE_BATCH > ENGINE_QUEUE)
		return true;
	n = connector_read(engine->connector, engine->queue + engine->queue_n, ENGINE_BATCH);
	if (n == -ENOBUFS) {
		engine->stats.overruns++;
		engine->lost = true;
		return true;
	}
	if (n < 0)
		log_err("cannot read events: %s", strerror(-n));
	if (n > 0) {
		engine->queue_n += (size_t)n;
		engine->told += (uint64_t)n;
		engine->forks_read = false;
	}
	return n != 0;
}

/* After a loss this goes on until the socket is empty, or for a while: what is left makes it
 * readable. */
void engine_on_connector(void *arg)
{
	struct engine *engine = arg;

	for (int turn = 0; turn == 0 || (engine->lost && turn < 8); turn++) {
		bool more = engine_fill_queue(engine);

		engine_handle_queue(engine);
		/* The kernel says that it dropped something before it gives what it kept. */
		if (engine->lost && !more)
			recover(engine);
	}
}

static void close_connector(struct engine *engine)
{
	struct connector_stats stats;

	engine_forks_close(engine);
	if (!engine->connector)
		return;
	connector_get_stats(engine->connector, &stats);
	engine->dropped_before += stats.dropped;
	loop_watch_free(engine->on_connector);
	engine->on_connector = NULL;
	connector_close(engine->connector);
	engine->connector = NULL;
}

int engine_open_connector(struct engine *engine)
{
	const char *tried;
	int r;

	close_connector(engine);
	engine->kinds = engine->wanted_kinds;
	r = connector_open(engine->kinds, ACKNOWLEDGE_MS, &engine->connector, &tried);
	if (r == 0)
		r = engine_forks_open(engine, ACKNOWLEDGE_MS, &tried);
	if (r < 0) {
		close_connector(engine);
		log_err("cannot listen to the proc connector: %s: %s", tried, strerror(-r));
		return r;
	}
	engine->on_connector = loop_watch_read(engine->loop, connector_fd(engine->connector),
					       engine_on_connector, engine);
	if (!engine->on_connector)
		return -ENOMEM;
	engine_update_kinds(engine);
	engine_update_audience(engine);
	loop_timer_arm(engine->canary_timer, QUIET_MS);
	return 0;
}

/* ---- canary --------------------------------------------------------------------------------- */

/* A child of ours changes its user, which is an event, and ends. */
static void send_canary(struct engine *engine)
{
	if (engine->canary || !PROTECT_SILENCE)
		return;
	engine->canary_seen = engine->canary_fork_seen = false;
	engine->canary = -1;
	engine_update_kinds(engine);
	engine->canary = fork();
	if (engine->canary == 0) {
		(void)syscall(SYS_setresuid, -1, 65534, -1);
		_exit(0);
	}
	if (engine->canary < 0)
		engine->canary = 0;
	loop_timer_arm(engine->canary_timer, engine->canary ? CANARY_MS : QUIET_MS);
}

/* Nothing comes, although something should: open a new socket, and look for what was missed. */
static void reopen(struct engine *engine)
{
	log_warning("no events arrive any more: subscribing anew");
	engine->stats.reopened++;
	if (engine_open_connector(engine) < 0)
		loop_timer_arm(engine->canary_timer, QUIET_MS);
	engine_start_scan(engine);
}

static void end_canary(struct engine *engine)
{
	bool seen;

	engine_on_forks(engine);
	seen = engine->canary_seen && engine->canary_fork_seen;
	if (waitpid(engine->canary, NULL, WNOHANG) == 0) {
		/* It has not even run yet: the machine is busy, and nothing is proved. */
		loop_timer_arm(engine->canary_timer, CANARY_MS);
		return;
	}
	engine->canary = 0;
	engine_update_kinds(engine);
	if (seen)
		loop_timer_arm(engine->canary_timer, QUIET_MS);
	else
		reopen(engine);
}

void engine_on_canary(void *arg)
{
	struct engine *engine = arg;
	bool heard = engine->told != engine->heard;

	engine->heard = engine->told;
	if (engine->canary)
		end_canary(engine);
	else if (!engine->connector)
		reopen(engine);
	else if (heard)
		loop_timer_arm(engine->canary_timer, QUIET_MS);
	else
		send_canary(engine);
}

/* ---- mounts --------------------------------------------------------------------------------- */

void engine_on_mounts(void *arg)
{
	struct engine *engine = arg;
	struct hierarchies now;
	int r;

	mounts_watch_clear(engine->mounts_fd);
	engine_sync_mounts(engine);
	engine_accesses_mounts(engine);
	r = mounts_load(&now);
	if (r < 0) {
		log_err("cannot read what is mounted: %s", strerror(-r));
		return;
	}
	if (mounts_equal(&now, placer_hierarchies(engine->placer))) {
		hierarchies_done(&now);
		return;
	}
	log_notice("the mounted cgroup hierarchies have changed: %zu, mode %s", now.n,
		   cgroup_mode_name(now.mode));
	process_reader_forget_cgroups(engine->reader);
	process_reader_forget_cgroups(engine->others);
	placer_set_hierarchies(engine->placer, &now);
	family_forget_places(engine->family);
	engine_groups_update(engine);
	engine_actions_update(engine);
	engine_sync_plan(engine);
	report_reset(engine->report);
}
