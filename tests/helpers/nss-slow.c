// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * libnss_cgredslow.so.2: a name service, for "passwd: ... cgredslow" in nsswitch.conf, that takes
 * ten seconds to know no user. It makes the file $CGRED_SLOW_MARK.began first, and .ended last.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <nss.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TAKES_S 10

enum nss_status _nss_cgredslow_getpwnam_r(const char *name, struct passwd *result, char *buffer,
					  size_t size, int *error);

static void leave_mark(const char *what)
{
	const char *mark = getenv("CGRED_SLOW_MARK");
	char path[PATH_MAX];
	int fd;

	if (!mark)
		return;
	(void)snprintf(path, sizeof(path), "%s.%s", mark, what);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd >= 0)
		(void)close(fd);
}

enum nss_status _nss_cgredslow_getpwnam_r(const char *name, struct passwd *result, char *buffer,
					  size_t size, int *error)
{
	(void)name;
	(void)result;
	(void)buffer;
	(void)size;
	leave_mark("began");
	(void)sleep(TAKES_S);
	leave_mark("ended");
	*error = ENOENT;
	return NSS_STATUS_NOTFOUND;
}
