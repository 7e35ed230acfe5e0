/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_BASE_BTF_H
#define CGRED_BASE_BTF_H

#include <stddef.h>
#include <stdint.h>

/* Where the running kernel has the members of its structures: its own description of its types,
 * /sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF). */

#define BTF_KERNEL "/sys/kernel/btf/vmlinux"

/* The file, to be freed. 0 or -errno. */
int btf_read(const char *path, char **ret, size_t *ret_len);

struct btf_member {
	const char *structure, *name;
	uint32_t offset; /* in bytes; filled in */
};

struct btf_function {
	const char *name;
	uint32_t number; /* of its type; filled in */
};

/* Fill in the offsets. bytes[0..len) is the file. 0; -ENOENT: one of them is not there, or is a bit
 * field; -EBADMSG; -EOPNOTSUPP: a kind of type that is newer than this; -ENOMEM. Pure. */
int btf_find(const void *bytes, size_t len, struct btf_member *members, size_t n);

/* Fill in the numbers of the kernel's functions (BTF_KIND_FUNC), with the same errors. Pure. */
int btf_find_functions(const void *bytes, size_t len, struct btf_function *functions, size_t n);

#endif
