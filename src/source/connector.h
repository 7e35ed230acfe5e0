/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_SOURCE_CONNECTOR_H
#define CGRED_SOURCE_CONNECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event;
struct exec_audience;
struct exec_filter;

/* The kernel's proc connector (drivers/connector/cn_proc.c): fork, exec, id, sid, comm and exit
 * events of all processes. Needs CAP_NET_ADMIN in the first user, pid and network namespace. */
struct connector;

struct connector_stats {
	uint64_t received; /* events given to the caller */
	uint64_t ignored;  /* messages that were not from the kernel, malformed, or not asked for */
	uint64_t overruns; /* times that the buffer was full */
	uint64_t dropped;  /* messages that the kernel dropped for want of buffer (SO_MEMINFO) */
	size_t buffer_bytes; /* receive buffer that the kernel granted */
};

/*
 * Subscribe to the kinds of the mask (EVENT_MASK of engine/event.h, or-ed). Returns when the kernel
 * has acknowledged the subscription. Errors: -EPERM (not root, or not in the first namespaces: no
 * acknowledgement within timeout_ms), -ECONNREFUSED (another network namespace), -EPROTONOSUPPORT
 * (kernel without CONFIG_PROC_EVENTS), others. *ret_tried says what failed, for the log.
 */
int connector_open(unsigned kinds, unsigned timeout_ms, struct connector **ret,
		   const char **ret_tried);

/* Unsubscribes. */
void connector_close(struct connector *connector);

/* Readable when there are events. Stays the connector's. */
int connector_fd(const struct connector *connector);

/* Change what is subscribed; what is queued already still comes. 0 or -errno. */
int connector_set_kinds(struct connector *connector, unsigned kinds);

/* Drop execs by others than the audience, from now on, by a filter. Both stay the caller's, and are
 * there as long as the connector. 0 or -errno: the kernel did not take it, and none are dropped. */
int connector_set_filter(struct connector *connector, const struct exec_filter *filter,
			 const struct exec_audience *audience);

/*
 * Up to max events without waiting, in the order of arrival. Returns how many (0: none there now),
 * or -ENOBUFS when events were lost: the caller goes on reading, then makes good for what it
 * missed.
 */
int connector_read(struct connector *connector, struct event *events, size_t max);

/* Did the last connector_read() take all that there was? */
bool connector_is_drained(const struct connector *connector);

void connector_get_stats(struct connector *connector, struct connector_stats *ret_stats);

#endif
