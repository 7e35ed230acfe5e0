/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading and writing files below a directory descriptor, so that tests can hand in a directory of
 * plain files for /proc or a cgroup tree. */
#include "config.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

/* How long the writer of a pipe may think. */
#define PIPE_WAIT_MS 10000

ssize_t file_read_fd(int fd, char *buf, size_t size)
{
	size_t len = 0;

	while (len < size - 1) {
		ssize_t got = read(fd, buf + len, size - 1 - len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	buf[len] = '\0';
	return (ssize_t)len;
}

bool file_path_of_fd(int fd, char *buf)
{
	char link[32];
	ssize_t len;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, buf, PATH_MAX - 1);
	if (len <= 0)
		return false;
	buf[len] = '\0';
	return true;
}

int file_open_cached(int dirfd, const char *path, int flags, unsigned long resolve)
{
	const struct open_how how = {
		.flags = (unsigned)flags | O_PATH | O_CLOEXEC,
		.resolve = resolve | RESOLVE_CACHED | RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int)syscall(SYS_openat2, dirfd, path, &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

ssize_t file_read_buf(int dirfd, const char *path, char *buf, size_t size)
{
	cleanup_close int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return file_read_fd(fd, buf, size);
}

/* read(2) that waits for the writer of a pipe, but not for ever. */
static ssize_t read_or_wait(int fd, char *buf, size_t size)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	ssize_t got;

	do {
		got = read(fd, buf, size);
	} while (got < 0 &&
		 (errno == EINTR || (errno == EAGAIN && poll(&poll_fd, 1, PIPE_WAIT_MS) > 0)));
	return got;
}

int file_read_all(int dirfd, const char *path, size_t max_bytes, char **ret_buf, size_t *ret_len)
{
	cleanup_close int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	cleanup_free char *buf = NULL;
	size_t size = 4096;
	size_t len = 0;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	/* A pipe or a device would never end; a process substitution (<(...)) is a pipe, and may.
	 */
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode))
		return -EINVAL;
	if (S_ISREG(st.st_mode) && (unsigned long long)st.st_size > max_bytes)
		return -EFBIG;
	if (S_ISREG(st.st_mode))
		size = (size_t)st.st_size + 2;
	for (;;) {
		ssize_t got;

		if (!buf || len + 1 >= size) {
			char *grown;

			if (buf)
				size *= 2;
			grown = realloc(buf, size);
			if (!grown)
				return -ENOMEM;
			buf = grown;
		}
		got = read_or_wait(fd, buf + len, size - 1 - len);
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		len += (size_t)got;
		if (len > max_bytes)
			return -EFBIG;
	}
	buf[len] = '\0';
	*ret_len = len;
	*ret_buf = take_ptr(&buf);
	return 0;
}

int file_write_str(int dirfd, const char *path, const char *text)
{
	cleanup_close int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC);
	size_t len = strlen(text);
	ssize_t put;

	if (fd < 0)
		return -errno;
	do {
		put = write(fd, text, len);
	} while (put < 0 && errno == EINTR);
	if (put < 0)
		return -errno;
	return (size_t)put == len ? 0 : -EIO;
}

int file_boot_header(const char *kind, char *buf, size_t size)
{
	char boot_id[64];
	ssize_t len = file_read_buf(AT_FDCWD, "/proc/sys/kernel/random/boot_id", boot_id,
				    sizeof(boot_id));

	if (len <= 0)
		return len < 0 ? (int)len : -EIO;
	boot_id[strcspn(boot_id, "\n")] = '\0';
	(void)snprintf(buf, size, "%s 1 %s\n", kind, boot_id);
	return 0;
}
