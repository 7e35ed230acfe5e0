/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mount option favordynmods: whether it is on, and turning it on. */
#include "config.h"

#include "cgroup/dynmods.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/mountinfo.h"

#define FEATURES "/sys/kernel/cgroup/features"
#define OPTION	 "favordynmods"

static bool has_line(const char *text, const char *line)
{
	size_t len = strlen(line);

	for (const char *at = text; (at = strstr(at, line)); at += len) {
		if ((at == text || at[-1] == '\n') && (at[len] == '\n' || !at[len]))
			return true;
	}
	return false;
}

static bool has_option(struct mountinfo_field options)
{
	struct mountinfo_field option;

	while (mountinfo_next_option(&options, &option)) {
		if (mountinfo_is(option, OPTION))
			return true;
	}
	return false;
}

enum dynmods dynmods_parse(const char *features, const char *mountinfo)
{
	struct mountinfo mount;

	if (!has_line(features, OPTION))
		return DYNMODS_NOT_NEEDED;
	while (mountinfo_next(&mountinfo, &mount)) {
		/* The lock that it is about is one for all hierarchies. */
		if ((mountinfo_is(mount.type, "cgroup") || mountinfo_is(mount.type, "cgroup2")) &&
		    has_option(mount.options))
			return DYNMODS_ON;
	}
	return DYNMODS_OFF;
}

enum dynmods dynmods_read(void)
{
	cleanup_free char *mountinfo = NULL;
	char features[1024];

	/* Of Linux 4.15. What cannot be read is taken for the slower kernel. */
	if (file_read_buf(AT_FDCWD, FEATURES, features, sizeof(features)) < 0)
		return DYNMODS_NOT_NEEDED;
	if (mountinfo_read(&mountinfo) < 0)
		return DYNMODS_OFF;
	return dynmods_parse(features, mountinfo);
}

/* ---- turning it on --------------------------------------------------------------------------- */

static int set_flag(int fs_fd, const char *option)
{
	if (syscall(SYS_fsconfig, fs_fd, FSCONFIG_SET_FLAG, option, NULL, 0) < 0)
		return -errno;
	return 0;
}

/* All of cgroup2's options are flags, and those that are not said again are cleared. */
static int keep_options(int fs_fd, struct mountinfo_field options)
{
	struct mountinfo_field option;
	char name[64];

	while (mountinfo_next_option(&options, &option)) {
		int r;

		if (mountinfo_is(option, "rw") || mountinfo_is(option, "ro"))
			continue;
		if (option.len >= sizeof(name))
			return -EINVAL;
		(void)snprintf(name, sizeof(name), "%.*s", (int)option.len, option.text);
		r = set_flag(fs_fd, name);
		if (r < 0)
			return r;
	}
	return 0;
}

static int remount(const struct mountinfo *mount)
{
	cleanup_free char *path = mountinfo_unescape(mount->mount);
	cleanup_close int fs_fd = -1;
	int r;

	if (!path)
		return -ENOMEM;
	fs_fd = (int)syscall(SYS_fspick, AT_FDCWD, path, FSPICK_CLOEXEC);
	if (fs_fd < 0)
		return -errno;
	r = keep_options(fs_fd, mount->options);
	if (r == 0)
		r = set_flag(fs_fd, OPTION);
	if (r == 0 && syscall(SYS_fsconfig, fs_fd, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) < 0)
		r = -errno;
	return r;
}

int dynmods_set(void)
{
	cleanup_free char *mountinfo = NULL;
	struct mountinfo mount;
	const char *at;
	int r = mountinfo_read(&mountinfo);

	if (r < 0)
		return r;
	at = mountinfo;
	/* A v1 hierarchy does not let its options be changed (kernel/cgroup/cgroup-v1.c). */
	while (mountinfo_next(&at, &mount)) {
		if (!mountinfo_is(mount.type, "cgroup2"))
			continue;
		r = remount(&mount);
		/* Outside of the first cgroup namespace the kernel takes it and does nothing. */
		return r == 0 && dynmods_read() != DYNMODS_ON ? -EPERM : r;
	}
	return -ENODEV;
}
