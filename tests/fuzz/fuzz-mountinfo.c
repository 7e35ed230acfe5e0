/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of /proc/self/mountinfo, then lines behind one that says "--": the controllers of a
 * rule, and the text of /proc/PID/cgroup. */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup/hierarchy.h"
#include "cgroup/mounts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check(const struct hierarchies *hierarchies, const char *controllers,
		  const char *proc_cgroup)
{
	const char *missing = NULL;
	uint32_t mask = 0;
	size_t len = 0;
	int r = hierarchies_resolve(hierarchies, controllers, &mask, &missing, &len);

	require(r == 0 || (r == -ENOENT && missing >= controllers && strlen(missing) >= len));
	require((uint64_t)mask >> hierarchies->n == 0);
	require(hierarchies->n <= HIERARCHIES_MAX && mounts_equal(hierarchies, hierarchies));
	for (size_t i = 0; i < hierarchies->n; i++) {
		const struct hierarchy *item = &hierarchies->items[i];
		const char *path = NULL;

		require(item->mount && item->root && (item->unified || item->controllers[0]));
		if (!hierarchy_find_path(item, proc_cgroup, &path, &len))
			continue;
		require(path >= proc_cgroup && strlen(path) >= len && !memchr(path, '\n', len));
		require(len == 0 || path[0] != '/');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct hierarchies hierarchies;
	char *rest = strstr(text, "\n--\n");
	char *controllers;

	if (rest)
		*rest = '\0';
	rest = rest ? rest + 4 : text + strlen(text);
	controllers = strsep(&rest, "\n");
	require(hierarchies_parse(&hierarchies, text, NULL) == 0);
	check(&hierarchies, controllers, rest ? rest : "");
	hierarchies_done(&hierarchies);
	free(text);
	return 0;
}
