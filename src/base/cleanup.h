/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_CLEANUP_H
#define CGRED_BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * Attributes for resources that live in one function: the variable is released when it goes out
 * of scope. To hand the resource to somebody else: `*ret = take_ptr(&p)`, `fd = take_fd(&fd)`.
 */
#define cleanup_free  __attribute__((cleanup(cleanup_free_ptr)))
#define cleanup_close __attribute__((cleanup(cleanup_close_fd)))
#define cleanup_file  __attribute__((cleanup(cleanup_close_file)))
#define cleanup_dir   __attribute__((cleanup(cleanup_close_dir)))

static inline void cleanup_free_ptr(void *ptr)
{
	free(*(void **)ptr);
}

static inline void cleanup_close_fd(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static inline void cleanup_close_file(FILE **file)
{
	if (*file)
		(void)fclose(*file);
}

static inline void cleanup_close_dir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

#define take_ptr(ptr)                               \
	({                                          \
		__typeof__(*(ptr)) taken_ = *(ptr); \
		*(ptr) = NULL;                      \
		taken_;                             \
	})

static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#endif
