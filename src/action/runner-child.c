/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process of a command between fork and exec. It is root's until it has entered its groups;
 * then it becomes the user for good, and looks whether that is so. no_new_privs is not set: what a
 * trigger sends mail with may be set-group-id. */
#include "config.h"

#include "action/runner-child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "action/runner-protocol.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/num.h"

#ifndef SYS_close_range
#define SYS_close_range 436 /* Linux 5.9 */
#endif

#define PROBLEM_FD 3

/* What a program expects that uses select(2). */
#define DESCRIPTORS_SOFT 1024

static void tell(int fd, enum child_step step, int error, int index)
{
	const struct child_problem problem = { .step = step, .error = error, .index = index };

	(void)!write(fd, &problem, sizeof(problem));
}

static _Noreturn void fail(int fd, enum child_step step, int error)
{
	tell(fd, step, error, 0);
	_exit(127);
}

/* By the list of those that are open: there may be very many numbers. */
static bool close_listed_from(unsigned first)
{
	cleanup_dir DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;

	if (!dir)
		return false;
	while ((entry = readdir(dir))) {
		uint64_t number;
		const char *name = entry->d_name;

		if (num_scan_u64(&name, &number) && number >= first && (int)number != dirfd(dir))
			(void)close((int)number);
	}
	return true;
}

void runner_child_close_from(unsigned first)
{
	if (syscall(SYS_close_range, first, ~0U, 0) == 0 || close_listed_from(first))
		return;
	for (unsigned fd = first; fd < (unsigned)sysconf(_SC_OPEN_MAX); fd++)
		(void)close((int)fd);
}

static void set_descriptors(int output_fd, int problem_fd)
{
	if (dup2(output_fd, STDOUT_FILENO) < 0 || dup2(output_fd, STDERR_FILENO) < 0 ||
	    dup3(problem_fd, PROBLEM_FD, O_CLOEXEC) < 0)
		fail(problem_fd, CHILD_DESCRIPTORS, errno);
	runner_child_close_from(PROBLEM_FD + 1);
}

/* As if no daemon had been there: signals, umask, limits. */
static void set_defaults(void)
{
	static const unsigned long by_default[8];
	struct rlimit limit;
	sigset_t none;

	/* Not by signal(3): glibc keeps two signals for itself, and whoever started the daemon may
	 * have ignored them. All zero is SIG_DFL, whatever the order of the kernel's fields. */
	for (int number = 1; number < NSIG; number++)
		(void)syscall(SYS_rt_sigaction, number, by_default, NULL, (NSIG - 1) / 8);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)umask(022);
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > DESCRIPTORS_SOFT) {
		limit.rlim_cur = DESCRIPTORS_SOFT;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static void enter_groups(char *const *paths)
{
	for (int i = 0; paths[i]; i++) {
		int r = file_write_str(AT_FDCWD, paths[i], "0");

		if (r < 0)
			tell(PROBLEM_FD, CHILD_GROUP, -r, i);
	}
}

static int compare_gids(const void *a, const void *b)
{
	gid_t left = *(const gid_t *)a, right = *(const gid_t *)b;

	return left < right ? -1 : left > right;
}

/* Sorts, and leaves out what is there twice. Returns how many are left. */
static size_t tidy_gids(gid_t *gids, size_t n)
{
	size_t kept = 0;

	if (n > 0)
		qsort(gids, n, sizeof(*gids), compare_gids);
	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || gids[kept - 1] != gids[i])
			gids[kept++] = gids[i];
	}
	return kept;
}

/* Does this process have these supplementary groups, and no other? */
static bool has_groups(const gid_t *groups, size_t n)
{
	int n_own = getgroups(0, NULL);
	cleanup_free gid_t *own = NULL;
	cleanup_free gid_t *wanted = NULL;

	if (n_own < 0)
		return false;
	own = calloc((size_t)n_own + 1, sizeof(*own));
	wanted = calloc(n + 1, sizeof(*wanted));
	if (!own || !wanted || getgroups(n_own, own) != n_own)
		return false;
	for (size_t i = 0; i < n; i++)
		wanted[i] = groups[i];
	n_own = (int)tidy_gids(own, (size_t)n_own);
	n = tidy_gids(wanted, n);
	if (n != (size_t)n_own)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (own[i] != wanted[i])
			return false;
	}
	return true;
}

static int capability_call(long call, struct __user_cap_data_struct *data)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };

	return (int)syscall(call, &header, data);
}

/* For the case that setresuid() has left any: it does where the securebits say so. */
static int drop_capabilities(void)
{
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (capability_call(SYS_capset, data) < 0 || capability_call(SYS_capget, data) < 0)
		return -errno;
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		if (data[i].effective || data[i].permitted || data[i].inheritable)
			return -EPERM;
	}
	return 0;
}

/* Is this process the user, with nothing more, and is there no way back? */
static int verify(const struct runner_request *request)
{
	const struct runner_request_head *head = &request->head;
	uid_t uids[3];
	gid_t gids[3];

	if (getresuid(&uids[0], &uids[1], &uids[2]) < 0 ||
	    getresgid(&gids[0], &gids[1], &gids[2]) < 0)
		return -errno;
	for (size_t i = 0; i < 3; i++) {
		if (uids[i] != head->uid || gids[i] != head->gid)
			return -EPERM;
	}
	if (!has_groups(request->groups, head->n_groups))
		return -EPERM;
	if (head->uid != 0 && (setuid(0) == 0 || setresuid((uid_t)-1, 0, (uid_t)-1) == 0))
		return -EPERM;
	if (head->uid != 0 && head->gid != 0 && setresgid((gid_t)-1, 0, (gid_t)-1) == 0)
		return -EPERM;
	return 0;
}

static int become_user(const struct runner_request *request)
{
	const struct runner_request_head *head = &request->head;
	int r;

	(void)prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
	if (prctl(PR_GET_SECUREBITS, 0, 0, 0, 0) > 0)
		(void)prctl(PR_SET_SECUREBITS, 0, 0, 0, 0);
	/* Without privileges there is nothing to drop, if all is as it should be. */
	if (setgroups(head->n_groups, request->groups) < 0 &&
	    (errno != EPERM || !has_groups(request->groups, head->n_groups)))
		return -errno;
	if (setresgid(head->gid, head->gid, head->gid) < 0 ||
	    setresuid(head->uid, head->uid, head->uid) < 0)
		return -errno;
	if (head->uid != 0) {
		r = drop_capabilities();
		if (r < 0)
			return r;
	}
	return verify(request);
}

/* execve() has failed: with what is it to be told? "No such file" may be about a script's first
 * line, "permission denied" about a directory. */
static _Noreturn void fail_exec(const char *path, int error)
{
	struct stat st;

	if (error == EACCES && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		error = EISDIR;
	if (error == ENOENT && stat(path, &st) == 0)
		fail(PROBLEM_FD, CHILD_INTERPRETER, error);
	fail(PROBLEM_FD, CHILD_EXEC, error);
}

_Noreturn void runner_child_run(const struct runner_request *request, pid_t parent, int output_fd,
				int problem_fd)
{
	int r;

	(void)setsid();
	set_descriptors(output_fd, problem_fd);
	set_defaults();
	enter_groups(request->paths);
	r = become_user(request);
	if (r < 0)
		fail(PROBLEM_FD, CHILD_USER, -r);
	/* Nobody would end it in time if the runner were gone. A change of ids forgets this. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(127);
	if (chdir(request->cwd) < 0)
		fail(PROBLEM_FD, CHILD_CWD, errno);
	(void)execve(request->argv[0], request->argv, request->environment);
	fail_exec(request->argv[0], errno);
}

const char *runner_child_step_text(enum child_step step)
{
	switch (step) {
	case CHILD_GROUP:
		return "cannot enter its group";
	case CHILD_DESCRIPTORS:
		return "cannot set up its descriptors";
	case CHILD_USER:
		return "cannot become its user";
	case CHILD_CWD:
		return "cannot enter its directory";
	case CHILD_EXEC:
		return "cannot execute";
	case CHILD_INTERPRETER:
		return "cannot execute: no such interpreter:";
	}
	return "cannot run";
}
