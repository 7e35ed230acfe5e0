/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_SOURCE_AUDIT_H
#define CGRED_SOURCE_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct diag_list;

/* The audit subsystem as a source: watches on files and directories, and the records that come of
 * them, put together. Main thread only.
 *
 * Not together with libaudit.h or linux/audit.h: they have macros of the names that are fields
 * here; and libaudit calls functions of its own audit_open() and audit_close(). */
struct audit;

#define AUDIT_ACCESS_READ    (1U << 0)
#define AUDIT_ACCESS_WRITE   (1U << 1)
#define AUDIT_ACCESS_EXECUTE (1U << 2)

enum audit_policy {
	AUDIT_PRESERVE, /* our rules are added to those that are there */
	AUDIT_OVERRIDE, /* those that are there are taken out, and put back at the end */
	AUDIT_REUSE,	/* none are added: keys that begin with "cgred_" or "fetter_" count */
};

struct audit_watch {
	const char *path; /* absolute; need not exist */
	unsigned access;  /* AUDIT_ACCESS_… */
	bool failed;	  /* also calls that failed */
};

/* Fields of a record that commands get as they are: in this order in audit_record.fields. */
enum audit_field {
	AUDIT_A0,
	AUDIT_A1,
	AUDIT_A2,
	AUDIT_A3,
	AUDIT_ARCH,
	AUDIT_AUID,
	AUDIT_COMM,
	AUDIT_EGID,
	AUDIT_EUID,
	AUDIT_EXE,
	AUDIT_EXIT,
	AUDIT_FSGID,
	AUDIT_FSUID,
	AUDIT_GID,
	AUDIT_ITEMS,
	AUDIT_PID,
	AUDIT_PPID,
	AUDIT_RESULT, /* "success" or "fail" */
	AUDIT_SES,
	AUDIT_SGID,
	AUDIT_SUID,
	AUDIT_SYSCALL, /* its name */
	AUDIT_TTY,
	AUDIT_UID,
	AUDIT_FIELDS
};

#define AUDIT_PATHS_MAX 4

/* Where a descriptor of a process leads (proc_pid_fd(5)), into buf of PATH_MAX bytes. Returns the
 * length, or -errno: also -EBUSY where that can only be told by waiting. */
typedef ssize_t audit_link_fn(void *arg, pid_t tid, int fd, char *buf);

struct audit_links {
	audit_link_fn *read;
	void *arg;
};

/* One system call. Its strings live until the next audit_read(). */
struct audit_record {
	pid_t tid; /* the process (task_tgid_nr(), since Linux 4.9) */
	uint64_t serial;
	uint64_t time_ms; /* CLOCK_REALTIME */
	bool success;
	unsigned access; /* AUDIT_ACCESS_…: what of a watch it was; more than one for O_RDWR */
	const char *key;
	const char *paths[AUDIT_PATHS_MAX]; /* absolute, those that lie in a watch first */
	size_t n_paths;
	const char *argv; /* of an exec: the arguments, with blanks between them; NULL: not told */
	const char *fields[AUDIT_FIELDS]; /* interpreted where they are encoded; NULL: not there */
};

/*
 * Listen, by multicast, beside whoever else does. state_path: where it is kept what was changed, so
 * that it can be undone after a SIGKILL: that is done first. links: asked for names that are
 * relative to a descriptor. 0 or -errno; *ret_tried says what
 * failed. -EPERM from audit_set_watches(): the configuration is locked ("enabled 2").
 */
int audit_begin(enum audit_policy policy, const char *state_path, struct audit_links links,
		struct audit **ret, const char **ret_tried);

/* Everything as it was before, also "enabled"; then release. Takes NULL. */
void audit_end(struct audit *audit);

/* Replace the watches: what stays is not interrupted. What cannot be watched (yet) is a warning in
 * diags, and tried again by audit_retry(). 0 or -errno. */
int audit_set_watches(struct audit *audit, const struct audit_watch *watches, size_t n,
		      struct diag_list *diags);

/* Watches that could not be set, and directories whose mounts changed: try (again). Call it now and
 * then, and after a change of the mounts. Returns how many are still not set, or say nothing: where
 * audit is off and stays so, and where the site keeps new processes out ("-a task,never"). */
size_t audit_retry(struct audit *audit);

int audit_fd(const struct audit *audit);

/* The next complete event of ours. 1; 0: none now; -ENOBUFS: some were lost (counted), go on;
 * another -errno. */
int audit_read(struct audit *audit, struct audit_record *ret);

/* When it must be read again even though the descriptor is not readable (an event waits for its
 * end), in ms from now; -1: never. */
int audit_timeout_ms(const struct audit *audit);

struct audit_stats {
	uint64_t records, events, lost, overruns;
	bool has_daemon; /* an auditd is registered; without, records go to the kernel log, too */
};
void audit_get_stats(const struct audit *audit, struct audit_stats *ret);

#endif
