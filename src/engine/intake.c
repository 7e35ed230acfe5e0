/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From events to decisions: what is decided at once, what waits for the rest of a sequence, who
 * follows whom, and what is tried again. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/diag.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/protections.h"
#include "engine/family.h"
#include "engine/parts.h"
#include "engine/pending.h"
#include "engine/report.h"
#include "process/sticky.h"
#include "source/exec-filter.h"
#include "source/scan.h"

/* How long a change of ids waits for the rest of setgid, setuid and exec, which then are one
 * decision: the calls follow each other in microseconds, but the caller may lose its CPU in
 * between. */
#define SETTLE_MS 10

/* While events are being lost, the socket is emptied first, so that few are: those that the events
 * are about are decided about when that is done, or after so long where it never is. */
#define LOST_MS 200

/* A process that cannot be read now (no descriptors, no memory) may be, later. */
#define RETRY_MS  200
#define TRIES_MAX 20

/* A fork takes microseconds, unless the parent loses its processor: so long at first, then more. */
#define NEWBORN_MS 5

static void arm_settle_timer(struct engine *engine)
{
	uint64_t now = engine_now_ms();
	uint64_t due;

	if (pending_next_due(engine->pending, &due))
		loop_timer_arm(engine->settle_timer, due > now ? due - now : 0);
}

/* What cannot be remembered is looked for when it is over. */
static void lack_memory(struct engine *engine, const char *what)
{
	report_no_memory(engine->report, what, engine_now_ms());
	engine_scan_later(engine);
}

static void wait_for_name(struct engine *engine, const struct pending_item *item)
{
	if (pending_park(engine->pending, item) < 0)
		lack_memory(engine, "a process until its name is known");
}

static void try_again(struct engine *engine, struct pending_item item, unsigned delay_ms)
{
	if (PROTECT_RETRY && ++item.tries <= TRIES_MAX &&
	    pending_add(engine->pending, &item, engine_now_ms() + delay_ms) == 0)
		return;
	engine->stats.given_up++;
	if (PROTECT_RETRY)
		engine_scan_later(engine);
}

/* The family is about to have a member. As long as it had none, no fork meant anything, and none
 * was read: those of before the event must not be taken for children of the gap. */
static void begin_family(struct engine *engine)
{
	if (!family_count(engine->family))
		engine_handle_forks(engine, engine->event_ns);
}

/* The decision is made: what does that mean for the children of the process? */
static void tell_family(struct engine *engine, pid_t tgid, const struct decision *decision)
{
	switch (decision->verdict) {
	case VERDICT_PLACED:
		begin_family(engine);
		if (family_place(engine->family, tgid, &decision->place, engine_now_ms()) < 0)
			lack_memory(engine, "the children of a process");
		return;
	case VERDICT_SUPERSEDED:
	case VERDICT_WAITS:
	case VERDICT_UNREADABLE:
	case VERDICT_NEWBORN:
		begin_family(engine);
		(void)family_open(engine->family, tgid, engine_now_ms());
		return;
	case VERDICT_GONE:
		begin_family(engine);
		(void)family_orphan(engine->family, tgid, engine_now_ms());
		return;
	case VERDICT_EXEMPT:
	case VERDICT_STICKY:
	case VERDICT_IGNORED:
	case VERDICT_YIELDED:
		family_forget(engine->family, tgid);
		return;
	case VERDICT_NO_RULE:
	case VERDICT_MATCHED:
	case VERDICT_IN_PLACE:
	case VERDICT_FAILED:
		family_close(engine->family, tgid);
		return;
	}
}

static void log_decision(struct engine *engine, enum event_kind kind,
			 const struct decision *decision)
{
	if (decision->verdict == VERDICT_FAILED || decision->verdict == VERDICT_UNREADABLE ||
	    decision->gave_up || decision->dry || log_enabled(LOG_INFO))
		report_decision(engine->report, engine->rules, kind, decision, engine_now_ms());
}

/* Without --scan, a process that is found in /proc is left alone when it is older than we are. Only
 * one whose number was there at the start can be. */
static uint64_t oldest_ticks(const struct engine *engine, const struct pending_item *item)
{
	if (item->kind != EVENT_SCAN || engine->config->scan || engine->acts_on_found ||
	    (engine->older && !scan_has_found(engine->older, item->tgid)))
		return 0;
	return engine->start_ticks;
}

static void decide_once(struct engine *engine, const struct pending_item *item,
			struct decision *ret)
{
	struct diag_list diags = { 0 };

	engine_begin_decision(engine, engine_now_ms(), oldest_ticks(engine, item));
	engine_sync_begin(engine, item->tgid);
	engine_act_begin(engine, item->kind, NULL);
	decide(&engine->decider, item->tgid, family_find(engine->family, item->tgid), &diags, ret);
	engine_sync_begin(engine, 0);
	if (diags.head)
		report_warnings(engine->report, &diags, engine->decider.now_ms);
	diag_list_done(&diags);
}

static bool is_short_of_descriptors(const struct decision *decision)
{
	int error = decision->verdict == VERDICT_UNREADABLE ? decision->error
		    : decision->verdict == VERDICT_FAILED   ? decision->result.error
							    : 0;

	return error == -EMFILE || error == -ENFILE;
}

static unsigned newborn_delay(const struct pending_item *item)
{
	unsigned delay = NEWBORN_MS << item->tries;

	return delay < RETRY_MS ? delay : RETRY_MS;
}

/* Decide about one process, and then about those of its children that waited for that. */
static void decide_one(struct engine *engine, struct pending_item item)
{
	struct decision decision;
	pid_t child;

	decide_once(engine, &item, &decision);
	if (is_short_of_descriptors(&decision) && placer_make_room(engine->placer))
		decide_once(engine, &item, &decision);
	/* No descriptor for the group: as where there is none for the process, that will pass. */
	if (is_short_of_descriptors(&decision) && decision.verdict == VERDICT_FAILED) {
		decision.verdict = VERDICT_UNREADABLE;
		decision.error = decision.result.error;
	}
	engine->stats.verdicts[decision.verdict]++;
	log_decision(engine, item.kind, &decision);
	engine_groups_arrived(engine, item.kind, &decision);
	tell_family(engine, item.tgid, &decision);
	if (decision.verdict == VERDICT_WAITS)
		wait_for_name(engine, &item);
	if (decision.verdict == VERDICT_UNREADABLE)
		try_again(engine, item, RETRY_MS);
	if (decision.verdict == VERDICT_NEWBORN)
		try_again(engine, item, newborn_delay(&item));
	if (decision.reused) {
		engine->stats.reused++;
		try_again(engine, (struct pending_item){ .tgid = item.tgid, .kind = EVENT_SCAN },
			  RETRY_MS);
	}
	while ((child = family_take_waiting(engine->family, item.tgid)))
		(void)pending_add(engine->pending,
				  &(struct pending_item){ .tgid = child, .kind = EVENT_FORK },
				  engine_now_ms());
}

/* Who decides looks what has come meanwhile, and takes it out of the socket, which then wakes
 * nobody for it. */
static void handle_taken(struct engine *engine)
{
	if (engine->lost)
		engine_on_connector(engine);
	else if (engine->queue_n)
		engine_handle_queue(engine);
}

void engine_on_settled(void *arg)
{
	struct engine *engine = arg;
	uint64_t now = engine_now_ms();
	struct pending_item item;

	/* Where events come without end, what they leave here must not pile up. */
	for (int i = 0; i < (engine->lost ? ENGINE_QUEUE : ENGINE_BATCH); i++) {
		if (!pending_take_due(engine->pending, now, &item))
			break;
		decide_one(engine, item);
	}
	handle_taken(engine);
	arm_settle_timer(engine);
}

void engine_decide_again(struct engine *engine, pid_t tgid)
{
	try_again(engine, (struct pending_item){ .tgid = tgid, .kind = EVENT_EXEC }, RETRY_MS);
	arm_settle_timer(engine);
}

void engine_unpark(struct engine *engine)
{
	pending_unpark(engine->pending, engine_now_ms());
	arm_settle_timer(engine);
}

/* ---- events --------------------------------------------------------------------------------- */

static bool is_deciding(enum event_kind kind)
{
	return kind == EVENT_EXEC || kind == EVENT_UID || kind == EVENT_GID;
}

/* A later event that is known already makes this one's decision. */
static bool has_later(const struct engine *engine, pid_t tgid)
{
	for (size_t i = engine->queue_next; PROTECT_SETTLE && i < engine->queue_n; i++) {
		if (engine->queue[i].tgid == tgid && is_deciding(engine->queue[i].kind))
			return true;
	}
	return false;
}

bool engine_has_later(struct engine *engine, pid_t tgid)
{
	(void)engine_fill_queue(engine);
	return has_later(engine, tgid);
}

bool engine_is_superseded(void *arg, pid_t tgid)
{
	struct engine *engine = arg;

	return engine_has_later(engine, tgid) || engine_sync_is_ahead(engine, tgid);
}

/* The decision about the process is put off: children that it forks until then wait with it. */
static void put_off(struct engine *engine, pid_t tgid)
{
	begin_family(engine);
	if (family_open(engine->family, tgid, engine_now_ms()) < 0)
		lack_memory(engine, "the children of a process");
}

static void decide_later(struct engine *engine, const struct event *event, unsigned delay_ms)
{
	const struct pending_item item = { .tgid = event->tgid, .kind = event->kind };

	if (pending_add(engine->pending, &item, engine_now_ms() + delay_ms) < 0)
		decide_one(engine, item);
}

static void decide_now(struct engine *engine, const struct event *event)
{
	pending_remove(engine->pending, event->tgid);
	engine->decider.has_executed = event->kind == EVENT_EXEC;
	engine->decider.executed.identity = 0;
	if (event->kind == EVENT_EXEC && engine->exec_filter)
		(void)exec_filter_find(engine->exec_filter, event->cpu, event->tgid, event->time_ns,
				       &engine->decider.executed);
	decide_one(engine, (struct pending_item){ .tgid = event->tgid, .kind = event->kind });
	engine->decider.has_executed = false;
}

static void handle_fork(struct engine *engine, const struct event *event)
{
	engine_sticky_fork(engine, event);
	if (event->tid != event->tgid || !PROTECT_FAMILY)
		return;
	switch (family_fork(engine->family, event->parent_tgid, event->tgid, engine_now_ms())) {
	case FAMILY_STRANGER:
	case FAMILY_WAITS:
		break;
	case FAMILY_PLACED:
		if (engine->lost)
			decide_later(engine, event, LOST_MS);
		else
			decide_now(engine, event);
		break;
	}
}

static void handle_change(struct engine *engine, const struct event *event)
{
	if (event->kind == EVENT_EXEC)
		engine_sync_executed(engine, event);
	if (has_later(engine, event->tgid)) {
		put_off(engine, event->tgid);
	} else if (engine->lost) {
		put_off(engine, event->tgid);
		decide_later(engine, event, LOST_MS);
	} else if (event->kind == EVENT_EXEC || !PROTECT_SETTLE) {
		decide_now(engine, event);
	} else {
		put_off(engine, event->tgid);
		decide_later(engine, event, SETTLE_MS);
	}
}

void engine_handle_event(struct engine *engine, const struct event *event)
{
	engine->stats.events++;
	if (engine->canary && event->tgid == engine->canary) {
		engine->canary_fork_seen |= event->kind == EVENT_FORK;
		engine->canary_seen |= event->kind != EVENT_FORK;
		return;
	}
	switch (event->kind) {
	case EVENT_FORK:
		handle_fork(engine, event);
		break;
	case EVENT_EXIT:
		engine_sticky_exit(engine, event);
		break;
	case EVENT_EXEC:
	case EVENT_UID:
	case EVENT_GID:
		handle_change(engine, event);
		break;
	case EVENT_SID:
	case EVENT_COMM:
	case EVENT_SCAN:
	case EVENT_ACCESS:
		break;
	}
}

void engine_handle_queue(struct engine *engine)
{
	while (engine->queue_next < engine->queue_n) {
		const struct event event = engine->queue[engine->queue_next];

		engine->event_ns = event.time_ns;
		/* To the forks before it, this one is still to come. */
		if (family_count(engine->family) || sticky_count(engine->sticky))
			engine_handle_forks(engine, event.time_ns);
		engine->queue_next++;
		engine_handle_event(engine, &event);
		engine->handled_ns = event.time_ns;
	}
	engine->event_ns = 0;
	engine->queue_n = engine->queue_next = 0;
	arm_settle_timer(engine);
	engine_expect_forks(engine);
	engine_update_kinds(engine);
}

void engine_handle_found(struct engine *engine, const struct event *events, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		engine_sticky_found(engine, events[i].tgid);
		/* Who waits is decided about in time, and by more than that it was found. */
		if (!pending_has(engine->pending, events[i].tgid))
			decide_now(engine, &events[i]);
	}
	handle_taken(engine);
	arm_settle_timer(engine);
	engine_update_kinds(engine);
}
