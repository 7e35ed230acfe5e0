/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals by pidfd. Where the kernel has none (before Linux 5.3, or a sandbox), by number, right
 * after it was looked at whose that is: the process can only be mistaken if it ends, and its number
 * comes around, between two system calls. */
#include "config.h"

#include "action/signal.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "process/identity.h"
#include "process/proc-parse.h"

static const struct {
	const char *name;
	int signo;
} names[] = {
	{ "KILL", SIGKILL },
	{ "INTERRUPT", SIGINT },
	{ "TERM", SIGTERM },
	{ "STOP", SIGSTOP },
};

int signal_of_name(const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i].name, name) == 0)
			return names[i].signo;
	}
	return 0;
}

const char *signal_name(int signo)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].signo == signo)
			return names[i].name;
	}
	return NULL;
}

static bool is_spared(pid_t tgid, const pid_t *spared, size_t n_spared)
{
	if (tgid <= 1)
		return true;
	for (size_t i = 0; i < n_spared; i++) {
		if (spared[i] == tgid)
			return true;
	}
	return false;
}

/* 0: the number is that of the target, which is a program's. */
static int check(int proc_fd, const struct signal_target *target)
{
	struct proc_stat stat;
	char path[32], text[1024];
	ssize_t len;

	(void)snprintf(path, sizeof(path), "%d/stat", (int)target->tgid);
	len = file_read_buf(proc_fd, path, text, sizeof(text));
	if (len == -ENOENT)
		return -ESRCH;
	if (len < 0)
		return (int)len;
	if (proc_parse_stat(text, (size_t)len, &stat) < 0)
		return -EBADMSG;
	if (target->start_ticks && stat.start_ticks != target->start_ticks)
		return -ESRCH;
	return stat.kthread ? -EPERM : 0;
}

/* Who has memory is one. Unlike stat, status is read without waiting for an exec that closes files
 * (process/patient.h). */
static bool is_program(int proc_fd, pid_t tgid)
{
	char path[32], text[8192];
	ssize_t len;

	(void)snprintf(path, sizeof(path), "%d/status", (int)tgid);
	len = file_read_buf(proc_fd, path, text, sizeof(text));
	return len > 0 && memmem(text, (size_t)len, "\nVmSize:", strlen("\nVmSize:"));
}

static bool is_missing(int error)
{
	/* EPERM is what some sandboxes say; to a process that may not be signalled, kill(2) says
	 * so, too. */
	return error == ENOSYS || error == EPERM;
}

static int send_by_number(int proc_fd, const struct signal_target *target, int signo)
{
	int r = target->start_ticks ? check(proc_fd, target) : -EOPNOTSUPP;

	if (r < 0)
		return r;
	return kill(target->tgid, signo) < 0 ? -errno : 0;
}

int signal_send(int proc_fd, const struct signal_target *target, int signo, const pid_t *spared,
		size_t n_spared)
{
	cleanup_close int own_fd = target->pidfd < 0 ? identity_open(target->tgid) : -1;
	int pidfd = target->pidfd < 0 ? own_fd : target->pidfd;
	int r;

	if (target->pidfd < 0 && !target->start_ticks)
		return -EINVAL;
	if (is_spared(target->tgid, spared, n_spared))
		return -EPERM;
	if (pidfd < 0 && !is_missing(-pidfd))
		return pidfd;
	/* After it was opened: then what is seen is of the process that has the descriptor. */
	r = !target->start_ticks && is_program(proc_fd, target->tgid) ? 0 : check(proc_fd, target);
	if (r < 0)
		return r;
	if (pidfd >= 0) {
		if (syscall(SYS_pidfd_send_signal, pidfd, signo, NULL, 0) == 0)
			return 0;
		if (!is_missing(errno))
			return -errno;
	}
	return send_by_number(proc_fd, target, signo);
}
