/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_ENGINE_VARIABLES_H
#define CGRED_ENGINE_VARIABLES_H

#include <stddef.h>

#include "action/runner.h"

struct audit_record;
struct decision;

/* What the command of a rule is told in its environment (doc/cgred.yaml.5.scd): what the audit
 * record says, twice, as FETTER_x and CGRED_x; without one, the same from /proc; and more, as
 * CGRED_x. */

#define VARIABLES_MAX 64

struct variables {
	struct trigger_variable items[VARIABLES_MAX];
	size_t n;
	char texts[24 * 1024]; /* that values point to */
	size_t used;
};

/* record: or NULL. proc_fd: of /proc. Values that cannot be told are left out. */
void variables_fill(struct variables *variables, int proc_fd, const struct decision *decision,
		    const struct audit_record *record);

#endif
