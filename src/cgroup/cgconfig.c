/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is done with a cgconfig.conf(5) that has been read: owners are looked up, groups are found.
 * The reading is in cgconfig-parse.c. */
#include "config.h"

#include "cgroup/cgconfig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/names.h"

#define NO_GID ((gid_t)-1)

static const struct cgconfig_perm no_perm = {
	.task = { .uid = CGCONFIG_NO_ID, .gid = NO_GID },
	.admin = { .uid = CGCONFIG_NO_ID, .gid = NO_GID },
	.task_fperm = CGCONFIG_NO_MODE,
	.admin_fperm = CGCONFIG_NO_MODE,
	.admin_dperm = CGCONFIG_NO_MODE,
};

/* What cgconfig_resolve() says, and about which lines. */
struct resolver {
	const char *file;
	unsigned line;
	struct diag_list *diags;
};

static void say_unknown(const struct resolver *resolver, const char *what, const char *name,
			int err)
{
	char buf[64];

	diag_add(resolver->diags, DIAG_WARNING, resolver->file, resolver->line, 0,
		 "%s \"%.*s\": %s; the owner stays as the kernel makes it", what, 60, name,
		 err == -ENOENT ? "unknown" : strerror_r(-err, buf, sizeof(buf)));
}

static void resolve_owner(const struct resolver *resolver, struct cgconfig_owner *owner,
			  const struct cgconfig_owner *fallback)
{
	int err = 0;

	owner->uid = fallback->uid;
	owner->gid = fallback->gid;
	if (owner->user) {
		owner->uid = CGCONFIG_NO_ID;
		err = names_find_uid(owner->user, &owner->uid);
		if (owner->uid == CGCONFIG_NO_ID)
			say_unknown(resolver, "user", owner->user, err ? err : -ENOENT);
	}
	if (owner->group) {
		owner->gid = NO_GID;
		err = names_find_gid(owner->group, &owner->gid);
		if (owner->gid == NO_GID)
			say_unknown(resolver, "group", owner->group, err ? err : -ENOENT);
	}
}

static void resolve_perm(const struct resolver *resolver, struct cgconfig_perm *perm,
			 const struct cgconfig_perm *fallback)
{
	resolve_owner(resolver, &perm->task, &fallback->task);
	resolve_owner(resolver, &perm->admin, &fallback->admin);
	if (perm->task_fperm == CGCONFIG_NO_MODE)
		perm->task_fperm = fallback->task_fperm;
	if (perm->admin_fperm == CGCONFIG_NO_MODE)
		perm->admin_fperm = fallback->admin_fperm;
	if (perm->admin_dperm == CGCONFIG_NO_MODE)
		perm->admin_dperm = fallback->admin_dperm;
}

void cgconfig_resolve(struct cgconfig *config, struct diag_list *diags)
{
	struct resolver resolver = { .file = "default{}", .diags = diags };
	if (config->has_default)
		resolve_perm(&resolver, &config->default_perm, &no_perm);
	for (size_t i = 0; i < config->n_groups; i++) {
		struct cgconfig_group *group = &config->groups[i];
		bool inherits = config->has_default && !group->is_template;

		resolver.file = group->file;
		resolver.line = group->line;
		resolve_perm(&resolver, &group->perm, inherits ? &config->default_perm : &no_perm);
	}
}

const struct cgconfig_group *cgconfig_find(const struct cgconfig *config, const char *name,
					   bool is_template)
{
	for (size_t i = config->n_groups; i-- > 0;) {
		const struct cgconfig_group *group = &config->groups[i];

		if (group->is_template == is_template && strcmp(group->name, name) == 0)
			return group;
	}
	return NULL;
}

static void controller_done(struct cgconfig_controller *controller)
{
	for (size_t i = 0; i < controller->n_values; i++) {
		free(controller->values[i].name);
		free(controller->values[i].value);
	}
	free(controller->values);
	free(controller->name);
}

static void perm_done(struct cgconfig_perm *perm)
{
	free(perm->task.user);
	free(perm->task.group);
	free(perm->admin.user);
	free(perm->admin.group);
}

void cgconfig_done(struct cgconfig *config)
{
	for (size_t i = 0; i < config->n_groups; i++) {
		struct cgconfig_group *group = &config->groups[i];

		for (size_t j = 0; j < group->n_controllers; j++)
			controller_done(&group->controllers[j]);
		free(group->controllers);
		perm_done(&group->perm);
		free(group->name);
		free(group->file);
	}
	free(config->groups);
	if (config->has_default)
		perm_done(&config->default_perm);
	*config = (struct cgconfig){ 0 };
}
