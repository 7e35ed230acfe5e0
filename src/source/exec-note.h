/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_SOURCE_EXEC_NOTE_H
#define CGRED_SOURCE_EXEC_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/executed.h"

/*
 * The memory that the program in the kernel (exec-program.h) writes and the daemon reads. Each
 * processor has places of its own: the kernel sends one event of the proc connector at a time on
 * each (send_msg() in drivers/connector/cn_proc.c). Whoever has CAP_NET_ADMIN can send some, too;
 * the notes are then of himself. Within a processor's places a note is found again by the process's
 * number: later execs write over it.
 */
#define EXEC_NOTES	   4096U /* at most, but for this: */
#define EXEC_NOTES_PER_CPU 64U	 /* at least; */
#define EXEC_NOTE_CPUS_MAX 512U	 /* on later ones nothing is noted */

/* The path: its components from the last to the first, each with a zero byte at its end. */
#define EXEC_NOTE_PATH_BYTES (EXECUTED_PATH_BYTES - 1U)

struct exec_note {
	uint64_t time_ns, identity;
	uint32_t tgid, has_one_name;
	uint64_t check; /* 0 while it is being written; else of the other words, as exec_note_add()
			   has it */
	uint64_t ino;	/* 0: not noted */
	uint32_t dev;	/* as the kernel has it inside */
	uint32_t path_len;
	uint64_t magic; /* of the file system, see statfs(2) */
	uint32_t has_ids, ppid, euid, egid;
	uint32_t has_groups, n_groups;
	uint32_t groups[EXECUTED_GROUPS_MAX];
	char path[EXEC_NOTE_PATH_BYTES];
};

#define EXEC_NOTE_WORDS	     (sizeof(struct exec_note) / sizeof(uint64_t))
#define EXEC_NOTE_CHECK_WORD (offsetof(struct exec_note, check) / sizeof(uint64_t))
#define EXEC_NOTE_FACTOR     UINT64_C(0x9e3779b97f4a7c15)

static inline uint64_t exec_note_add(uint64_t check, uint64_t word)
{
	return (check ^ word) * EXEC_NOTE_FACTOR;
}

/* How many of them there are, and where one is. The one behind the last counts execs that were
 * dropped, as its time. */
struct exec_note_places {
	unsigned cpus, shift; /* each has 1 << shift */
};

struct exec_note_places exec_note_places(unsigned cpus);

static inline size_t exec_note_count(const struct exec_note_places *places)
{
	return (size_t)places->cpus << places->shift;
}

/* What was noted of the exec that a process was told to have made at a time, on a processor; of the
 * notes in the shared memory. False: nothing, or not any more. */
bool exec_note_find(const struct exec_note *notes, const struct exec_note_places *places,
		    uint32_t cpu, pid_t tgid, uint64_t time_ns, struct executed *ret);

#endif
