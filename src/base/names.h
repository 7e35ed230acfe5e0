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

/* The users that the group lists as its members, in *ret_uids (to be freed), sorted; members that
 * do not exist are left out. Also finds groups by number. */
int names_find_members(gid_t gid, uid_t **ret_uids, size_t *ret_n);

/* The name of an id, in *ret_name (to be freed). */
int names_find_user(uid_t uid, char **ret_name);
int names_find_group(gid_t gid, char **ret_name);

#endif
