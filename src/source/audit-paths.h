/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_SOURCE_AUDIT_PATHS_H
#define CGRED_SOURCE_AUDIT_PATHS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "source/audit.h"

/* What a system call's names of files lead to. */

struct audit_place;

enum audit_nametype {
	AUDIT_NAME_NORMAL,
	AUDIT_NAME_PARENT,
	AUDIT_NAME_CREATE,
	AUDIT_NAME_DELETE
};

/* One PATH record. */
struct audit_item {
	bool is_named;
	enum audit_nametype type;
	uint64_t inode; /* 0: not said */
	char name[PATH_MAX];
};

#define AUDIT_ITEMS_MAX 8

/* What is needed of one system call. */
struct audit_call {
	pid_t tid;
	const char *syscall; /* its name */
	uint64_t arguments[4];
	char cwd[PATH_MAX]; /* empty: not said */
	struct audit_item items[AUDIT_ITEMS_MAX];
	size_t n_items;
};

/*
 * The absolute path of an item into buf. False: it cannot be told for certain (without a name, or
 * relative to a descriptor that the process does not have any more, or that would have to be waited
 * for).
 */
bool audit_path_resolve(struct audit_links links, const struct audit_call *call,
			const struct audit_item *item, char *buf, size_t size);

/* path, from base when it is relative, without ".", ".." and "//". False: longer than size. */
bool audit_path_join(const char *base, const char *path, char *buf, size_t size);

/* As the place that it lies in is configured, into buf; false: it does not lie in it. */
bool audit_path_in_place(const struct audit_place *place, const char *path, char *buf, size_t size);

/* Without symbolic links; the last component need not exist. Asks the file system. */
bool audit_path_really(const char *path, char *buf, size_t size);

#endif
