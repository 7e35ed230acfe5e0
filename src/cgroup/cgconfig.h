/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_CGROUP_CGCONFIG_H
#define CGRED_CGROUP_CGCONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct diag_list;

/* The groups and templates of libcgroup's cgconfig.conf(5). */

#define CGCONFIG_NO_ID	 ((uid_t)-1) /* not said: leave the owner as the kernel makes it */
#define CGCONFIG_NO_MODE ((mode_t)-1)

struct cgconfig_owner {
	char *user, *group; /* as written: name or number; NULL: not said */
	uid_t uid; /* filled in by cgconfig_resolve(); CGCONFIG_NO_ID: not said, or unknown */
	gid_t gid;
};

struct cgconfig_perm {
	struct cgconfig_owner task;  /* of the files tasks, cgroup.procs and cgroup.threads */
	struct cgconfig_owner admin; /* of the directory and all other files */
	mode_t task_fperm, admin_fperm, admin_dperm;
};

struct cgconfig_value {
	char *name, *value; /* a file of the group, and what is written to it */
};

struct cgconfig_controller {
	char *name;
	struct cgconfig_value *values; /* in the order of the file; a name may come twice */
	size_t n_values;
};

struct cgconfig_group {
	char *name; /* without leading, trailing and doubled slashes; "" is the root */
	bool is_template;
	char *file;
	unsigned line;
	struct cgconfig_perm perm;
	struct cgconfig_controller *controllers;
	size_t n_controllers;
};

/* Zero-initialised is empty. */
struct cgconfig {
	struct cgconfig_group *groups;
	size_t n_groups;
	struct cgconfig_perm default_perm;
	bool has_default;
};

/*
 * Add what text[0..len) says to *config. No I/O. Every mistake goes to diags with file, line and
 * column. 0; -EINVAL when there was an error (what was understood is in *config; the caller drops
 * it with cgconfig_done()); -ENOMEM. mount{}, namespace{} and systemd{} are read over: notices.
 */
int cgconfig_parse(struct cgconfig *config, const char *text, size_t len, const char *file,
		   struct diag_list *diags);

/*
 * Look up the owners' names (NSS: may take long), and let groups that do not say something have it
 * from default{}. An unknown name is a warning: the owner is then left as the kernel makes it.
 */
void cgconfig_resolve(struct cgconfig *config, struct diag_list *diags);

/* The last group, or template, of that name (without leading and trailing slashes), or NULL. */
const struct cgconfig_group *cgconfig_find(const struct cgconfig *config, const char *name,
					   bool is_template);

void cgconfig_done(struct cgconfig *config);

#endif
