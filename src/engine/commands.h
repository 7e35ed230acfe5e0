/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_COMMANDS_H
#define CGRED_ENGINE_COMMANDS_H

#include <stddef.h>

#include "action/runner.h"

struct diag_list;
struct yaml_config;

/* The commands of a configuration, their users looked up. They point into the configuration, which
 * must live as long. */
struct commands {
	struct trigger *items;		/* by their number in yaml_config.triggers; run is NULL */
	size_t n;			/* where its user does not exist */
	struct names_account *accounts; /* what the items point to */
	const char **args;
};

/* Looks names up: may take long. Users that do not exist are warnings; *ret_unknown: how many. 0 or
 * -ENOMEM. */
int commands_new(const struct yaml_config *config, struct diag_list *diags, struct commands *ret,
		 unsigned *ret_unknown);
void commands_done(struct commands *commands);

#endif
