/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_PROCESS_LOOK_H
#define CGRED_PROCESS_LOOK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * One system call for what most decisions ask of a process: an eBPF program of the daemon's own
 * (BPF_PROG_TYPE_SYSCALL), which finds the process by its number and reads what the kernel keeps of
 * it. It waits for nothing. Linux 6.10, with a description of its types (BTF), and CAP_BPF and
 * CAP_PERFMON; where that is not so, /proc and the pidfd tell.
 */
struct look;

/* Hierarchies that one look tells of. */
#define LOOK_CGROUPS_MAX 32

/* The numbers of the groups that a process is in, one for each hierarchy that the kernel has,
 * always in the same order. A number is never given to another group of its hierarchy
 * (kernfs_node.id). */
struct cgroup_ids {
	uint64_t n; /* 0: not told */
	uint64_t items[LOOK_CGROUPS_MAX];
};

bool look_same_cgroups(const struct cgroup_ids *one, const struct cgroup_ids *other);

/* Of a process whose first thread lives. */
struct looked {
	uint64_t identity; /* identity_number() */
	uint64_t task;	   /* of the first thread: another one when an exec by a thread has made it
			      first */
	pid_t ppid;
	uid_t euid;
	gid_t egid;
	struct cgroup_ids cgroups;
};

/*
 * btf_path: BTF_KERNEL (base/btf.h). Tries the program on the calling process: what it says is
 * either right, or there is none. 0; -errno (-ENOENT, -EPERM, -ENOTSUP …: not with this kernel);
 * *ret_tried says what failed.
 */
int look_new(const char *btf_path, struct look **ret, const char **ret_tried);
void look_free(struct look *look); /* takes NULL */

/* Several threads may, at one time. 0; -ESRCH: there is no such process, or its first thread has
 * ended, or is about to, or it is in more groups than fit: /proc must be asked; another -errno: it
 * cannot be told. */
int look_at(const struct look *look, pid_t tgid, struct looked *ret);

#endif
