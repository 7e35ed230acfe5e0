/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_PROCESS_PROC_FILE_H
#define CGRED_PROCESS_PROC_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "process/proc-parse.h"
#include "process/process.h"

/*
 * One file of /proc/PID, or of /proc/PID/task/TID where the process is read from a thread. proc_fd
 * is a directory like /proc. Of *process, only tgid and tid are used.
 */

/* Of a path in /proc that ends in this, the file was removed (proc_pid_exe(5)). Or is called so. */
#define PROC_FILE_DELETED " (deleted)"

/* PID/name, or PID/task/TID/name: relative to proc_fd */
struct proc_file_path {
	char text[48];
};
struct proc_file_path proc_file_path(const struct process *process, const char *name);

/* Memory that is kept from file to file; zeroed at first. data is the owner's to free. */
struct proc_text {
	char *data;
	size_t size;
};

/* More of it. 0 or -ENOMEM. */
int proc_text_grow(struct proc_text *text);

/*
 * What an error (a positive errno) on a file of the process means: -ESRCH: it is gone; else -error.
 * ENOENT is a process that is gone, or a link that leads nowhere; the kernel checks access to a
 * link's task first, so one that goes after the look-up is EACCES.
 */
int proc_file_error(int proc_fd, const struct process *process, int error);

/* A whole text that the kernel makes in one piece, and a zero byte: it ends where less is given
 * than was asked for. Returns its length, -EFBIG or as proc_file_error(). */
ssize_t proc_file_read(int proc_fd, const struct process *process, const char *name,
		       struct proc_text *text);

/* How much it has run so far, the thread or the first one. 0; -ENOENT: the kernel does not count;
 * -ESRCH, or another -errno. */
int proc_file_schedstat(int proc_fd, const struct process *process, struct proc_schedstat *ret);

/* At most max bytes of one that comes in pieces, and a zero byte. */
ssize_t proc_file_read_part(int proc_fd, const struct process *process, const char *name,
			    struct proc_text *text, size_t max);

/* What a link says. Returns the length or -errno, not yet made out by proc_file_error(). */
ssize_t proc_file_link(int proc_fd, const struct process *process, const char *name,
		       char buf[PATH_MAX]);

/* Which file a path, or a link of the process, leads to. Never waits for the server of a network or
 * FUSE file system to say whether that has changed. 0 or -errno. */
int proc_file_id(int dirfd, const char *path, struct file_id *ret);
int proc_file_target(int proc_fd, const struct process *process, const char *name,
		     struct file_id *ret);

/*
 * Which file a path leads to as the process itself sees it. The process chose the path, so the
 * look-up must not wait for anything it leads over: only what the kernel has in its cache counts
 * (RESOLVE_CACHED, Linux 5.12), as it has of a path that was just executed. 0; -EAGAIN: it is not
 * known without waiting; another -errno.
 */
int proc_file_id_in_root(int proc_fd, const struct process *process, const char *path,
			 struct file_id *ret);

/* False also where one is not known. */
bool proc_file_same(const struct file_id *a, const struct file_id *b);

bool proc_file_is_deleted(const char *path, size_t len);

/* A file may really be called "x (deleted)": then that name leads to it. */
bool proc_file_is_literal(int proc_fd, const struct process *process, const char *path,
			  const struct file_id *file);

#endif
