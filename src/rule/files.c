/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* realpath(3) looks at every component of every path. Here a directory is resolved once; what then
 * costs one system call is a file that is no symbolic link. */
#include "config.h"

#include "rule/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "base/remote.h"

struct files_directory {
	char *path; /* as it was asked for */
	char *real; /* NULL: it leads nowhere */
};

/* What errno says of a path. */
static int path_error(void)
{
	return errno == ENOMEM ? -ENOMEM : -ENOENT;
}

static int add_directory(struct files *files, const char *path, size_t len)
{
	struct files_directory *items = grow(files->items, files->n, &files->room, sizeof(*items));
	cleanup_free char *copy = strndup(path, len);
	cleanup_free char *real = NULL;

	if (items)
		files->items = items;
	if (!items || !copy)
		return -ENOMEM;
	real = realpath(len ? copy : "/", NULL);
	if ((!real && path_error() == -ENOMEM) ||
	    textmap_put(&files->directories, copy, (uint32_t)files->n) < 0)
		return -ENOMEM;
	items[files->n++] = (struct files_directory){ take_ptr(&copy), take_ptr(&real) };
	return 0;
}

/* 0, -ENOENT, -ENOMEM */
static int find_directory(struct files *files, const char *path, size_t len, const char **ret)
{
	uint32_t at = textmap_get(&files->directories, textmap_hash(path, len), path, len);

	if (at == IDMAP_NONE) {
		int r = add_directory(files, path, len);

		if (r < 0)
			return r;
		at = (uint32_t)files->n - 1;
	}
	*ret = files->items[at].real;
	return *ret ? 0 : -ENOENT;
}

static bool is_remote(struct files *files, const char *path, dev_t dev)
{
	uint32_t known = idmap_get(&files->remote, dev);

	if (known == IDMAP_NONE) {
		known = remote_is(path);
		(void)idmap_put(&files->remote, dev, known);
	}
	return known;
}

/* The file itself, at the end of a path without symbolic links, into files->buf: its name in a
 * directory that is one. 0; -ELOOP: it is a symbolic link; -ENOENT; -ENOMEM. */
static int find_in_directory(struct files *files, const char *path, const char *base,
			     struct stat *ret_st)
{
	size_t room = sizeof(files->buf);
	const char *directory;
	int r = find_directory(files, path, (size_t)(base - 1 - path), &directory);

	if (r < 0)
		return r;
	if ((size_t)snprintf(files->buf, room, "%s/%s", directory[1] ? directory : "", base) >=
	    room)
		return -ENOENT;
	if (lstat(files->buf, ret_st) == 0)
		return S_ISLNK(ret_st->st_mode) ? -ELOOP : 0;
	return errno == ENOENT ? 0 : path_error();
}

/* What only realpath() understands. A symbolic link, which files->buf has, stands for itself where
 * it leads nowhere yet. */
static int find_anywhere(struct files *files, const char *path, struct stat *st)
{
	cleanup_free char *real = realpath(path, NULL);

	if (!real && errno == ENOENT && S_ISLNK(st->st_mode))
		return 0;
	if (!real || stat(real, st) < 0)
		return path_error();
	if (strlen(real) >= sizeof(files->buf))
		return -ENOENT;
	(void)memcpy(files->buf, real, strlen(real) + 1);
	return 0;
}

static bool is_name(const char *base)
{
	return base[0] && strcmp(base, ".") != 0 && strcmp(base, "..") != 0;
}

int files_find(struct files *files, const char *path, const char **ret_real, struct file_id *ret_id)
{
	const char *base = strrchr(path, '/') + 1;
	struct stat st = { 0 };
	int r = -ELOOP;

	if (is_name(base))
		r = find_in_directory(files, path, base, &st);
	if (r == -ELOOP)
		r = find_anywhere(files, path, &st);
	if (r < 0)
		return r;
	*ret_real = files->buf;
	*ret_id = (struct file_id){ 0 };
	if (S_ISREG(st.st_mode) && !is_remote(files, files->buf, st.st_dev))
		*ret_id = (struct file_id){ .dev = st.st_dev, .ino = st.st_ino };
	return 0;
}

void files_done(struct files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		free(files->items[i].path);
		free(files->items[i].real);
	}
	free(files->items);
	textmap_done(&files->directories);
	idmap_done(&files->remote);
	*files = (struct files){ 0 };
}
