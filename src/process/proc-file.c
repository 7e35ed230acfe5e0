/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How one file of /proc/PID is read, and what its errors mean. */
#include "config.h"

#include "process/proc-file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/num.h"

#define TEXT_MIN 4096U
#define TEXT_MAX (4U << 20) /* PID/status with all of NGROUPS_MAX groups is 0.8 MB */

struct proc_file_path proc_file_path(const struct process *process, const char *name)
{
	struct proc_file_path path;
	char *at = num_put_u32(path.text, (uint32_t)process->tgid);

	if (process->tid) {
		at = stpcpy(at, "/task/");
		at = num_put_u32(at, (uint32_t)process->tid);
	}
	*at++ = '/';
	(void)stpcpy(at, name);
	return path;
}

int proc_file_error(int proc_fd, const struct process *process, int error)
{
	struct proc_file_path dir = proc_file_path(process, "");

	if (error == ESRCH)
		return -ESRCH;
	if (error != ENOENT && error != EACCES)
		return -error;
	return faccessat(proc_fd, dir.text, F_OK, 0) == 0 ? -error : -ESRCH;
}

int proc_text_grow(struct proc_text *text)
{
	size_t size = text->size ? text->size * 2 : TEXT_MIN;
	char *data = realloc(text->data, size);

	if (!data)
		return -ENOMEM;
	text->data = data;
	text->size = size;
	return 0;
}

/* The text, or its first max bytes, and a zero byte. */
static ssize_t read_fd(int fd, struct proc_text *text, size_t max, bool is_one_piece)
{
	size_t len = 0;
	size_t asked;
	ssize_t got;

	do {
		if (len + 1 >= text->size && proc_text_grow(text) < 0)
			return -ENOMEM;
		asked = text->size - 1 - len;
		if (asked > max - len)
			asked = max - len;
		got = read(fd, text->data + len, asked);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		len += (size_t)got;
	} while (got != 0 && len < max && !(is_one_piece && got > 0 && (size_t)got < asked));
	text->data[len] = '\0';
	return (ssize_t)len;
}

static ssize_t read_file(int proc_fd, const struct process *process, const char *name,
			 struct proc_text *text, size_t max, bool is_one_piece)
{
	struct proc_file_path path = proc_file_path(process, name);
	cleanup_close int fd = openat(proc_fd, path.text, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -errno : read_fd(fd, text, max, is_one_piece);

	return len < 0 ? proc_file_error(proc_fd, process, (int)-len) : len;
}

ssize_t proc_file_read(int proc_fd, const struct process *process, const char *name,
		       struct proc_text *text)
{
	ssize_t len = read_file(proc_fd, process, name, text, TEXT_MAX, true);

	return len == TEXT_MAX ? -EFBIG : len;
}

int proc_file_schedstat(int proc_fd, const struct process *process, struct proc_schedstat *ret)
{
	struct proc_file_path path = proc_file_path(process, "schedstat");
	char text[128];
	ssize_t len = file_read_buf(proc_fd, path.text, text, sizeof(text));

	if (len < 0)
		return proc_file_error(proc_fd, process, (int)-len);
	return proc_parse_schedstat(text, (size_t)len, ret);
}

ssize_t proc_file_read_part(int proc_fd, const struct process *process, const char *name,
			    struct proc_text *text, size_t max)
{
	return read_file(proc_fd, process, name, text, max, false);
}

ssize_t proc_file_link(int proc_fd, const struct process *process, const char *name,
		       char buf[PATH_MAX])
{
	struct proc_file_path path = proc_file_path(process, name);
	ssize_t len = readlinkat(proc_fd, path.text, buf, PATH_MAX);

	if (len < 0)
		return -errno;
	if (len == PATH_MAX)
		return -ENAMETOOLONG;
	buf[len] = '\0';
	return len;
}

int proc_file_id(int dirfd, const char *path, struct file_id *ret)
{
	const int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT | (path[0] ? 0 : AT_EMPTY_PATH);
	struct statx stx;

	if (statx(dirfd, path, flags, STATX_INO, &stx) < 0)
		return -errno;
	ret->dev = makedev(stx.stx_dev_major, stx.stx_dev_minor);
	ret->ino = stx.stx_ino;
	return 0;
}

int proc_file_target(int proc_fd, const struct process *process, const char *name,
		     struct file_id *ret)
{
	struct proc_file_path path = proc_file_path(process, name);

	return proc_file_id(proc_fd, path.text, ret);
}

int proc_file_id_in_root(int proc_fd, const struct process *process, const char *path,
			 struct file_id *ret)
{
	struct proc_file_path root_path = proc_file_path(process, "root");
	cleanup_close int root = openat(proc_fd, root_path.text, O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_close int fd = -1;

	if (root < 0)
		return -errno;
	fd = file_open_cached(root, path, 0, RESOLVE_IN_ROOT);
	return fd < 0 ? fd : proc_file_id(fd, "", ret);
}

bool proc_file_same(const struct file_id *a, const struct file_id *b)
{
	return a->ino != 0 && a->ino == b->ino && a->dev == b->dev;
}

bool proc_file_is_deleted(const char *path, size_t len)
{
	const size_t suffix_len = sizeof(PROC_FILE_DELETED) - 1;

	return len > suffix_len &&
	       memcmp(path + len - suffix_len, PROC_FILE_DELETED, suffix_len) == 0;
}

bool proc_file_is_literal(int proc_fd, const struct process *process, const char *path,
			  const struct file_id *file)
{
	struct file_id found = { 0 };

	return proc_file_id_in_root(proc_fd, process, path, &found) == 0 &&
	       proc_file_same(&found, file);
}
