/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The socket of the audit records: read in batches, notice loss. */
#include "config.h"

#include "source/audit-socket.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A record takes some 1.3 KiB of it, and the kernel doubles the number: over 50,000 records. */
#define BUFFER_BYTES (32 * 1024 * 1024)

/* The kernel makes no longer record (MAX_AUDIT_MESSAGE_LENGTH of libaudit.h is 8970). */
#define DATAGRAM_BYTES 9216

struct audit_socket {
	int fd;
	uint32_t kernel_drops; /* the kernel's counter when it was last read; it wraps */
	struct mmsghdr headers[AUDIT_SOCKET_BATCH];
	struct iovec iovecs[AUDIT_SOCKET_BATCH];
	struct sockaddr_nl senders[AUDIT_SOCKET_BATCH];
	union {
		struct nlmsghdr header;
		char bytes[DATAGRAM_BYTES];
	} datagrams[AUDIT_SOCKET_BATCH];
};

int audit_socket_fd(const struct audit_socket *socket)
{
	return socket->fd;
}

static void prepare_messages(struct audit_socket *sock)
{
	for (size_t i = 0; i < AUDIT_SOCKET_BATCH; i++) {
		struct msghdr *header = &sock->headers[i].msg_hdr;

		sock->iovecs[i].iov_base = sock->datagrams[i].bytes;
		sock->iovecs[i].iov_len = DATAGRAM_BYTES;
		header->msg_iov = &sock->iovecs[i];
		header->msg_iovlen = 1;
		header->msg_name = &sock->senders[i];
	}
}

static int open_socket(struct audit_socket *sock, const char **ret_tried)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	int group = AUDIT_NLGRP_READLOG;
	int bytes = BUFFER_BYTES;

	*ret_tried = "socket(AF_NETLINK, NETLINK_AUDIT)";
	sock->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_AUDIT);
	if (sock->fd < 0)
		return -errno;
	if (setsockopt(sock->fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0)
		(void)setsockopt(sock->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	*ret_tried = "bind";
	if (bind(sock->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	*ret_tried = "setsockopt(NETLINK_ADD_MEMBERSHIP, AUDIT_NLGRP_READLOG)";
	if (setsockopt(sock->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return -errno;
	return 0;
}

int audit_socket_open(struct audit_socket **ret, const char **ret_tried)
{
	struct audit_socket *sock = calloc(1, sizeof(*sock));
	int r;

	*ret_tried = "calloc";
	if (!sock)
		return -ENOMEM;
	prepare_messages(sock);
	r = open_socket(sock, ret_tried);
	if (r < 0) {
		audit_socket_close(sock);
		return r;
	}
	*ret = sock;
	return 0;
}

void audit_socket_close(struct audit_socket *sock)
{
	if (!sock)
		return;
	if (sock->fd >= 0)
		(void)close(sock->fd);
	free(sock);
}

/* One datagram is one message. Another process can send to the socket, too, but not as port 0. */
static bool take_message(const struct audit_socket *sock, int index, struct audit_message *ret)
{
	const struct nlmsghdr *header = &sock->datagrams[index].header;
	const struct mmsghdr *got = &sock->headers[index];

	if (got->msg_hdr.msg_namelen != sizeof(struct sockaddr_nl) ||
	    sock->senders[index].nl_pid != 0 || got->msg_len < NLMSG_HDRLEN)
		return false;
	ret->type = header->nlmsg_type;
	ret->text = sock->datagrams[index].bytes + NLMSG_HDRLEN;
	ret->len = got->msg_len - NLMSG_HDRLEN;
	/* What aligns it is no text. */
	if (header->nlmsg_len >= NLMSG_HDRLEN && header->nlmsg_len - NLMSG_HDRLEN < ret->len)
		ret->len = header->nlmsg_len - NLMSG_HDRLEN;
	return true;
}

int audit_socket_read(struct audit_socket *sock, struct audit_message *messages, size_t *ret_n)
{
	size_t n = 0;
	int got;

	for (size_t i = 0; i < AUDIT_SOCKET_BATCH; i++)
		sock->headers[i].msg_hdr.msg_namelen = sizeof(sock->senders[i]);
	do {
		got = recvmmsg(sock->fd, sock->headers, AUDIT_SOCKET_BATCH, MSG_DONTWAIT, NULL);
	} while (got < 0 && errno == EINTR);
	if (got < 0 && errno != EAGAIN)
		return -errno;
	for (int i = 0; i < got; i++)
		if (take_message(sock, i, &messages[n]))
			n++;
	*ret_n = n;
	return got < 0 ? 0 : got;
}

uint32_t audit_socket_new_drops(struct audit_socket *sock)
{
	uint32_t meminfo[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(meminfo);
	uint32_t drops;

	if (getsockopt(sock->fd, SOL_SOCKET, SO_MEMINFO, meminfo, &len) < 0)
		return 0;
	drops = meminfo[SK_MEMINFO_DROPS] - sock->kernel_drops;
	sock->kernel_drops = meminfo[SK_MEMINFO_DROPS];
	return drops;
}
