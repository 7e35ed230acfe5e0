/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Placement before the first instruction: the main thread's side of the exec gate. It sets the
 * marks, decides what the gate's thread could not, and takes back what no exec followed. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <utlist.h>

#include "base/diag.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/table.h"
#include "engine/exec-gate.h"
#include "engine/gate-plan.h"
#include "engine/marks.h"
#include "engine/parts.h"
#include "engine/report.h"
#include "engine/take-back.h"
#include "process/executing.h"
#include "process/sticky.h"
#include "rule/destination.h"
#include "rule/programs.h"
#include "rule/ruleset.h"
#include "source/gate.h"

/* How long an exec may wait for the main thread. */
#define DEADLINE_MS 1000

/* An exec that was let go and is not heard of for so long did not happen, or is held up. That it is
 * held up is believed for HELD_UP_MAX_MS after CONFIRM_MAX_MS. */
#define CONFIRM_MS     2000
#define CONFIRM_MAX_MS 10000
#define HELD_UP_MAX_MS 60000

/* Of one process so many are kept. More are execs that fail one after the other: what counts is
 * where it was before the first. */
#define EXPECTED_MAX 8

/* Of groups that systemd may have taken controllers from: how often that is looked at. */
#define CONTROLLERS_MS 10000

#define NOTES_PER_TURN 64

/* How often the plan and the marks are renewed at most, beside reloads. Where what the marks follow
 * from never stops changing, less and less often. */
#define RENEW_MS     5000
#define RENEW_MAX_MS 60000

/* Placements of a process that wait for an exec event: of a script and its interpreter, or of an
 * exec after the other that we have not been told of. */
struct expected {
	UT_hash_handle hh;
	pid_t tgid;
	uint64_t due_ms, last_due_ms;
	uint64_t last_ns;	      /* of the last note */
	uint64_t first_ns;	      /* see executing_may_be() */
	bool executed;		      /* as what cannot be told yet */
	struct exec_gate_note *notes; /* in order */
	unsigned n_notes;
};

struct sync {
	struct engine *engine;
	struct exec_gate *exec_gate;
	struct gate *gate;
	struct marks *marks;
	struct expected *expected;
	struct loop_watch *on_notes;
	bool plan_is_old; /* a group of it was made or removed */
	bool lost_files;  /* files have come of which nothing is known */
	bool has_placed;  /* since the plan was made */
	uint64_t plan_ms; /* when it was renewed */
	uint64_t files_ms, files_pause_ms;
};

void engine_sync_begin(struct engine *engine, pid_t tgid)
{
	if (engine->sync)
		exec_gate_set_main_at(engine->sync->exec_gate, tgid);
}

/* ---- notes of the gate's thread ---------------------------------------------------------------
 */

static void forget_oldest(struct expected *expected)
{
	struct exec_gate_note *note = expected->notes;

	LL_DELETE(expected->notes, note);
	expected->n_notes--;
	exec_gate_note_free(note);
}

/* The second one becomes part of the first. */
static void fold(struct expected *expected)
{
	struct exec_gate_note *first = expected->notes;
	struct exec_gate_note *second = first->next;

	first->moved |= second->moved;
	LL_DELETE(expected->notes, second);
	expected->n_notes--;
	exec_gate_note_free(second);
}

static void forget_expected(struct sync *sync, struct expected *expected)
{
	HASH_DEL(sync->expected, expected);
	while (expected->notes)
		forget_oldest(expected);
	free(expected);
}

static struct expected *expect_process(struct sync *sync, pid_t tgid)
{
	struct expected *expected;

	HASH_FIND_INT(sync->expected, &tgid, expected);
	if (expected)
		return expected;
	expected = calloc(1, sizeof(*expected));
	if (!expected)
		return NULL;
	expected->tgid = tgid;
	expected->last_due_ms = engine_now_ms() + CONFIRM_MAX_MS;
	HASH_ADD_INT(sync->expected, tgid, expected);
	if (table_has(expected))
		return expected;
	free(expected);
	return NULL;
}

/* Takes the note. */
static void expect(struct sync *sync, struct exec_gate_note *note)
{
	struct expected *expected = expect_process(sync, note->tgid);

	if (!expected) {
		exec_gate_note_free(note);
		return;
	}
	/* Of an exec that has happened nothing is taken back. */
	while (expected->executed && expected->notes)
		forget_oldest(expected);
	expected->executed = false;
	expected->first_ns = 0;
	expected->due_ms = engine_now_ms() + CONFIRM_MS;
	if (expected->due_ms > expected->last_due_ms)
		expected->due_ms = expected->last_due_ms;
	expected->last_ns = note->time_ns;
	LL_APPEND(expected->notes, note);
	if (++expected->n_notes > EXPECTED_MAX)
		fold(expected);
}

/* The gate's thread has placed it. */
static void take_placed(struct sync *sync, struct exec_gate_note *note)
{
	struct engine *engine = sync->engine;

	sync->has_placed = true;
	if (note->reused) {
		engine_look_at_renames(engine);
		if (decide_put_right(&engine->decider, note->tgid, note->moved)) {
			engine->stats.reused++;
			engine_decide_again(engine, note->tgid);
		}
		exec_gate_note_free(note);
		return;
	}
	placed_note(engine->placed, note->tgid, note->identity, note->place, engine_now_ms());
	engine->stats.verdicts[VERDICT_PLACED]++;
	engine->stats.before_start++;
	log_info("placed %d (%s) into \"%s\" by %s:%u before its first instruction",
		 (int)note->tgid, note->held.script[0] ? note->held.script : note->held.exe,
		 note->destination, note->source, note->rule_line);
	expect(sync, note);
}

/* What the gate's thread has moved already is part of the placement, or is put back. */
static void add_moved(const struct engine *engine, struct exec_gate_note *note,
		      const struct decision *decision)
{
	if (decision->verdict == VERDICT_PLACED) {
		note->moved |= decision->result.moved;
		if (!note->cgroup)
			note->cgroup = strdup(decision->process.cgroup);
	} else if (decision->verdict != VERDICT_IN_PLACE) {
		if (note->moved && note->cgroup)
			(void)placer_restore(engine->placer, note->tgid, note->cgroup, note->moved);
		note->moved = 0;
	}
}

/* A group that was not there, or not any more, when the plan was made. */
static bool outdates_plan(const struct decision *decision)
{
	const struct rule *rule = decision->rule;

	if (decision->verdict != VERDICT_PLACED || !rule)
		return false;
	for (unsigned i = 0; i < rule->n_targets; i++) {
		if (rule->targets[i]->needs & DESTINATION_VARIES)
			return false;
	}
	return true;
}

static void report_left(struct engine *engine, const struct decision *decision,
			struct diag_list *diags)
{
	engine->stats.verdicts[decision->verdict]++;
	engine->stats.before_start += decision->verdict == VERDICT_PLACED;
	if (decision->verdict == VERDICT_FAILED || log_enabled(LOG_INFO))
		report_decision(engine->report, engine->rules, EVENT_EXEC, decision,
				engine_now_ms());
	if (diags->head)
		report_warnings(engine->report, diags, engine_now_ms());
	diag_list_done(diags);
}

/* Of a number that has gone to another process since. */
static bool is_stranger(const struct exec_gate_note *note, const struct decision *decision)
{
	return decision->verdict == VERDICT_PLACED && note->identity && decision->identity &&
	       note->identity != decision->identity;
}

/* The gate's thread has left it to us, and the exec waits. Takes the note. */
static void decide_left(struct sync *sync, struct exec_gate_note *note)
{
	struct engine *engine = sync->engine;
	struct diag_list diags = { 0 };
	struct decision decision;

	engine_begin_decision(engine, engine_now_ms(), 0);
	engine_sticky_found(engine, note->tgid); /* its fork may be among what is not read yet */
	decide_held(&engine->decider, note->tgid, &note->held, &diags, &decision);
	if (is_stranger(note, &decision)) {
		(void)placer_restore(engine->placer, note->tgid, decision.process.cgroup,
				     decision.result.moved);
		placed_forget(engine->placed, note->tgid);
		decision.verdict = VERDICT_GONE;
	}
	add_moved(engine, note, &decision);
	gate_allow(sync->gate, note->token);
	sync->plan_is_old = sync->plan_is_old || outdates_plan(&decision);
	report_left(engine, &decision, &diags);
	if (note->moved) {
		if (decision.identity)
			note->identity = decision.identity;
		expect(sync, note);
	} else {
		exec_gate_note_free(note);
	}
}

/* One that went on meanwhile is its exec event's to decide: the process may be another already. */
static void take_left(struct sync *sync, struct exec_gate_note *note)
{
	engine_sync_begin(sync->engine, note->tgid);
	if (gate_is_held(sync->gate, note->token))
		decide_left(sync, note);
	else
		exec_gate_note_free(note);
	engine_sync_begin(sync->engine, 0);
}

static bool take_note(struct sync *sync)
{
	struct exec_gate_note *note = exec_gate_next_note(sync->exec_gate);

	if (!note)
		return false;
	if (note->token)
		take_left(sync, note);
	else
		take_placed(sync, note);
	return true;
}

static void on_notes(void *arg)
{
	struct sync *sync = arg;

	/* Children of sticky ones, and theirs, which have executed nothing yet. */
	if (sticky_count(sync->engine->sticky))
		engine_on_forks(sync->engine);
	for (int i = 0; i < NOTES_PER_TURN && take_note(sync); i++)
		;
}

/* ---- execs that did not happen ----------------------------------------------------------------
 */

enum end {
	END_DONE,
	END_PLACED,  /* the gate's thread has placed it for another exec since */
	END_NOT_YET, /* it cannot be told what has become of the exec */
};

/* ENOEXEC, E2BIG, AT_EXECVE_CHECK: the caller goes on as what it was, and belongs where it was. */
static enum end end_wait(struct sync *sync, const struct expected *expected)
{
	enum end end = END_DONE;

	engine_sync_begin(sync->engine, expected->tgid);
	if (exec_gate_was_at(sync->exec_gate, expected->tgid))
		end = END_PLACED;
	else if (!take_back(sync->engine, expected->notes))
		end = END_NOT_YET;
	engine_sync_begin(sync->engine, 0);
	return end;
}

/* On a machine that has no processor for it, or by a slow disk or server. Bounded, as a process
 * that tries again and again is in execve() most of the time. */
static bool must_wait(struct sync *sync, struct expected *expected, uint64_t now_ms)
{
	bool may_wait = now_ms < expected->last_due_ms + HELD_UP_MAX_MS;
	enum end end;

	if (may_wait &&
	    executing_may_be(sync->engine->proc_fd, expected->tgid, &expected->first_ns))
		return true;
	end = end_wait(sync, expected);
	return end == END_PLACED || (end == END_NOT_YET && may_wait);
}

bool engine_sync_is_ahead(struct engine *engine, pid_t tgid)
{
	const struct sync *sync = engine->sync;
	const struct expected *expected;

	if (!sync)
		return false;
	HASH_FIND_INT(sync->expected, &tgid, expected);
	return expected || exec_gate_was_at(sync->exec_gate, tgid);
}

/* A shell that is told ENOEXEC executes itself instead. What runs for a script is its interpreter.
 * False: that it has become what it was placed for cannot be told yet. */
static bool check_executed(struct sync *sync, const struct expected *expected)
{
	const struct exec_gate_note *note;

	LL_FOREACH(expected->notes, note)
	{
		if (note->held.script[0])
			return true;
	}
	return end_wait(sync, expected) != END_NOT_YET;
}

/* Only what was noted before the exec is confirmed by it: the next one may be held already. */
void engine_sync_executed(struct engine *engine, const struct event *event)
{
	struct sync *sync = engine->sync;
	struct expected *expected;
	const struct exec_gate_note *note;

	if (!sync)
		return;
	/* The note was sent before the exec went on. */
	while (exec_gate_has_note(sync->exec_gate, event->tgid) && take_note(sync))
		;
	exec_gate_forget(sync->exec_gate, event->tgid, event->time_ns);
	HASH_FIND_INT(sync->expected, &event->tgid, expected);
	if (!expected)
		return;
	LL_FOREACH(expected->notes, note)
	{
		if (note->time_ns >= event->time_ns)
			break;
	}
	if (!note) {
		/* When it has executed something else since, nothing can be told of this one. */
		if (expected->executed || engine_has_later(engine, event->tgid) ||
		    check_executed(sync, expected))
			forget_expected(sync, expected);
		else
			expected->executed = true;
		return;
	}
	while (expected->notes != note)
		forget_oldest(expected);
}

/* After a while without any change they may follow quickly again. */
static void renew_files(struct sync *sync, uint64_t now_ms)
{
	uint64_t since_ms = now_ms - sync->files_ms;

	if (!sync->lost_files || since_ms < sync->files_pause_ms || !engine_refresh(sync->engine))
		return;
	sync->lost_files = false;
	sync->files_ms = now_ms;
	if (since_ms >= 4 * sync->files_pause_ms)
		sync->files_pause_ms = RENEW_MS;
	else if (sync->files_pause_ms < RENEW_MAX_MS)
		sync->files_pause_ms *= 2;
}

/* What has become untrue, but not more often than is good for the daemon. */
static void renew(struct sync *sync, uint64_t now_ms)
{
	renew_files(sync, now_ms);
	/* Who is written into a group is not looked after by the placer, which gives it its
	 * controllers again. */
	if (sync->has_placed && sync->engine->config->systemd &&
	    now_ms >= sync->plan_ms + CONTROLLERS_MS)
		sync->plan_is_old = true;
	if (!sync->plan_is_old || now_ms < sync->plan_ms + RENEW_MS)
		return;
	sync->plan_ms = now_ms;
	engine_sync_plan(sync->engine);
}

void engine_sync_sweep(struct engine *engine, uint64_t now_ms)
{
	struct sync *sync = engine->sync;
	struct expected *expected, *next;
	uint64_t overdue;
	bool more;

	if (!sync)
		return;
	overdue = gate_check(sync->gate);
	if (overdue)
		log_warning(
			"%llu execs went on before they were decided about: the daemon was held "
			"up, or there were no descriptors",
			(unsigned long long)overdue);
	engine->decider.guard = gate_guard(sync->gate);
	renew(sync, now_ms);
	more = sync->expected && engine_fill_queue(engine);
	engine_handle_queue(engine);
	HASH_ITER (hh, sync->expected, expected, next) {
		if (expected->due_ms > now_ms || engine->lost)
			continue;
		/* The exec may be among the events that are still to be read. */
		if (more && engine->handled_ns < expected->last_ns + CONFIRM_MS * UINT64_C(1000000))
			continue;
		if (must_wait(sync, expected, now_ms))
			continue;
		exec_gate_forget(sync->exec_gate, expected->tgid, UINT64_MAX);
		/* What else it did meanwhile was left to the exec's decision. */
		engine_decide_again(engine, expected->tgid);
		forget_expected(sync, expected);
	}
}

/* ---- life ------------------------------------------------------------------------------------ */

void engine_sync_outdate(struct engine *engine)
{
	if (engine->sync)
		engine->sync->plan_is_old = true;
}

void engine_sync_plan(struct engine *engine)
{
	struct gate_plan *plan;

	if (!engine->sync)
		return;
	engine_look_at_renames(engine);
	plan = gate_plan_new(engine->rules, engine->placer, &engine->decider.exemptions,
			     engine->renames, engine->n_renames, engine_now_ms());
	if (!plan)
		log_err("no memory for the exec gate: programs are placed after their start");
	exec_gate_set_plan(engine->sync->exec_gate, plan);
	engine->sync->plan_is_old = engine->sync->has_placed = false;
}

static void on_lost(void *arg)
{
	struct sync *sync = arg;

	sync->lost_files = true;
	renew_files(sync, engine_now_ms());
}

/* What came after the search, and before its directories were watched, or while other rules were in
 * force, is known to nobody: there is always another search. */
void engine_sync_programs(struct engine *engine, struct programs *programs)
{
	if (!engine->sync)
		return;
	engine_sync_plan(engine);
	marks_set(engine->sync->marks, engine->rules, programs);
	engine_find_programs(engine, false);
}

void engine_sync_programs_again(struct engine *engine, struct programs *programs)
{
	if (engine->sync && marks_set_again(engine->sync->marks, programs))
		on_lost(engine->sync);
}

void engine_sync_mounts(struct engine *engine)
{
	if (engine->sync)
		marks_update_mounts(engine->sync->marks);
}

uint64_t engine_sync_held(const struct engine *engine)
{
	struct gate_stats stats = { 0 };

	if (engine->sync)
		gate_get_stats(engine->sync->gate, &stats);
	return stats.held;
}

void engine_sync_update(struct engine *engine)
{
	if (engine->sync)
		exec_gate_defer_all(engine->sync->exec_gate, sticky_count(engine->sticky) > 0);
}

static int open_parts(struct sync *sync, const char **ret_tried)
{
	struct engine *engine = sync->engine;
	int r;

	*ret_tried = "memory";
	sync->exec_gate = exec_gate_new(engine->proc_fd, engine->placed);
	if (!sync->exec_gate)
		return -ENOMEM;
	sync->on_notes =
		loop_watch_read(engine->loop, exec_gate_fd(sync->exec_gate), on_notes, sync);
	if (!sync->on_notes)
		return -ENOMEM;
	r = gate_open(exec_gate_decide, sync->exec_gate, DEADLINE_MS, &sync->gate, ret_tried);
	return r < 0 ? r
		     : marks_new(engine->loop, sync->gate, engine->config->sync_always, on_lost,
				 sync, &sync->marks, ret_tried);
}

void engine_sync_open(struct engine *engine, struct programs *programs)
{
	struct sync *sync;
	const char *tried = "memory";
	int r = -ENOMEM;

	if (engine->config->sync_never) {
		log_notice("the exec gate stays closed (--sync=never): programs are placed after "
			   "their start");
		return;
	}
	sync = calloc(1, sizeof(*sync));
	engine->sync = sync;
	if (sync) {
		sync->engine = engine;
		r = open_parts(sync, &tried);
	}
	if (r < 0) {
		log_notice("no exec gate (%s: %s): programs are placed after their start", tried,
			   strerror(-r));
		engine_sync_close(engine);
		return;
	}
	engine->decider.guard = gate_guard(sync->gate);
	/* Memory that has to be read from a disk first, by an exec that is held, waits for ever. */
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) < 0)
		log_warning("the daemon's memory cannot be locked (%s): an exec may have to wait "
			    "until it is read from a disk",
			    strerror(errno));
	engine_sync_programs(engine, programs);
}

void engine_sync_close(struct engine *engine)
{
	struct sync *sync = engine->sync;
	struct expected *expected, *next;

	if (!sync)
		return;
	gate_close(sync->gate);
	engine->decider.guard = 0;
	marks_free(sync->marks);
	loop_watch_free(sync->on_notes);
	HASH_ITER (hh, sync->expected, expected, next)
		forget_expected(sync, expected);
	exec_gate_free(sync->exec_gate);
	free(sync);
	engine->sync = NULL;
}
