/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The filter that the kernel runs on each datagram before it takes any of the socket's buffer.
 * Pure. */
#include "config.h"

#include "source/connector-filter.h"

#include <arpa/inet.h>
#include <linux/cn_proc.h>
#include <stddef.h>

#include "engine/event.h"

/* proc_event.what: behind struct nlmsghdr (16) and struct cn_msg (20) */
#define WHAT_OFFSET	  36
#define CHILD_PID_OFFSET  (WHAT_OFFSET + 24)
#define CHILD_TGID_OFFSET (WHAT_OFFSET + 28)

static const uint32_t kernel_bits[] = {
	[EVENT_FORK] = PROC_EVENT_FORK, [EVENT_EXEC] = PROC_EVENT_EXEC,
	[EVENT_UID] = PROC_EVENT_UID,	[EVENT_GID] = PROC_EVENT_GID,
	[EVENT_SID] = PROC_EVENT_SID,	[EVENT_COMM] = PROC_EVENT_COMM,
	[EVENT_EXIT] = PROC_EVENT_EXIT,
};

uint32_t connector_event_mask(unsigned kinds)
{
	uint32_t mask = 0;

	for (unsigned kind = 0; kind < sizeof(kernel_bits) / sizeof(kernel_bits[0]); kind++) {
		if (kinds & EVENT_MASK(kind))
			mask |= kernel_bits[kind];
	}
	return mask;
}

/*
 * Each kind is a bit of its own, so one test does for all. A fork that makes a thread is none of a
 * process. BPF loads take the word as if it were in network order, hence htonl(). A load behind the
 * end of the datagram drops it.
 */
void connector_filter_build(unsigned kinds, struct sock_filter ret_program[CONNECTOR_FILTER_LEN])
{
	const struct sock_filter program[CONNECTOR_FILTER_LEN] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, WHAT_OFFSET),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, htonl(connector_event_mask(kinds)), 0, 5),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_FORK), 0, 6),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, CHILD_PID_OFFSET),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, CHILD_TGID_OFFSET),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 2, 1),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_NONE), 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};

	for (size_t i = 0; i < CONNECTOR_FILTER_LEN; i++)
		ret_program[i] = program[i];
}
