/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The datagram protocol of syslog(3), RFC 3164 as local daemons read it: priority, time, tag. */
#include "config.h"

#include "base/syslog-socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"

static int connect_to(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	cleanup_close int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0)
		return -errno;
	return take_fd(&fd);
}

static bool send_line(struct syslog_socket *syslog, const char *line, size_t len)
{
	if (syslog->fd < 0)
		syslog->fd = connect_to("/dev/log");
	if (syslog->fd < 0)
		return false;
	return send(syslog->fd, line, len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len;
}

bool syslog_socket_send(struct syslog_socket *syslog, int level, const char *text)
{
	char line[4096];
	char stamp[32];
	struct timespec now;
	struct tm tm;
	int len;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)localtime_r(&now.tv_sec, &tm);
	(void)strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", &tm);
	len = snprintf(line, sizeof(line), "<%d>%s cgred[%d]: %s", syslog->facility | level, stamp,
		       (int)getpid(), text);
	if (len >= (int)sizeof(line))
		len = (int)sizeof(line) - 1;
	if (send_line(syslog, line, (size_t)len))
		return true;
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return false;
	/* The daemon was started anew: it has another socket under the same name. */
	syslog_socket_close(syslog);
	return send_line(syslog, line, (size_t)len);
}

void syslog_socket_close(struct syslog_socket *syslog)
{
	if (syslog->fd >= 0)
		(void)close(syslog->fd);
	syslog->fd = -1;
}
