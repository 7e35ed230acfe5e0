/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as cgrules.conf: no crash, an error exactly when one is said, and lines that keep what
 * their header promises. Names are not looked up: that is I/O. */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "rule/cgrules.h"
#include "rule/destination.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_list(const char *list)
{
	size_t len = strlen(list);

	require(len > 0 && list[0] != ',' && list[len - 1] != ',');
	require(!strstr(list, ",,") && !strchr(list, '/'));
}

static int check_line(void *arg, const struct cgrules_line *line)
{
	unsigned *last = arg;

	require(line->line > *last && (!line->continues || *last > 0));
	*last = line->line;
	require(line->user_column > 0 && line->destination_column > line->user_column);
	require(line->continues ? !line->process && !line->options : line->name != NULL);
	require(!line->name || (line->who == CGRULES_ANY) == (line->name[0] == '\0'));
	require(!line->process || line->process[0]);
	check_list(line->controllers);
	require(line->destination[0] != '/' && !strstr(line->destination, "//"));
	require(!destination_find_dots(line->destination));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag_list diags = { 0 };
	unsigned last = 0;
	int r = cgrules_parse((const char *)data, size, "fuzz", check_line, &last, &diags);

	require(r == (diags.errors ? -EINVAL : 0));
	for (const struct diag *diag = diags.head; diag; diag = diag->next)
		require(diag->line > 0 && diag->column <= CGRULES_LINE_MAX);
	diag_list_done(&diags);
	return 0;
}
