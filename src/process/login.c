/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Logins under systemd: /user.slice/user-UID.slice/user@UID.service/… and …/session-N.scope. */
#include "config.h"

#include "process/login.h"

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/num.h"

#define SLICE "/user.slice/user-"

#define NAMED ":name=systemd:"

/* The path in systemd's own hierarchy, where its units are groups: on v1, and beside v1, the named
 * one; else the v2 tree. In those of controllers a process is with its unit, or anywhere. */
static const char *find_systemd_path(const char *cgroup)
{
	const char *unified = NULL;

	for (const char *line = cgroup; line; line = strchr(line, '\n')) {
		line += strspn(line, "\n");
		line += strspn(line, "0123456789");
		if (strncmp(line, NAMED, strlen(NAMED)) == 0)
			return line + strlen(NAMED);
		if (strncmp(line, "::", 2) == 0)
			unified = line + 2;
	}
	return unified;
}

/* What follows "/user.slice/user-UID.slice/" there, or NULL. */
static const char *below_slice(const char *cgroup)
{
	const char *at = find_systemd_path(cgroup);

	if (!at || strncmp(at, SLICE, strlen(SLICE)) != 0)
		return NULL;
	at += strlen(SLICE);
	at += strspn(at, "0123456789");
	if (strncmp(at, ".slice/", 7) != 0)
		return NULL;
	return at + 7;
}

/* What follows "user@UID.service" there, or NULL. */
static const char *below_manager(const char *cgroup)
{
	const char *at = below_slice(cgroup);

	if (!at || strncmp(at, "user@", 5) != 0)
		return NULL;
	at += 5;
	at += strspn(at, "0123456789");
	return strncmp(at, ".service", 8) == 0 ? at + 8 : NULL;
}

static bool is_end(char c)
{
	return c == '\n' || c == '\0';
}

bool login_is_manager(const char *cgroup)
{
	const char *at = below_manager(cgroup);

	if (!at)
		return false;
	if (strncmp(at, "/init.scope", 11) == 0)
		at += 11;
	return is_end(*at);
}

bool login_is_starting(const char *exe, pid_t ppid)
{
	static const char *const directories[] = { "/usr/lib/systemd/", "/lib/systemd/" };

	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		size_t len = strlen(directories[i]);

		if (strncmp(exe, directories[i], len) != 0)
			continue;
		return strcmp(exe + len, "systemd-executor") == 0 ||
		       (strcmp(exe + len, "systemd") == 0 && ppid == 1);
	}
	return false;
}

bool login_is_users_choice(const char *cgroup)
{
	const char *at = below_manager(cgroup);

	return at && !is_end(*at);
}

bool login_is_at_users_choice(const char *cgroup, const char *path, size_t len)
{
	const char *own = find_systemd_path(cgroup);

	return login_is_users_choice(cgroup) && strncmp(own + 1, path, len) == 0 &&
	       (len == 0 || own[1 + len] == '/' || is_end(own[1 + len]));
}

/* The file is of logind's own format, which sd_session_get_leader(3) reads as well. */
static pid_t read_leader(const char *path)
{
	char text[4096];
	const char *at;
	uint64_t leader;

	if (file_read_buf(AT_FDCWD, path, text, sizeof(text)) <= 0)
		return 0;
	at = strstr(text, "\nLEADER=");
	if (!at)
		return 0;
	at += 8;
	return num_scan_u64(&at, &leader) && leader <= INT_MAX ? (pid_t)leader : 0;
}

pid_t login_find_leader(const char *cgroup, const char *sessions)
{
	const char *at = below_slice(cgroup);
	char path[PATH_MAX];
	size_t len;

	if (!at || strncmp(at, "session-", 8) != 0)
		return 0;
	at += 8;
	len = strcspn(at, "./\n");
	if (strncmp(at + len, ".scope", 6) != 0)
		return 0;
	(void)snprintf(path, sizeof(path), "%s/%.*s", sessions, (int)len, at);
	return read_leader(path);
}
