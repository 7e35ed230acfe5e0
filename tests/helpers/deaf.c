// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * deaf PID leave|filter: makes the proc connector's sockets of a process deaf. "leave" ends their
 * membership in the multicast group, "filter" attaches a filter that drops everything. Prints how
 * many there were.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

static bool is_connector(int fd)
{
	int domain = 0, protocol = 0;
	socklen_t len = sizeof(int);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 && domain == AF_NETLINK &&
	       getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len) == 0 &&
	       protocol == NETLINK_CONNECTOR;
}

static bool leave(int fd)
{
	int group = CN_IDX_PROC;

	return setsockopt(fd, SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, &group, sizeof(group)) == 0;
}

static bool filter(int fd)
{
	struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
	const struct sock_fprog program = { .len = 1, .filter = &drop };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0;
}

int main(int argc, char **argv)
{
	const struct dirent *entry;
	char path[64];
	int pidfd, count = 0;
	DIR *dir;

	if (argc != 3)
		return 2;
	pidfd = (int)syscall(SYS_pidfd_open, strtol(argv[1], NULL, 10), 0);
	(void)snprintf(path, sizeof(path), "/proc/%.16s/fd", argv[1]);
	dir = opendir(path);
	if (pidfd < 0 || !dir) {
		perror("deaf");
		return 1;
	}
	while ((entry = readdir(dir))) {
		long number = strtol(entry->d_name, NULL, 10);
		int fd = (int)syscall(SYS_pidfd_getfd, pidfd, (int)number, 0);

		if (entry->d_name[0] == '.' || fd < 0)
			continue;
		if (is_connector(fd)) {
			if (!(strcmp(argv[2], "leave") == 0 ? leave(fd) : filter(fd))) {
				perror("deaf: setsockopt");
				return 1;
			}
			count++;
		}
		(void)close(fd);
	}
	(void)closedir(dir);
	printf("%d\n", count);
	return count ? 0 : 1;
}
