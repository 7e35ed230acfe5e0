/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_FILESYSTEMS_H
#define CGRED_BASE_FILESYSTEMS_H

#include <stddef.h>

/* The mounted file systems of this machine that programs are started from: none of the kernel's own
 * (proc and the like), and none that may wait for a server. */

struct filesystems {
	char **mounts; /* where each of them is mounted, one place of several */
	size_t n;
};

/* From the texts of /proc/filesystems and /proc/PID/mountinfo. No I/O. 0 or -ENOMEM; to be released
 * with filesystems_done(). */
int filesystems_parse(const char *kinds, const char *mountinfo, struct filesystems *ret);

/* 0 or -errno. */
int filesystems_find(struct filesystems *ret);
void filesystems_done(struct filesystems *filesystems);

#endif
