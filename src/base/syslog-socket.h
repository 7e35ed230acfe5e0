/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_SYSLOG_SOCKET_H
#define CGRED_BASE_SYSLOG_SOCKET_H

#include <stdbool.h>

/* Messages to /dev/log that never wait: syslog(3) of glibc does, for ever when the syslog daemon
 * has stopped reading, and then not even a signal ends the loop. */

/* One descriptor of state, -1 when not connected. */
struct syslog_socket {
	int fd;
	int facility; /* as in <syslog.h> */
};

/* Send one message; connects where that is needed. False: nobody took it. */
bool syslog_socket_send(struct syslog_socket *syslog, int level, const char *text);
void syslog_socket_close(struct syslog_socket *syslog);

#endif
