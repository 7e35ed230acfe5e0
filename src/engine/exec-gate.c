/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The gate's thread at work. It shares with the main thread a plan pointer and a list of notes,
 * each behind a lock that is held for a few instructions. */
#include "config.h"

#include "engine/exec-gate.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include <utlist.h>

#include "base/table.h"
#include "cgroup/group.h"
#include "engine/decide.h"
#include "engine/exempt.h"
#include "engine/gate-plan.h"
#include "engine/placed.h"
#include "process/identity.h"
#include "rule/programs.h"
#include "rule/ruleset.h"
#include "source/gate.h"

/* Scripts whose interpreters are still to be opened; of those that failed nobody tells. */
#define SCRIPTS_MAX 4096

/* Notes that the main thread has not read. More are not kept: what is placed then is not taken
 * back.
 */
#define NOTES_MAX 4096

/* The interpreter follows its script within the deadlines of both. */
#define SCRIPT_NS UINT64_C(3000000000)

/* How often the main thread looks again whether the gate's is done with a process: some 100 ms. A
 * lone move takes up to 30. */
#define WAITS_MAX 1000

struct script {
	UT_hash_handle hh;
	pid_t tgid;
	uint64_t time_ns;
	struct file_id before; /* the executable of the process then */
	char path[];
};

struct exec_gate {
	pid_t self;
	struct process_reader *reader; /* the gate thread's own */
	struct placed *placed;
	atomic_bool defer_all;
	_Atomic pid_t gate_at, main_at; /* the process that each thread is at work on; 0: none */
	int notes_fd;

	pthread_mutex_t lock; /* of all below; never held while waiting */
	struct gate_plan *plan;
	struct exec_gate_note *notes;
	size_t n_notes;
	struct script *scripts; /* by tgid */
};

struct exec_gate *exec_gate_new(int proc_fd, struct placed *placed)
{
	struct exec_gate *gate = calloc(1, sizeof(*gate));

	if (!gate)
		return NULL;
	gate->self = getpid();
	gate->placed = placed;
	(void)pthread_mutex_init(&gate->lock, NULL);
	gate->reader = process_reader_new(proc_fd);
	gate->notes_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!gate->reader || gate->notes_fd < 0)
		return exec_gate_free(gate), NULL;
	return gate;
}

void exec_gate_note_free(struct exec_gate_note *note)
{
	if (!note)
		return;
	free(note->cgroup);
	free(note);
}

static void drop_script(struct exec_gate *gate, struct script *script)
{
	if (!script)
		return;
	HASH_DEL(gate->scripts, script);
	free(script);
}

void exec_gate_free(struct exec_gate *gate)
{
	struct exec_gate_note *note, *next;
	struct script *script, *next_script;

	if (!gate)
		return;
	HASH_ITER (hh, gate->scripts, script, next_script)
		drop_script(gate, script);
	DL_FOREACH_SAFE (gate->notes, note, next)
		exec_gate_note_free(note);
	gate_plan_unref(gate->plan);
	process_reader_free(gate->reader);
	if (gate->notes_fd >= 0)
		(void)close(gate->notes_fd);
	(void)pthread_mutex_destroy(&gate->lock);
	free(gate);
}

/* ---- between the threads --------------------------------------------------------------------- */

void exec_gate_set_plan(struct exec_gate *gate, struct gate_plan *plan)
{
	struct gate_plan *old;

	(void)pthread_mutex_lock(&gate->lock);
	old = gate->plan;
	gate->plan = plan;
	(void)pthread_mutex_unlock(&gate->lock);
	gate_plan_unref(old);
}

void exec_gate_defer_all(struct exec_gate *gate, bool defer)
{
	atomic_store(&gate->defer_all, defer);
}

void exec_gate_set_main_at(struct exec_gate *gate, pid_t tgid)
{
	atomic_store(&gate->main_at, tgid);
}

bool exec_gate_was_at(struct exec_gate *gate, pid_t tgid)
{
	const struct timespec pause = { .tv_nsec = 50000 };

	for (unsigned i = 0; atomic_load(&gate->gate_at) == tgid; i++) {
		if (i == WAITS_MAX)
			return true;
		(void)nanosleep(&pause, NULL);
	}
	return exec_gate_has_note(gate, tgid);
}

bool exec_gate_has_note(struct exec_gate *gate, pid_t tgid)
{
	const struct exec_gate_note *note;

	(void)pthread_mutex_lock(&gate->lock);
	DL_SEARCH_SCALAR(gate->notes, note, tgid, tgid);
	(void)pthread_mutex_unlock(&gate->lock);
	return note != NULL;
}

static struct gate_plan *take_plan(struct exec_gate *gate)
{
	struct gate_plan *plan;

	(void)pthread_mutex_lock(&gate->lock);
	plan = gate->plan ? gate_plan_ref(gate->plan) : NULL;
	(void)pthread_mutex_unlock(&gate->lock);
	return plan;
}

int exec_gate_fd(const struct exec_gate *gate)
{
	return gate->notes_fd;
}

struct exec_gate_note *exec_gate_next_note(struct exec_gate *gate)
{
	struct exec_gate_note *note;
	uint64_t count;

	(void)pthread_mutex_lock(&gate->lock);
	note = gate->notes;
	if (note) {
		DL_DELETE(gate->notes, note);
		gate->n_notes--;
	} else {
		(void)!read(gate->notes_fd, &count, sizeof(count));
	}
	(void)pthread_mutex_unlock(&gate->lock);
	return note;
}

/* A copy; the cgroup goes with it. False: no memory, or the main thread does not read them any
 * more. */
static bool pass_on(struct exec_gate *gate, const struct exec_gate_note *note)
{
	const uint64_t one = 1;
	struct exec_gate_note *copy = malloc(sizeof(*copy));
	bool room;

	if (!copy) {
		free(note->cgroup);
		return false;
	}
	*copy = *note;
	(void)pthread_mutex_lock(&gate->lock);
	room = gate->n_notes < NOTES_MAX;
	if (room) {
		DL_APPEND(gate->notes, copy);
		gate->n_notes++;
	}
	(void)pthread_mutex_unlock(&gate->lock);
	if (!room)
		exec_gate_note_free(copy);
	else
		(void)!write(gate->notes_fd, &one, sizeof(one));
	return room;
}

static struct script *script_of(const struct exec_gate *gate, pid_t tgid)
{
	struct script *script;

	HASH_FIND_INT(gate->scripts, &tgid, script);
	return script;
}

/* A script is opened first, then its interpreter, in one exec: the second has the script's name
 * too. On a busy machine many others may come in between. */
static void remember_script(struct exec_gate *gate, const struct exec_gate_note *note)
{
	const char *path = note->held.script;
	struct script *script = calloc(1, sizeof(*script) + strlen(path) + 1);

	if (!script)
		return;
	script->tgid = note->tgid;
	script->time_ns = note->time_ns;
	script->before = note->before;
	memcpy(script->path, path, strlen(path));
	(void)pthread_mutex_lock(&gate->lock);
	drop_script(gate, script_of(gate, note->tgid));
	HASH_ADD_INT(gate->scripts, tgid, script);
	if (!table_has(script))
		free(script);
	if (HASH_COUNT(gate->scripts) > SCRIPTS_MAX)
		drop_script(gate, gate->scripts); /* the oldest */
	(void)pthread_mutex_unlock(&gate->lock);
}

/* Is there one, and is it of the exec at hand? One that is older belongs to an exec that failed;
 * and a script's interpreter, when it executes something itself, is not what executed the script.
 */
static void find_script(struct exec_gate *gate, struct exec_gate_note *note)
{
	const struct script *script;

	(void)pthread_mutex_lock(&gate->lock);
	script = script_of(gate, note->tgid);
	if (script && note->time_ns - script->time_ns < SCRIPT_NS &&
	    script->before.ino == note->before.ino && script->before.dev == note->before.dev)
		(void)snprintf(note->held.script, sizeof(note->held.script), "%s", script->path);
	(void)pthread_mutex_unlock(&gate->lock);
}

static bool has_script(struct exec_gate *gate, pid_t tgid)
{
	bool found;

	(void)pthread_mutex_lock(&gate->lock);
	found = script_of(gate, tgid) != NULL;
	(void)pthread_mutex_unlock(&gate->lock);
	return found;
}

void exec_gate_forget(struct exec_gate *gate, pid_t tgid, uint64_t time_ns)
{
	struct script *script;

	(void)pthread_mutex_lock(&gate->lock);
	script = script_of(gate, tgid);
	if (script && script->time_ns < time_ns)
		drop_script(gate, script);
	(void)pthread_mutex_unlock(&gate->lock);
}

/* ---- one held exec ----------------------------------------------------------------------------
 */

struct work {
	struct exec_gate *gate;
	const struct gate_event *event;
	struct gate_plan *plan;
	struct process process;
	struct exec_gate_note note; /* for the main thread, as far as it is known */
	bool needs_main;	    /* something that cannot be decided here */
	bool main_is_at;	    /* the main thread may move it while it is looked at */
};

static uint64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void begin_note(struct work *work)
{
	struct exec_gate_note *note = &work->note;

	if (work->event->pidfd >= 0)
		note->identity = identity_number(work->event->pidfd);
}

/* A script, or the interpreter of one: of others, what the process was does not matter. */
static void tell_script(struct work *work)
{
	struct exec_gate_note *note = &work->note;
	bool is_script = note->held.script[0] != '\0';
	struct process old;

	note->tgid = work->event->tgid;
	if (!is_script && !has_script(work->gate, note->tgid))
		return;
	process_init(&old, note->tgid);
	if (process_read(work->gate->reader, &old, FACT_EXE_FILE) == 0)
		note->before = old.exe_file;
	if (is_script)
		remember_script(work->gate, note);
	else
		find_script(work->gate, note);
}

static enum gate_answer leave_to_main(struct work *work)
{
	work->note.token = work->event->token;
	return pass_on(work->gate, &work->note) ? GATE_LATER : GATE_ALLOW;
}

/* Rules whose conditions are not in the facts are the main thread's. */
static bool confirm(void *arg, const struct rule *rule, const struct process *process,
		    unsigned what)
{
	struct work *work = arg;

	(void)rule;
	(void)process;
	(void)what;
	work->needs_main = true;
	return true;
}

/* The descriptors to write to, by hierarchy; -1: nothing to do there. Returns how many, or -1: not
 * all targets are ready. */
static int find_moves(const struct work *work, const struct rule *rule, int fds[HIERARCHIES_MAX])
{
	const struct hierarchies *hierarchies = gate_plan_hierarchies(work->plan);
	const char *paths[HIERARCHIES_MAX] = { NULL };
	int n = 0;

	memset(fds, -1, HIERARCHIES_MAX * sizeof(fds[0]));
	for (unsigned i = 0; i < rule->n_targets; i++) {
		const struct gate_target *target =
			gate_plan_target(work->plan, rule->targets[i]->index);

		if (!target || !target->ready)
			return -1;
		for (size_t h = 0; h < hierarchies->n; h++) {
			if (!(target->hierarchies & (UINT32_C(1) << h)))
				continue;
			fds[h] = target->fds[h];
			paths[h] = target->path;
		}
	}
	for (size_t h = 0; h < hierarchies->n; h++) {
		const char *path;
		size_t len;

		if (!paths[h])
			continue;
		if (hierarchy_find_path(&hierarchies->items[h], work->process.cgroup, &path,
					&len) &&
		    hierarchy_is_within(path, len, paths[h]))
			fds[h] = -1;
		else
			n++;
	}
	return n;
}

static uint64_t hash_rule(const struct rule *rule)
{
	struct placement items[RULE_TARGETS_MAX];

	for (unsigned i = 0; i < rule->n_targets; i++)
		items[i] = (struct placement){
			.controllers = rule->targets[i]->controllers,
			.path = rule->targets[i]->destination,
		};
	return decide_hash_places(items, rule->n_targets);
}

static void describe(struct work *work, const struct rule *rule)
{
	const struct ruleset *rules = gate_plan_rules(work->plan);
	struct exec_gate_note *note = &work->note;

	note->cgroup = strdup(work->process.cgroup);
	note->rule_line = rule->line;
	(void)snprintf(note->source, sizeof(note->source), "%s", rules->sources[rule->source]);
	(void)snprintf(note->destination, sizeof(note->destination), "%s",
		       rule->targets[0]->destination);
}

/* Is it still the one that was held? It may be killed meanwhile. */
static bool has_ended(const struct work *work)
{
	return work->event->pidfd >= 0 && !identity_holds(work->event->pidfd);
}

static enum gate_answer move(struct work *work, const int fds[HIERARCHIES_MAX])
{
	if (has_ended(work)) {
		free(work->note.cgroup);
		return GATE_ALLOW;
	}
	for (size_t h = 0; h < HIERARCHIES_MAX; h++) {
		int r;

		if (fds[h] < 0)
			continue;
		r = group_add_process(fds[h], work->event->tgid);
		if (r == -ESRCH) {
			free(work->note.cgroup);
			return GATE_ALLOW;
		}
		/* All or none: the main thread goes on with it, or takes it back. */
		if (r < 0)
			return leave_to_main(work);
		work->note.moved |= UINT32_C(1) << h;
	}
	work->note.reused = has_ended(work);
	/* Before the answer: the exec event comes after it. Where the main thread does not read it,
	 * the process is in its place all the same. */
	(void)pass_on(work->gate, &work->note);
	return GATE_ALLOW;
}

static enum gate_answer place(struct work *work, const struct rule *rule)
{
	struct exec_gate_note *note = &work->note;
	int fds[HIERARCHIES_MAX];
	int n = find_moves(work, rule, fds);

	if (n == 0)
		return GATE_ALLOW;
	if (!note->identity) {
		if (process_read(work->gate->reader, &work->process, FACT_START) < 0)
			return GATE_ALLOW;
		note->identity = work->process.start_ticks;
	}
	note->place = hash_rule(rule);
	/* Whether to put back what somebody else has moved away is the main thread's to say. */
	if (n < 0 ||
	    placed_knows(work->gate->placed, work->event->tgid, note->identity, note->place))
		return leave_to_main(work);
	describe(work, rule);
	return move(work, fds);
}

/* By its own name: for a script its interpreter is held only where that has a mark, too. */
static bool is_named(const struct ruleset *rules, const struct held_exec *held)
{
	const char *path = held->script[0] ? held->script : held->exe;
	const char *slash = strrchr(path, '/');

	/* Opened by the kernel for each dynamic program's exec. */
	if (programs_is_loader(path))
		return false;
	return ruleset_names_program(rules, path, slash ? slash + 1 : path, &held->file);
}

/* Rules that only act do so when the exec has happened. */
static bool is_placed_here(const struct rule *rule)
{
	return rule->n_targets && !(rule->details && rule->details->yaml->sync == YAML_SYNC_NEVER);
}

static enum gate_answer decide_planned(struct work *work)
{
	const struct ruleset *rules = gate_plan_rules(work->plan);
	const struct rule *rule;
	unsigned facts;
	bool may_act;

	if (!is_named(rules, &work->note.held))
		return GATE_NEVER;
	process_init(&work->process, work->event->tgid);
	held_exec_apply(&work->note.held, &work->process);
	if (process_read(work->gate->reader, &work->process,
			 held_exec_facts(&work->note.held) | (rules->facts & FACT_GROUPS)) < 0 ||
	    !held_exec_apply_ids(&work->note.held, &work->process) ||
	    !ruleset_may_match(rules, &work->process, &facts))
		return GATE_ALLOW;
	/* Of others, the exec may not be told: their scripts would be remembered for nothing. */
	tell_script(work);
	held_exec_apply(&work->note.held, &work->process);
	if (process_read(work->gate->reader, &work->process, FACT_CGROUP) < 0)
		return GATE_ALLOW;
	rule = ruleset_match(rules, &work->process, confirm, work);
	if (!rule || !is_placed_here(rule))
		return GATE_ALLOW;
	begin_note(work);
	if (work->needs_main || work->main_is_at || rule->options ||
	    atomic_load(&work->gate->defer_all) || gate_plan_is_renamed(work->plan) ||
	    atomic_load(&work->gate->main_at) == work->event->tgid)
		return leave_to_main(work);
	if (exempt_find(rule, &work->process, gate_plan_exemptions(work->plan), &may_act))
		return GATE_ALLOW;
	return place(work, rule);
}

enum gate_answer exec_gate_decide(void *arg, const struct gate_event *event)
{
	struct exec_gate *gate = arg;
	struct work work = { .gate = gate, .event = event, .note.time_ns = now_ns() };
	enum gate_answer answer = GATE_ALLOW;

	if (event->tgid <= 1 || event->tgid == gate->self)
		return GATE_ALLOW;
	atomic_store(&gate->gate_at, event->tgid);
	work.main_is_at = atomic_load(&gate->main_at) == event->tgid;
	work.plan = take_plan(gate);
	if (work.plan && held_exec_read(&work.note.held, event->file_fd))
		answer = decide_planned(&work);
	atomic_store(&gate->gate_at, 0);
	gate_plan_unref(work.plan);
	return answer;
}
