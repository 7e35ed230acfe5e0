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

#include "base/grow.h"
#include "base/remote.h"

struct files_directory {
	char *path; /* as it was asked for */
	char *real; /* NULL: it leads nowhere */
};

static struct files_directory *add_directory(struct files *files, const char *path, size_t len)
{
	struct files_directory *items = grow(files->items, files->n, &files->room, sizeof(*items));
	struct files_directory *directory;

	if (!items)
		return NULL;
	files->items = items;
	directory = &items[files->n];
	directory->path = strndup(path, len);
	if (!directory->path ||
	    textmap_put(&files->directories, directory->path, (uint32_t)files->n) < 0) {
		free(directory->path);
		return NULL;
	}
	directory->real = realpath(len ? directory->path : "/", NULL);
	files->n++;
	return directory;
}

/* NULL: it leads nowhere. */
static const char *find_directory(struct files *files, const char *path, size_t len)
{
	uint32_t at = textmap_get(&files->directories, textmap_hash(path, len), path, len);
	const struct files_directory *directory =
		at != IDMAP_NONE ? &files->items[at] : add_directory(files, path, len);

	return directory ? directory->real : NULL;
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

/* The file itself, at the end of a path without symbolic links: its name in a directory that is
 * one. False: it is a symbolic link, or something that only realpath() understands. */
static bool find_in_directory(struct files *files, const char *path, struct stat *ret_st,
			      const char **ret)
{
	const char *base = strrchr(path, '/') + 1;
	const char *directory = find_directory(files, path, (size_t)(base - 1 - path));
	size_t room = sizeof(files->buf);

	*ret_st = (struct stat){ 0 };
	*ret = NULL;
	if (!base[0] || strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
		return false;
	if (!directory || (size_t)snprintf(files->buf, room, "%s/%s", directory[1] ? directory : "",
					   base) >= room)
		return true;
	if (lstat(files->buf, ret_st) == 0 || errno == ENOENT)
		*ret = files->buf;
	return !S_ISLNK(ret_st->st_mode);
}

/* A symbolic link that leads nowhere yet stands for itself. */
static const char *find_anywhere(struct files *files, const char *path, struct stat *ret_st)
{
	char *real = realpath(path, NULL);
	const char *found = NULL;

	if (real && strlen(real) < sizeof(files->buf) && stat(real, ret_st) == 0)
		found = memcpy(files->buf, real, strlen(real) + 1);
	free(real);
	return found;
}

const char *files_find(struct files *files, const char *path, struct file_id *ret_id)
{
	const char *real;
	struct stat st;

	*ret_id = (struct file_id){ 0 };
	if (!find_in_directory(files, path, &st, &real)) {
		const char *link = real;

		real = find_anywhere(files, path, &st);
		if (!real)
			return errno == ENOENT ? link : NULL;
	}
	if (real && S_ISREG(st.st_mode) && !is_remote(files, real, st.st_dev))
		*ret_id = (struct file_id){ .dev = st.st_dev, .ino = st.st_ino };
	return real;
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
