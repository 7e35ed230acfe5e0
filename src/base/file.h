/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_FILE_H
#define CGRED_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Read a small file (of /proc, of a cgroup) into buf, terminated with a zero byte. Returns its
 * length, at most size - 1 (the rest is not read), or -errno. */
ssize_t file_read_buf(int dirfd, const char *path, char *buf, size_t size);

/* The same for a descriptor, from its present position. */
ssize_t file_read_fd(int fd, char *buf, size_t size);

/* An O_PATH descriptor of what a path that somebody else chose leads to; flags: more of open(2). It
 * waits for nothing on the way: -EAGAIN where the kernel does not have it in its cache; -EINVAL,
 * -ENOSYS: it cannot say (RESOLVE_CACHED, Linux 5.12). resolve: more of openat2(2). */
int file_open_cached(int dirfd, const char *path, int flags, unsigned long resolve);

/* The path of an open file, as the kernel tells it: buf has PATH_MAX bytes. False: it does not. */
bool file_path_of_fd(int fd, char *buf);

/* Read a whole regular file into *ret_buf (to be freed; terminated with a zero byte that is not
 * counted in *ret_len). -EFBIG when it is larger than max_bytes, -EISDIR, or another -errno. */
int file_read_all(int dirfd, const char *path, size_t max_bytes, char **ret_buf, size_t *ret_len);

/* Write a string with one write(2), as the files of a cgroup want it. 0 or -errno. */
int file_write_str(int dirfd, const char *path, const char *text);

/* The first line of a file that means something only until the next boot: "KIND 1 BOOT-ID\n". 0 or
 * -errno. */
int file_boot_header(const char *kind, char *buf, size_t size);

#endif
