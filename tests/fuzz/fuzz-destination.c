/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A destination, and the values of %u, %g and %p: four lines. Whatever the values are, the path has
 * as many components as with harmless ones, and none that climbs. */
#include "config.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rule/destination.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* Their number; the path must be one that can be joined to another as it is. */
static unsigned components(const char *path)
{
	size_t len = strlen(path);
	unsigned n = 0;

	require(!strstr(path, "//") && !destination_find_dots(path));
	require(len == 0 || (path[0] != '/' && path[len - 1] != '/'));
	while (*path) {
		size_t component = strcspn(path, "/");

		require(component <= NAME_MAX);
		path += component + (path[component] == '/');
		n++;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct destination_values values = { .uid = 1, .gid = 2, .pid = 3 };
	char *text = strndup((const char *)data, size);
	char path[PATH_MAX], harmless[PATH_MAX], small[16];
	const char *unknown;
	char *rest = text;

	(void)strsep(&rest, "\n");
	values.user = strsep(&rest, "\n");
	values.group = strsep(&rest, "\n");
	values.process = rest;
	destination_normalise(text);
	(void)destination_needs(text, &unknown);
	require(!strstr(text, "//") && (!unknown || *unknown == '%'));
	(void)destination_expand(text, &values, small, sizeof(small));
	if (destination_expand(text, &values, path, sizeof(path)) == 0 &&
	    destination_expand(text, &(struct destination_values){ 0 }, harmless, PATH_MAX) == 0)
		require(components(path) == components(harmless));
	free(text);
	return 0;
}
