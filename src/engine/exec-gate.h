/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_EXEC_GATE_H
#define CGRED_ENGINE_EXEC_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "engine/held.h"
#include "process/process.h"
#include "source/gate.h"

struct gate_plan;
struct placed;

/*
 * What the gate's thread does with a held exec: match it against a plan that nobody changes, write
 * the process into its groups, and tell the main thread. What it cannot do without waiting (groups
 * that have to be made, rules with "ignore", a failed write) it leaves to the main thread, which
 * has until the deadline.
 */
struct exec_gate;

/* What the gate's thread tells the main thread. */
struct exec_gate_note {
	struct exec_gate_note *prev, *next;
	pid_t tgid;
	uint32_t token;	  /* not 0: decide while gate_is_held(), then gate_allow() */
	uint64_t time_ns; /* CLOCK_MONOTONIC: before its exec, and after the one before */
	struct held_exec held;
	struct file_id before; /* of a script: the executable of the process until then */
	/* Where it was placed, also in part; and what to put back if the exec does not happen. */
	uint32_t moved;
	bool reused;		  /* it had ended by then: another process may have its number */
	uint64_t identity, place; /* as for placed_note(); identity 0: not known */
	char *cgroup;		  /* text of its /proc/PID/cgroup before */
	char destination[256];
	unsigned rule_line;
	char source[256];
};

/* proc_fd and placed stay the caller's. NULL: no memory, or no descriptor. */
struct exec_gate *exec_gate_new(int proc_fd, struct placed *placed);
void exec_gate_free(struct exec_gate *exec_gate); /* after gate_close(); takes NULL */

/* The gate_fn; the exec gate is its argument. */
enum gate_answer exec_gate_decide(void *arg, const struct gate_event *event);

/* From now on decide by this plan (its reference is taken over; NULL: allow everything), or leave
 * every decision to the main thread. */
void exec_gate_set_plan(struct exec_gate *exec_gate, struct gate_plan *plan);
void exec_gate_defer_all(struct exec_gate *exec_gate, bool defer);

/*
 * The two threads do not work on one process at once: an older event's decision, written after the
 * gate's, would undo it. The main thread says which process it decides about (0: none), and the
 * gate leaves that one to it. exec_gate_was_at() says whether the gate's thread has placed the
 * process, or left it, and the note of that is still to be read; it waits while the thread is at
 * work on it.
 */
void exec_gate_set_main_at(struct exec_gate *exec_gate, pid_t tgid);
bool exec_gate_was_at(struct exec_gate *exec_gate, pid_t tgid);

/* Is there a note of this process? */
bool exec_gate_has_note(struct exec_gate *exec_gate, pid_t tgid);

/* The exec of a process has happened, then: what was known of it from before is over. */
void exec_gate_forget(struct exec_gate *exec_gate, pid_t tgid, uint64_t time_ns);

/* Readable when there are notes. */
int exec_gate_fd(const struct exec_gate *exec_gate);

/* The next, to be freed by exec_gate_note_free(); NULL: none. */
struct exec_gate_note *exec_gate_next_note(struct exec_gate *exec_gate);
void exec_gate_note_free(struct exec_gate_note *note);

#endif
