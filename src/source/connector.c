/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The socket of the proc connector: subscribe, narrow, read in batches, notice loss. What a lost
 * event means is the caller's business. The only file that knows libmnl. */
#include "config.h"

#include "source/connector.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <limits.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/file.h"
#include "engine/event.h"
#include "source/connector-decode.h"
#include "source/connector-filter.h"
#include "source/exec-filter.h"

/* An event takes about 832 bytes of it, and the kernel doubles the number: some 80,000 events. */
#define BUFFER_BYTES (32 * 1024 * 1024)

#define BATCH 64

/* A kernel's datagram has 76 bytes. One that does not fit is cut, and so fails to decode. */
#define DATAGRAM_BYTES 256

/* So many batches of nothing but foreign messages are skipped in one connector_read(). */
#define SKIP_BATCHES 16

/* struct proc_input of Linux 6.6; the build machine's headers may be older. */
struct listen_request {
	uint32_t mcast_op;
	uint32_t event_type; /* only sent for the long form */
};

struct connector {
	struct mnl_socket *socket;
	unsigned kinds;
	const struct exec_filter *filter; /* NULL: the plain one does it */
	const struct exec_audience *audience;
	bool listening;	       /* an IGNORE is owed */
	bool drained;	       /* when it was last read */
	uint32_t kernel_drops; /* the kernel's counter when it was last read; it wraps */
	struct connector_stats stats;
	struct mmsghdr messages[BATCH];
	struct iovec iovecs[BATCH];
	struct sockaddr_nl senders[BATCH];
	unsigned char datagrams[BATCH][DATAGRAM_BYTES];
};

int connector_fd(const struct connector *connector)
{
	return mnl_socket_get_fd(connector->socket);
}

static void prepare_messages(struct connector *connector)
{
	for (size_t i = 0; i < BATCH; i++) {
		struct msghdr *header = &connector->messages[i].msg_hdr;

		connector->iovecs[i].iov_base = connector->datagrams[i];
		connector->iovecs[i].iov_len = DATAGRAM_BYTES;
		header->msg_iov = &connector->iovecs[i];
		header->msg_iovlen = 1;
		header->msg_name = &connector->senders[i];
	}
}

/*
 * How many messages came, at most max; 0: none there; or -errno. An overrun that happens in the
 * middle of the batch is kept by the kernel, and is the result of the next call.
 */
static int receive(struct connector *connector, unsigned max)
{
	int got;

	for (unsigned i = 0; i < max; i++)
		connector->messages[i].msg_hdr.msg_namelen = sizeof(connector->senders[i]);
	do {
		got = recvmmsg(connector_fd(connector), connector->messages, max, MSG_DONTWAIT,
			       NULL);
	} while (got < 0 && errno == EINTR);
	if (got >= 0)
		return got;
	if (errno == EAGAIN)
		return 0;
	if (errno == ENOBUFS)
		connector->stats.overruns++;
	return -errno;
}

/* Another process can send to the socket too: all that it cannot forge is the sender's port. */
static bool is_from_kernel(const struct connector *connector, int index)
{
	return connector->messages[index].msg_hdr.msg_namelen == sizeof(struct sockaddr_nl) &&
	       connector->senders[index].nl_pid == 0;
}

static bool decode_event(const struct connector *connector, int index, struct event *ret_event)
{
	return is_from_kernel(connector, index) &&
	       connector_decode(connector->datagrams[index], connector->messages[index].msg_len,
				ret_event);
}

int connector_read(struct connector *connector, struct event *events, size_t max)
{
	unsigned batch = max < BATCH ? (unsigned)max : BATCH;
	int count = 0;

	for (int i = 0; i < SKIP_BATCHES && count == 0; i++) {
		int got = receive(connector, batch);

		connector->drained = got < (int)batch;
		if (got <= 0)
			return got;
		for (int j = 0; j < got; j++) {
			if (decode_event(connector, j, &events[count]))
				count++;
			else
				connector->stats.ignored++;
		}
	}
	connector->stats.received += (uint64_t)count;
	return count;
}

bool connector_is_drained(const struct connector *connector)
{
	return connector->drained;
}

/*
 * The number by which the acknowledgement is known again: the kernel gives back cn_msg.ack plus one
 * (cn_msg.seq it overwrites with its own counter). No other socket has the port.
 */
static uint32_t request_number(const struct connector *connector)
{
	return mnl_socket_get_portid(connector->socket);
}

static int send_request(struct connector *connector, const struct listen_request *request,
			size_t len_bytes)
{
	char buf[128] __attribute__((aligned(8))) = { 0 };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct cn_msg *cn = mnl_nlmsg_put_extra_header(nlh, sizeof(*cn) + len_bytes);

	nlh->nlmsg_type = NLMSG_DONE;
	cn->id.idx = CN_IDX_PROC;
	cn->id.val = CN_VAL_PROC;
	cn->ack = request_number(connector);
	cn->len = (uint16_t)len_bytes;
	memcpy(cn->data, request, len_bytes);
	return mnl_socket_sendto(connector->socket, nlh, nlh->nlmsg_len) < 0 ? -errno : 0;
}

/* The short form: all kernels know it, and acknowledge LISTEN. */
static int send_operation(struct connector *connector, enum proc_cn_mcast_op operation)
{
	const struct listen_request request = { .mcast_op = operation };

	return send_request(connector, &request, sizeof(request.mcast_op));
}

/*
 * The long form of Linux 6.6: the kernel does not even try to deliver other events. Older kernels
 * ignore it silently and none acknowledges it: the filter of the socket is what can be relied on.
 */
static int send_mask(struct connector *connector, unsigned kinds)
{
	struct listen_request request = {
		.mcast_op = PROC_CN_MCAST_LISTEN,
		.event_type = connector_event_mask(kinds),
	};

	/* The kernel takes an empty mask for a full one: ask for what is rare. */
	if (request.event_type == 0)
		request.event_type = PROC_EVENT_COREDUMP;
	return send_request(connector, &request, sizeof(request));
}

static int attach_plain_filter(struct connector *connector, unsigned kinds)
{
	struct sock_filter program[CONNECTOR_FILTER_LEN];
	const struct sock_fprog fprog = { .len = CONNECTOR_FILTER_LEN, .filter = program };

	connector_filter_build(kinds, program);
	if (setsockopt(connector_fd(connector), SOL_SOCKET, SO_ATTACH_FILTER, &fprog,
		       sizeof(fprog)) < 0)
		return -errno;
	return 0;
}

static int attach_filter(struct connector *connector, unsigned kinds)
{
	int r = -ENOSYS;

	if (connector->filter)
		r = exec_filter_attach(connector->filter, connector_fd(connector), kinds,
				       connector->audience);
	if (r < 0)
		r = attach_plain_filter(connector, kinds);
	if (r == 0)
		connector->kinds = kinds;
	return r;
}

int connector_set_kinds(struct connector *connector, unsigned kinds)
{
	int r = attach_filter(connector, kinds);

	return r < 0 ? r : send_mask(connector, kinds);
}

int connector_set_filter(struct connector *connector, const struct exec_filter *filter,
			 const struct exec_audience *audience)
{
	int r = exec_filter_attach(filter, connector_fd(connector), connector->kinds, audience);
	const int none = 0;

	connector->filter = r == 0 ? filter : NULL;
	connector->audience = audience;
	/* Not that of before: its audience was another. Without any, all events come. */
	if (r < 0 && attach_plain_filter(connector, connector->kinds) < 0)
		(void)setsockopt(connector_fd(connector), SOL_SOCKET, SO_DETACH_FILTER, &none,
				 sizeof(none));
	return r;
}

/* The buffer that one gets: without CAP_NET_ADMIN at most net.core.rmem_max. */
static void enlarge_buffer(struct connector *connector)
{
	int fd = connector_fd(connector);
	int bytes = BUFFER_BYTES;
	socklen_t len = sizeof(bytes);

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, &len) == 0)
		connector->stats.buffer_bytes = (size_t)bytes;
}

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/*
 * Take one message. 1: the acknowledgement; 0: something else; -EAGAIN: none there; -ENOBUFS; or
 * what the kernel says against the subscription.
 */
static int take_ack(struct connector *connector)
{
	uint32_t ack;
	uint32_t error;
	int got = receive(connector, 1);

	if (got <= 0)
		return got == 0 ? -EAGAIN : got;
	if (!is_from_kernel(connector, 0) ||
	    !connector_decode_ack(connector->datagrams[0], connector->messages[0].msg_len, &ack,
				  &error) ||
	    ack != request_number(connector) + 1) {
		connector->stats.ignored++;
		return 0;
	}
	if (error > INT_MAX)
		return -EPROTO;
	return error == 0 ? 1 : -(int)error;
}

/* Why no acknowledgement came. A kernel with the connector but without proc events drops the
 * request as silently as one that is asked from another namespace, but it lists who listens. */
static int silence_error(void)
{
	char text[1024];

	if (file_read_buf(AT_FDCWD, "/proc/net/connector", text, sizeof(text)) > 0 &&
	    !strstr(text, "cn_proc"))
		return -EPROTONOSUPPORT;
	return -EPERM;
}

/*
 * Messages are taken one by one, so that all behind the acknowledgement stay in the queue. Those
 * before it are there because of another listener's subscription, and are dropped.
 */
static int wait_for_ack(struct connector *connector, unsigned timeout_ms)
{
	struct pollfd pfd = { .fd = connector_fd(connector), .events = POLLIN };
	const int64_t deadline_ms = now_ms() + timeout_ms;
	bool overrun = false;

	for (int64_t left_ms = timeout_ms; left_ms >= 0; left_ms = deadline_ms - now_ms()) {
		int r = take_ack(connector);

		if (r > 0)
			return 0;
		if (r == -EAGAIN)
			(void)poll(&pfd, 1, left_ms < INT_MAX ? (int)left_ms : INT_MAX);
		else if (r == -ENOBUFS)
			overrun = true;
		else if (r < 0)
			return r;
	}
	return overrun ? -ENOBUFS : silence_error();
}

static int subscribe(struct connector *connector, unsigned timeout_ms, const char **ret_tried)
{
	int r;

	*ret_tried = "sending PROC_CN_MCAST_LISTEN";
	r = send_operation(connector, PROC_CN_MCAST_LISTEN);
	if (r < 0)
		return r;
	connector->listening = true;
	*ret_tried = "waiting for the kernel to acknowledge PROC_CN_MCAST_LISTEN";
	return wait_for_ack(connector, timeout_ms);
}

/* Buffer and filter first: the events of other listeners come as soon as the group is joined. */
static int open_socket(struct connector *connector, unsigned kinds, const char **ret_tried)
{
	int group = CN_IDX_PROC;
	int r;

	*ret_tried = "socket(AF_NETLINK, NETLINK_CONNECTOR)";
	connector->socket = mnl_socket_open2(NETLINK_CONNECTOR, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!connector->socket)
		return -errno;
	enlarge_buffer(connector);
	*ret_tried = "setsockopt(SO_ATTACH_FILTER)";
	r = attach_filter(connector, kinds);
	if (r < 0)
		return r;
	*ret_tried = "bind";
	if (mnl_socket_bind(connector->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	*ret_tried = "setsockopt(NETLINK_ADD_MEMBERSHIP, CN_IDX_PROC)";
	if (mnl_socket_setsockopt(connector->socket, NETLINK_ADD_MEMBERSHIP, &group,
				  sizeof(group)) < 0)
		return -errno;
	return 0;
}

int connector_open(unsigned kinds, unsigned timeout_ms, struct connector **ret,
		   const char **ret_tried)
{
	struct connector *connector = calloc(1, sizeof(*connector));
	int r;

	*ret_tried = "calloc";
	if (!connector)
		return -ENOMEM;
	prepare_messages(connector);
	r = open_socket(connector, kinds, ret_tried);
	if (r == 0)
		r = subscribe(connector, timeout_ms, ret_tried);
	if (r < 0) {
		connector_close(connector);
		return r;
	}
	/* Fails only for want of memory, and then the filter does it alone. */
	(void)send_mask(connector, kinds);
	*ret = connector;
	return 0;
}

/* Without the IGNORE some kernels count the listener for ever, and go on making events for nobody.
 */
void connector_close(struct connector *connector)
{
	if (!connector)
		return;
	if (connector->listening)
		(void)send_operation(connector, PROC_CN_MCAST_IGNORE);
	if (connector->socket)
		(void)mnl_socket_close(connector->socket);
	free(connector);
}

void connector_get_stats(struct connector *connector, struct connector_stats *ret_stats)
{
	uint32_t meminfo[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(meminfo);

	if (getsockopt(connector_fd(connector), SOL_SOCKET, SO_MEMINFO, meminfo, &len) == 0) {
		uint32_t drops = meminfo[SK_MEMINFO_DROPS];

		connector->stats.dropped += (uint32_t)(drops - connector->kernel_drops);
		connector->kernel_drops = drops;
	}
	*ret_stats = connector->stats;
}
