/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_SOURCE_GATE_H
#define CGRED_SOURCE_GATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The exec gate: fanotify(7) with FAN_OPEN_EXEC_PERM (Linux 5.0). The exec of a marked file is held
 * until it is answered; nothing but marked files costs anything. A thread of its own asks fn and
 * answers. Whatever happens, the answer is "allowed": the worst that can come of the gate is that a
 * program starts before it is in its group, and the exec event then makes good for that.
 */
struct gate;

struct gate_event {
	uint32_t token; /* for gate_allow() */
	pid_t tgid;	/* the process that executes, still with its old program and ids */
	int pidfd;	/* of it, or -1 (before Linux 5.15) */
	int file_fd;	/* the file that is executed */
};

enum gate_answer {
	GATE_ALLOW,
	GATE_LATER, /* gate_allow() will be called; or the deadline passes */
	GATE_NEVER, /* allow, and gate_ignore() the file */
};

/* Runs on the gate's thread, and must not wait: no log, no name service, no lock that is held while
 * waiting, no exec. The descriptors stay the gate's. */
typedef enum gate_answer gate_fn(void *arg, const struct gate_event *event);

struct gate_stats {
	uint64_t held;	  /* execs */
	uint64_t later;	  /* of them, handed on */
	uint64_t overdue; /* allowed because time ran out */
	uint64_t ignored; /* files */
};

/* Needs CAP_SYS_ADMIN and CONFIG_FANOTIFY_ACCESS_PERMISSIONS. deadline_ms: how long an event waits
 * at most for gate_allow(). 0 or -errno; *ret_tried says what failed. */
int gate_open(gate_fn *fn, void *arg, unsigned deadline_ms, struct gate **ret,
	      const char **ret_tried);

/* Everything that is held goes on. Takes NULL. */
void gate_close(struct gate *gate);

/* Mark a file, or all files directly in a directory. Where a mark was, nothing changes. A mark goes
 * with its file. 0 or -errno. */
int gate_mark(struct gate *gate, const char *path, bool is_directory);
int gate_unmark(struct gate *gate, const char *path, bool is_directory);

/* Do not hold this file for a mark of its directory or file system, until gate_mark() for it. The
 * kernel may forget that when it is short of memory. 0 or -errno; -EMLINK: it may have other names,
 * and be wanted by these. */
int gate_ignore(struct gate *gate, const char *path);

/* Hold every program on the file system that a path is on; and no more so, on none. 0 or -errno. */
int gate_mark_filesystem(struct gate *gate, const char *path);
void gate_unmark_filesystems(struct gate *gate);

/* The mounts of what is marked are learned anew: their numbers go to others. */
void gate_forget_mounts(struct gate *gate);

/* Take away all marks of files and directories, and forget what is ignored. */
void gate_forget_files(struct gate *gate);

/* Is the event of this token still held? */
bool gate_is_held(struct gate *gate, uint32_t token);

/* Let an event go on that was answered with GATE_LATER. From any thread; nothing happens when it
 * was overdue already. */
void gate_allow(struct gate *gate, uint32_t token);

/* From the thread that opened it, now and then. Returns how many execs had to go on since without
 * a decision, because this or that thread did not come to it. */
uint64_t gate_check(struct gate *gate);

/* The process that answers then (source/guard.h). */
pid_t gate_guard(const struct gate *gate);

void gate_get_stats(struct gate *gate, struct gate_stats *ret);

#endif
