/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The guard's process. It and the daemon share a page of memory, by which it sees whether the
 * gate's thread goes on. */
#include "config.h"

#include "source/guard.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"

#ifndef SYS_close_range
#define SYS_close_range 436 /* Linux 5.9 */
#endif

/* So often it looks; twice without a sign of life is too long. Not while the gate's thread is in
 * the kernel or waits for a CPU: on a busy machine one move can take longer than that, and whoever
 * is let go would be placed after its start for nothing. */
#define TICK_MS		  500
#define TICKS_MAX	  2
#define TICKS_AT_WORK_MAX 10

/* What it keeps open. */
#define GROUP_FD 0
#define WAKE_FD	 1

struct shared {
	_Atomic uint64_t beats, n_allowed;
	atomic_bool has_work, take_over;
	_Atomic pid_t thread; /* the gate's; 0: it has not begun */
};

struct guard {
	int group_fd, wake_fd;
	struct shared *shared;
	pid_t pid; /* 0: there is none */
	uint64_t n_told;
};

/* ---- in the process ---------------------------------------------------------------------------
 */

/* Neither stopped nor waiting for something that may never come. Without a descriptor it is not
 * known. */
static bool is_at_work(pid_t daemon, pid_t thread)
{
	char path[64], text[128];
	const char *end;
	ssize_t len;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", (int)daemon, (int)thread);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	text[len > 0 ? len : 0] = '\0';
	/* "NUMBER (NAME) STATE …" */
	end = strrchr(text, ')');
	return end && end[1] == ' ' && (end[2] == 'D' || end[2] == 'R');
}

/* The number is that of an event in the table of who has read it: two events can have the same. */
static void allow(struct shared *shared, int number)
{
	const struct fanotify_response response = { .fd = number, .response = FAN_ALLOW };

	while (write(GROUP_FD, &response, sizeof(response)) > 0)
		atomic_fetch_add(&shared->n_allowed, 1);
}

/* What the daemon has read, by whatever number. */
static void allow_read(struct shared *shared, const char *daemon_fds)
{
	DIR *dir = opendir(daemon_fds);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		uint64_t number;
		const char *name = entry->d_name;

		if (num_scan_u64(&name, &number))
			allow(shared, (int)number);
	}
	if (dir)
		(void)closedir(dir);
}

/* One at a time: the guard's own descriptors have a limit, too. */
static void allow_unread(struct shared *shared)
{
	alignas(struct fanotify_event_metadata) char buf[FAN_EVENT_METADATA_LEN * 2];
	struct fanotify_event_metadata *event = (void *)buf;

	while (read(GROUP_FD, buf, sizeof(buf)) >= (ssize_t)sizeof(*event)) {
		if (event->fd < 0)
			continue;
		allow(shared, event->fd);
		/* And what came with it: its pidfd. */
		(void)syscall(SYS_close_range, WAKE_FD + 1, ~0U, 0);
	}
}

static bool is_overdue(const struct shared *shared, pid_t daemon, unsigned ticks)
{
	return ticks >= TICKS_MAX &&
	       (ticks >= TICKS_AT_WORK_MAX || !is_at_work(daemon, atomic_load(&shared->thread)));
}

static void watch(struct shared *shared, pid_t daemon, const char *daemon_fds)
{
	struct pollfd fds[] = {
		{ .fd = WAKE_FD, .events = POLLIN },
		{ .fd = GROUP_FD, .events = POLLIN },
	};
	uint64_t seen = 0, count;
	unsigned ticks = 0;

	for (;;) {
		bool overdue = is_overdue(shared, daemon, ticks);
		bool acts = overdue || atomic_load(&shared->take_over);

		/* While it acts, whatever comes is answered at once. */
		if (poll(fds, acts ? 2 : 1, TICK_MS) > 0 && (fds[0].revents & POLLIN))
			(void)!read(WAKE_FD, &count, sizeof(count));
		if (atomic_load(&shared->take_over))
			allow_unread(shared);
		if (atomic_load(&shared->beats) != seen) {
			seen = atomic_load(&shared->beats);
			ticks = 0;
			continue;
		}
		if (overdue) {
			allow_read(shared, daemon_fds);
			allow_unread(shared);
		} else if (atomic_load(&shared->has_work) || poll(fds + 1, 1, 0) > 0) {
			ticks++;
		}
	}
}

static void close_range_of(unsigned first, unsigned last)
{
	if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
		return;
	for (unsigned fd = first; fd <= last && fd < (unsigned)sysconf(_SC_OPEN_MAX); fd++)
		(void)close((int)fd);
}

static void close_all_but(int group_fd, int wake_fd)
{
	unsigned low = (unsigned)(group_fd < wake_fd ? group_fd : wake_fd);
	unsigned high = (unsigned)(group_fd < wake_fd ? wake_fd : group_fd);
	int group, wake;

	/* First of all: the daemon may have left no descriptor free. */
	close_range_of(low + 1, high - 1);
	close_range_of(high + 1, ~0U);
	if (low > 0)
		close_range_of(0, low - 1);
	/* Above both: one may have the number of the other. */
	group = fcntl(group_fd, F_DUPFD, WAKE_FD + 1);
	wake = fcntl(wake_fd, F_DUPFD, WAKE_FD + 1);

	if (group < 0 || wake < 0 || dup2(group, GROUP_FD) < 0 || dup2(wake, WAKE_FD) < 0)
		_exit(1);
	close_range_of(WAKE_FD + 1, ~0U);
}

static void run(const struct guard *guard, pid_t daemon)
{
	char daemon_fds[32];
	sigset_t none;

	/* What is sent to all of the daemon's processes is for the daemon, which ends this one. */
	for (int number = 1; number < NSIG; number++)
		(void)signal(number, SIG_IGN);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)prctl(PR_SET_NAME, "cgred-guard");
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != daemon)
		_exit(1);
	close_all_but(guard->group_fd, guard->wake_fd);
	(void)mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
	(void)snprintf(daemon_fds, sizeof(daemon_fds), "/proc/%d/fd", (int)daemon);
	watch(guard->shared, daemon, daemon_fds);
}

/* ---- in the daemon --------------------------------------------------------------------------- */

static int start(struct guard *guard)
{
	pid_t daemon = getpid();
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		run(guard, daemon);
		_exit(0);
	}
	guard->pid = pid;
	return 0;
}

int guard_start(int group_fd, struct guard **ret)
{
	struct guard *guard = calloc(1, sizeof(*guard));
	int r;

	if (!guard)
		return -ENOMEM;
	guard->group_fd = group_fd;
	guard->shared = mmap(NULL, sizeof(*guard->shared), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	guard->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = guard->shared == MAP_FAILED || guard->wake_fd < 0 ? -errno : start(guard);
	if (r < 0) {
		guard_stop(guard);
		return r;
	}
	*ret = guard;
	return 0;
}

void guard_stop(struct guard *guard)
{
	if (!guard)
		return;
	if (guard->pid) {
		(void)kill(guard->pid, SIGKILL);
		(void)waitpid(guard->pid, NULL, 0);
	}
	if (guard->wake_fd >= 0)
		(void)close(guard->wake_fd);
	if (guard->shared != MAP_FAILED)
		(void)munmap(guard->shared, sizeof(*guard->shared));
	free(guard);
}

pid_t guard_pid(const struct guard *guard)
{
	return guard->pid;
}

uint64_t guard_check(struct guard *guard)
{
	uint64_t told = guard->n_told;

	guard->n_told = atomic_load(&guard->shared->n_allowed);
	if (!guard->pid || waitpid(guard->pid, NULL, WNOHANG) != 0) {
		guard->pid = 0;
		(void)start(guard);
	}
	return guard->n_told - told;
}

void guard_set_thread(struct guard *guard, pid_t thread)
{
	atomic_store(&guard->shared->thread, thread);
}

void guard_alive(struct guard *guard, bool has_work)
{
	atomic_store(&guard->shared->has_work, has_work);
	atomic_fetch_add(&guard->shared->beats, 1);
}

void guard_take_over(struct guard *guard, bool take_over)
{
	const uint64_t one = 1;

	if (atomic_exchange(&guard->shared->take_over, take_over) != take_over && take_over)
		(void)!write(guard->wake_fd, &one, sizeof(one));
}
