/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Audit records, one a line: "TYPE TEXT". */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "source/audit-records.h"
#include "source/audit.h"

static ssize_t read_link(void *arg, pid_t tid, int fd, char *buf)
{
	(void)arg;
	(void)tid;
	(void)fd;
	(void)buf;
	return -ENOENT;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void take_events(struct audit_records *records)
{
	struct audit_record record;

	while (audit_records_next(records, &record)) {
		require(record.tid > 0 && record.access != 0 && record.key);
		require(record.n_paths <= AUDIT_PATHS_MAX);
		for (size_t i = 0; i < record.n_paths; i++)
			require(record.paths[i][0] == '/');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct audit_place places[] = {
		{ 1, "/watched/file", "/watched/file", false, true },
		{ 2, "/watched/dir", "/real/dir", true, false },
	};
	struct audit_records *records =
		audit_records_new((struct audit_links){ read_link, NULL }, size % 2);
	const char *text = (const char *)data;

	if (!records)
		return 0;
	audit_records_set_places(records, places, 2);
	while (size > 5) {
		const char *end = memchr(text, '\n', size);
		size_t len = end ? (size_t)(end - text) : size;
		unsigned type = 0;

		for (size_t i = 0; i < 4 && i < len && text[i] >= '0' && text[i] <= '9'; i++)
			type = type * 10 + (unsigned)(text[i] - '0');
		if (len > 5)
			(void)audit_records_feed(records, 0, type, text + 5, len - 5);
		take_events(records);
		text += len + (end != NULL);
		size -= len + (end != NULL);
	}
	audit_records_age(records, 10000);
	take_events(records);
	audit_records_free(records);
	return 0;
}
