/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom rules leave alone, whatever they say. */
#include "config.h"

#include "engine/exempt.h"

#include <stddef.h>
#include <string.h>

#include "cgroup/hierarchy.h"
#include "process/container.h"
#include "process/login.h"
#include "process/process.h"
#include "rule/rule.h"

/* Moved, a user's service manager dies, and logins fail with it; and a session whose leader has
 * left its scope is forgotten (doc/design.md, 6). The reason, or NULL. */
static const char *find_systemd_exemption(const struct process *process)
{
	if (login_is_manager(process->cgroup))
		return "it is a user's service manager";
	if (login_is_starting(process->exe, process->ppid))
		return "systemd is starting a unit with it";
	if (login_find_leader(process->cgroup, "/run/systemd/sessions") == process->tgid)
		return "it leads a login session";
	return NULL;
}

static bool same_container(const struct container *a, const struct container *b)
{
	return a->runtime == b->runtime && a->id_len == b->id_len &&
	       memcmp(a->id, b->id, a->id_len) == 0;
}

/* Does a rule name processes of containers? */
static bool names_containers(const struct rule *rule)
{
	return rule->details && rule->details->yaml->containers.n;
}

bool exempt_is_command(const struct exemptions *exemptions, const char *cgroup)
{
	for (size_t h = 0; exemptions->commands && h < exemptions->hierarchies->n; h++) {
		const char *path;
		size_t len;

		/* From the top: whom a part of the tree is delegated to can have any names in it.
		 */
		if (hierarchy_find_path(&exemptions->hierarchies->items[h], cgroup, &path, &len) &&
		    hierarchy_is_within(path, len, exemptions->commands))
			return true;
	}
	return false;
}

const char *exempt_find(const struct rule *rule, const struct process *process,
			const struct exemptions *exemptions, bool *ret_may_act)
{
	struct container theirs, ours;

	*ret_may_act = false;
	if (exempt_is_command(exemptions, process->cgroup))
		return EXEMPT_COMMAND;
	if (!names_containers(rule) && container_of(process->cgroup, &theirs) &&
	    !login_is_users_choice(process->cgroup) &&
	    !(container_of(exemptions->own_cgroup, &ours) && same_container(&theirs, &ours)))
		return "it is in a container";
	*ret_may_act = true;
	return exemptions->is_systemd ? find_systemd_exemption(process) : NULL;
}
