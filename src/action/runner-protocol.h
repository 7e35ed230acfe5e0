/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ACTION_RUNNER_PROTOCOL_H
#define CGRED_ACTION_RUNNER_PROTOCOL_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "action/runner.h"

/*
 * What the daemon and the runner's process say to each other: requests one way, lines for the log
 * the other way, a packet each, on a SOCK_SEQPACKET; and numbers, in memory that both have. Both
 * ends are one program, so numbers are in its byte order.
 */

/* The whole of a request, and the part of it that may be too long without being wrong. */
#define RUNNER_REQUEST_MAX ((size_t)128 * 1024)
#define RUNNER_VALUE_MAX   4096U

/* The text of a report, with its zero byte. */
#define RUNNER_REPORT_MAX 3900

struct runner_request_head {
	uint32_t size_bytes;
	uid_t uid;
	gid_t gid;
	uint32_t timeout_ms, max_running, rate, rate_ms;
	uint32_t n_groups, n_args, n_variables, n_paths; /* n_args: with the program itself */
};

/* A request that was taken apart; one piece of memory, to be released with free(). */
struct runner_request {
	struct runner_request *prev, *next;
	struct runner_request_head head;
	size_t memory_bytes;
	const gid_t *groups;
	const char *name, *cwd;
	char **argv, **environment, **paths; /* ended by NULL; argv[0] is the path of the program */
};

/*
 * Returns the length; -E2BIG: it does not fit; -EINVAL: a name of a variable is empty or has a '='.
 * Values are cut at RUNNER_VALUE_MAX, not within a character of UTF-8. Variables called as one of
 * those that every command gets are left out. paths: as in struct runner_config, or NULL.
 */
ssize_t runner_request_encode(char *buf, size_t size, const struct trigger *trigger,
			      const struct trigger_variable *variables, size_t n_variables,
			      const char *const *paths);

/* 0, -EBADMSG or -ENOMEM. */
int runner_request_decode(const char *bytes, size_t len, struct runner_request **ret);

struct runner_report {
	int32_t level; /* of the log */
	char text[RUNNER_REPORT_MAX];
};

/* All but the last two only grow; a process that is started anew goes on with them. lost: reports
 * that the daemon did not take. */
struct runner_counters {
	_Atomic uint64_t received, started, failed, timed_out, dropped_rate, dropped_full, lost;
	_Atomic uint64_t running, waiting;
	_Atomic uint32_t session; /* of the audit subsystem, in which all commands run; 0: none */
};

#endif
