/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon's side: hands requests over, logs what is reported, and starts the process anew when
 * it has ended. Nothing here waits, but for the end. */
#include "config.h"

#include "action/runner.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "action/runner-process.h"
#include "action/runner-protocol.h"
#include "base/log.h"
#include "base/loop.h"

/* What the kernel keeps of requests that were not taken yet. */
#define SOCKET_BYTES (4 << 20)

/* A call-back logs so many reports. */
#define REPORTS_MAX 64

/* The process is not started more often than this, and it is looked so often whether one that was
 * killed has ended. */
#define RESTART_MS 1000
#define REAP_MS	   10

/* How often it is told that requests were dropped. */
#define DROPPED_MS 1000

/* How much longer than its commands the process may take to end. */
#define END_SPARE_MS 1000

struct runner {
	struct loop *loop;
	const struct runner_config *config;
	struct runner_counters *counters; /* the process has them, too */
	struct loop_watch *on_report, *on_restart, *on_dropped;
	int fd;	       /* -1: there is no process */
	pid_t pid;     /* 0: there is none */
	pid_t old_pid; /* ended, and not waited for yet; 0: none */
	uint64_t started_ms;
	uint64_t n_fired, n_sent, n_failed, n_dropped;
	uint64_t n_dropped_told, n_lost_told;
	struct runner_report report;
	char buffer[RUNNER_REQUEST_MAX];
};

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- the process ------------------------------------------------------------------------------
 */

/* Signals are blocked meanwhile: a handler of ours must not run in the other process. */
static pid_t fork_process(const int fds[2], struct runner_counters *counters)
{
	sigset_t all, before;
	pid_t pid;
	int error;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0)
		runner_process_run(fds[1], counters);
	error = errno;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return pid;
}

/* The pid, with our end of the socket in *ret_fd; or -errno. */
static pid_t start_process(struct runner_counters *counters, int *ret_fd)
{
	const int size = SOCKET_BYTES;
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) < 0)
		return -errno;
	if (setsockopt(fds[0], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	pid = fork_process(fds, counters);
	if (pid < 0)
		pid = -errno;
	(void)close(fds[1]);
	if (pid < 0)
		(void)close(fds[0]);
	else
		*ret_fd = fds[0];
	return pid;
}

/* What the process had taken, or was to take, and did not do. */
static void count_unfinished(struct runner *runner)
{
	struct runner_counters *counters = runner->counters;
	uint64_t n = runner->n_sent - atomic_load(&counters->received);

	n += atomic_exchange(&counters->running, 0);
	n += atomic_exchange(&counters->waiting, 0);
	runner->n_failed += n;
	atomic_store(&counters->received, runner->n_sent);
	if (n > 0)
		log_warning("triggers: %llu were waiting or running then, and have failed",
			    (unsigned long long)n);
}

static void forget_process(struct runner *runner)
{
	loop_watch_free(runner->on_report);
	runner->on_report = NULL;
	(void)close(runner->fd);
	runner->fd = -1;
	runner->old_pid = runner->pid;
	runner->pid = 0;
}

/* The socket has ended, and so has the process, or it is about to. */
static void on_process_end(struct runner *runner)
{
	log_warning("triggers: the runner's process (%d) has ended, and is started anew",
		    (int)runner->pid);
	forget_process(runner);
	(void)kill(runner->old_pid, SIGKILL);
	loop_timer_arm(runner->on_restart, 0);
}

/* ---- reports ----------------------------------------------------------------------------------
 */

static void tell_lost(struct runner *runner)
{
	uint64_t lost = atomic_load(&runner->counters->lost);

	if (lost != runner->n_lost_told)
		log_warning("triggers: %llu messages of the runner were lost",
			    (unsigned long long)(lost - runner->n_lost_told));
	runner->n_lost_told = lost;
}

/* False: there are no more now. *ret_error: 0, or why there will be none. */
static bool take_report(struct runner *runner, int *ret_error)
{
	const size_t head = offsetof(struct runner_report, text);
	ssize_t got = recv(runner->fd, &runner->report, sizeof(runner->report) - 1, MSG_DONTWAIT);

	if (got < 0 && errno == EINTR)
		return true;
	*ret_error = got == 0 ? EPIPE : got < 0 && errno != EAGAIN ? errno : 0;
	if (got < (ssize_t)head)
		return got > 0;
	runner->report.text[(size_t)got - head] = '\0';
	if (runner->report.level >= LOG_EMERG && runner->report.level <= LOG_DEBUG)
		log_at(runner->report.level, "%s", runner->report.text);
	return true;
}

static void on_report(void *arg)
{
	struct runner *runner = arg;
	int error = 0;

	for (int i = 0; i < REPORTS_MAX; i++) {
		if (!take_report(runner, &error))
			break;
	}
	tell_lost(runner);
	if (error)
		on_process_end(runner);
}

/* ---- starting ---------------------------------------------------------------------------------
 */

static int start(struct runner *runner)
{
	pid_t pid;

	runner->started_ms = now_ms();
	pid = start_process(runner->counters, &runner->fd);
	if (pid < 0)
		return (int)pid;
	runner->pid = pid;
	runner->on_report = loop_watch_read(runner->loop, runner->fd, on_report, runner);
	if (runner->on_report)
		return 0;
	forget_process(runner);
	return -ENOMEM;
}

static void on_restart(void *arg)
{
	struct runner *runner = arg;
	uint64_t passed_ms = now_ms() - runner->started_ms;
	int r;

	if (runner->old_pid && waitpid(runner->old_pid, NULL, WNOHANG) == 0) {
		loop_timer_arm(runner->on_restart, REAP_MS);
		return;
	}
	/* Only now it counts no more. */
	if (runner->old_pid)
		count_unfinished(runner);
	runner->old_pid = 0;
	if (passed_ms < RESTART_MS) {
		loop_timer_arm(runner->on_restart, RESTART_MS - passed_ms);
		return;
	}
	r = start(runner);
	if (r < 0) {
		log_err("triggers: cannot start the runner's process: %s", strerror(-r));
		loop_timer_arm(runner->on_restart, RESTART_MS);
	}
}

static void on_dropped(void *arg)
{
	struct runner *runner = arg;

	log_warning("triggers: %llu were dropped: the runner is behind",
		    (unsigned long long)(runner->n_dropped - runner->n_dropped_told));
	runner->n_dropped_told = runner->n_dropped;
}

int runner_new(struct loop *loop, const struct runner_config *config, struct runner **ret)
{
	struct runner *runner = calloc(1, sizeof(*runner));
	int r;

	if (!runner)
		return -ENOMEM;
	runner->loop = loop;
	runner->config = config;
	runner->fd = -1;
	runner->counters = mmap(NULL, sizeof(*runner->counters), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	runner->on_restart = loop_watch_timer(loop, on_restart, runner);
	runner->on_dropped = loop_watch_timer(loop, on_dropped, runner);
	if (runner->counters == MAP_FAILED || !runner->on_restart || !runner->on_dropped)
		r = -ENOMEM;
	else
		r = start(runner);
	if (r < 0) {
		runner_free(runner);
		return r;
	}
	*ret = runner;
	return 0;
}

/* ---- the end ----------------------------------------------------------------------------------
 */

/* Log what is reported until the process has ended, but not for ever. */
static void await_end(struct runner *runner)
{
	uint64_t end_ms = now_ms() + RUNNER_KILL_MS + END_SPARE_MS;
	struct pollfd poll_fd = { .fd = runner->fd, .events = POLLIN };
	int error = 0;

	while (!error) {
		uint64_t at_ms = now_ms();

		if (at_ms >= end_ms || poll(&poll_fd, 1, (int)(end_ms - at_ms)) == 0)
			return;
		while (take_report(runner, &error))
			;
	}
}

void runner_free(struct runner *runner)
{
	if (!runner)
		return;
	if (runner->fd >= 0) {
		(void)shutdown(runner->fd, SHUT_WR);
		await_end(runner);
		forget_process(runner);
	}
	if (runner->old_pid) {
		(void)kill(runner->old_pid, SIGKILL);
		(void)waitpid(runner->old_pid, NULL, 0);
	}
	loop_watch_free(runner->on_restart);
	loop_watch_free(runner->on_dropped);
	if (runner->counters != MAP_FAILED)
		(void)munmap(runner->counters, sizeof(*runner->counters));
	free(runner);
}

pid_t runner_pid(const struct runner *runner)
{
	return runner->pid;
}

uint32_t runner_session(const struct runner *runner)
{
	return atomic_load(&runner->counters->session);
}

/* ---- firing -----------------------------------------------------------------------------------
 */

static int failed(struct runner *runner, int r)
{
	runner->n_failed++;
	return r;
}

int runner_fire(struct runner *runner, const struct trigger *trigger,
		const struct trigger_variable *variables, size_t n_variables)
{
	ssize_t len;

	runner->n_fired++;
	if (runner->fd < 0)
		return failed(runner, -EPIPE);
	len = runner_request_encode(runner->buffer, sizeof(runner->buffer), trigger, variables,
				    n_variables, runner->config->procs_paths);
	if (len < 0)
		return failed(runner, (int)len);
	if (send(runner->fd, runner->buffer, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL) == len) {
		runner->n_sent++;
		return 0;
	}
	if (errno != EAGAIN && errno != ENOBUFS)
		return failed(runner, -errno);
	if (runner->n_dropped++ == runner->n_dropped_told)
		loop_timer_arm(runner->on_dropped, DROPPED_MS);
	return -EAGAIN;
}

void runner_get_stats(const struct runner *runner, struct runner_stats *ret)
{
	const struct runner_counters *counters = runner->counters;

	*ret = (struct runner_stats){
		.fired = runner->n_fired,
		.started = atomic_load(&counters->started),
		.failed = runner->n_failed + atomic_load(&counters->failed),
		.timed_out = atomic_load(&counters->timed_out),
		.dropped_rate = atomic_load(&counters->dropped_rate),
		.dropped_full = runner->n_dropped + atomic_load(&counters->dropped_full),
		.running = atomic_load(&counters->running),
		.waiting = atomic_load(&counters->waiting),
		.on_the_way = runner->n_sent - atomic_load(&counters->received),
	};
}
