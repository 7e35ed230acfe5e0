/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_EVENT_H
#define CGRED_ENGINE_EVENT_H

#include <stdint.h>
#include <sys/types.h>

/* What a source tells the engine: something happened to a process. The one type that all sources
 * share. */

enum event_kind {
	EVENT_FORK,
	EVENT_EXEC,
	EVENT_UID,
	EVENT_GID,
	EVENT_SID,
	EVENT_COMM,
	EVENT_EXIT,
	EVENT_SCAN,   /* found in /proc */
	EVENT_ACCESS, /* to a file; an execution, too, as the audit subsystem tells it */
};

#define EVENT_MASK(kind) (1U << (kind))

struct event {
	enum event_kind kind;
	pid_t tid;	   /* the thread it happened to (of a fork: the child) */
	pid_t tgid;	   /* its process */
	pid_t parent_tgid; /* of a fork: the process that forked; else 0 */
	uint64_t time_ns;  /* CLOCK_MONOTONIC of the kernel; 0 from sources that have none */
	uint32_t cpu;	   /* the processor where it happened */
};

#endif
