/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_CONFIGURATION_H
#define CGRED_ENGINE_CONFIGURATION_H

#include "cgroup/cgconfig.h"
#include "rule/load.h"

struct diag_list;
struct ruleset;

/* Where the configuration is. The strings are the caller's and outlive everything here. */
struct configuration_paths {
	struct rule_sources rules;
	const char *cgconfig_file; /* cgconfig.conf */
	bool cgconfig_file_must_exist;
	const char *cgconfig_directory; /* cgconfig.d: *.conf, sorted; NULL: none */
};

/* Read the groups and templates. Look-ups may take long. 0, -EINVAL (mistakes, in diags; *ret is
 * empty) or -ENOMEM. */
int configuration_load_cgconfig(const struct configuration_paths *paths, struct cgconfig *ret,
				struct diag_list *diags);

#endif
