/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_SOURCE_CONNECTOR_FILTER_H
#define CGRED_SOURCE_CONNECTOR_FILTER_H

#include <linux/filter.h>
#include <stdint.h>

#define CONNECTOR_FILTER_LEN 10

/* The kinds (EVENT_MASK of engine/event.h, or-ed) as the kernel's bits; what the connector does not
 * send (EVENT_SCAN) is left out. */
uint32_t connector_event_mask(unsigned kinds);

/* The program for SO_ATTACH_FILTER that lets pass events of these kinds, but not forks of threads,
 * and acknowledgements. */
void connector_filter_build(unsigned kinds, struct sock_filter ret_program[CONNECTOR_FILTER_LEN]);

#endif
