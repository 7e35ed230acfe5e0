/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Identity by pidfd. */
#include "config.h"

#include "process/identity.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Of linux/magic.h, from Linux 6.9. */
#define PIDFS_MAGIC 0x50494446

int identity_open(pid_t tgid)
{
	int fd = (int)syscall(SYS_pidfd_open, tgid, 0);

	if (fd >= 0)
		return fd;
	/* The number is a thread's: EINVAL, on later kernels ENOENT. */
	return errno == EINVAL || errno == ENOENT ? -ESRCH : -errno;
}

bool identity_holds(int pidfd)
{
	return syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) == 0 || errno != ESRCH;
}

uint64_t identity_number(int pidfd)
{
	struct statfs fs;
	struct stat st;

	if (fstatfs(pidfd, &fs) < 0 || fs.f_type != PIDFS_MAGIC || fstat(pidfd, &st) < 0)
		return 0;
	return st.st_ino;
}
