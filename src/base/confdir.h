/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_CONFDIR_H
#define CGRED_BASE_CONFDIR_H

#include <stdbool.h>
#include <stddef.h>

struct diag_list;

/* A negative return ends the walk, which returns it. */
typedef int confdir_fn(void *arg, const char *path, const char *text, size_t len);

/* Read one configuration file and hand its text over. A missing one is a notice, or an error where
 * it must exist; one that cannot be read is an error, in diags. Negative: -ENOMEM, or what fn
 * returned. */
int confdir_read_file(const char *path, bool must_exist, confdir_fn *fn, void *arg,
		      struct diag_list *diags);

/* The same for each file of a directory with this ending (".conf"), in the order of the names'
 * bytes. Dot files and other endings are left out with a notice; a missing directory is fine. */
int confdir_read_directory(const char *directory, const char *ending, confdir_fn *fn, void *arg,
			   struct diag_list *diags);

/* Does a path end so? */
bool confdir_has_ending(const char *path, const char *ending);

#endif
