/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reports to the daemon. */
#include "config.h"

#include "action/runner-say.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>

#include "action/runner-protocol.h"

#define SECOND_MS 1000

/* So many a second and trigger are told. */
static const unsigned most[SAY_KINDS] = {
	[SAY_OUTPUT] = 100,
	[SAY_EVENT] = 20,
};

static const char *const counted[SAY_KINDS] = {
	[SAY_OUTPUT] = "more lines of its output are left out",
	[SAY_EVENT] = "more messages are left out",
	[SAY_RATE] = "were dropped: more than its rate",
	[SAY_FULL] = "were dropped: too many wait",
};

bool say_may(struct say_limits *limits, enum say_kind kind, uint64_t now_ms)
{
	struct say_limit *limit = &limits->of[kind];

	/* What was counted is told before the next second begins. */
	if (limit->n_hidden == 0 && now_ms - limit->since_ms >= SECOND_MS) {
		limit->since_ms = now_ms;
		limit->n = 0;
	}
	if (limit->n < most[kind]) {
		limit->n++;
		return true;
	}
	limit->n_hidden++;
	return false;
}

uint64_t say_counted(struct say_limits *limits, const struct speaker *speaker, const char *trigger,
		     uint64_t now_ms, bool all)
{
	uint64_t next_ms = UINT64_MAX;

	for (int kind = 0; kind < SAY_KINDS; kind++) {
		struct say_limit *limit = &limits->of[kind];

		if (limit->n_hidden == 0)
			continue;
		if (!all && now_ms - limit->since_ms < SECOND_MS) {
			if (limit->since_ms + SECOND_MS < next_ms)
				next_ms = limit->since_ms + SECOND_MS;
			continue;
		}
		say(speaker, LOG_WARNING, trigger, 0, "%llu %s",
		    (unsigned long long)limit->n_hidden, counted[kind]);
		*limit = (struct say_limit){ .since_ms = now_ms };
	}
	return next_ms;
}

void say(const struct speaker *speaker, int level, const char *trigger, pid_t pid, const char *fmt,
	 ...)
{
	struct runner_report report = { .level = level };
	char who[16] = "";
	va_list args;
	int len;

	if (pid)
		(void)snprintf(who, sizeof(who), " (%d)", (int)pid);
	len = snprintf(report.text, sizeof(report.text), "trigger \"%.100s\"%s: ", trigger, who);
	va_start(args, fmt);
	(void)vsnprintf(report.text + len, sizeof(report.text) - (size_t)len, fmt, args);
	va_end(args);
	if (send(speaker->socket_fd, &report,
		 offsetof(struct runner_report, text) + strlen(report.text) + 1,
		 MSG_DONTWAIT | MSG_NOSIGNAL) < 0 &&
	    level < LOG_DEBUG)
		atomic_fetch_add(&speaker->counters->lost, 1);
}
