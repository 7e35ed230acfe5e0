/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ACTION_RUNNER_COMMAND_H
#define CGRED_ACTION_RUNNER_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "action/runner-lines.h"
#include "action/runner-say.h"
#include "base/table.h"

struct pollfd;
struct runner_request;

/* In the runner's process: a trigger, by its name, with what waits. */
struct runner_trigger {
	UT_hash_handle hh;
	char *name;
	struct runner_request *queue; /* oldest first */
	unsigned n_waiting, n_running, max_running;
	uint32_t rate, rate_ms;
	uint64_t
		credit; /* a start costs rate_ms, a millisecond earns rate; at most their product */
	uint64_t credit_ms; /* it is of then */
	bool outside_told;  /* it was said that a command could not enter its group */
	struct say_limits said;
};

/* One that runs. */
struct runner_command {
	struct runner_command *prev, *next;
	struct runner_trigger *trigger;
	struct runner_request *request;
	pid_t pid;	/* also its process group's */
	int output_fd;	/* what it prints; -1: closed */
	int problem_fd; /* what its process could not do before it executed; -1: it has executed */
	uint64_t pause_ms; /* until then its output is left in the pipe */
	uint64_t end_ms;   /* TERM, or KILL where it has got TERM; UINT64_MAX: never */
	bool failed;	   /* it was not executed */
	bool outside;	   /* it is not in all of its groups */
	bool timed_out, terminated;
	struct runner_lines lines;
};

#define RUNNER_COMMAND_FDS 2

/* Monotonic. */
uint64_t runner_now_ms(void);

/* Takes the request, also on failure, which is told and counted then. NULL: failure. */
struct runner_command *runner_command_start(struct runner_trigger *trigger,
					    struct runner_request *request,
					    const struct speaker *speaker);

/* What to wait for, in RUNNER_COMMAND_FDS elements; and what is to be done when that has come. */
void runner_command_poll(const struct runner_command *command, struct pollfd *fds, uint64_t now_ms);
void runner_command_polled(struct runner_command *command, const struct pollfd *fds,
			   const struct speaker *speaker, uint64_t now_ms);

/* When something is to be done about it, whatever it does. */
uint64_t runner_command_next_ms(const struct runner_command *command);

/* End it, if it is time. */
void runner_command_check(struct runner_command *command, const struct speaker *speaker,
			  uint64_t now_ms);

/* TERM now, KILL later. */
void runner_command_terminate(struct runner_command *command, uint64_t now_ms);

/* Its process has ended and was not waited for yet: does that, tells how it was, and frees it. */
void runner_command_end(struct runner_command *command, const struct speaker *speaker);

#endif
