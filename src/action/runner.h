/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ACTION_RUNNER_H
#define CGRED_ACTION_RUNNER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct loop;

/*
 * Runs commands for rules ("triggers"). A process of its own starts, watches and ends them, so that
 * no event ever waits for one: not for the fork, not for an exec that is held, not for a full disk.
 * Main thread only.
 */
struct runner;

/* A command, its names looked up. Triggers are told apart by their names; of one whose limits have
 * changed the newest count. */
struct trigger {
	const char *name;
	const char *run;	 /* absolute path */
	const char *const *args; /* without the program itself, ended by NULL; or NULL */
	const char *cwd;	 /* entered as the user; NULL: "/" */
	const char *user, *home; /* for USER, LOGNAME and HOME; user may be a number, home "/" */
	uid_t uid;
	gid_t gid;
	const gid_t *groups; /* supplementary ones: all that it has */
	size_t n_groups;
	unsigned timeout_ms;  /* TERM then, KILL RUNNER_KILL_MS later; 0: none */
	unsigned max_running; /* at a time, 1 at least; more wait: RUNNER_QUEUE_MAX, oldest first */
	unsigned rate, rate_ms; /* so many in such a time, more are dropped; 0: no limit. At most
				 * rate at once, then one each rate_ms / rate. */
};

#define RUNNER_KILL_MS	 2000
#define RUNNER_QUEUE_MAX 1024

/* One variable of a command's environment. */
struct trigger_variable {
	const char *name, *value;
};

struct runner_config {
	/* cgroup.procs files that a command's process writes itself to before it is the user's,
	 * ended by NULL; looked at for each command, so the caller may change what is in it. */
	const char *const *procs_paths;
};

/* Starts the process. config stays the caller's. 0 or -errno. */
int runner_new(struct loop *loop, const struct runner_config *config, struct runner **ret);

/* Ends the commands that run (TERM, then KILL after RUNNER_KILL_MS at most), and the process. */
void runner_free(struct runner *runner); /* takes NULL */

/* The process, or 0 while there is none. */
pid_t runner_pid(const struct runner *runner);

/* The audit session (ses=) that is its commands' own, and of what they start; 0: there is none. */
uint32_t runner_session(const struct runner *runner);

/*
 * Run a command, soon. Its environment: variables (values are cut at 4 KiB), and PATH, HOME, USER,
 * LOGNAME, SHELL, which variables cannot change. What it prints, and how it ended, is logged.
 * Nothing of the arguments is needed after the call. 0; -EAGAIN: it was dropped, as too many wait,
 * and counted; -EPIPE: the process has ended, and is not started anew yet; -E2BIG: all its texts
 * are more than 128 KiB; -EINVAL: no name of a variable. The last three count as failed.
 */
int runner_fire(struct runner *runner, const struct trigger *trigger,
		const struct trigger_variable *variables, size_t n_variables);

struct runner_stats {
	uint64_t fired;	    /* calls of runner_fire() */
	uint64_t started;   /* executed */
	uint64_t failed;    /* could not be started, a bad status, or the process ended under it */
	uint64_t timed_out; /* not failed as well */
	uint64_t dropped_rate, dropped_full;
	/* Sent to the process, in its queues, executed. For a moment between two a command is in
	 * neither. */
	size_t on_the_way, waiting, running;
};
void runner_get_stats(const struct runner *runner, struct runner_stats *ret);

#endif
