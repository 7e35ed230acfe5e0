/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The engine: reads the sources, keeps what has to wait, hands each process to decide(), and swaps
 * the rule set. */
#include "config.h"

#include "engine/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/notify.h"
#include "cgroup/hierarchy.h"
#include "cgroup/mounts.h"
#include "engine/event.h"
#include "engine/idnames.h"
#include "engine/loader.h"
#include "engine/pending.h"
#include "engine/report.h"
#include "process/sticky.h"
#include "rule/ruleset.h"
#include "source/connector.h"
#include "source/scan.h"

/* Messages that one turn of the loop takes from a source. */
#define BATCH 64

/* How long a change of ids waits for the rest of setgid, setuid and exec, which then are one
 * decision: the calls follow each other in microseconds, but the caller may lose its CPU in
 * between. */
#define SETTLE_MS 10

#define ACKNOWLEDGE_MS	2000
#define SWEEP_MS	1000
#define RETRY_NAMES_MS	(5UL * 60 * 1000)
#define OWN_CGROUP_SIZE 8192

#define KINDS_ALWAYS (EVENT_MASK(EVENT_EXEC) | EVENT_MASK(EVENT_UID) | EVENT_MASK(EVENT_GID))
#define KINDS_STICKY (EVENT_MASK(EVENT_FORK) | EVENT_MASK(EVENT_EXIT))

struct engine {
	struct loop *loop;
	const struct engine_config *config;
	int proc_fd;
	struct process_reader *reader;
	struct placer *placer;
	struct sticky *sticky;
	struct pending *pending;
	struct loader *loader;
	struct idnames *names;
	struct report *report;
	struct ruleset *rules;
	struct cgconfig cgconfig;
	char own_cgroup[OWN_CGROUP_SIZE];

	struct connector *connector;
	unsigned kinds; /* subscribed to */
	struct scan *scan;
	bool scan_again;      /* something was lost while a scan ran */
	uint64_t start_ticks; /* of ours: what is older is not ours to move without --scan */
	int mounts_fd;

	struct loop_watch *on_connector, *on_loader, *on_mounts;
	struct loop_watch *settle_timer, *scan_timer, *sweep_timer, *retry_timer;
	struct engine_stats stats;
};

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- subscription --------------------------------------------------------------------------- */

/* Forks and ends matter only while somebody is sticky. */
static void update_kinds(struct engine *engine)
{
	unsigned kinds = KINDS_ALWAYS | (sticky_count(engine->sticky) ? KINDS_STICKY : 0);
	int r;

	if (!engine->connector || kinds == engine->kinds)
		return;
	r = connector_set_kinds(engine->connector, kinds);
	if (r < 0)
		log_err("cannot change the subscription to events: %s", strerror(-r));
	else
		engine->kinds = kinds;
}

/* ---- deciding ------------------------------------------------------------------------------- */

static void arm_settle_timer(struct engine *engine)
{
	uint64_t now = now_ms();
	uint64_t due;

	if (pending_next_due(engine->pending, &due))
		loop_timer_arm(engine->settle_timer, due > now ? due - now : 0);
}

static void decide_one(struct engine *engine, pid_t tgid, enum event_kind kind)
{
	const struct decider decider = {
		.rules = engine->rules,
		.reader = engine->reader,
		.placer = engine->placer,
		.names = engine->names,
		.sticky = engine->sticky,
		.self = getpid(),
		.own_cgroup = engine->own_cgroup,
		.is_systemd = engine->config->systemd,
	};
	struct diag_list diags = { 0 };
	struct decision decision;

	decide(&decider, tgid, &diags, &decision);
	engine->stats.verdicts[decision.verdict]++;
	if (decision.verdict == VERDICT_WAITS && pending_park(engine->pending, tgid) < 0)
		log_err("no memory to remember process %d until its name is known", (int)tgid);
	if (diags.head)
		report_warnings(engine->report, &diags, now_ms());
	if (decision.verdict == VERDICT_FAILED || log_enabled(LOG_INFO))
		report_decision(engine->report, engine->rules, kind, &decision, now_ms());
	diag_list_done(&diags);
}

static void on_settled(void *arg)
{
	struct engine *engine = arg;
	uint64_t now = now_ms();
	pid_t tgid;

	for (int i = 0; i < BATCH && (tgid = pending_take_due(engine->pending, now)); i++)
		decide_one(engine, tgid, EVENT_UID);
	arm_settle_timer(engine);
}

/* ---- events --------------------------------------------------------------------------------- */

static bool is_deciding(enum event_kind kind)
{
	return kind == EVENT_EXEC || kind == EVENT_UID || kind == EVENT_GID || kind == EVENT_SCAN;
}

/* A later event of the same batch makes this one's decision, or makes it pointless. */
static bool is_superseded(const struct event *events, size_t n, size_t i)
{
	for (size_t j = i + 1; j < n; j++) {
		if (events[j].tgid != events[i].tgid)
			continue;
		if (is_deciding(events[j].kind))
			return true;
		if (events[j].kind == EVENT_EXIT && events[j].tid == events[j].tgid)
			return true;
	}
	return false;
}

static void handle_fork(struct engine *engine, const struct event *event)
{
	struct process process;
	int r;

	if (event->tgid == event->parent_tgid ||
	    !sticky_inherits(engine->sticky, event->parent_tgid))
		return;
	/* When the child is gone already its own children still inherit: its end comes later. */
	process_init(&process, event->tgid);
	r = process_read(engine->reader, &process, FACT_START);
	if (sticky_add(engine->sticky, event->tgid, r == 0 ? process.start_ticks : 0, true) < 0)
		log_err("no memory for sticky process %d", (int)event->tgid);
}

static bool is_gone(void *arg, pid_t tgid, uint64_t start_ticks)
{
	struct engine *engine = arg;
	struct process process;

	process_init(&process, tgid);
	if (process_read(engine->reader, &process, FACT_START) == -ESRCH)
		return true;
	return process.facts & FACT_START && start_ticks && process.start_ticks != start_ticks;
}

/* The end of the first thread is not the end of the process: the entry goes when /proc says so, now
 * or at a sweep. */
static void handle_exit(struct engine *engine, const struct event *event)
{
	if (event->tid != event->tgid || !sticky_has(engine->sticky, event->tgid))
		return;
	if (sticky_matches(engine->sticky, event->tgid, 0) || is_gone(engine, event->tgid, 0))
		sticky_remove(engine->sticky, event->tgid);
}

static bool is_too_old(struct engine *engine, pid_t tgid)
{
	struct process process;

	if (engine->config->scan)
		return false;
	process_init(&process, tgid);
	return process_read(engine->reader, &process, FACT_START) < 0 ||
	       process.start_ticks < engine->start_ticks;
}

static void handle_events(struct engine *engine, const struct event *events, size_t n)
{
	engine->stats.events += n;
	for (size_t i = 0; i < n; i++) {
		const struct event *event = &events[i];

		switch (event->kind) {
		case EVENT_FORK:
			handle_fork(engine, event);
			break;
		case EVENT_EXIT:
			handle_exit(engine, event);
			break;
		case EVENT_SCAN:
			if (!is_too_old(engine, event->tgid))
				decide_one(engine, event->tgid, event->kind);
			break;
		case EVENT_EXEC:
			if (is_superseded(events, n, i))
				break;
			pending_remove(engine->pending, event->tgid);
			decide_one(engine, event->tgid, event->kind);
			break;
		case EVENT_UID:
		case EVENT_GID:
			if (!is_superseded(events, n, i) &&
			    pending_add(engine->pending, event->tgid, now_ms() + SETTLE_MS) < 0)
				decide_one(engine, event->tgid, event->kind);
			break;
		case EVENT_SID:
		case EVENT_COMM:
			break;
		}
	}
	arm_settle_timer(engine);
	update_kinds(engine);
}

/* ---- sources -------------------------------------------------------------------------------- */

static void start_scan(struct engine *engine)
{
	if (engine->scan) {
		engine->scan_again = true;
		return;
	}
	engine->scan = scan_new(engine->proc_fd);
	if (!engine->scan) {
		log_err("no memory for a scan of /proc");
		return;
	}
	engine->stats.scans++;
	loop_timer_arm(engine->scan_timer, 0);
}

static void end_scan(struct engine *engine)
{
	scan_free(engine->scan);
	engine->scan = NULL;
	if (engine->scan_again) {
		engine->scan_again = false;
		start_scan(engine);
	}
}

static void on_scan_step(void *arg)
{
	struct engine *engine = arg;
	struct event events[BATCH];
	int n;

	if (!engine->scan)
		return;
	n = scan_next(engine->scan, events, BATCH);
	if (n < 0)
		log_err("cannot scan /proc: %s", strerror(-n));
	if (n <= 0) {
		end_scan(engine);
		return;
	}
	handle_events(engine, events, (size_t)n);
	loop_timer_arm(engine->scan_timer, 0);
}

static void on_connector(void *arg)
{
	struct engine *engine = arg;
	struct event events[BATCH];
	int n = connector_read(engine->connector, events, BATCH);

	if (n == -ENOBUFS) {
		engine->stats.overruns++;
		log_warning("the kernel dropped events; looking for what was missed");
		start_scan(engine);
		return;
	}
	if (n < 0)
		log_err("cannot read events: %s", strerror(-n));
	if (n > 0)
		handle_events(engine, events, (size_t)n);
}

static void on_mounts(void *arg)
{
	struct engine *engine = arg;
	struct hierarchies now;
	int r;

	mounts_watch_clear(engine->mounts_fd);
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
	placer_set_hierarchies(engine->placer, &now);
	report_reset(engine->report);
}

static void on_sweep(void *arg)
{
	struct engine *engine = arg;

	(void)placer_sweep(engine->placer, now_ms());
	sticky_sweep(engine->sticky, is_gone, engine);
	update_kinds(engine);
	loop_timer_arm(engine->sweep_timer, SWEEP_MS);
}

/* ---- configuration --------------------------------------------------------------------------- */

static void swap_cgconfig(struct engine *engine, struct cgconfig *cgconfig)
{
	cgconfig_done(&engine->cgconfig);
	engine->cgconfig = *cgconfig;
	*cgconfig = (struct cgconfig){ 0 };
	placer_set_cgconfig(engine->placer, &engine->cgconfig);
}

static void swap_rules(struct engine *engine, struct ruleset *rules)
{
	ruleset_unref(engine->rules);
	engine->rules = ruleset_ref(rules);
	idnames_reset(engine->names, rules);
	pending_unpark(engine->pending, now_ms());
	arm_settle_timer(engine);
	if (rules->n_skipped)
		loop_timer_arm(engine->retry_timer, RETRY_NAMES_MS);
	else
		loop_timer_disarm(engine->retry_timer);
}

static void take_configuration(struct engine *engine, struct loader_job *job)
{
	if (!job->quiet || job->error)
		report_load(&job->diags);
	if (job->error) {
		engine->stats.failed_reloads++;
		log_err("the configuration was not loaded: %s; the old one stays in force",
			job->error == -EINVAL ? "it has mistakes" : strerror(-job->error));
	} else {
		if (job->kind == LOADER_RULES)
			swap_rules(engine, job->rules);
		swap_cgconfig(engine, &job->cgconfig);
		report_reset(engine->report);
		engine->stats.reloads++;
		log_at(job->quiet ? LOG_DEBUG : LOG_NOTICE,
		       "reloaded: %zu rules, %zu groups and templates", engine->rules->n_rules,
		       engine->cgconfig.n_groups);
	}
	(void)notify_send("READY=1");
}

static void on_answer(void *arg)
{
	struct engine *engine = arg;
	struct loader_job *job;

	while ((job = loader_next_answer(engine->loader))) {
		switch (job->kind) {
		case LOADER_RULES:
		case LOADER_CGCONFIG:
			take_configuration(engine, job);
			break;
		case LOADER_USER_NAME:
		case LOADER_GROUP_NAME:
			idnames_answer(engine->names, job->id, job->kind == LOADER_GROUP_NAME,
				       job->name);
			pending_unpark(engine->pending, now_ms());
			arm_settle_timer(engine);
			break;
		}
		loader_job_free(job);
	}
}

static void reload(struct engine *engine, enum loader_job_kind kind, bool quiet)
{
	struct loader_job *job = loader_job_new(kind);

	if (!job) {
		log_err("no memory to reload the configuration");
		return;
	}
	job->quiet = quiet;
	job->previous = ruleset_ref(engine->rules);
	loader_submit(engine->loader, job);
}

void engine_reload(struct engine *engine)
{
	(void)notify_reloading();
	reload(engine, LOADER_RULES, false);
}

void engine_reload_templates(struct engine *engine)
{
	(void)notify_reloading();
	reload(engine, LOADER_CGCONFIG, false);
}

/* Users and groups that were unknown at the last load may be there now. */
static void on_retry(void *arg)
{
	reload(arg, LOADER_RULES, true);
}

/* ---- sticky processes ------------------------------------------------------------------------ */

int engine_stick(struct engine *engine, pid_t pid, bool children)
{
	struct process process;
	pid_t tgid;
	int r;

	r = process_tgid_of(engine->reader, pid, &tgid);
	if (r < 0)
		return r;
	process_init(&process, tgid);
	r = process_read(engine->reader, &process, FACT_START);
	if (r < 0)
		return r;
	r = sticky_add(engine->sticky, tgid, process.start_ticks, children);
	if (r < 0)
		return r;
	/* Before the client has its answer: it may fork at once. */
	update_kinds(engine);
	log_info("sticky: %d%s", (int)tgid, children ? " and what it forks" : "");
	return 0;
}

int engine_unstick(struct engine *engine, pid_t pid)
{
	pid_t tgid;
	int r;

	r = process_tgid_of(engine->reader, pid, &tgid);
	if (r < 0)
		return r;
	sticky_remove(engine->sticky, tgid);
	log_info("not sticky any more: %d", (int)tgid);
	return 0;
}

/* ---- life ------------------------------------------------------------------------------------ */

void engine_get_stats(const struct engine *engine, struct engine_stats *ret)
{
	*ret = engine->stats;
}

static int load_first(struct engine *engine)
{
	struct loader_job *job = loader_job_new(LOADER_RULES);
	int r;

	if (!job)
		return -ENOMEM;
	loader_run(&engine->config->paths, job);
	report_load(&job->diags);
	r = job->error;
	if (r == 0) {
		swap_rules(engine, job->rules);
		swap_cgconfig(engine, &job->cgconfig);
		if (engine->rules->n_rules == 0)
			log_warning("there are no rules: no process will be placed");
	}
	loader_job_free(job);
	return r;
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
	placer_set_hierarchies(engine->placer, &found);
	return 0;
}

static int make_parts(struct engine *engine)
{
	int r;

	engine->proc_fd = open("/proc", O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	if (engine->proc_fd < 0)
		return -errno;
	r = (int)file_read_buf(engine->proc_fd, "self/cgroup", engine->own_cgroup,
			       sizeof(engine->own_cgroup));
	if (r < 0)
		return r;
	r = loader_new(&engine->config->paths, &engine->loader);
	if (r < 0)
		return r;
	engine->reader = process_reader_new(engine->proc_fd);
	engine->placer = placer_new(engine->config->remove_empty_ms);
	engine->sticky = sticky_new();
	engine->pending = pending_new();
	engine->names = idnames_new(engine->loader);
	engine->report = report_new();
	if (!engine->reader || !engine->placer || !engine->sticky || !engine->pending ||
	    !engine->names || !engine->report)
		return -ENOMEM;
	return 0;
}

static int make_watches(struct engine *engine)
{
	struct loop *loop = engine->loop;

	engine->mounts_fd = mounts_watch();
	if (engine->mounts_fd < 0)
		return engine->mounts_fd;
	engine->on_mounts = loop_watch_read(loop, engine->mounts_fd, on_mounts, engine);
	engine->on_loader = loop_watch_read(loop, loader_fd(engine->loader), on_answer, engine);
	engine->settle_timer = loop_watch_timer(loop, on_settled, engine);
	engine->scan_timer = loop_watch_timer(loop, on_scan_step, engine);
	engine->sweep_timer = loop_watch_timer(loop, on_sweep, engine);
	engine->retry_timer = loop_watch_timer(loop, on_retry, engine);
	if (!engine->on_mounts || !engine->on_loader || !engine->settle_timer ||
	    !engine->scan_timer || !engine->sweep_timer || !engine->retry_timer)
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
		r = load_first(engine);
	if (r < 0) {
		engine_free(engine);
		return r;
	}
	*ret = engine;
	return 0;
}

int engine_start(struct engine *engine)
{
	struct process self;
	const char *tried;
	int r;

	process_init(&self, getpid());
	r = process_read(engine->reader, &self, FACT_START);
	if (r < 0)
		return r;
	engine->start_ticks = self.start_ticks;
	engine->kinds = KINDS_ALWAYS;
	r = connector_open(engine->kinds, ACKNOWLEDGE_MS, &engine->connector, &tried);
	if (r < 0) {
		log_err("cannot listen to the proc connector: %s: %s", tried, strerror(-r));
		return r;
	}
	engine->on_connector = loop_watch_read(engine->loop, connector_fd(engine->connector),
					       on_connector, engine);
	if (!engine->on_connector)
		return -ENOMEM;
	loop_timer_arm(engine->sweep_timer, SWEEP_MS);
	if (engine->config->scan)
		start_scan(engine);
	return 0;
}

void engine_free(struct engine *engine)
{
	if (!engine)
		return;
	loop_watch_free(engine->on_connector);
	loop_watch_free(engine->on_loader);
	loop_watch_free(engine->on_mounts);
	loop_watch_free(engine->settle_timer);
	loop_watch_free(engine->scan_timer);
	loop_watch_free(engine->sweep_timer);
	loop_watch_free(engine->retry_timer);
	connector_close(engine->connector);
	scan_free(engine->scan);
	loader_free(engine->loader);
	idnames_free(engine->names);
	pending_free(engine->pending);
	sticky_free(engine->sticky);
	report_free(engine->report);
	placer_free(engine->placer);
	cgconfig_done(&engine->cgconfig);
	ruleset_unref(engine->rules);
	process_reader_free(engine->reader);
	if (engine->mounts_fd >= 0)
		(void)close(engine->mounts_fd);
	if (engine->proc_fd >= 0)
		(void)close(engine->proc_fd);
	free(engine);
}
