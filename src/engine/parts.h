/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_PARTS_H
#define CGRED_ENGINE_PARTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "engine/commands.h"
#include "engine/decide.h"
#include "engine/engine.h"
#include "engine/event.h"
#include "engine/groups.h"
#include "rule/programs.h"
#include "source/exec-filter.h"

/* The inside of the engine, for its own files only: engine.c (life), sources.c (where events come
 * from), intake.c (from events to decisions), reload.c (configuration and names), sticky.c,
 * memory.c (what outlives the daemon), audience.c (what the kernel drops). */

/* Messages that are taken from a source at once. */
#define ENGINE_BATCH 64

/* Events that are known and not yet handled. More wait in the socket. */
#define ENGINE_QUEUE 512

/* How often it is looked whether somebody has changed a group with limits. */
#define GROUPS_CHECK_MS 5000

struct accesses;
struct actions;
struct audit_record;
struct sync;

struct engine {
	struct loop *loop;
	const struct engine_config *config;
	int proc_fd;
	struct renames *renames; /* NULL: they cannot be counted */
	uint64_t n_renames;	 /* that have been acted on */
	struct look *look;	 /* NULL: the kernel does not have it */
	struct process_reader *reader;
	struct process_reader *others; /* for those beside the one that is decided about */
	struct placer *placer;
	struct sticky *sticky;
	struct pending *pending;
	struct family *family;
	struct placed *placed;
	struct loader *loader;
	struct idnames *names;
	struct report *report;
	struct state *state; /* NULL: none is kept */
	struct ruleset *rules;
	struct cgconfig cgconfig;
	struct commands commands; /* of the rules */
	struct groups groups;	  /* the same */
	uint64_t groups_checked_ms;
	struct actions *actions;
	bool is_started;
	bool scans_only;      /* every second, and no events */
	uint64_t pass_ms;     /* when engine_pass() began */
	unsigned quiet_looks; /* at the end of it */
	bool acts_on_found;   /* whom a scan finds is acted upon, not only placed */
	struct accesses
		*accesses; /* the audit source; NULL: no rule needs it, or it cannot be had */
	struct decider decider;
	struct sync *sync;	  /* the exec gate; NULL: it is closed */
	struct programs programs; /* of the first load, until the gate is opened */
	char own_cgroup[8192];
	uint64_t start_ticks; /* of ours: what is older is not ours to move without --scan */

	struct exec_filter *exec_filter; /* NULL: the kernel does not have it */
	struct exec_audience audience;	 /* of it */
	struct connector *connector;
	struct connector *forks; /* a second one: see forks.c */
	struct event fork_queue[ENGINE_BATCH];
	size_t fork_n, fork_at;
	unsigned fork_kinds;
	uint64_t handled_ns; /* the time of the last event that was handled */
	uint64_t event_ns;   /* the time of the event that is being handled; 0: none is */
	bool forks_read;     /* until it was empty, since the last event of the other */
	bool forks_expected; /* the timer runs */
	bool forks_behind;   /* not all that were there have been handled */
	struct event queue[ENGINE_QUEUE];
	size_t queue_n, queue_next; /* how many there are, and the first that is not handled */
	unsigned wanted_kinds;	    /* for the rules */
	unsigned kinds;		    /* subscribed to */
	bool lost;		    /* events were dropped, and the queue was not empty since */
	uint64_t dropped_before;    /* by sockets before this one */
	uint64_t told, heard; /* events but forks; and when the last quiet time was measured */
	pid_t canary;	      /* 0: none is out; -1: about to be made */
	bool canary_seen, canary_fork_seen;
	struct scan *older; /* without --scan: who was there at the start; NULL: not known */
	struct scan *scan;
	bool scan_again;      /* something was lost while a scan ran */
	bool scan_owed;	      /* the timer runs for one, or will when this one ends */
	unsigned scan_passes; /* of this recovery */
	uint64_t scan_placed; /* verdicts at the start of the pass */
	int mounts_fd;

	struct loop_watch *on_connector, *on_loader, *on_mounts;
	struct loop_watch *settle_timer, *scan_timer, *sweep_timer, *retry_timer, *canary_timer;
	struct loop_watch *forks_timer, *thaw_timer;
	struct engine_stats stats;
};

uint64_t engine_now_ms(void);

/* What is kept of groups is kept by their names: if one was renamed, it is forgotten. */
void engine_look_at_renames(struct engine *engine);

/* Before every decision: what it is made by. oldest_ticks: see struct decider. */
void engine_begin_decision(struct engine *engine, uint64_t now_ms, uint64_t oldest_ticks);

/* ---- intake.c */

void engine_handle_event(struct engine *engine, const struct event *event);

/* Is more of the process known that has not been handled? */
bool engine_has_later(struct engine *engine, pid_t tgid);

/* Handle all events of the queue, then empty it. */
void engine_handle_queue(struct engine *engine);

/* Handle processes that a scan has found. */
void engine_handle_found(struct engine *engine, const struct event *events, size_t n);

/* A decider_superseded_fn; the engine is its argument. */
bool engine_is_superseded(void *arg, pid_t tgid);

/* Decisions that waited are due now: of timers and answers. */
void engine_on_settled(void *arg);
void engine_unpark(struct engine *engine);

/* What was decided about a process at its exec does not hold, and it is to be decided anew. */
void engine_decide_again(struct engine *engine, pid_t tgid);

/* ---- sources.c */

/* Subscribe. 0 or -errno, logged. */
int engine_open_connector(struct engine *engine);

/* Change the subscription to what is needed now. */
void engine_update_kinds(struct engine *engine);

/* The same, for rules that are new. */
void engine_take_kinds(struct engine *engine);

/* Take what the socket has into the queue, as far as there is room. False: the socket is empty. */
bool engine_fill_queue(struct engine *engine);
void engine_start_scan(struct engine *engine);

/* Note who is there at the start. */
void engine_find_older(struct engine *engine);

/* Something may have been missed, for a reason that lasts. */
void engine_scan_later(struct engine *engine);
void engine_on_scan_step(void *arg);
void engine_on_canary(void *arg);
void engine_on_mounts(void *arg);

/* There are events, or some were lost. */
void engine_on_connector(void *arg);

/* ---- audience.c */

/* Let the kernel drop execs that no rule can be for, where it can. Whether, and why not, is logged.
 */
void engine_open_exec_filter(struct engine *engine);
void engine_close_exec_filter(struct engine *engine);

/* The rules, or the connector, are new. */
void engine_update_audience(struct engine *engine);

/* ---- forks.c */

/* 0 or -errno, not logged; *ret_tried says what failed. */
int engine_forks_open(struct engine *engine, unsigned timeout_ms, const char **ret_tried);
void engine_forks_close(struct engine *engine);
int engine_forks_update_kinds(struct engine *engine);

/* Handle the forks that are not later than an event, which is about to be handled. */
void engine_handle_forks(struct engine *engine, uint64_t until_ns);

/* Children of somebody that was decided about may still be told of: look at it soon. */
void engine_expect_forks(struct engine *engine);
void engine_on_forks(void *arg);

/* ---- reload.c */

/* The first load, here and now. 0 or -errno, logged. */
int engine_load_first(struct engine *engine);
void engine_on_answer(void *arg);
void engine_on_retry(void *arg);

/* Look anew which files the rules in force mean. False: no memory. */
bool engine_refresh(struct engine *engine);

/* The same for the gate only: the rules stay, and their files are not read. refresh: files may have
 * come and gone without our being told; otherwise the last search is only repeated. */
void engine_find_programs(struct engine *engine, bool refresh);

/* ---- sticky.c */

/* A process was forked, or a thread ended: sticky processes hand their state on, and lose it. */
void engine_sticky_fork(struct engine *engine, const struct event *event);
void engine_sticky_exit(struct engine *engine, const struct event *event);

/* A process was found in /proc whose fork may have been missed. */
void engine_sticky_found(struct engine *engine, pid_t tgid);
void engine_sticky_sweep(struct engine *engine);

/* ---- sync.c */

/* Open the exec gate, where that is possible and wanted, for these programs (which are taken over).
 * What it is, and why not, is logged. */
void engine_sync_open(struct engine *engine, struct programs *programs);
void engine_sync_close(struct engine *engine);

/* The rules have changed, or what programs they mean; these were searched again; or only what is
 * mounted has changed. */
void engine_sync_programs(struct engine *engine, struct programs *programs);
void engine_sync_programs_again(struct engine *engine, struct programs *programs);
void engine_sync_plan(struct engine *engine);
/* The groups that it keeps are not those any more: make it anew, soon. */
void engine_sync_outdate(struct engine *engine);
void engine_sync_mounts(struct engine *engine);

/* Sticky processes have come or gone. */
void engine_sync_update(struct engine *engine);

/* A decision about a process that is not held begins, or (0) has ended. */
void engine_sync_begin(struct engine *engine, pid_t tgid);

/* Is an exec of the process held, or let go, and its event still to come? Then that decides. */
bool engine_sync_is_ahead(struct engine *engine, pid_t tgid);

/* How many execs the gate has held. */
uint64_t engine_sync_held(const struct engine *engine);

/* An exec has happened. */
void engine_sync_executed(struct engine *engine, const struct event *event);
void engine_sync_sweep(struct engine *engine, uint64_t now_ms);

/* ---- actions.c */

/* What rules do beside placing. 0 or -ENOMEM. */
int engine_actions_open(struct engine *engine);
void engine_actions_close(struct engine *engine);

/* The rules have changed: start what runs their commands, where they have some. */
void engine_actions_update(struct engine *engine);

/* A decision begins, after an event of that kind; record: of EVENT_ACCESS. */
void engine_act_begin(struct engine *engine, enum event_kind kind,
		      const struct audit_record *record);

/* Is it the audit session of the rules' commands? */
bool engine_is_commands_session(const struct engine *engine, unsigned session);

/* Do commands run, or wait? */
bool engine_actions_are_busy(const struct engine *engine);

/* ---- pass.c */

/* The scan of engine_pass() is complete: stop the loop, as soon as all is done. */
void engine_pass_end(struct engine *engine);

/* ---- groups.c */

/* The rules have changed, or what is mounted: make their groups, with their limits. */
void engine_groups_update(struct engine *engine);
void engine_groups_sweep(struct engine *engine, uint64_t now_ms);
void engine_on_thaw(void *arg);

/* A decision was made after an event of that kind: has somebody come to a group that is to be
 * thawed after a while? */
void engine_groups_arrived(struct engine *engine, enum event_kind kind,
			   const struct decision *decision);

/* ---- accesses.c */

/* The rules have changed: watch what they name, or stop to. What cannot be had is logged. */
void engine_accesses_update(struct engine *engine);
void engine_accesses_close(struct engine *engine);

/* Is the rule told of by the audit subsystem? Then its exec events are only for placing. */
bool engine_accesses_hear(const struct engine *engine, const struct rule *rule);

/* Now and then; and when something was mounted. */
void engine_accesses_sweep(struct engine *engine);
void engine_accesses_mounts(struct engine *engine);

/* ---- memory.c */

/* Take over what an earlier daemon knew, and begin to keep the state; or only read what it knows.
 */
void engine_remember(struct engine *engine);
void engine_recall(struct engine *engine);

/* Write the state anew when it has grown. */
void engine_compact_state(struct engine *engine);

#endif
