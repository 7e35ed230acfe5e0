/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CGRED_SOURCE_EXEC_FILTER_H
#define CGRED_SOURCE_EXEC_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * An eBPF program on the socket of the proc connector. The kernel runs it in the process that
 * executes, before the event takes any of the socket's buffer or wakes anybody: execs by users that
 * no rule is for end there, and of the others it notes what would cost the daemon system calls to
 * find out. Where the kernel cannot (doc/design.md, 7), connector-filter.h has a plain one.
 */
struct exec_filter;
struct executed;

/* Whom the rules are for. */
struct exec_audience {
	bool everybody; /* the rest does not matter */
	uint32_t *uids, *gids;
	size_t n_uids, n_gids;
};

/*
 * btf_path: BTF_KERNEL (base/btf.h). Finds out how the running kernel lays out what is to be read,
 * and tries it on a child: what it says is either right, or there is no filter. 0; -errno (-ENOENT,
 * -EPERM, -ENOSYS …: not with this kernel); *ret_tried says what failed.
 */
int exec_filter_new(const char *btf_path, struct exec_filter **ret, const char **ret_tried);
void exec_filter_free(struct exec_filter *filter); /* takes NULL */

/* Let through events of these kinds (EVENT_MASK), and of execs those by the audience; in place of
 * the filter that the socket has. 0 or -errno: it has the one of before. */
int exec_filter_attach(const struct exec_filter *filter, int socket_fd, unsigned kinds,
		       const struct exec_audience *audience);

/* What was noted of the exec that a process was told to have made at a time (event.cpu, .time_ns).
 * False: nothing, or not any more. */
bool exec_filter_find(const struct exec_filter *filter, uint32_t cpu, pid_t tgid, uint64_t time_ns,
		      struct executed *ret);

/* In words, for the log: what this kernel lets it note of an exec. */
const char *exec_filter_notes(const struct exec_filter *filter);

/* How many execs were not for the audience. */
uint64_t exec_filter_count(const struct exec_filter *filter);

#endif
