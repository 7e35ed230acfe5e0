/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hierarchies come and go while the daemon runs: reading the mount table, and noticing that it
 * changed. */
#include "config.h"

#include "cgroup/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/mountinfo.h"
#include "cgroup/hierarchy.h"

#define MOUNTINFO "/proc/self/mountinfo"

/* A plain descriptor of a directory would keep the administrator from unmounting the hierarchy. */
static int open_mount(const char *path)
{
	int fd = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (fd < 0)
		fd = open(path, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int read_controllers(struct hierarchy *hierarchy)
{
	char list[1024];
	ssize_t len = file_read_buf(hierarchy->fd, "cgroup.controllers", list, sizeof(list));
	char *copy;

	if (len < 0)
		return (int)len;
	if (len > 0 && list[len - 1] == '\n')
		list[len - 1] = '\0';
	copy = strdup(list);
	if (!copy)
		return -ENOMEM;
	free(hierarchy->controllers);
	hierarchy->controllers = copy;
	return 0;
}

/* The mount at a path: what the table lists may be hidden under another. STATX_MNT_ID is of
 * Linux 5.8. */
static bool is_on_top(const struct hierarchy *hierarchy)
{
	struct statx stx;

	if (statx(AT_FDCWD, hierarchy->mount, AT_NO_AUTOMOUNT, STATX_MNT_ID, &stx) < 0)
		return false;
	return !(stx.stx_mask & STATX_MNT_ID) || stx.stx_mnt_id == hierarchy->mount_id;
}

/* What is found at the path must be what the table says. */
static int probe(struct hierarchy *hierarchy)
{
	unsigned long magic = hierarchy->unified ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC;
	cleanup_close int fd = open_mount(hierarchy->mount);
	struct statfs fs;

	if (fd < 0)
		return fd;
	if (!is_on_top(hierarchy))
		return -ENODEV;
	if (fstatfs(fd, &fs) < 0)
		return -errno;
	if ((unsigned long)fs.f_type != magic)
		return -ENODEV;
	hierarchy->fd = take_fd(&fd);
	return hierarchy->unified ? read_controllers(hierarchy) : 0;
}

int mounts_load(struct hierarchies *ret)
{
	cleanup_free char *text = NULL;
	int r = mountinfo_read(&text);

	return r < 0 ? r : hierarchies_parse(ret, text, probe);
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
