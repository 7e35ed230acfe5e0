/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hierarchies come and go while the daemon runs: reading the mount table, and noticing that it
 * changed. */
#include "config.h"

#include "cgroup/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cgroup/hierarchy.h"

#define MOUNTINFO	    "/proc/self/mountinfo"
#define MOUNTINFO_MAX_BYTES ((size_t)64 * 1024 * 1024)

int mounts_load(struct hierarchies *ret)
{
	cleanup_free char *text = NULL;
	size_t len;
	int r;

	r = file_read_all(AT_FDCWD, MOUNTINFO, MOUNTINFO_MAX_BYTES, &text, &len);
	if (r < 0)
		return r;
	r = hierarchies_parse(ret, text);
	if (r < 0)
		return r;
	r = hierarchies_open(ret);
	if (r < 0)
		hierarchies_done(ret);
	return r;
}

bool mounts_equal(const struct hierarchies *a, const struct hierarchies *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const struct hierarchy *left = &a->items[i];
		const struct hierarchy *right = &b->items[i];

		if (left->unified != right->unified || strcmp(left->mount, right->mount) != 0 ||
		    strcmp(left->root, right->root) != 0 ||
		    strcmp(left->controllers, right->controllers) != 0)
			return false;
	}
	return true;
}

/* The file is always readable; that it changed is "priority" data, which libevent does not know: so
 * an epoll descriptor of its own stands between. */
int mounts_watch(void)
{
	cleanup_close int mountinfo = open(MOUNTINFO, O_RDONLY | O_CLOEXEC);
	cleanup_close int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = { .events = EPOLLPRI };

	if (mountinfo < 0 || epoll_fd < 0)
		return -errno;
	event.data.fd = mountinfo;
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, mountinfo, &event) < 0)
		return -errno;
	/* Closing it would take it out of the set: it stays open as long as the process. */
	(void)take_fd(&mountinfo);
	return take_fd(&epoll_fd);
}

void mounts_watch_clear(int fd)
{
	struct epoll_event event;

	/* Asking once is what the kernel counts as having seen the change. */
	(void)epoll_wait(fd, &event, 1, 0);
}
