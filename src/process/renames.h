/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_PROCESS_RENAMES_H
#define CGRED_PROCESS_RENAMES_H

#include <stdint.h>

/* How many cgroups have been renamed, which v1 allows: counted by an eBPF program on the kernel's
 * tracepoint (trace/events/cgroup.h), when the group has its new name. Linux 5.5, and the right to
 * load one. */
struct renames;

/* 0 or -errno. */
int renames_new(struct renames **ret);
void renames_free(struct renames *renames); /* takes NULL */

/* No system call. */
uint64_t renames_count(const struct renames *renames);

#endif
