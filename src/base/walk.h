/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_WALK_H
#define CGRED_BASE_WALK_H

#include <stdbool.h>

/* A name in a directory (without symbolic links in its path) decides where a path leads. */
typedef void walk_fn(void *arg, const char *directory, const char *name);

/*
 * Tell of each directory and symbolic link that an absolute path leads through, of those that the
 * links lead through, too, and of the first that is not there. The file at the end is none. Ends
 * without a word at what cannot be read, and behind a file system that may wait for a server.
 */
void walk_path(const char *path, walk_fn *fn, void *arg);

/* Does the path lead through no symbolic link of anybody but root and us? Whoever owns one can lead
 * it elsewhere at any time (proc_sys_fs(5) has the same reason for protected_symlinks). */
bool walk_is_ours(const char *path);

#endif
