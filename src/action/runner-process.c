/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The runner's process: takes requests, lets them wait or drops them, runs them. It has none of
 * the daemon's descriptors, and is alone with its signals. When the daemon closes the socket, or
 * ends in whatever way, it ends what runs, and then itself. */
#include "config.h"

#include "action/runner-process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utlist.h>

#include "action/runner-child.h"
#include "action/runner-command.h"
#include "action/runner-protocol.h"
#include "action/runner-say.h"
#include "action/runner.h"
#include "base/file.h"
#include "base/grow.h"
#include "base/num.h"
#include "base/table.h"

/* What it keeps open beside /dev/null at 0 to 2, and what belongs to commands. */
#define SOCKET_FD 3
#define SIGNAL_FD 4

/* All that waits, of all triggers. */
#define WAITING_BYTES_MAX (16U << 20)

/* A round takes so many requests. */
#define REQUESTS_MAX 64

/* More triggers than these are looked through for some that can be forgotten. */
#define TRIGGERS_KEPT 256

struct runner_process {
	struct speaker speaker;
	struct runner_trigger *triggers;
	struct runner_command *commands;
	size_t n_commands;
	size_t waiting_bytes;
	struct pollfd *fds;
	size_t fds_room;
	bool ending;
	char buffer[RUNNER_REQUEST_MAX];
};

/* ---- triggers ---------------------------------------------------------------------------------
 */

/* What it has earned since it was last looked at. */
static void earn(struct runner_trigger *trigger, uint64_t now_ms)
{
	uint64_t most = (uint64_t)trigger->rate * trigger->rate_ms;
	uint64_t passed_ms = now_ms - trigger->credit_ms;

	if (passed_ms > trigger->rate_ms)
		passed_ms = trigger->rate_ms;
	trigger->credit += passed_ms * trigger->rate;
	if (trigger->credit > most)
		trigger->credit = most;
	trigger->credit_ms = now_ms;
}

static bool spend(struct runner_trigger *trigger)
{
	if (trigger->rate == 0 || trigger->rate_ms == 0)
		return true;
	if (trigger->credit < trigger->rate_ms)
		return false;
	trigger->credit -= trigger->rate_ms;
	return true;
}

/* The newest request says what its limits are. A new rate begins with all of its credit. */
static void set_limits(struct runner_trigger *trigger, const struct runner_request_head *head,
		       uint64_t now_ms)
{
	trigger->max_running = head->max_running ? head->max_running : 1;
	if (head->rate != trigger->rate || head->rate_ms != trigger->rate_ms) {
		trigger->rate = head->rate;
		trigger->rate_ms = head->rate_ms;
		trigger->credit = (uint64_t)head->rate * head->rate_ms;
		trigger->credit_ms = now_ms;
	}
	earn(trigger, now_ms);
}

static bool is_idle(const struct runner_trigger *trigger)
{
	if (trigger->queue || trigger->n_running > 0)
		return false;
	for (int kind = 0; kind < SAY_KINDS; kind++) {
		if (trigger->said.of[kind].n_hidden > 0)
			return false;
	}
	return trigger->credit == (uint64_t)trigger->rate * trigger->rate_ms;
}

/* After many reloads there may be names that nobody uses any more. */
static void forget_idle(struct runner_process *process, uint64_t now_ms)
{
	struct runner_trigger *trigger, *tmp;

	HASH_ITER (hh, process->triggers, trigger, tmp) {
		earn(trigger, now_ms);
		if (!is_idle(trigger))
			continue;
		HASH_DEL(process->triggers, trigger);
		free(trigger->name);
		free(trigger);
	}
}

static struct runner_trigger *find_trigger(struct runner_process *process, const char *name,
					   uint64_t now_ms)
{
	struct runner_trigger *trigger;

	HASH_FIND_STR(process->triggers, name, trigger);
	if (trigger)
		return trigger;
	if (HASH_COUNT(process->triggers) >= TRIGGERS_KEPT)
		forget_idle(process, now_ms);
	trigger = calloc(1, sizeof(*trigger));
	if (!trigger)
		return NULL;
	trigger->name = strdup(name);
	if (trigger->name)
		HASH_ADD_KEYPTR(hh, process->triggers, trigger->name, strlen(trigger->name),
				trigger);
	if (!trigger->name || !table_has(trigger)) {
		free(trigger->name);
		free(trigger);
		return NULL;
	}
	return trigger;
}

static void unqueue(struct runner_process *process, struct runner_trigger *trigger,
		    struct runner_request *request)
{
	DL_DELETE(trigger->queue, request);
	trigger->n_waiting--;
	process->waiting_bytes -= request->memory_bytes;
	atomic_fetch_sub(&process->speaker.counters->waiting, 1);
}

static void start_waiting(struct runner_process *process, struct runner_trigger *trigger)
{
	while (trigger->queue && trigger->n_running < trigger->max_running && !process->ending) {
		struct runner_request *request = trigger->queue;
		struct runner_command *command;

		unqueue(process, trigger, request);
		command = runner_command_start(trigger, request, &process->speaker);
		if (!command)
			continue;
		DL_APPEND(process->commands, command);
		process->n_commands++;
	}
}

/* Takes the request. */
static void enqueue(struct runner_process *process, struct runner_trigger *trigger,
		    struct runner_request *request, uint64_t now_ms)
{
	struct runner_counters *counters = process->speaker.counters;

	set_limits(trigger, &request->head, now_ms);
	if (trigger->n_waiting >= RUNNER_QUEUE_MAX ||
	    process->waiting_bytes + request->memory_bytes > WAITING_BYTES_MAX) {
		atomic_fetch_add(&counters->dropped_full, 1);
		(void)say_may(&trigger->said, SAY_FULL, now_ms);
		free(request);
		return;
	}
	if (!spend(trigger)) {
		atomic_fetch_add(&counters->dropped_rate, 1);
		(void)say_may(&trigger->said, SAY_RATE, now_ms);
		free(request);
		return;
	}
	DL_APPEND(trigger->queue, request);
	trigger->n_waiting++;
	process->waiting_bytes += request->memory_bytes;
	atomic_fetch_add(&counters->waiting, 1);
	start_waiting(process, trigger);
}

static void take_request(struct runner_process *process, size_t len)
{
	struct runner_counters *counters = process->speaker.counters;
	uint64_t now_ms = runner_now_ms();
	struct runner_request *request;
	struct runner_trigger *trigger;

	atomic_fetch_add(&counters->received, 1);
	if (runner_request_decode(process->buffer, len, &request) < 0) {
		atomic_fetch_add(&counters->failed, 1);
		return;
	}
	trigger = find_trigger(process, request->name, now_ms);
	if (!trigger) {
		atomic_fetch_add(&counters->failed, 1);
		free(request);
		return;
	}
	enqueue(process, trigger, request, now_ms);
}

/* The daemon is gone, or wants this to end. */
static void begin_end(struct runner_process *process)
{
	uint64_t now_ms = runner_now_ms();
	struct runner_trigger *trigger, *tmp;
	struct runner_command *command;

	process->ending = true;
	HASH_ITER (hh, process->triggers, trigger, tmp) {
		while (trigger->queue) {
			struct runner_request *request = trigger->queue;

			unqueue(process, trigger, request);
			atomic_fetch_add(&process->speaker.counters->failed, 1);
			free(request);
		}
	}
	DL_FOREACH (process->commands, command) {
		runner_command_terminate(command, now_ms);
	}
}

static void take_requests(struct runner_process *process)
{
	for (int i = 0; i < REQUESTS_MAX; i++) {
		ssize_t got = recv(SOCKET_FD, process->buffer, sizeof(process->buffer), 0);

		if (got > 0) {
			take_request(process, (size_t)got);
			continue;
		}
		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0 || errno != EAGAIN)
			begin_end(process);
		return;
	}
}

/* ---- the loop ---------------------------------------------------------------------------------
 */

static void end_command(struct runner_process *process, struct runner_command *command)
{
	struct runner_trigger *trigger = command->trigger;

	DL_DELETE(process->commands, command);
	process->n_commands--;
	runner_command_end(command, &process->speaker);
	start_waiting(process, trigger);
}

static void reap(struct runner_process *process)
{
	struct signalfd_siginfo signals;
	struct runner_command *command;
	siginfo_t info;

	while (read(SIGNAL_FD, &signals, sizeof(signals)) > 0)
		;
	for (;;) {
		info.si_pid = 0;
		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0)
			return;
		DL_SEARCH_SCALAR(process->commands, command, pid, info.si_pid);
		if (command)
			end_command(process, command);
		else
			(void)waitpid(info.si_pid, NULL, WNOHANG);
	}
}

/* What is due. Returns when the next thing is, UINT64_MAX: never. */
static uint64_t check_times(struct runner_process *process)
{
	uint64_t now_ms = runner_now_ms();
	uint64_t next_ms = UINT64_MAX;
	struct runner_trigger *trigger, *tmp;
	struct runner_command *command;
	uint64_t at_ms;

	DL_FOREACH (process->commands, command) {
		runner_command_check(command, &process->speaker, now_ms);
		at_ms = runner_command_next_ms(command);
		next_ms = at_ms < next_ms ? at_ms : next_ms;
	}
	HASH_ITER (hh, process->triggers, trigger, tmp) {
		at_ms = say_counted(&trigger->said, &process->speaker, trigger->name, now_ms,
				    false);
		next_ms = at_ms < next_ms ? at_ms : next_ms;
	}
	return next_ms;
}

/* What to wait for: first the signals and the socket, then the commands in their order. */
static size_t collect(struct runner_process *process)
{
	size_t wanted = 2 + process->n_commands * RUNNER_COMMAND_FDS;
	uint64_t now_ms = runner_now_ms();
	const struct runner_command *command;
	size_t n = 2;

	while (process->fds_room < wanted) {
		void *grown = grow(process->fds, process->fds_room, &process->fds_room,
				   sizeof(*process->fds));

		if (!grown)
			_exit(1); /* it is started anew */
		process->fds = grown;
	}
	process->fds[0] = (struct pollfd){ .fd = SIGNAL_FD, .events = POLLIN };
	process->fds[1] = (struct pollfd){
		.fd = process->ending ? -1 : SOCKET_FD,
		.events = POLLIN,
	};
	DL_FOREACH (process->commands, command) {
		runner_command_poll(command, process->fds + n, now_ms);
		n += RUNNER_COMMAND_FDS;
	}
	return n;
}

static int wait_ms(uint64_t next_ms)
{
	uint64_t now_ms = runner_now_ms();

	if (next_ms == UINT64_MAX)
		return -1;
	if (next_ms <= now_ms)
		return 0;
	return next_ms - now_ms < 60000 ? (int)(next_ms - now_ms) : 60000;
}

static void run_round(struct runner_process *process)
{
	uint64_t next_ms = check_times(process);
	size_t n = collect(process);
	struct runner_command *command;

	if (poll(process->fds, n, wait_ms(next_ms)) <= 0)
		return;
	n = 2;
	DL_FOREACH (process->commands, command) {
		runner_command_polled(command, process->fds + n, &process->speaker,
				      runner_now_ms());
		n += RUNNER_COMMAND_FDS;
	}
	if (process->fds[0].revents)
		reap(process);
	if (process->fds[1].revents)
		take_requests(process);
}

/* ---- the beginning ----------------------------------------------------------------------------
 */

/* What is sent to all of the daemon's processes is for the daemon, which ends this one. */
static void set_signals(void)
{
	sigset_t children;

	for (int number = 1; number < NSIG; number++)
		(void)signal(number, number == SIGCHLD ? SIG_DFL : SIG_IGN);
	(void)sigemptyset(&children);
	(void)sigaddset(&children, SIGCHLD);
	(void)sigprocmask(SIG_SETMASK, &children, NULL);
	if (signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK) != SIGNAL_FD)
		_exit(1);
}

static void set_descriptors(int socket_fd)
{
	/* First of all: the daemon may have left no descriptor free. */
	runner_child_close_from((unsigned)socket_fd + 1);
	for (int fd = 0; fd < socket_fd; fd++)
		(void)close(fd);
	if (socket_fd < SOCKET_FD) {
		int above = fcntl(socket_fd, F_DUPFD_CLOEXEC, SOCKET_FD + 1);

		(void)close(socket_fd);
		socket_fd = above;
	}
	for (int fd = 0; fd < SOCKET_FD; fd++) {
		if (open("/dev/null", O_RDWR) != fd) /* 0 is what commands read */
			_exit(1);
	}
	if (socket_fd != SOCKET_FD && dup3(socket_fd, SOCKET_FD, O_CLOEXEC) < 0)
		_exit(1);
	runner_child_close_from(SOCKET_FD + 1);
}

/* The daemon goes before others; what it starts does not. */
static void set_priority(void)
{
	char text[16];

	if (getpriority(PRIO_PROCESS, 0) < 0)
		(void)setpriority(PRIO_PROCESS, 0, 0);
	if (file_read_buf(AT_FDCWD, "/proc/self/oom_score_adj", text, sizeof(text)) > 0 &&
	    text[0] == '-')
		(void)file_write_str(AT_FDCWD, "/proc/self/oom_score_adj", "0");
}

static uint32_t read_session(void)
{
	char text[16];
	uint32_t session;
	ssize_t len = file_read_buf(AT_FDCWD, "/proc/self/sessionid", text, sizeof(text));

	return len > 0 && num_parse_u32(text, strcspn(text, "\n"), &session) ? session : UINT32_MAX;
}

/* Whoever gets a login user id gets a session of its own with it (audit_set_loginuid()). Where that
 * cannot be, commands are told by their cgroup alone. */
static uint32_t take_session(void)
{
	uint32_t before = read_session();
	uint32_t session;

	if (file_write_str(AT_FDCWD, "/proc/self/loginuid", "0") < 0)
		return 0;
	session = read_session();
	return session != before && session != UINT32_MAX ? session : 0;
}

_Noreturn void runner_process_run(int socket_fd, struct runner_counters *counters)
{
	static struct runner_process process;
	struct runner_trigger *trigger, *tmp;

	(void)prctl(PR_SET_NAME, "cgred-runner");
	set_descriptors(socket_fd);
	set_signals();
	set_priority();
	if (chdir("/") < 0)
		_exit(1);
	atomic_store(&counters->session, take_session());
	process.speaker = (struct speaker){ .socket_fd = SOCKET_FD, .counters = counters };
	while (!process.ending || process.commands)
		run_round(&process);
	HASH_ITER (hh, process.triggers, trigger, tmp) {
		(void)say_counted(&trigger->said, &process.speaker, trigger->name, runner_now_ms(),
				  true);
	}
	_exit(0);
}
