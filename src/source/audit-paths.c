/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names in audit records are what the program said: relative to its working directory, which a
 * record tells, or to a descriptor, which none does. The latter is looked up while the process
 * still has it, and believed only where the number of the file agrees.
 */
#include "config.h"

#include "source/audit-paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "source/audit-records.h"

/* Which arguments are the descriptors that names are relative to; the second is that of what the
 * call makes. */
struct at_call {
	const char *name;
	int from;
	int to;
};

static const struct at_call at_calls[] = {
	{ "execveat", 0, 0 },	 { "faccessat", 0, 0 },		{ "fchmodat", 0, 0 },
	{ "fchmodat2", 0, 0 },	 { "fchownat", 0, 0 },		{ "file_setattr", 0, 0 },
	{ "futimesat", 0, 0 },	 { "getxattrat", 0, 0 },	{ "linkat", 0, 2 },
	{ "listxattrat", 0, 0 }, { "mkdirat", 0, 0 },		{ "mknodat", 0, 0 },
	{ "newfstatat", 0, 0 },	 { "name_to_handle_at", 0, 0 }, { "openat", 0, 0 },
	{ "openat2", 0, 0 },	 { "readlinkat", 0, 0 },	{ "removexattrat", 0, 0 },
	{ "renameat", 0, 2 },	 { "renameat2", 0, 2 },		{ "setxattrat", 0, 0 },
	{ "statx", 0, 0 },	 { "symlinkat", 1, 1 },		{ "unlinkat", 0, 0 },
	{ "utimensat", 0, 0 },	 { "utimensat_time64", 0, 0 },
};

static const struct at_call *find_at_call(const char *name)
{
	for (size_t i = 0; i < sizeof(at_calls) / sizeof(at_calls[0]); i++)
		if (strcmp(at_calls[i].name, name) == 0)
			return &at_calls[i];
	return NULL;
}

/* The end of the text without its last component. */
static size_t parent_len(const char *path, size_t len)
{
	while (len > 0 && path[len - 1] != '/')
		len--;
	return len > 0 ? len - 1 : 0;
}

/* Append the components of a path. The text in buf is "" (the root) or "/a/b". */
static bool append_components(const char *path, char *buf, size_t size, size_t *len)
{
	while (*path) {
		size_t part = strcspn(path, "/");

		if (part == 2 && path[0] == '.' && path[1] == '.') {
			*len = parent_len(buf, *len);
		} else if (part > 0 && !(part == 1 && path[0] == '.')) {
			if (*len + 1 + part >= size)
				return false;
			buf[(*len)++] = '/';
			memcpy(buf + *len, path, part);
			*len += part;
		}
		path += part;
		path += strspn(path, "/");
	}
	return true;
}

bool audit_path_join(const char *base, const char *path, char *buf, size_t size)
{
	size_t len = 0;

	if (path[0] != '/' && (base[0] != '/' || !append_components(base, buf, size, &len)))
		return false;
	if (!append_components(path, buf, size, &len))
		return false;
	if (len == 0 && size > 1)
		buf[len++] = '/';
	buf[len] = '\0';
	return true;
}

/* The names are what processes have chosen: to look at one must not wait for a server. What one has
 * just used is in the kernel's cache (but on a file system with "strictatime" no link is followed
 * from there: the watch's own name is told then). */
static int open_name(const char *path, int flags)
{
	int fd = file_open_cached(AT_FDCWD, path, flags, 0);

	if (fd == -EINVAL || fd == -ENOSYS) /* an older kernel waits */
		fd = open(path, flags | O_PATH | O_CLOEXEC);
	return fd;
}

static bool has_inode(const char *path, int flags, uint64_t inode)
{
	cleanup_close int fd = open_name(path, flags);
	struct statx stx;

	return fd >= 0 && statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO, &stx) == 0 &&
	       stx.stx_ino == inode;
}

/* What realpath(3) says, where that is at hand. */
static bool find_real(const char *path, char real[PATH_MAX])
{
	cleanup_close int fd = open_name(path, 0);

	return fd >= 0 && file_path_of_fd(fd, real) && real[0] == '/';
}

/* The directory that a PATH record of the kind PARENT tells of? */
static bool has_parent_of(const struct audit_call *call, const char *path)
{
	size_t len = parent_len(path, strlen(path));
	char parent[PATH_MAX];

	if (len >= sizeof(parent))
		return false;
	memcpy(parent, path, len);
	parent[len] = '\0';
	for (size_t i = 0; i < call->n_items; i++) {
		const struct audit_item *item = &call->items[i];

		if (item->type == AUDIT_NAME_PARENT && item->inode != 0 &&
		    has_inode(len > 0 ? parent : "/", 0, item->inode))
			return true;
	}
	return false;
}

/* A descriptor may be another directory's by now. */
static bool is_confirmed(const struct audit_call *call, const struct audit_item *item,
			 const char *path)
{
	if (item->inode != 0 && item->type != AUDIT_NAME_DELETE &&
	    (has_inode(path, O_NOFOLLOW, item->inode) || has_inode(path, 0, item->inode)))
		return true;
	return has_parent_of(call, path);
}

static bool resolve_at(struct audit_links links, const struct audit_call *call,
		       const struct audit_item *item, int fd, char *buf, size_t size)
{
	char base[PATH_MAX];

	if (links.read(links.arg, call->tid, fd, base) <= 0)
		return false;
	return audit_path_join(base, item->name, buf, size) && is_confirmed(call, item, buf);
}

bool audit_path_resolve(struct audit_links links, const struct audit_call *call,
			const struct audit_item *item, char *buf, size_t size)
{
	const struct at_call *at = find_at_call(call->syscall);

	if (!item->is_named)
		return false;
	if (at) {
		int argument = item->type == AUDIT_NAME_CREATE ? at->to : at->from;
		int fd = (int)(uint32_t)call->arguments[argument];

		if (item->name[0] != '/' && fd != AT_FDCWD)
			return resolve_at(links, call, item, fd, buf, size);
	}
	if (!audit_path_join(call->cwd, item->name, buf, size))
		return false;
	/* The kernel gives the working directory for a parent that has no name, even where the name
	 * was relative to a descriptor. */
	return item->type != AUDIT_NAME_PARENT || !at || item->inode == 0 ||
	       has_inode(buf, 0, item->inode);
}

/* Is path the place, or below it? Returns what is behind it. */
static const char *behind(const char *place, bool is_directory, const char *path)
{
	size_t len = strlen(place);

	if (len == 1) /* the root */
		return is_directory || path[1] == '\0' ? path + (path[1] == '\0') : NULL;
	if (strncmp(place, path, len) != 0)
		return NULL;
	if (path[len] != '\0' && (path[len] != '/' || !is_directory))
		return NULL;
	return path + len;
}

bool audit_path_in_place(const struct audit_place *place, const char *path, char *buf, size_t size)
{
	const char *rest = behind(place->path, place->is_directory, path);
	size_t len;

	if (rest)
		return (size_t)snprintf(buf, size, "%s", path) < size;
	if (place->real)
		rest = behind(place->real, place->is_directory, path);
	if (!rest || !audit_path_join("/", place->path, buf, size))
		return false;
	len = strlen(buf);
	return (size_t)snprintf(buf + len, size - len, "%s", rest) < size - len;
}

bool audit_path_really(const char *path, char *buf, size_t size)
{
	char parent[PATH_MAX];
	char real[PATH_MAX];
	size_t len;

	if (find_real(path, real))
		return (size_t)snprintf(buf, size, "%s", real) < size;
	/* It is gone, or did not come to be: its directory may be there. */
	len = parent_len(path, strlen(path));
	if (len >= sizeof(parent))
		return false;
	memcpy(parent, path, len);
	parent[len] = '\0';
	return find_real(len > 0 ? parent : "/", real) &&
	       audit_path_join(real, path + len + 1, buf, size);
}
