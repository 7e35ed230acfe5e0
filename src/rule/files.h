/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_RULE_FILES_H
#define CGRED_RULE_FILES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/idmap.h"
#include "base/textmap.h"
#include "process/process.h"

struct files_directory;

/* What the paths of rules lead to now: many files, in few directories and on few devices, each of
 * which is looked at once. Zero-initialised is empty. */
struct files {
	struct textmap directories;
	struct files_directory *items;
	size_t n, room;
	struct idmap remote; /* devices that were looked at, and whether they may wait */
	char buf[PATH_MAX];
};

/*
 * *ret_real: the absolute path without symbolic links, valid until the next call; of a file that is
 * not there (yet), that of its directory with its name; of a symbolic link that leads nowhere
 * (yet), its own. *ret_id: which file it is; ino 0 when it is none, no regular one, or on a file
 * system that may wait for a server. Does file I/O. 0; -ENOENT: the path leads nowhere; -ENOMEM.
 */
int files_find(struct files *files, const char *path, const char **ret_real,
	       struct file_id *ret_id);

void files_done(struct files *files);

#endif
