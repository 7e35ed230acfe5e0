/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_REMOTE_H
#define CGRED_BASE_REMOTE_H

#include <stdbool.h>

/* Is the file, or the directory that it would be in, on a file system that may wait for a server
 * (NFS, FUSE and the like), or can that not be told? May wait itself. */
bool remote_is(const char *path);

#endif
