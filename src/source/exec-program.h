/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_SOURCE_EXEC_PROGRAM_H
#define CGRED_SOURCE_EXEC_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "source/exec-note.h"

struct bpf_code;

/*
 * The eBPF program of exec-filter.h, made instruction by instruction, for the layout that the
 * running kernel's BTF tells. It runs where proc_exec_connector() sends the event, in the task that
 * executes, when that has its new ids and its new name. What it cannot read, it lets through, and
 * does not note.
 */

/* Where the event begins in a datagram of the proc connector. */
#define EXEC_EVENT_AT 36

/* Members of the kernel's structures; in this order, by what needs them. */
enum exec_member {
	TASK_CRED,
	CRED_EUID,
	CRED_EGID,
	CRED_GROUPS,
	GROUPS_COUNT,
	GROUPS_IDS,
	EXEC_AUDIENCE_MEMBERS, /* the others are for notes */
	TASK_PID = EXEC_AUDIENCE_MEMBERS,
	PID_NUMBER,
	TASK_TGID,
	TASK_PARENT,
	TASK_COMM,
	TASK_MM,
	MM_EXE,
	FILE_PATH,
	PATH_DENTRY,
	DENTRY_NAME,
	NAME_TEXT,
	EXEC_NOTE_MEMBERS, /* these for the executable's path and file */
	TASK_FS = EXEC_NOTE_MEMBERS,
	FS_ROOT,
	PATH_MOUNT,
	DENTRY_PARENT,
	DENTRY_SEQUENCE,
	DENTRY_HASH,
	HASH_PREVIOUS,
	VFSMOUNT_ROOT,
	MOUNT_PARENT,
	MOUNT_POINT,
	MOUNT_VFSMOUNT,
	FILE_INODE,
	INODE_NUMBER,
	INODE_SUPER,
	SUPER_DEV,
	SUPER_MAGIC,
	EXEC_MEMBERS
};

/* What the program is to do. */
struct exec_program {
	unsigned kinds;			/* EVENT_MASK of events that come through */
	const uint32_t *at;		/* [EXEC_MEMBERS], in bytes */
	int notes_fd;			/* a map of struct exec_note */
	struct exec_note_places places; /* in it */
	bool everybody;			/* or the ids of these maps; -1: none */
	int uids, gids;
	bool makes_notes, notes_files, notes_paths;
	uint64_t fs; /* where the kernel has the daemon's struct fs_struct: paths are from its root
		      */
};

void exec_program_build(const struct exec_program *program, struct bpf_code *p);

/* Another one: it writes where the kernel has the fs_struct of who runs it, as the identity of the
 * note behind the last. */
void exec_program_build_fs(const struct exec_program *program, struct bpf_code *p);

#endif
