/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* File systems whose files the daemon does not look at where it must not wait. */
#include "config.h"

#include "base/remote.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

/* From <linux/magic.h> and fs/ of the kernel. */
static const unsigned long magics[] = {
	0x6969,	    /* NFS */
	0x517B,	    /* SMB */
	0xFF534D42, /* CIFS */
	0xFE534D42, /* SMB2 */
	0x65735546, /* FUSE */
	0x00C36400, /* Ceph */
	0x01021997, /* 9p */
	0x5346414F, /* AFS */
	0x6B414653, /* kAFS */
	0x73757245, /* Coda */
	0x0187,	    /* autofs */
};

static bool find_type(const char *path, unsigned long *ret)
{
	char directory[PATH_MAX];
	struct statfs fs;
	const char *slash;

	if (statfs(path, &fs) < 0) {
		slash = strrchr(path, '/');
		if (!slash || slash - path >= PATH_MAX)
			return false;
		(void)snprintf(directory, sizeof(directory), "%.*s/", (int)(slash - path), path);
		if (statfs(directory, &fs) < 0)
			return false;
	}
	*ret = (unsigned long)fs.f_type;
	return true;
}

bool remote_is(const char *path)
{
	unsigned long type;

	if (!find_type(path, &type))
		return true;
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		if (type == magics[i])
			return true;
	}
	return false;
}
