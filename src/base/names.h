/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_NAMES_H
#define CGRED_BASE_NAMES_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Look-ups in the name service (nsswitch.conf(5)). All of them may wait for a network: never call
 * them on the main thread or the gate's. A name of digits only is a number, and not looked up.
 * 0; -ENOENT: there is none; another -errno: the name service could not tell.
 */
int names_find_uid(const char *name, uid_t *ret_uid);
int names_find_gid(const char *name, gid_t *ret_gid);

/* Call fn for each name that the group lists as a member, until it returns a negative number. 0 or
 * what fn returned, and as above. Also finds groups by number. */
typedef int names_member_fn(void *arg, const char *name);
int names_each_member(gid_t gid, names_member_fn *fn, void *arg);

/* The name of an id, in *ret_name (to be freed). */
int names_find_user(uid_t uid, char **ret_name);
int names_find_group(gid_t gid, char **ret_name);

/* What a process of a user is given. A user by number who is in no directory has that number as its
 * group, and no others. */
struct names_account {
	uid_t uid;
	gid_t gid;
	char *name, *home;
	gid_t *groups; /* all that it is in, the primary one, too */
	size_t n_groups;
};
int names_find_account(const char *name, struct names_account *ret);
void names_account_done(struct names_account *account);

#endif
