/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_SOURCE_AUDIT_KERNEL_H
#define CGRED_SOURCE_AUDIT_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The kernel's audit configuration: its status and its rules, through libaudit. The one file behind
 * this header includes libaudit.h, whose constants have the names of those in source/audit.h. */

struct audit_kernel_status {
	uint32_t enabled; /* 0, 1, or 2: locked until the next boot */
	uint32_t daemon_pid;
	uint32_t rate_limit;
	uint32_t backlog_limit;
	uint32_t lost; /* records, since the boot or since somebody reset it */
};

/* A rule as the kernel takes and gives it: one piece of memory, for free(). */
struct audit_rule_data;

struct audit_kernel_watch {
	const char *path;
	bool is_directory; /* with all below */
	char access;	   /* 'r', 'w' or 'x' */
	bool failed;	   /* also calls that failed */
	const char *key;
};

/* A descriptor, or -errno. -ECONNREFUSED: not in the first namespaces, or "audit=0" at boot. */
int audit_kernel_open(void);

int audit_kernel_get_status(int fd, struct audit_kernel_status *ret);
int audit_kernel_set_enabled(int fd, uint32_t enabled);
int audit_kernel_set_backlog_limit(int fd, uint32_t limit);

/* Not for what this process does itself. NULL: no memory, or a path that is too long. */
struct audit_rule_data *audit_kernel_make_rule(const struct audit_kernel_watch *watch);

/* Before or behind the others. 0 or -errno; -EEXIST; -ENOENT: no such directory. */
int audit_kernel_add_rule(int fd, const struct audit_rule_data *rule, bool first);
int audit_kernel_delete_rule(int fd, const struct audit_rule_data *rule);

/* All rules for the directory, or for one above it, are for what is mounted below it now, too. */
int audit_kernel_cover(int fd, const char *directory);

/* All that there are, in their order. Release with audit_kernel_free_rules(). */
int audit_kernel_list_rules(int fd, struct audit_rule_data ***ret, size_t *ret_n);
void audit_kernel_free_rules(struct audit_rule_data **rules, size_t n);

/* Does one of them have this key? */
bool audit_kernel_has_key_in(struct audit_rule_data *const *rules, size_t n, const char *key);

/* Does it leave tasks out for good ("-a task,never")? */
bool audit_kernel_is_task_never(const struct audit_rule_data *rule);

/* For a file. From bytes: NULL when they are no rule, or for want of memory. */
size_t audit_kernel_rule_bytes(const struct audit_rule_data *rule);
struct audit_rule_data *audit_kernel_rule_from_bytes(const void *bytes, size_t len);

#endif
