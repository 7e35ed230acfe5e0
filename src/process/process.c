/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading /proc/PID: which file for which fact, each at most once a call, into buffers that are
 * kept and stop growing soon. What the text means is proc-parse.c's. A process can go between any
 * two reads, and what is read of it then differs from file to file; callers see one error, -ESRCH.
 */
#include "config.h"

#include "process/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/num.h"
#include "base/path.h"
#include "base/protections.h"
#include "process/identity.h"
#include "process/proc-parse.h"

#define TEXT_MIN    4096U
#define TEXT_MAX    (4U << 20) /* PID/status with all of NGROUPS_MAX groups is 0.8 MB */
#define CMDLINE_MAX 32768U     /* PROC_ARGS_MAX paths; all of it can be megabytes */
#define DELETED	    " (deleted)"

#define KNOWN_CGROUPS 256

struct buffer {
	char *data;
	size_t size;
};

/* Where there is but the unified hierarchy, the number of a group says all that PID/cgroup does: a
 * group is never renamed, and its number never given to another. */
struct known_cgroup {
	uint64_t id;
	char *text;
};

struct process_reader {
	int proc_fd;
	struct buffer text; /* a file until it is parsed */
	struct buffer cgroup;
	struct known_cgroup known_cgroups[KNOWN_CGROUPS]; /* by number */
	gid_t *groups;
	size_t max_groups;
	struct file_id user_namespace; /* of the daemon */
	bool no_pidfd_info; /* it cannot be asked: the kernel is too old, or a sandbox forbids it */
	char exe[PATH_MAX];
	char cwd[PATH_MAX];
	char invoked[PATH_MAX];
};

/* PID/name, or PID/task/TID/name */
struct proc_path {
	char text[48];
};

static struct proc_path proc_path(const struct process *process, const char *name)
{
	struct proc_path path;
	char *at = num_put_u32(path.text, (uint32_t)process->tgid);

	if (process->tid) {
		at = stpcpy(at, "/task/");
		at = num_put_u32(at, (uint32_t)process->tid);
	}
	*at++ = '/';
	(void)stpcpy(at, name);
	return path;
}

/*
 * What an error on a file of the process means. ENOENT is a process that is gone, or a link that
 * leads nowhere; the kernel checks access to a link's task first, so one that goes after the
 * look-up is EACCES.
 */
static int proc_error(const struct process_reader *reader, const struct process *process, int error)
{
	struct proc_path dir = proc_path(process, "");

	if (error == ESRCH)
		return -ESRCH;
	if (error != ENOENT && error != EACCES)
		return -error;
	return faccessat(reader->proc_fd, dir.text, F_OK, 0) == 0 ? -error : -ESRCH;
}

static int grow(struct buffer *buf)
{
	size_t size = buf->size ? buf->size * 2 : TEXT_MIN;
	char *data = realloc(buf->data, size);

	if (!data)
		return -ENOMEM;
	buf->data = data;
	buf->size = size;
	return 0;
}

/* Read at most max bytes, and end them with a zero byte. Returns their number or -errno. What the
 * kernel makes in one piece ends where it gives less than was asked for: no need to ask again. */
static ssize_t read_fd(int fd, struct buffer *buf, size_t max, bool is_one_piece)
{
	size_t len = 0;
	size_t asked;
	ssize_t got;

	do {
		if (len + 1 >= buf->size && grow(buf) < 0)
			return -ENOMEM;
		asked = buf->size - 1 - len;
		if (asked > max - len)
			asked = max - len;
		got = read(fd, buf->data + len, asked);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		len += (size_t)got;
	} while (got != 0 && len < max && !(is_one_piece && got > 0 && (size_t)got < asked));
	buf->data[len] = '\0';
	return (ssize_t)len;
}

static ssize_t read_part(const struct process_reader *reader, const struct process *process,
			 const char *name, struct buffer *buf, size_t max, bool is_one_piece)
{
	struct proc_path path = proc_path(process, name);
	cleanup_close int fd = openat(reader->proc_fd, path.text, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -errno : read_fd(fd, buf, max, is_one_piece);

	return len < 0 ? proc_error(reader, process, (int)-len) : len;
}

static ssize_t read_whole(const struct process_reader *reader, const struct process *process,
			  const char *name, struct buffer *buf)
{
	ssize_t len = read_part(reader, process, name, buf, TEXT_MAX, true);

	return len == TEXT_MAX ? -EFBIG : len;
}

/* The target of a link, in buf. Returns its length or -errno, not yet made out by proc_error(). */
static ssize_t read_link(const struct process_reader *reader, const struct process *process,
			 const char *name, char buf[PATH_MAX])
{
	struct proc_path path = proc_path(process, name);
	ssize_t len = readlinkat(reader->proc_fd, path.text, buf, PATH_MAX);

	if (len < 0)
		return -errno;
	if (len == PATH_MAX)
		return -ENAMETOOLONG;
	buf[len] = '\0';
	return len;
}

/* Which file a path leads to. Never waits for the server of a network or FUSE file system to say
 * whether that has changed. 0 or -errno. */
static int file_id_of(int dirfd, const char *path, struct file_id *ret)
{
	const int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT | (path[0] ? 0 : AT_EMPTY_PATH);
	struct statx stx;

	if (statx(dirfd, path, flags, STATX_INO, &stx) < 0)
		return -errno;
	ret->dev = makedev(stx.stx_dev_major, stx.stx_dev_minor);
	ret->ino = stx.stx_ino;
	return 0;
}

/*
 * Which file a path leads to as the process itself sees it. The process chose the path, so the
 * look-up must not wait for anything it leads over: only what the kernel has in its cache counts
 * (RESOLVE_CACHED, Linux 5.12), as it has of a path that was just executed. 0; -EAGAIN: it is not
 * known without waiting; another -errno.
 */
static int file_id_in_root(const struct process_reader *reader, const struct process *process,
			   const char *path, struct file_id *ret)
{
	struct proc_path root_path = proc_path(process, "root");
	cleanup_close int root =
		openat(reader->proc_fd, root_path.text, O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_close int fd = -1;

	if (root < 0)
		return -errno;
	fd = file_open_cached(root, path, 0, RESOLVE_IN_ROOT);
	return fd < 0 ? fd : file_id_of(fd, "", ret);
}

static bool same_file(const struct file_id *a, const struct file_id *b)
{
	return a->ino != 0 && a->ino == b->ino && a->dev == b->dev;
}

static bool is_deleted(const char *path, size_t len)
{
	const size_t suffix_len = sizeof(DELETED) - 1;

	return len > suffix_len && memcmp(path + len - suffix_len, DELETED, suffix_len) == 0;
}

/* A file may really be called "x (deleted)": then that name leads to it. */
static bool is_literal(const struct process_reader *reader, const struct process *process,
		       const char *path, const struct file_id *file)
{
	struct file_id found = { 0 };

	return file_id_in_root(reader, process, path, &found) == 0 && same_file(&found, file);
}

/*
 * The first thread has ended, others may live on: /proc/PID then has nothing to tell, but its
 * directories of them have. -EAGAIN: read anew, from another thread; 0: there is none.
 */
static int adopt_thread(const struct process_reader *reader, struct process *process)
{
	struct proc_path path = proc_path(process, "task");
	cleanup_close int fd = -1;
	cleanup_dir DIR *dir = NULL;
	const struct dirent *entry;

	if (process->tid || !PROTECT_THREADS)
		return 0;
	fd = openat(reader->proc_fd, path.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return proc_error(reader, process, errno);
	(void)take_fd(&fd); /* the stream's */
	while ((entry = readdir(dir))) {
		uint32_t tid;

		if (num_parse_u32(entry->d_name, strlen(entry->d_name), &tid) &&
		    (pid_t)tid != process->tgid) {
			process->tid = (pid_t)tid;
			process->cgroup_id = 0; /* the first one's */
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
	ssize_t len = read_whole(reader, process, "status", &reader->text);
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
	ssize_t len = read_whole(reader, process, "comm", &reader->text);

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
	ssize_t len = read_whole(reader, &leader, "stat", &reader->text);
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
	struct proc_path path = proc_path(process, "exe");
	struct file_id file = { 0 };
	int ret = file_id_of(reader->proc_fd, path.text, &file);

	if (ret < 0)
		ret = proc_error(reader, process, -ret);
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
	if (stat.state == 'Z') {
		ret = adopt_thread(reader, process);
		if (ret < 0)
			return ret;
	} else if (stat.exiting) {
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
	ssize_t len = read_link(reader, process, "exe", reader->exe);

	if (len == -ENOENT)
		return read_no_exe(reader, process);
	if (len == -ENAMETOOLONG) {
		/* Deeper than the kernel can say: no name, but the file is known (FACT_EXE_FILE).
		 */
		reader->exe[0] = '\0';
		len = 0;
	}
	if (len < 0)
		return proc_error(reader, process, (int)-len);
	if (is_deleted(reader->exe, (size_t)len)) {
		int ret = process->facts & FACT_EXE_FILE ? 0 : read_exe_file(reader, process);

		if (ret < 0)
			return ret;
		if (!is_literal(reader, process, reader->exe, &process->exe_file))
			reader->exe[(size_t)len - (sizeof(DELETED) - 1)] = '\0';
	}
	process->kthread = false;
	store_exe(reader, process);
	return 0;
}

/*
 * Does the first thread live? Without an executable it has ended, or never had one; a link to one
 * costs a fifth of PID/status. 1, 0; -ESRCH; -EAGAIN: read anew, from another thread.
 */
static int first_thread_lives(struct process_reader *reader, struct process *process)
{
	int r = process->first_lives || (process->facts & FACT_EXE) ? 0 : read_exe(reader, process);

	if (r == -ESRCH || r == -EAGAIN)
		return r;
	/* A sandbox may forbid the link and not the rest. */
	return r == 0 && process->state != 'Z';
}

/* A tenth of what PID/status costs, where the kernel has it. */
static int read_ids(struct process_reader *reader, struct process *process)
{
	struct identity_ids ids;
	int ret;

	if (process->pidfd < 0 || process->tid || reader->no_pidfd_info)
		return read_status(reader, process);
	ret = first_thread_lives(reader, process);
	if (ret <= 0)
		return ret < 0 ? ret : read_status(reader, process);
	ret = identity_read_ids(process->pidfd, &ids);
	if (ret == -ESRCH)
		return ret;
	if (ret < 0) {
		reader->no_pidfd_info = true;
		return read_status(reader, process);
	}
	process->ppid = ids.ppid;
	process->euid = ids.euid;
	process->egid = ids.egid;
	process->cgroup_id = ids.cgroup_id;
	process->facts |= FACT_STATUS;
	return 0;
}

/* The working directory, in reader->cwd. 0; -ENOENT when it is not one that a path could start
 * with. */
static int read_cwd(struct process_reader *reader, const struct process *process)
{
	ssize_t len = read_link(reader, process, "cwd", reader->cwd);
	struct proc_path path = proc_path(process, "cwd");
	struct file_id file = { 0 };

	if (len < 0)
		return proc_error(reader, process, (int)-len);
	if (reader->cwd[0] != '/')
		return -ENOENT;
	if (!is_deleted(reader->cwd, (size_t)len))
		return 0;
	if (file_id_of(reader->proc_fd, path.text, &file) < 0 ||
	    !is_literal(reader, process, reader->cwd, &file))
		return -ENOENT;
	return 0;
}

/* Where the argument leads, in reader->invoked: 0. -ENOENT when its directory is not known. */
static int path_of_arg(struct process_reader *reader, const struct process *process,
		       const struct proc_arg *arg)
{
	int ret;

	if (arg->index == 0 && !memchr(arg->text, '/', arg->len))
		return -ENOENT;
	reader->cwd[0] = '\0';
	if (arg->text[0] != '/') {
		ret = read_cwd(reader, process);
		if (ret < 0)
			return ret;
	}
	ret = proc_join_path(reader->cwd, arg->text, arg->len, reader->invoked,
			     sizeof(reader->invoked));
	return ret < 0 ? ret : 0;
}

static void store_base(struct process_reader *reader, const struct proc_arg *arg,
		       struct process *process)
{
	const char *slash = memrchr(arg->text, '/', arg->len);
	const char *base = slash ? slash + 1 : arg->text;
	size_t len = (size_t)(arg->text + arg->len - base);

	if (len >= sizeof(reader->invoked))
		return;
	memcpy(reader->invoked, base, len);
	reader->invoked[len] = '\0';
	process->invoked = process->invoked_base = reader->invoked;
}

static int store_invoked(struct process_reader *reader, const struct proc_arg *arg,
			 struct process *process)
{
	int ret = path_of_arg(reader, process, arg);

	if (ret == -ESRCH)
		return ret;
	if (ret < 0) {
		store_base(reader, arg, process);
		return 0;
	}
	if (proc_path_is_fd(reader->invoked))
		return 0;
	process->invoked = reader->invoked;
	process->invoked_base = strrchr(reader->invoked, '/') + 1;
	if (file_id_in_root(reader, process, reader->invoked, &process->invoked_file) < 0)
		process->invoked_file = (struct file_id){ 0 };
	return 0;
}

/* The command line as far as it is looked at. Returns its length or -errno. */
static ssize_t read_cmdline(struct process_reader *reader, const struct process *process)
{
	ssize_t len = read_part(reader, process, "cmdline", &reader->text, CMDLINE_MAX, false);

	/* The last element was cut. */
	if (len == CMDLINE_MAX) {
		while (len > 0 && reader->text.data[len - 1] != '\0')
			len--;
	}
	return len;
}

/* So its executable's name is the only one. */
static bool has_one_name(struct process *process)
{
	if (!process->one_name || process->pidfd < 0)
		return false;
	if (!process->identity)
		process->identity = identity_number_in(process->pidfd);
	return process->identity == process->one_name;
}

static int read_invoked(struct process_reader *reader, struct process *process)
{
	struct proc_arg arg;
	ssize_t len;
	int ret = 0;

	process->invoked = process->invoked_base = NULL;
	process->invoked_file = (struct file_id){ 0 };
	if (process->exe[0] != '\0' && (process->facts & FACT_COMM) &&
	    !proc_comm_is(process->comm, process->exe_base, strlen(process->exe_base))) {
		len = read_cmdline(reader, process);
		if (len < 0)
			return (int)len;
		if (proc_find_arg(reader->text.data, (size_t)len, process->comm, &arg))
			ret = store_invoked(reader, &arg, process);
	}
	if (ret == 0)
		process->facts |= FACT_INVOKED;
	return ret;
}

static struct known_cgroup *known_cgroup(struct process_reader *reader, uint64_t id)
{
	return &reader->known_cgroups[id % KNOWN_CGROUPS];
}

/* It may have been moved between the number and the text. */
static bool is_still_there(const struct process *process)
{
	struct identity_ids now;

	if (!process->cgroup_id || process->pidfd < 0)
		return process->cgroup_id != 0;
	return identity_read_ids(process->pidfd, &now) == 0 && now.cgroup_id == process->cgroup_id;
}

/* Of a group that is removed the text changes, but then nobody lives in it. */
static void remember_cgroup(struct process_reader *reader, const struct process *process)
{
	struct known_cgroup *known = known_cgroup(reader, process->cgroup_id);
	const char *text = reader->cgroup.data;
	const char *end = strchr(text, '\n');

	if (strncmp(text, "0::/", 4) != 0 || !end || end[1] != '\0' ||
	    is_deleted(text, (size_t)(end - text)) || !is_still_there(process))
		return;
	free(known->text);
	known->text = strdup(text);
	known->id = known->text ? process->cgroup_id : 0;
}

static int read_cgroup(struct process_reader *reader, struct process *process)
{
	const struct known_cgroup *known = known_cgroup(reader, process->cgroup_id);
	ssize_t len;

	process->cgroup = known->text;
	if (!process->cgroup_id || process->cgroup_id != known->id) {
		len = read_whole(reader, process, "cgroup", &reader->cgroup);
		if (len < 0)
			return (int)len;
		remember_cgroup(reader, process);
		process->cgroup = reader->cgroup.data;
	}
	process->facts |= FACT_CGROUP;
	return 0;
}

void process_reader_forget_cgroups(struct process_reader *reader)
{
	for (size_t i = 0; i < KNOWN_CGROUPS; i++) {
		free(reader->known_cgroups[i].text);
		reader->known_cgroups[i] = (struct known_cgroup){ 0 };
	}
}

static int read_user_namespace(struct process_reader *reader, struct process *process)
{
	struct proc_path path = proc_path(process, "ns/user");
	struct file_id found = { 0 };
	int r = 0;

	if (reader->user_namespace.ino) /* else the kernel has none */
		r = file_id_of(reader->proc_fd, path.text, &found);
	if (r < 0)
		return proc_error(reader, process, -r);
	process->other_user_namespace = found.ino && !same_file(&found, &reader->user_namespace);
	process->facts |= FACT_USER_NAMESPACE;
	return 0;
}

static int read_exec_ids(struct process_reader *reader, struct process *process)
{
	ssize_t len = read_whole(reader, process, "auxv", &reader->text);

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
	(void)file_id_of(proc_fd, "self/ns/user", &reader->user_namespace);
	if (grow(&reader->text) < 0 || grow(&reader->cgroup) < 0)
		return process_reader_free(reader), NULL;
	return reader;
}

void process_reader_free(struct process_reader *reader)
{
	if (!reader)
		return;
	free(reader->text.data);
	free(reader->cgroup.data);
	process_reader_forget_cgroups(reader);
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
		{ FACT_EXE_FILE, read_exe_file }, { FACT_EXE, read_exe },
		{ FACT_START, read_stat },	  { FACT_GROUPS | FACT_PRIVILEGES, read_status },
		{ FACT_STATUS, read_ids },	  { FACT_COMM, read_comm },
		{ FACT_INVOKED, read_invoked },	  { FACT_CGROUP, read_cgroup },
		{ FACT_SCHED, read_sched },	  { FACT_USER_NAMESPACE, read_user_namespace },
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

int process_read(struct process_reader *reader, struct process *process, unsigned facts)
{
	int r;

	if (process->tgid <= 0)
		return -ESRCH;
	if (facts & ~process->facts & FACT_INVOKED)
		facts |= has_one_name(process) ? FACT_EXE : FACT_COMM | FACT_EXE;
	r = read_steps(reader, process, facts);
	if (r == -EAGAIN) {
		/* From a thread that lives, and everything from the same one. */
		facts |= process->facts;
		process->facts = 0;
		r = read_steps(reader, process, facts);
	}
	return r == -EAGAIN ? -ESRCH : r;
}

int process_tgid_of(struct process_reader *reader, pid_t tid, pid_t *ret_tgid)
{
	const struct process thread = { .tgid = tid };
	ssize_t len = read_whole(reader, &thread, "status", &reader->text);
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
