/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_LOG_H
#define CGRED_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <syslog.h>

/*
 * Levels are syslog's. LOG_ERR: the administrator must act. LOG_WARNING: degraded. LOG_NOTICE: a
 * change of state. LOG_INFO: one placement. LOG_DEBUG: the rest. LOG_EMERG: the daemon cannot go
 * on.
 */
struct log_config {
	int level;	  /* the least important level that is still written */
	const char *file; /* path to append to, "-" for standard output, NULL for none */
	int facility;	  /* syslog facility, or -1 for no syslog */
};

/* Start logging. The strings are copied. Before the first call, messages of LOG_WARNING and worse
 * go to standard error. 0, or -errno when the file cannot be opened (nothing has changed then). */
int log_open(const struct log_config *config);

/* Open the log file anew (it was rotated away, or the disk was mounted over). 0 or -errno, and the
 * old file stays in use. */
int log_reopen(void);
void log_close(void);

/* Until the daemon works, whoever started it looks at standard error: errors go there too. */
void log_echo_errors(bool on);

int log_level(void);
static inline bool log_enabled(int level)
{
	return level <= log_level();
}

/* Write one line; control characters become \xNN. Never waits: a line that the target does not take
 * at once (full disk, full pipe) is dropped and counted. Main thread only. */
void log_write(int level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Lines dropped since the start. */
uint64_t log_dropped(void);

#define log_at(level, ...)                             \
	do {                                           \
		if (log_enabled(level))                \
			log_write(level, __VA_ARGS__); \
	} while (0)
#define log_emerg(...)	 log_at(LOG_EMERG, __VA_ARGS__)
#define log_err(...)	 log_at(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_at(LOG_WARNING, __VA_ARGS__)
#define log_notice(...)	 log_at(LOG_NOTICE, __VA_ARGS__)
#define log_info(...)	 log_at(LOG_INFO, __VA_ARGS__)
#define log_debug(...)	 log_at(LOG_DEBUG, __VA_ARGS__)

#endif
