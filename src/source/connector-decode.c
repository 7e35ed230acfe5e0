/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One datagram of the proc connector: netlink header, connector header, event. Pure: bytes in,
 * struct out. The event is read by an own layout of its first 32 bytes, which all kernels share;
 * struct proc_event of the build machine is not the one of the kernel that runs. */
#include "config.h"

#include "source/connector-decode.h"

#include <assert.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <string.h>

#include "engine/event.h"

/* The event starts at byte 36, so it is misaligned in the datagram: copy, do not point into it. */
#define EVENT_OFFSET (NLMSG_HDRLEN + sizeof(struct cn_msg))

struct wire_event {
	uint32_t what;
	uint32_t cpu;
	uint64_t time_ns;
	/* fork: pid and tgid of the parent, of the child; the others: pid, tgid; NONE: errno */
	int32_t data[4];
};

static_assert(sizeof(struct cn_msg) == 20, "the kernel's layout");
static_assert(sizeof(struct wire_event) == 32, "the kernel's layout");

static bool unpack(const void *datagram, size_t len, struct cn_msg *ret_cn,
		   struct wire_event *ret_event)
{
	const unsigned char *bytes = datagram;
	struct nlmsghdr nlh;
	struct cn_msg cn;

	if (len < EVENT_OFFSET + sizeof(*ret_event))
		return false;
	memcpy(&nlh, bytes, sizeof(nlh));
	memcpy(&cn, bytes + NLMSG_HDRLEN, sizeof(cn));
	/* The connector's messages are of the type that ends a dump in other protocols. */
	if (nlh.nlmsg_type != NLMSG_DONE || nlh.nlmsg_len > len)
		return false;
	if (cn.id.idx != CN_IDX_PROC || cn.id.val != CN_VAL_PROC)
		return false;
	if (cn.len < sizeof(*ret_event) || nlh.nlmsg_len < EVENT_OFFSET + cn.len)
		return false;
	memcpy(ret_event, bytes + EVENT_OFFSET, sizeof(*ret_event));
	*ret_cn = cn;
	return true;
}

static bool kind_of(uint32_t what, enum event_kind *ret_kind)
{
	switch (what) {
	case PROC_EVENT_FORK:
		*ret_kind = EVENT_FORK;
		return true;
	case PROC_EVENT_EXEC:
		*ret_kind = EVENT_EXEC;
		return true;
	case PROC_EVENT_UID:
		*ret_kind = EVENT_UID;
		return true;
	case PROC_EVENT_GID:
		*ret_kind = EVENT_GID;
		return true;
	case PROC_EVENT_SID:
		*ret_kind = EVENT_SID;
		return true;
	case PROC_EVENT_COMM:
		*ret_kind = EVENT_COMM;
		return true;
	case PROC_EVENT_EXIT:
		*ret_kind = EVENT_EXIT;
		return true;
	default: /* PROC_EVENT_NONE, PTRACE, COREDUMP, and what later kernels may add */
		return false;
	}
}

bool connector_decode(const void *datagram, size_t len, struct event *ret_event)
{
	struct event event = { 0 };
	struct wire_event wire;
	struct cn_msg cn;
	const int32_t *ids = wire.data;

	if (!unpack(datagram, len, &cn, &wire) || !kind_of(wire.what, &event.kind))
		return false;
	if (event.kind == EVENT_FORK) {
		/* 0: the idle task, which is no process. */
		if (wire.data[1] < 0)
			return false;
		event.parent_tgid = wire.data[1];
		ids = wire.data + 2;
	}
	/* Zero and negative numbers mean something else to kill() and to cgroup.procs. */
	if (ids[0] <= 0 || ids[1] <= 0)
		return false;
	event.tid = ids[0];
	event.tgid = ids[1];
	event.time_ns = wire.time_ns;
	event.cpu = wire.cpu;
	*ret_event = event;
	return true;
}

bool connector_decode_ack(const void *datagram, size_t len, uint32_t *ret_ack, uint32_t *ret_error)
{
	struct wire_event wire;
	struct cn_msg cn;

	if (!unpack(datagram, len, &cn, &wire) || wire.what != PROC_EVENT_NONE)
		return false;
	*ret_ack = cn.ack;
	*ret_error = (uint32_t)wire.data[0];
	return true;
}
