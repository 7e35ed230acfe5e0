/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One command, in the runner's process. It is in a session, and so a process group, of its own:
 * what is to be ended is that group. Once it has ended by itself, its children in the background
 * are nobody's business, but nobody reads what they print. */
#include "config.h"

#include "action/runner-command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "action/runner-child.h"
#include "action/runner-protocol.h"
#include "action/runner.h"

/* So much is read at a time, and by whom there is too much of, so much in such a time. */
#define OUTPUT_BYTES 65536
#define PAUSE_MS     10

struct line_context {
	struct runner_command *command;
	const struct speaker *speaker;
	uint64_t now_ms;
	bool too_much;
};

uint64_t runner_now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void on_line(void *arg, const char *line)
{
	struct line_context *context = arg;
	struct runner_trigger *trigger = context->command->trigger;

	if (say_may(&trigger->said, SAY_OUTPUT, context->now_ms))
		say(context->speaker, LOG_INFO, trigger->name, context->command->pid, "%s", line);
	else
		context->too_much = true;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* What it could not do. */
static void read_problems(struct runner_command *command, const struct speaker *speaker,
			  uint64_t now_ms)
{
	struct runner_trigger *trigger = command->trigger;
	struct child_problem problem;
	ssize_t got;

	while ((got = read(command->problem_fd, &problem, sizeof(problem))) ==
	       (ssize_t)sizeof(problem)) {
		if (problem.step == CHILD_GROUP) {
			if (!trigger->outside_told)
				say(speaker, LOG_WARNING, trigger->name, command->pid, "%s: %s: %s",
				    runner_child_step_text(CHILD_GROUP),
				    command->request->paths[problem.index],
				    strerror(problem.error));
			trigger->outside_told = command->outside = true;
			continue;
		}
		command->failed = true;
		atomic_fetch_add(&speaker->counters->failed, 1);
		if (say_may(&trigger->said, SAY_EVENT, now_ms))
			say(speaker, LOG_WARNING, trigger->name, command->pid, "%s %s: %s",
			    runner_child_step_text((enum child_step)problem.step),
			    problem.step == CHILD_CWD ? command->request->cwd
						      : command->request->argv[0],
			    strerror(problem.error));
	}
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	close_fd(&command->problem_fd);
	if (!command->outside)
		trigger->outside_told = false;
	if (!command->failed)
		atomic_fetch_add(&speaker->counters->started, 1);
}

static void read_output(struct runner_command *command, const struct speaker *speaker,
			uint64_t now_ms)
{
	static char buf[OUTPUT_BYTES];
	struct line_context context = {
		.command = command,
		.speaker = speaker,
		.now_ms = now_ms,
	};
	ssize_t got = read(command->output_fd, buf, sizeof(buf));

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > 0) {
		runner_lines_feed(&command->lines, buf, (size_t)got, on_line, &context);
		if (context.too_much)
			command->pause_ms = now_ms + PAUSE_MS;
		return;
	}
	runner_lines_end(&command->lines, on_line, &context);
	close_fd(&command->output_fd);
}

static void failed_to_start(struct runner_trigger *trigger, const char *path, int error,
			    const struct speaker *speaker)
{
	atomic_fetch_add(&speaker->counters->failed, 1);
	if (say_may(&trigger->said, SAY_EVENT, runner_now_ms()))
		say(speaker, LOG_WARNING, trigger->name, 0, "cannot start %s: %s", path,
		    strerror(error));
}

/* Pipes, of which our ends do not wait. */
static int open_pipes(int output[2], int problem[2])
{
	if (pipe2(output, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(problem, O_CLOEXEC) < 0) {
		int r = -errno;

		(void)close(output[0]);
		(void)close(output[1]);
		return r;
	}
	(void)fcntl(output[0], F_SETFL, O_NONBLOCK);
	(void)fcntl(problem[0], F_SETFL, O_NONBLOCK);
	return 0;
}

static int start(struct runner_command *command)
{
	pid_t runner = getpid();
	int output[2] = { -1, -1 }, problem[2] = { -1, -1 };
	int r = open_pipes(output, problem);

	if (r < 0)
		return r;
	command->pid = fork();
	if (command->pid == 0)
		runner_child_run(command->request, runner, output[1], problem[1]);
	r = command->pid < 0 ? -errno : 0;
	(void)close(output[1]);
	(void)close(problem[1]);
	command->output_fd = output[0];
	command->problem_fd = problem[0];
	return r;
}

static void command_free(struct runner_command *command)
{
	close_fd(&command->output_fd);
	close_fd(&command->problem_fd);
	free(command->request);
	free(command);
}

struct runner_command *runner_command_start(struct runner_trigger *trigger,
					    struct runner_request *request,
					    const struct speaker *speaker)
{
	struct runner_command *command = calloc(1, sizeof(*command));
	uint32_t timeout_ms = request->head.timeout_ms;
	int r;

	if (!command) {
		failed_to_start(trigger, request->argv[0], ENOMEM, speaker);
		free(request);
		return NULL;
	}
	command->trigger = trigger;
	command->request = request;
	command->output_fd = command->problem_fd = -1;
	command->end_ms = timeout_ms ? runner_now_ms() + timeout_ms : UINT64_MAX;
	r = start(command);
	if (r < 0) {
		failed_to_start(trigger, request->argv[0], -r, speaker);
		command_free(command);
		return NULL;
	}
	trigger->n_running++;
	atomic_fetch_add(&speaker->counters->running, 1);
	return command;
}

void runner_command_poll(const struct runner_command *command, struct pollfd *fds, uint64_t now_ms)
{
	bool paused = now_ms < command->pause_ms;

	fds[0] = (struct pollfd){ .fd = command->problem_fd, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = paused ? -1 : command->output_fd, .events = POLLIN };
}

void runner_command_polled(struct runner_command *command, const struct pollfd *fds,
			   const struct speaker *speaker, uint64_t now_ms)
{
	if (fds[0].revents)
		read_problems(command, speaker, now_ms);
	if (fds[1].revents)
		read_output(command, speaker, now_ms);
}

uint64_t runner_command_next_ms(const struct runner_command *command)
{
	if (command->output_fd >= 0 && command->pause_ms && command->pause_ms < command->end_ms)
		return command->pause_ms;
	return command->end_ms;
}

/* Until its process was waited for, nobody else has the number. */
static void send_to_group(const struct runner_command *command, int signo)
{
	/* It has none yet when it was only just forked. */
	if (kill(-command->pid, signo) < 0 && errno == ESRCH)
		(void)kill(command->pid, signo);
}

void runner_command_terminate(struct runner_command *command, uint64_t now_ms)
{
	if (command->terminated)
		return;
	send_to_group(command, SIGTERM);
	/* One that was stopped cannot end. */
	send_to_group(command, SIGCONT);
	command->terminated = true;
	command->end_ms = now_ms + RUNNER_KILL_MS;
}

void runner_command_check(struct runner_command *command, const struct speaker *speaker,
			  uint64_t now_ms)
{
	struct runner_trigger *trigger = command->trigger;

	if (now_ms >= command->pause_ms)
		command->pause_ms = 0;
	if (now_ms < command->end_ms)
		return;
	if (command->terminated) {
		send_to_group(command, SIGKILL);
		command->end_ms = UINT64_MAX;
		return;
	}
	command->timed_out = true;
	atomic_fetch_add(&speaker->counters->timed_out, 1);
	if (say_may(&trigger->said, SAY_EVENT, now_ms))
		say(speaker, LOG_WARNING, trigger->name, command->pid,
		    "still runs after %u ms, and is ended", command->request->head.timeout_ms);
	runner_command_terminate(command, now_ms);
}

/* How it ended. */
static void judge(struct runner_command *command, int status, const struct speaker *speaker,
		  uint64_t now_ms)
{
	struct runner_trigger *trigger = command->trigger;
	bool ended = command->terminated;
	bool bad = status != 0 && !ended;

	if (command->failed)
		return;
	if (bad)
		atomic_fetch_add(&speaker->counters->failed, 1);
	if ((bad || ended) && !say_may(&trigger->said, SAY_EVENT, now_ms))
		return;
	if (WIFSIGNALED(status))
		say(speaker, bad ? LOG_WARNING : LOG_INFO, trigger->name, command->pid,
		    "killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		say(speaker, bad ? LOG_WARNING : LOG_DEBUG, trigger->name, command->pid,
		    "ended with status %d", WEXITSTATUS(status));
}

void runner_command_end(struct runner_command *command, const struct speaker *speaker)
{
	uint64_t now_ms = runner_now_ms();
	struct line_context context = {
		.command = command,
		.speaker = speaker,
		.now_ms = now_ms,
	};
	int status = 0;

	if (command->problem_fd >= 0)
		read_problems(command, speaker, now_ms);
	if (command->output_fd >= 0)
		read_output(command, speaker, now_ms);
	runner_lines_end(&command->lines, on_line, &context);
	/* The rest of the group, while the number is still its. */
	if (command->terminated)
		(void)kill(-command->pid, SIGKILL);
	while (waitpid(command->pid, &status, 0) < 0 && errno == EINTR)
		;
	judge(command, status, speaker, now_ms);
	command->trigger->n_running--;
	atomic_fetch_sub(&speaker->counters->running, 1);
	command_free(command);
}
