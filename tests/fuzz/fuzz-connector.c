/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One datagram of the proc connector. */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "engine/event.h"
#include "source/connector-decode.h"
#include "source/connector-filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct event event;
	uint32_t ack;
	uint32_t error;
	bool is_event = connector_decode(data, size, &event);
	bool is_ack = connector_decode_ack(data, size, &ack, &error);

	require(!(is_event && is_ack));
	if (is_event) {
		require(event.tid > 0 && event.tgid > 0 && event.parent_tgid >= 0);
		require(event.parent_tgid == 0 || event.kind == EVENT_FORK);
		require(connector_event_mask(EVENT_MASK(event.kind)) != 0);
	}
	return 0;
}
