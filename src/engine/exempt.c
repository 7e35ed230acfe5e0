/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom rules leave alone, whatever they say. */
#include "config.h"

#include "engine/exempt.h"

#include <stddef.h>
#include <string.h>

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

/* In the group of that path, or below, in any hierarchy; from the text of /proc/PID/cgroup. */
static bool is_below(const char *cgroup, const char *path)
{
	size_t len = strlen(path);

	for (const char *at = cgroup; (at = strstr(at, path)); at += len) {
		if (at > cgroup && at[-1] == '/' && strchr("/\n", at[len]))
			return true;
	}
	return false;
}

const char *exempt_find(const struct rule *rule, const struct process *process,
			const struct exemptions *exemptions, bool *ret_may_act)
{
	struct container theirs, ours;

	*ret_may_act = false;
	if (exemptions->commands && is_below(process->cgroup, exemptions->commands))
		return "it is a command of a rule";
	if (!names_containers(rule) && container_of(process->cgroup, &theirs) &&
	    !login_is_users_choice(process->cgroup) &&
	    !(container_of(exemptions->own_cgroup, &ours) && same_container(&theirs, &ours)))
		return "it is in a container";
	*ret_may_act = true;
	return exemptions->is_systemd ? find_systemd_exemption(process) : NULL;
}
