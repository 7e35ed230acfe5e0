/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ACTION_RUNNER_SAY_H
#define CGRED_ACTION_RUNNER_SAY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What the runner's process tells the log of the daemon: so much a second of each kind and trigger,
 * and of the rest how much it was. Nothing here waits. */

struct runner_counters;

struct speaker {
	int socket_fd; /* to the daemon */
	struct runner_counters *counters;
};

enum say_kind {
	SAY_OUTPUT, /* lines of commands */
	SAY_EVENT,  /* how they ended */
	SAY_RATE,   /* dropped by the rate: only how many */
	SAY_FULL,   /* dropped, as too many wait: only how many */
	SAY_KINDS,
};

struct say_limit {
	uint64_t since_ms;
	unsigned n;
	uint64_t n_hidden; /* not told yet */
};

struct say_limits {
	struct say_limit of[SAY_KINDS];
};

/* May another one of this kind be told? If not, it is counted. */
bool say_may(struct say_limits *limits, enum say_kind kind, uint64_t now_ms);

/* Tell what was counted, where its second is over, or everything. Returns when there is more to be
 * told, UINT64_MAX: nothing. */
uint64_t say_counted(struct say_limits *limits, const struct speaker *speaker, const char *trigger,
		     uint64_t now_ms, bool all);

/* One line, of a trigger and the command with this pid (0: of none). What the daemon does not take
 * at once is lost, and counted. */
void say(const struct speaker *speaker, int level, const char *trigger, pid_t pid, const char *fmt,
	 ...) __attribute__((format(printf, 5, 6)));

#endif
