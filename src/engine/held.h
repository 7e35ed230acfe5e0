/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_HELD_H
#define CGRED_ENGINE_HELD_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "process/process.h"

/* An exec that is held: what the process will be when it goes on. /proc still shows the old program
 * and the old ids. */
struct held_exec {
	char exe[PATH_MAX];    /* the file that is executed; of a script: "" */
	char script[PATH_MAX]; /* the script that it is executed for, or "" */
	struct file_id file;   /* of the one of them that is being opened now */
	bool set_uid, set_gid; /* by the mode of the file, on a mount that honours it */
	uid_t uid;
	gid_t gid;
};

/* From the descriptor of the file. False: it cannot be told. */
bool held_exec_read(struct held_exec *held, int file_fd);

/* The executable's facts of a process, as they will be. The strings stay held's. */
void held_exec_apply(const struct held_exec *held, struct process *process);

/* What must be read of the process for its ids: mask of enum process_fact. */
unsigned held_exec_facts(const struct held_exec *held);

/* The ids of a process whose held_exec_facts() were read, as they will be; where it will not get
 * those of the file (no_new_privs), held forgets them. False: that cannot be told; the exec event
 * will. */
bool held_exec_apply_ids(struct held_exec *held, struct process *process);

/* Whether the exec, which has happened, gave the process the ids of the file. There are more
 * reasons against it than can be told before (execve(2)): file systems of other user namespaces, a
 * caller who shares its root and working directory (CLONE_FS). FACT_EXEC_IDS were read. */
bool held_exec_was_right(const struct held_exec *held, const struct process *process);

#endif
