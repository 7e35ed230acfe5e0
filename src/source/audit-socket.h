/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_SOURCE_AUDIT_SOCKET_H
#define CGRED_SOURCE_AUDIT_SOCKET_H

#include <stddef.h>
#include <stdint.h>

/* The multicast group in which the kernel says its audit records to everybody who may hear them. */
struct audit_socket;

struct audit_message {
	unsigned type;
	const char *text; /* not terminated; until the next audit_socket_read() */
	size_t len;
};

/* At most so many at once. */
#define AUDIT_SOCKET_BATCH 32

/* 0 or -errno; *ret_tried says what failed. */
int audit_socket_open(struct audit_socket **ret, const char **ret_tried);
void audit_socket_close(struct audit_socket *socket); /* takes NULL */
int audit_socket_fd(const struct audit_socket *socket);

/* Without waiting: how many messages came, with those that are not the kernel's left out in
 * *ret_n; 0: none there; -ENOBUFS: some were dropped, go on; another -errno. */
int audit_socket_read(struct audit_socket *socket, struct audit_message *messages, size_t *ret_n);

/* How many messages were dropped for want of buffer since the last call. */
uint32_t audit_socket_new_drops(struct audit_socket *socket);

#endif
