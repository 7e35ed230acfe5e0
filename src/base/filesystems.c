/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which of what is mounted holds programs. */
#include "config.h"

#include "base/filesystems.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/mountinfo.h"

#define KINDS		"/proc/filesystems"
#define KINDS_MAX_BYTES ((size_t)1024 * 1024)

/* Those that need no block device that programs are started from all the same. */
static const char *const in_memory[] = { "tmpfs", "ramfs", "rootfs", "overlay", "zfs", "bcachefs" };

/* proc_filesystems(5): "nodev\tproc\n", "\text4\n". One that is on a block device is of this
 * machine, but for FUSE. */
static bool is_on_device(const char *kinds, struct mountinfo_field type)
{
	if (type.len >= 4 && memcmp(type.text, "fuse", 4) == 0)
		return false;
	while (*kinds) {
		const char *end = strchrnul(kinds, '\n');

		if (*kinds == '\t' && (size_t)(end - kinds) == type.len + 1 &&
		    memcmp(kinds + 1, type.text, type.len) == 0)
			return true;
		kinds = end + (*end == '\n');
	}
	return false;
}

static bool holds_programs(const char *kinds, struct mountinfo_field type)
{
	for (size_t i = 0; i < sizeof(in_memory) / sizeof(in_memory[0]); i++) {
		if (mountinfo_is(type, in_memory[i]))
			return true;
	}
	return is_on_device(kinds, type);
}

static bool is_first(const char *mountinfo, const struct mountinfo *mount)
{
	struct mountinfo other;

	while (mountinfo_next(&mountinfo, &other) && other.mount.text != mount->mount.text) {
		if (other.device.len == mount->device.len &&
		    memcmp(other.device.text, mount->device.text, mount->device.len) == 0)
			return false;
	}
	return true;
}

static int add(struct filesystems *filesystems, const struct mountinfo *mount)
{
	char **mounts = reallocarray(filesystems->mounts, filesystems->n + 1, sizeof(*mounts));

	if (!mounts)
		return -ENOMEM;
	filesystems->mounts = mounts;
	mounts[filesystems->n] = mountinfo_unescape(mount->mount);
	if (!mounts[filesystems->n])
		return -ENOMEM;
	filesystems->n++;
	return 0;
}

int filesystems_parse(const char *kinds, const char *mountinfo, struct filesystems *ret)
{
	const char *at = mountinfo;
	struct mountinfo mount;

	*ret = (struct filesystems){ 0 };
	while (mountinfo_next(&at, &mount)) {
		if (!holds_programs(kinds, mount.type) || !is_first(mountinfo, &mount))
			continue;
		if (add(ret, &mount) < 0) {
			filesystems_done(ret);
			return -ENOMEM;
		}
	}
	return 0;
}

int filesystems_find(struct filesystems *ret)
{
	cleanup_free char *kinds = NULL;
	cleanup_free char *mountinfo = NULL;
	size_t len;
	int r = file_read_all(AT_FDCWD, KINDS, KINDS_MAX_BYTES, &kinds, &len);

	if (r == 0)
		r = mountinfo_read(&mountinfo);
	return r < 0 ? r : filesystems_parse(kinds, mountinfo, ret);
}

void filesystems_done(struct filesystems *filesystems)
{
	for (size_t i = 0; i < filesystems->n; i++)
		free(filesystems->mounts[i]);
	free(filesystems->mounts);
	*filesystems = (struct filesystems){ 0 };
}
