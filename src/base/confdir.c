/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A configuration is a file and a directory of files: cgrules.conf and cgrules.d, cgconfig.conf and
 * cgconfig.d, cgred.yaml and rules.d. */
#include "config.h"

#include "base/confdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/diag.h"
#include "base/file.h"

#define FILE_MAX_BYTES ((size_t)512 * 1024 * 1024)

int confdir_read_file(const char *path, bool must_exist, confdir_fn *fn, void *arg,
		      struct diag_list *diags)
{
	cleanup_free char *text = NULL;
	size_t len;
	int r;

	r = file_read_all(AT_FDCWD, path, FILE_MAX_BYTES, &text, &len);
	if (r == -ENOENT && !must_exist) {
		diag_add(diags, DIAG_NOTICE, path, 0, 0, "no such file");
		return 0;
	}
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		diag_add(diags, DIAG_ERROR, path, 0, 0, "cannot be read: %s", strerror(-r));
		return 0;
	}
	return fn(arg, path, text, len);
}

bool confdir_has_ending(const char *path, const char *ending)
{
	size_t len = strlen(path);
	size_t ending_len = strlen(ending);

	return len > ending_len && strcmp(path + len - ending_len, ending) == 0;
}

static int read_entry(const char *directory, const char *ending, const char *name, confdir_fn *fn,
		      void *arg, struct diag_list *diags)
{
	cleanup_free char *path = NULL;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return 0;
	if (asprintf(&path, "%s/%s", directory, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (name[0] != '.' && confdir_has_ending(name, ending))
		return confdir_read_file(path, true, fn, arg, diags);
	diag_add(diags, DIAG_NOTICE, path, 0, 0, "left out: not named *%s", ending);
	return 0;
}

int confdir_read_directory(const char *directory, const char *ending, confdir_fn *fn, void *arg,
			   struct diag_list *diags)
{
	struct dirent **entries = NULL;
	int n = scandir(directory, &entries, NULL, alphasort);
	int r = 0;

	if (n < 0) {
		if (errno != ENOENT)
			diag_add(diags, DIAG_ERROR, directory, 0, 0, "cannot be read: %s",
				 strerror(errno));
		return 0;
	}
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = read_entry(directory, ending, entries[i]->d_name, fn, arg, diags);
		free(entries[i]);
	}
	free(entries);
	return r;
}
