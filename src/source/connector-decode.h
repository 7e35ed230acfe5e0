/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_SOURCE_CONNECTOR_DECODE_H
#define CGRED_SOURCE_CONNECTOR_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event;

/* Is the datagram a well-formed event of a kind that struct event knows? Then it is in *ret_event.
 */
bool connector_decode(const void *datagram, size_t len, struct event *ret_event);

/*
 * Is the datagram an acknowledgement? Then *ret_ack is the number that tells whose it is (one more
 * than cn_msg.ack of the request: all listeners see all acknowledgements), *ret_error 0 or an
 * errno.
 */
bool connector_decode_ack(const void *datagram, size_t len, uint32_t *ret_ack, uint32_t *ret_error);

#endif
