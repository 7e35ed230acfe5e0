/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_PROCESS_PROCESS_H
#define CGRED_PROCESS_PROCESS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What is known of a process. Rules say which facts they need; only these are read. */
enum process_fact {
	FACT_STATUS = 1U << 0,		/* euid, egid, ppid */
	FACT_GROUPS = 1U << 1,		/* supplementary groups */
	FACT_EXE = 1U << 2,		/* exe, and kthread */
	FACT_EXE_FILE = 1U << 3,	/* exe_file */
	FACT_INVOKED = 1U << 4,		/* invoked, and invoked_file */
	FACT_CGROUP = 1U << 5,		/* cgroup */
	FACT_START = 1U << 6,		/* start_ticks, kthread, state, ppid, tty */
	FACT_SCHED = 1U << 7,		/* sched_policy */
	FACT_PRIVILEGES = 1U << 8,	/* traced, no_new_privs */
	FACT_COMM = 1U << 9,		/* comm */
	FACT_USER_NAMESPACE = 1U << 10, /* other_user_namespace */
	FACT_EXEC_IDS = 1U << 11,	/* exec_euid, exec_egid */
};

struct file_id {
	dev_t dev;
	ino_t ino; /* 0: unknown */
};

struct cgroup_ids;
struct executed;
struct look;

struct process {
	pid_t tgid;
	pid_t tid;	   /* a thread that it was read from, as the first has ended; else 0 */
	int pidfd;	   /* cheaper to ask, where the kernel can be. -1: not at hand */
	bool first_lives;  /* its first thread has not ended: it has just executed, or was looked at
			    */
	uint64_t identity; /* identity_number(); 0: not come across */
	const struct executed *executed; /* what was noted of an exec of it, or NULL; it counts as
					    long as the process has the ids of then */
	uint64_t looked; /* the task of the first thread, which lived (process/look.h); 0: not
			    looked at */
	bool by_thread;	 /* something was read by a thread that may wait (process/patient.h) */
	unsigned facts;	 /* mask of those that are filled in */
	pid_t ppid;
	uint64_t start_ticks; /* since boot, in clock ticks (proc_pid_stat(5), field 22) */
	char state;	      /* as in proc_pid_stat(5), 'Z' is a zombie; 0: not come across */
	bool kthread;
	dev_t tty; /* its terminal; 0: none */
	uid_t euid;
	gid_t egid;
	const gid_t *groups;
	size_t n_groups;
	bool traced, no_new_privs;
	bool other_user_namespace; /* than the reader's */
	bool has_exec_ids;	   /* else they are not told: a zombie's */
	uid_t exec_euid;	   /* what its last exec made of them */
	gid_t exec_egid;
	int sched_policy; /* SCHED_OTHER, SCHED_FIFO, … without SCHED_RESET_ON_FORK */
	char comm[16];

	/* The executable: absolute path, without the kernel's " (deleted)"; "" for kernel threads.
	 */
	const char *exe; /* or "" where it is too deep to be told */
	const char *exe_base;
	struct file_id exe_file;

	/*
	 * The name that it was started by where that is not the executable's own: the path of a
	 * script, or the symbolic link. NULL when there is none. Without a slash when only the base
	 * name is known. From comm, argv and the working directory: the process can forge it.
	 */
	const char *invoked;
	const char *invoked_base;
	struct file_id invoked_file;

	const char *cgroup;		  /* text of /proc/PID/cgroup */
	const struct cgroup_ids *cgroups; /* their numbers, of just now; NULL: not come across */
};

/* Reads /proc; owns the memory that struct process points into. One thread at a time. */
struct process_reader;

/* proc_fd: a directory like /proc; stays the caller's, and open. NULL: no memory. */
struct process_reader *process_reader_new(int proc_fd);

/* From now on process_read() does not wait where the kernel lets who asks wait: threads do
 * (process/patient.h). 0 or -ENOMEM. */
int process_reader_wait_not(struct process_reader *reader);

/* From now on it looks at processes with this (NULL: it does not), which stays the caller's. Then
 * process_reader_forget_cgroups() must be told of every rename (process/renames.h). */
void process_reader_look_with(struct process_reader *reader, const struct look *look);

void process_reader_free(struct process_reader *reader);

/* Start over with another process: forgets all facts. */
void process_init(struct process *process, pid_t tgid);

/*
 * Fill in those of the wanted facts that are not there yet. What the pointers in *process lead to
 * is valid until the reader is used for another process. 0; -ESRCH when the process is gone (also
 * when it goes while it is being read); -EBUSY: it cannot be told without waiting; -EINPROGRESS: it
 * is still being forked, so is in no group yet (process/newborn.h); another -errno (EMFILE, ENOMEM,
 * EIO …).
 */
int process_read(struct process_reader *reader, struct process *process, unsigned facts);

/* Other hierarchies are mounted, or a group was renamed: what groups are called is read anew. */
void process_reader_forget_cgroups(struct process_reader *reader);

/* What a link of a process or thread says (PID/fd/3), name being without PID. Returns the length;
 * -EBUSY as process_read(); another -errno. */
ssize_t process_read_link(struct process_reader *reader, pid_t pid, const char *name,
			  char buf[PATH_MAX]);

/* The process (thread group) of a thread. 0, -ESRCH or another -errno. */
int process_tgid_of(struct process_reader *reader, pid_t tid, pid_t *ret_tgid);

#endif
