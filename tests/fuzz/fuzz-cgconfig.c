/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as cgconfig.conf: no crash, no leak, an error exactly when one is said, and names that
 * can be joined to a path as they are. Owners are not looked up: that is I/O. */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "cgroup/cgconfig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

static void check_group(const struct cgconfig *config, const struct cgconfig_group *group)
{
	const char *name = group->name;
	size_t len = strlen(name);

	check(cgconfig_find(config, name, group->is_template) >= group);
	check(len == 0 || (name[0] != '/' && name[len - 1] != '/'));
	check(!strstr(name, "//") && !strstr(name, "/../") && strncmp(name, "../", 3) != 0);
	check(!strpbrk(name, "\t\r\n"));
	for (size_t i = 0; i < group->n_controllers; i++) {
		const struct cgconfig_controller *controller = &group->controllers[i];

		check(*controller->name && !strchr(controller->name, '/'));
		for (size_t j = 0; j < controller->n_values; j++)
			check(*controller->values[j].name && controller->values[j].value &&
			      !strchr(controller->values[j].name, '/'));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag_list diags = { 0 };
	struct cgconfig config = { 0 };
	int ret = cgconfig_parse(&config, (const char *)data, size, "fuzz", &diags);

	check(ret == (diags.errors ? -EINVAL : 0));
	for (size_t i = 0; i < config.n_groups && ret == 0; i++)
		check_group(&config, &config.groups[i]);
	/* As the next file of cgconfig.d: the arrays grow further. */
	check(cgconfig_parse(&config, (const char *)data, size, "again", &diags) == ret);
	cgconfig_done(&config);
	diag_list_done(&diags);
	return 0;
}
