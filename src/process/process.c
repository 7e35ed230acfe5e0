/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading /proc/PID: which file for which fact, each at most once a call, into buffers that are
 * kept and stop growing soon. How a file is read is proc-file.c's, what its text means
 * proc-parse.c's. A process can go between any two reads, and what is read of it then differs from
 * file to file; callers see one error, -ESRCH.
 */
#include "config.h"

#include "process/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/executed.h"
#include "base/num.h"
#include "base/path.h"
#include "base/protections.h"
#include "process/cgroup-texts.h"
#include "process/identity.h"
#include "process/look.h"
#include "process/noted.h"
#include "process/patient.h"
#include "process/proc-file.h"
#include "process/proc-parse.h"
#include "process/process-parts.h"

/*
 * The first thread has ended, others may live on: /proc/PID then has nothing to tell, but its
 * directories of them have. -EAGAIN: read anew, from another thread; 0: there is none.
 */
static int adopt_thread(const struct process_reader *reader, struct process *process)
{
	struct proc_file_path path = proc_file_path(process, "task");
	cleanup_close int fd = -1;
	cleanup_dir DIR *dir = NULL;
	const struct dirent *entry;

	if (process->tid || !PROTECT_THREADS)
		return 0;
	fd = openat(reader->proc_fd, path.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return proc_file_error(reader->proc_fd, process, errno);
	(void)take_fd(&fd); /* the stream's */
	while ((entry = readdir(dir))) {
		uint32_t tid;

		if (num_parse_u32(entry->d_name, strlen(entry->d_name), &tid) &&
		    (pid_t)tid != process->tgid) {
			process->tid = (pid_t)tid;
			/* What was told of the first one. */
			process->cgroups = NULL;
			process->looked = 0;
			process->first_lives = false;
			return -EAGAIN;
		}
	}
	return 0;
}

static int store_groups(struct process_reader *reader, const struct proc_status *status,
			struct process *process)
{
	size_t count = proc_parse_groups(status->groups, status->groups_len, reader->groups,
					 reader->max_groups);

	if (count > reader->max_groups) {
		gid_t *groups = reallocarray(reader->groups, count, sizeof(*groups));

		if (!groups)
			return -ENOMEM;
		reader->groups = groups;
		reader->max_groups = count;
		(void)proc_parse_groups(status->groups, status->groups_len, groups, count);
	}
	process->groups = reader->groups;
	process->n_groups = count;
	return 0;
}

static int read_status(struct process_reader *reader, struct process *process)
{
	ssize_t len = proc_file_read(reader->proc_fd, process, "status", &reader->text);
	struct proc_status status;
	int ret;

	if (len < 0)
		return (int)len;
	ret = proc_parse_status(reader->text.data, (size_t)len, &status);
	if (ret < 0)
		return ret;
	/* The number is a thread's now: the process has gone, and somebody else has it. */
	if (status.tgid != process->tgid)
		return -ESRCH;
	ret = store_groups(reader, &status, process);
	if (ret < 0)
		return ret;
	process->ppid = status.ppid;
	process->state = status.state;
	process->euid = status.euid;
	process->egid = status.egid;
	process->kthread |= status.kthread;
	memcpy(process->comm, status.comm, sizeof(process->comm));
	process->traced = status.traced;
	process->no_new_privs = status.no_new_privs;
	process->facts |= FACT_STATUS | FACT_GROUPS | FACT_PRIVILEGES | FACT_COMM;
	return status.state == 'Z' ? adopt_thread(reader, process) : 0;
}

static int read_comm(struct process_reader *reader, struct process *process)
{
	ssize_t len = proc_file_read(reader->proc_fd, process, "comm", &reader->text);

	if (len < 0)
		return (int)len;
	/* A line feed in it is its own, the last one is the kernel's. */
	if (len == 0 || (size_t)len > sizeof(process->comm) || reader->text.data[len - 1] != '\n')
		return -EBADMSG;
	memcpy(process->comm, reader->text.data, (size_t)len);
	process->comm[len - 1] = '\0';
	process->facts |= FACT_COMM;
	return 0;
}

static int store_stat(struct process_reader *reader, struct process *process,
		      struct proc_stat *ret_stat)
{
	/* The start of the process is the start of its first thread. */
	const struct process leader = { .tgid = process->tgid };
	ssize_t len = proc_file_read(reader->proc_fd, &leader, "stat", &reader->text);
	int ret;

	if (len < 0)
		return (int)len;
	ret = proc_parse_stat(reader->text.data, (size_t)len, ret_stat);
	if (ret < 0)
		return ret;
	process->ppid = ret_stat->ppid;
	if (!process->tid)
		process->state = ret_stat->state;
	process->kthread = ret_stat->kthread;
	process->start_ticks = ret_stat->start_ticks;
	process->tty = ret_stat->tty;
	process->facts |= FACT_START;
	return 0;
}

static int read_stat(struct process_reader *reader, struct process *process)
{
	struct proc_stat stat;

	return store_stat(reader, process, &stat);
}

static int read_exe_file(struct process_reader *reader, struct process *process)
{
	struct file_id file = { 0 };
	int ret = proc_file_target(reader->proc_fd, process, "exe", &file);

	if (ret < 0)
		ret = proc_file_error(reader->proc_fd, process, -ret);
	if (ret < 0 && ret != -ENOENT)
		return ret;
	process->exe_file = file;
	process->facts |= FACT_EXE_FILE;
	return 0;
}

static void store_exe(struct process_reader *reader, struct process *process)
{
	process->exe = reader->exe;
	process->exe_base = path_base(reader->exe);
	process->facts |= FACT_EXE;
}

/* There is no executable: a kernel thread, a zombie, or a process that is on its way to be one. */
static int read_no_exe(struct process_reader *reader, struct process *process)
{
	struct proc_stat stat;
	int ret = store_stat(reader, process, &stat);

	if (ret < 0)
		return ret;
	if (process->tid)
		return -ESRCH;
	if (stat.state == 'Z' || stat.exiting) {
		ret = adopt_thread(reader, process);
		if (ret < 0)
			return ret;
		if (stat.state != 'Z')
			return -ESRCH;
	}
	process->exe_file = (struct file_id){ 0 };
	process->facts |= FACT_EXE_FILE;
	reader->exe[0] = '\0';
	store_exe(reader, process);
	return 0;
}

static int read_exe(struct process_reader *reader, struct process *process)
{
	ssize_t len = proc_file_link(reader->proc_fd, process, "exe", reader->exe);

	if (len == -ENOENT)
		return read_no_exe(reader, process);
	if (len == -ENAMETOOLONG) {
		/* Deeper than the kernel can say: no name, but the file is known (FACT_EXE_FILE).
		 */
		reader->exe[0] = '\0';
		len = 0;
	}
	if (len < 0)
		return proc_file_error(reader->proc_fd, process, (int)-len);
	if (proc_file_is_deleted(reader->exe, (size_t)len)) {
		int ret = process->facts & FACT_EXE_FILE ? 0 : read_exe_file(reader, process);

		if (ret < 0)
			return ret;
		if (!proc_file_is_literal(reader->proc_fd, process, reader->exe,
					  &process->exe_file))
			reader->exe[(size_t)len - (sizeof(PROC_FILE_DELETED) - 1)] = '\0';
	}
	process->kthread = false;
	store_exe(reader, process);
	return 0;
}

/*
 * Does the first thread live? Without an executable it has ended, or is a kernel thread; a link to
 * one costs a fifth of PID/status. 1, 0; -ESRCH; -EAGAIN: read anew, from another thread.
 */
static int first_thread_lives(struct process_reader *reader, struct process *process)
{
	int r = 0;

	if (!process->first_lives && !(process->facts & FACT_EXE))
		r = reader->patients ? -EACCES : read_exe(reader, process);
	if (r == -ESRCH || r == -EAGAIN)
		return r;
	/* A sandbox may forbid the link and not the rest. */
	return r == 0 && process->state != 'Z';
}

static bool can_ask_pidfd(const struct process_reader *reader, const struct process *process)
{
	return process->pidfd >= 0 && !process->tid && !reader->no_pidfd_info;
}

static int take_noted_ids(struct process_reader *reader, struct process *process)
{
	return !process->tid && noted_take_ids(process) ? 0 : read_status(reader, process);
}

/* A tenth of what PID/status costs, where the kernel has it. */
static int read_ids(struct process_reader *reader, struct process *process)
{
	struct identity_ids ids;
	int ret;

	if (!can_ask_pidfd(reader, process))
		return take_noted_ids(reader, process);
	ret = first_thread_lives(reader, process);
	if (ret <= 0)
		return ret < 0 ? ret : read_status(reader, process);
	ret = identity_read_ids(process->pidfd, &ids);
	/* Or is without a parent: 6.13 to 6.15 say that of both. */
	if (ret == -ESRCH)
		return read_status(reader, process);
	if (ret < 0) {
		reader->no_pidfd_info = true;
		return take_noted_ids(reader, process);
	}
	process->ppid = ids.ppid;
	process->euid = ids.euid;
	process->egid = ids.egid;
	if (ids.cgroup_id)
		process_store_cgroup_ids(reader, &(struct cgroup_ids){ 1, { ids.cgroup_id } },
					 process);
	process->facts |= FACT_STATUS;
	return 0;
}

static int read_user_namespace(struct process_reader *reader, struct process *process)
{
	struct file_id found = { 0 };
	int r = 0;

	if (reader->user_namespace.ino) /* else the kernel has none */
		r = proc_file_target(reader->proc_fd, process, "ns/user", &found);
	if (r < 0)
		return proc_file_error(reader->proc_fd, process, -r);
	process->other_user_namespace =
		found.ino && !proc_file_same(&found, &reader->user_namespace);
	process->facts |= FACT_USER_NAMESPACE;
	return 0;
}

static int read_exec_ids(struct process_reader *reader, struct process *process)
{
	ssize_t len = proc_file_read(reader->proc_fd, process, "auxv", &reader->text);

	if (len < 0)
		return (int)len;
	process->has_exec_ids = proc_parse_auxv(reader->text.data, (size_t)len, &process->exec_euid,
						&process->exec_egid);
	process->facts |= FACT_EXEC_IDS;
	return 0;
}

static int read_sched(struct process_reader *reader, struct process *process)
{
	int policy = sched_getscheduler(process->tgid);

	(void)reader;
	if (policy < 0)
		return -errno;
	process->sched_policy = policy & ~SCHED_RESET_ON_FORK;
	process->facts |= FACT_SCHED;
	return 0;
}

struct process_reader *process_reader_new(int proc_fd)
{
	struct process_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return NULL;
	reader->proc_fd = proc_fd;
	(void)proc_file_id(proc_fd, "self/ns/user", &reader->user_namespace);
	reader->cgroup_texts = cgroup_texts_new();
	if (!reader->cgroup_texts || proc_text_grow(&reader->text) < 0 ||
	    proc_text_grow(&reader->cgroup) < 0)
		return process_reader_free(reader), NULL;
	return reader;
}

int process_reader_wait_not(struct process_reader *reader)
{
	reader->patients = patients_new(reader->proc_fd);
	return reader->patients ? 0 : -ENOMEM;
}

void process_reader_look_with(struct process_reader *reader, const struct look *look)
{
	reader->look = look;
}

void process_reader_free(struct process_reader *reader)
{
	if (!reader)
		return;
	patients_free(reader->patients);
	free(reader->text.data);
	free(reader->cgroup.data);
	cgroup_texts_free(reader->cgroup_texts);
	free(reader->groups);
	free(reader);
}

void process_init(struct process *process, pid_t tgid)
{
	*process = (struct process){ .tgid = tgid, .pidfd = -1 };
}

static int read_steps(struct process_reader *reader, struct process *process, unsigned facts)
{
	/* exe before stat: where there is none, stat must say why, and a stat of before may not
	 * know. */
	static const struct {
		unsigned facts;
		int (*read)(struct process_reader *reader, struct process *process);
	} steps[] = {
		{ FACT_EXE_FILE, read_exe_file },
		{ FACT_EXE, read_exe },
		{ FACT_START, read_stat },
		{ FACT_GROUPS | FACT_PRIVILEGES, read_status },
		{ FACT_STATUS, read_ids },
		{ FACT_COMM, read_comm },
		{ FACT_INVOKED, process_read_invoked },
		{ FACT_CGROUP, process_read_cgroup },
		{ FACT_SCHED, read_sched },
		{ FACT_USER_NAMESPACE, read_user_namespace },
		{ FACT_EXEC_IDS, read_exec_ids },
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int ret = 0;

		if (facts & ~process->facts & steps[i].facts)
			ret = steps[i].read(reader, process);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* Ids, and the numbers of the groups. */
static void look(struct process_reader *reader, struct process *process, unsigned facts)
{
	unsigned missing = facts & ~process->facts & (FACT_STATUS | FACT_CGROUP);
	struct looked looked;

	if (process->cgroups)
		missing &= ~(unsigned)FACT_CGROUP;
	if (!reader->look || process->tid || !missing ||
	    look_at(reader->look, process->tgid, &looked) < 0)
		return;
	/* Somebody else has its number: the caller will see. */
	if (process->identity && process->identity != looked.identity)
		return;
	process->looked = looked.task;
	process->first_lives = true;
	process->identity = looked.identity;
	process_store_cgroup_ids(reader, &looked.cgroups, process);
	if (process->facts & FACT_STATUS)
		return;
	process->ppid = looked.ppid;
	process->euid = looked.euid;
	process->egid = looked.egid;
	process->facts |= FACT_STATUS;
}

/* What may have to be waited for. */
static int read_patiently(struct process_reader *reader, struct process *process, unsigned facts)
{
	unsigned missing = facts & ~process->facts;
	unsigned wanted = missing & PATIENT_FACTS;
	unsigned also = 0; /* see first_thread_lives() */
	int r = 0;

	if ((missing & FACT_STATUS) && !(missing & (FACT_GROUPS | FACT_PRIVILEGES)) &&
	    can_ask_pidfd(reader, process) && !process->first_lives)
		also = FACT_EXE & ~process->facts;
	process->by_thread |= (wanted | also) != 0;
	if (wanted | also) {
		r = patients_read(reader->patients, process, wanted | also);
		/* It may have been moved meanwhile. */
		process->cgroups = NULL;
		look(reader, process, facts);
	}
	/* A sandbox may forbid the link and not the rest: then PID/status is read. */
	return wanted || r != -EACCES ? r : 0;
}

static int read_all(struct process_reader *reader, struct process *process, unsigned facts)
{
	int r = reader->patients ? read_patiently(reader, process, facts) : 0;

	return r < 0 ? r : read_steps(reader, process, facts);
}

static int read_noted_and_all(struct process_reader *reader, struct process *process,
			      unsigned facts)
{
	const struct executed *executed = NULL;

	look(reader, process, facts);
	if (facts & ~process->facts & NOTED_FACTS)
		executed = noted_of(process);
	if (facts & ~process->facts & FACT_INVOKED)
		facts |= executed && executed->has_one_name ? FACT_EXE : FACT_COMM | FACT_EXE;
	if (executed)
		noted_take(executed, process, facts);
	return read_all(reader, process, facts);
}

int process_read(struct process_reader *reader, struct process *process, unsigned facts)
{
	int r;

	if (process->tgid <= 0)
		return -ESRCH;
	r = read_noted_and_all(reader, process, facts);
	if (r == 0 && !noted_is_of_now(process)) {
		process->executed = NULL;
		facts |= process->facts & NOTED_FACTS;
		process->facts &= ~(unsigned)NOTED_FACTS;
		r = read_noted_and_all(reader, process, facts);
	}
	if (r == -EAGAIN) {
		/* From a thread that lives, and everything from the same one. */
		facts |= process->facts;
		process->facts = 0;
		r = read_all(reader, process, facts);
	}
	return r == -EAGAIN ? -ESRCH : r;
}

ssize_t process_read_link(struct process_reader *reader, pid_t pid, const char *name,
			  char buf[PATH_MAX])
{
	const struct process process = { .tgid = pid };

	return reader->patients ? patients_link(reader->patients, pid, name, buf)
				: proc_file_link(reader->proc_fd, &process, name, buf);
}

int process_tgid_of(struct process_reader *reader, pid_t tid, pid_t *ret_tgid)
{
	const struct process thread = { .tgid = tid };
	ssize_t len = proc_file_read(reader->proc_fd, &thread, "status", &reader->text);
	struct proc_status status;
	int ret;

	if (len < 0)
		return (int)len;
	ret = proc_parse_status(reader->text.data, (size_t)len, &status);
	if (ret < 0)
		return ret;
	*ret_tgid = status.tgid;
	return 0;
}
