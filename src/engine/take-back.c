/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the exec gate placed for an exec that failed is put back. */
#include "config.h"

#include "engine/take-back.h"

#include <errno.h>
#include <unistd.h>

#include "base/log.h"
#include "engine/exec-gate.h"
#include "engine/parts.h"
#include "process/identity.h"

/* 0; -ESRCH: it is another; -errno. */
static int read_same_process(struct engine *engine, const struct exec_gate_note *note,
			     struct process *process)
{
	unsigned facts = FACT_START | FACT_EXE_FILE;
	int pidfd = identity_open(note->tgid);
	uint64_t identity = 0;
	int r;

	if (pidfd >= 0) {
		identity = identity_number(pidfd);
		(void)close(pidfd);
	}
	if (note->held.set_uid || note->held.set_gid)
		facts |= FACT_EXEC_IDS;
	r = process_read(engine->reader, process, facts);
	if (r < 0)
		return r;
	return note->identity == (identity ? identity : process->start_ticks) ? 0 : -ESRCH;
}

/* The last one first. */
static void restore(const struct engine *engine, const struct exec_gate_note *note)
{
	if (!note)
		return;
	restore(engine, note->next);
	if (note->cgroup)
		(void)placer_restore(engine->placer, note->tgid, note->cgroup, note->moved);
}

/* Is the process what it was to become, by its program and its ids? When it has ended, it is
 * nothing. */
static bool has_happened(const struct exec_gate_note *note, const struct process *process)
{
	const struct file_id *exe = &process->exe_file;

	if (!exe->ino)
		return true;
	if (exe->ino == note->held.file.ino && exe->dev == note->held.file.dev)
		return held_exec_was_right(&note->held, process);
	/* A script's interpreter. */
	return note->held.script[0] && note->before.ino &&
	       (exe->ino != note->before.ino || exe->dev != note->before.dev);
}

bool take_back(struct engine *engine, const struct exec_gate_note *notes)
{
	const struct exec_gate_note *note = notes;
	struct process process;
	int r;

	while (note->next)
		note = note->next;
	process_init(&process, note->tgid);
	r = read_same_process(engine, note, &process);
	if (r == -EBUSY)
		return false;
	if (r < 0 || has_happened(note, &process))
		return true;
	restore(engine, notes);
	placed_forget(engine->placed, note->tgid);
	log_info("taken back: %d did not execute %s after all%s", (int)note->tgid,
		 note->held.script[0] ? note->held.script : note->held.exe,
		 note->held.set_uid || note->held.set_gid ? ", or not as its owner" : "");
	return true;
}
