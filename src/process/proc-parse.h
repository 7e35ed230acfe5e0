/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_PROCESS_PROC_PARSE_H
#define CGRED_PROCESS_PROC_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The text of files in /proc/PID. None of these functions needs a zero byte at the end of the text.
 */

/* What the kernel keeps of a name in comm, without the zero byte. */
#define PROC_COMM_LEN 15

/* Elements of a command line that are looked at. */
#define PROC_ARGS_MAX 8

struct proc_status {
	char comm[PROC_COMM_LEN + 1];
	char state;
	pid_t tgid;
	pid_t ppid;
	uid_t uid;
	uid_t euid;
	gid_t egid;
	bool kthread; /* false also where the kernel is too old to say */
	bool traced;
	bool no_new_privs;  /* PR_SET_NO_NEW_PRIVS(2const) */
	const char *groups; /* in the text: for proc_parse_groups() */
	size_t groups_len;
};

struct proc_stat {
	char state;
	pid_t ppid;
	bool kthread;
	bool exiting;
	dev_t tty; /* 0: none */
	uint64_t start_ticks;
};

struct proc_schedstat {
	uint64_t ran_ns; /* what it has had of a processor */
	uint64_t times;	 /* how often it was given one */
};

struct proc_arg {
	const char *text; /* in the command line, not terminated */
	size_t len;
	unsigned index;
};

/* The text of PID/status, all of it. 0 or -EBADMSG. */
int proc_parse_status(const char *text, size_t len, struct proc_status *ret);

/* Numbers between blanks. Returns how many there are, and writes the first max of them. */
size_t proc_parse_groups(const char *text, size_t len, gid_t *groups, size_t max);

/* The text of PID/stat. 0 or -EBADMSG. */
int proc_parse_stat(const char *text, size_t len, struct proc_stat *ret);

/* The text of PID/schedstat (sched-stats.rst): zeroes where the kernel does not count. 0 or
 * -EBADMSG. */
int proc_parse_schedstat(const char *text, size_t len, struct proc_schedstat *ret);

/* Whether the kernel would give a program of this base name this comm. */
bool proc_comm_is(const char *comm, const char *base, size_t len);

/* The first element of a command line (PID/cmdline) whose base name gives this comm. */
bool proc_find_arg(const char *cmdline, size_t len, const char *comm, struct proc_arg *ret);

/* Write path, relative to dir where it does not start with '/', as an absolute path without empty,
 * "." and ".." components, going by the text alone. Returns its length, or -ENAMETOOLONG. */
int proc_join_path(const char *dir, const char *path, size_t len, char *buf, size_t size);

/* A path that names another file in each process: /dev/fd/3, /proc/self/fd/3. */
bool proc_path_is_fd(const char *path);

/* bytes[0..len): PID/auxv, of a process of 64 or of 32 bits. The effective ids that it got by its
 * last exec (AT_EUID and AT_EGID, getauxval(3)). False: they are not there. */
bool proc_parse_auxv(const char *bytes, size_t len, uid_t *ret_euid, gid_t *ret_egid);

#endif
