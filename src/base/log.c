/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log: one line a message, to a file, to standard output, to syslog. It must not hold up the
 * daemon, so what a target does not take at once is dropped and counted. */
#include "config.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/syslog-socket.h"

/* A pipe that poll(2) calls writable takes PIPE_BUF bytes without waiting (pipe(7)). */
#define LINE_MAX_BYTES 4096

static struct {
	int level;
	int fd; /* -1: none */
	char *path;
	struct syslog_socket syslog; /* facility -1: none */
	bool opened;
	bool half_line; /* the last line was written in part: a disk was full */
	bool echo;
	uint64_t dropped;
	uint64_t dropped_said;
} log_state = { .level = LOG_WARNING, .fd = -1, .syslog = { -1, -1 } };

static const char *const level_names[] = { "emergency", "alert",  "critical", "error",
					   "warning",	"notice", "info",     "debug" };

/* A terminal or a pipe is opened anew, so that not waiting for it is our affair alone: the flag of
 * the descriptor that we were given would be everybody's who has it. */
static int open_stdout(void)
{
	struct stat st;
	int fd = -1;

	if (fstat(STDOUT_FILENO, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)))
		fd = open("/proc/self/fd/1", O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	return fd < 0 ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3) : fd;
}

static int open_target(const char *path)
{
	int fd;

	if (strcmp(path, "-") == 0)
		fd = open_stdout();
	else
		fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
			  0640);
	return fd < 0 ? -errno : fd;
}

int log_open(const struct log_config *config)
{
	cleanup_free char *path = NULL;
	cleanup_close int fd = -1;

	if (config->file) {
		fd = open_target(config->file);
		if (fd < 0)
			return fd;
		path = strdup(config->file);
		if (!path)
			return -ENOMEM;
	}
	log_close();
	log_state.level = config->level;
	log_state.fd = take_fd(&fd);
	log_state.path = take_ptr(&path);
	log_state.syslog.facility = config->facility;
	log_state.opened = true;
	return 0;
}

int log_reopen(void)
{
	int fd;

	if (!log_state.path || strcmp(log_state.path, "-") == 0)
		return 0;
	fd = open_target(log_state.path);
	if (fd < 0)
		return fd;
	if (log_state.fd >= 0)
		(void)close(log_state.fd);
	log_state.fd = fd;
	return 0;
}

void log_close(void)
{
	if (log_state.fd >= 0)
		(void)close(log_state.fd);
	log_state.fd = -1;
	free(log_state.path);
	log_state.path = NULL;
	syslog_socket_close(&log_state.syslog);
	log_state.syslog.facility = -1;
	log_state.opened = false;
}

void log_echo_errors(bool on)
{
	log_state.echo = on;
}

int log_level(void)
{
	return log_state.level;
}

uint64_t log_dropped(void)
{
	return log_state.dropped;
}

/* Returns false when the line was not taken whole. */
static bool write_line(int fd, const char *line, size_t len)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };
	ssize_t put;

	if (poll(&poll_fd, 1, 0) != 1 || !(poll_fd.revents & POLLOUT))
		return false;
	put = write(fd, line, len);
	log_state.half_line = put > 0 ? put < (ssize_t)len : log_state.half_line;
	return put == (ssize_t)len;
}

/* Bytes that could forge a second line or talk to a terminal become \xNN. */
static size_t append_safe(char *line, size_t size, size_t len, const char *text)
{
	for (; *text && len + 5 < size; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f)
			len += (size_t)snprintf(line + len, size - len, "\\x%02x", c);
		else
			line[len++] = (char)c;
	}
	return len;
}

static size_t line_start(char *line, size_t size, int level)
{
	struct timespec now;
	struct tm tm;
	size_t len;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)localtime_r(&now.tv_sec, &tm);
	len = strftime(line, size, "%Y-%m-%d %H:%M:%S", &tm);
	len += (size_t)snprintf(line + len, size - len,
				".%03ld cgred[%d] %s: ", now.tv_nsec / 1000000, (int)getpid(),
				level_names[level & 7]);
	return len;
}

static void put(int fd, int level, const char *text)
{
	char line[LINE_MAX_BYTES];
	size_t len = log_state.half_line ? 1 : 0;

	line[0] = '\n';
	len += line_start(line + len, sizeof(line) - len, level);
	len = append_safe(line, sizeof(line) - 1, len, text);
	line[len++] = '\n';
	if (!write_line(fd, line, len))
		log_state.dropped++;
}

static void put_stderr(const char *text)
{
	char line[LINE_MAX_BYTES];
	size_t len = append_safe(line, sizeof(line), 0, text);

	(void)fprintf(stderr, "cgred: %.*s\n", (int)len, line);
}

static void say_dropped(void)
{
	char text[80];
	uint64_t before = log_state.dropped;

	(void)snprintf(text, sizeof(text), "log: %llu messages were dropped",
		       (unsigned long long)(before - log_state.dropped_said));
	put(log_state.fd, LOG_WARNING, text);
	if (log_state.dropped == before)
		log_state.dropped_said = before;
	else
		log_state.dropped = before;
}

void log_write(int level, const char *fmt, ...)
{
	char text[LINE_MAX_BYTES - 128];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (!log_state.opened || (log_state.echo && level <= LOG_ERR))
		put_stderr(text);
	if (log_state.fd >= 0) {
		if (log_state.dropped != log_state.dropped_said)
			say_dropped();
		put(log_state.fd, level, text);
	}
	if (log_state.syslog.facility >= 0 && !syslog_socket_send(&log_state.syslog, level, text))
		log_state.dropped++;
}
