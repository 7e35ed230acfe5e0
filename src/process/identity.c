/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Identity by pidfd. */
#include "config.h"

#include "process/identity.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Of linux/magic.h, from Linux 6.9. */
#define PIDFS_MAGIC 0x50494446

/* PIDFD_GET_INFO and its structure, of linux/pidfd.h from Linux 6.13. */
struct pidfd_info_v0 {
	uint64_t mask;
	uint64_t cgroupid;
	uint32_t pid, tgid, ppid;
	uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
	int32_t exit_code;
};

static_assert(sizeof(struct pidfd_info_v0) == 64, "the kernel's layout");

#define GET_INFO      _IOWR(0xFF, 11, struct pidfd_info_v0)
#define INFO_PID      (UINT64_C(1) << 0)
#define INFO_CREDS    (UINT64_C(1) << 1)
#define INFO_CGROUPID (UINT64_C(1) << 2)

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

int identity_read_ids(int pidfd, struct identity_ids *ret)
{
	struct pidfd_info_v0 info = { .mask = INFO_PID | INFO_CREDS | INFO_CGROUPID };

	if (ioctl(pidfd, GET_INFO, &info) < 0)
		return -errno;
	if ((info.mask & (INFO_PID | INFO_CREDS)) != (INFO_PID | INFO_CREDS))
		return -EOPNOTSUPP;
	*ret = (struct identity_ids){
		.ppid = (pid_t)info.ppid,
		.euid = info.euid,
		.egid = info.egid,
		.cgroup_id = info.mask & INFO_CGROUPID ? info.cgroupid : 0,
	};
	return 0;
}

static bool is_in_pidfs(int pidfd)
{
	struct statfs fs;

	return fstatfs(pidfd, &fs) == 0 && fs.f_type == PIDFS_MAGIC;
}

bool identity_has_ended(int pidfd)
{
	struct pollfd pfd = { .fd = pidfd, .events = POLLIN };

	return poll(&pfd, 1, 0) > 0;
}

bool identity_has_numbers(void)
{
	cleanup_close int pidfd = identity_open(getpid());

	return pidfd >= 0 && is_in_pidfs(pidfd);
}

uint64_t identity_number_in(int pidfd)
{
	struct stat st;

	return fstat(pidfd, &st) == 0 ? st.st_ino : 0;
}

uint64_t identity_number(int pidfd)
{
	return is_in_pidfs(pidfd) ? identity_number_in(pidfd) : 0;
}
