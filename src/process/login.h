/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_PROCESS_LOGIN_H
#define CGRED_PROCESS_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Where systemd and its logind have put a process, from the text of its /proc/PID/cgroup. */

/* Is it a user's service manager, or one that is about to be (before systemd 254 it is started in
 * user@UID.service itself, and goes to init.scope on its own)? Names that the user can choose do
 * not count. */
bool login_is_manager(const char *cgroup);

/* Is it systemd itself, on its way to become the program of a unit? Until it executes that, it puts
 * itself into the unit's group (since systemd 254 as systemd-executor), and must find itself there.
 */
bool login_is_starting(const char *exe, pid_t ppid);

/* Below what systemd hands to the user's manager, the user chooses the names. */
bool login_is_users_choice(const char *cgroup);

/* Is it so, and is path (of len bytes, relative to the root, without a leading slash) the same, or
 * above it? That is where systemd puts a process in the hierarchies of controllers. */
bool login_is_at_users_choice(const char *cgroup, const char *path, size_t len);

/* The process that logind counts as the leader of the session whose scope the process is in: 0: it
 * is in none, or that is not told. sessions: /run/systemd/sessions, or a directory like it. */
pid_t login_find_leader(const char *cgroup, const char *sessions);

#endif
