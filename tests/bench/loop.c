// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * loop PROGRAM FILE: the least that a daemon of this kind can do. Receives exec events one by one,
 * reads the link to the executable, and where that is the program writes the process to FILE (a
 * cgroup.procs). The limit in the tables.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENT_OFFSET (NLMSG_HDRLEN + sizeof(struct cn_msg))
#define PID_OFFSET   (EVENT_OFFSET + 16)

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* Only exec events: the kernel drops the others before they cost anything. */
static void attach_filter(int fd)
{
	struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, EVENT_OFFSET),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_EXEC), 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	const struct sock_fprog fprog = { .len = 4, .filter = program };

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &fprog, sizeof(fprog)) < 0)
		die("loop: filter");
}

static int listen_to_kernel(void)
{
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_CONNECTOR);
	struct sockaddr_nl address = { .nl_family = AF_NETLINK,
				       .nl_pid = (uint32_t)getpid(),
				       .nl_groups = CN_IDX_PROC };
	_Alignas(8) char buf[64] = { 0 };
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;
	struct cn_msg *cn = NLMSG_DATA(nlh);
	const uint32_t operation = PROC_CN_MCAST_LISTEN;
	int bytes = 8 << 20;

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		die("loop: socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	attach_filter(fd);
	nlh->nlmsg_len = NLMSG_LENGTH(sizeof(*cn) + sizeof(operation));
	nlh->nlmsg_type = NLMSG_DONE;
	cn->id.idx = CN_IDX_PROC;
	cn->id.val = CN_VAL_PROC;
	cn->len = sizeof(operation);
	memcpy(cn->data, &operation, sizeof(operation));
	if (send(fd, nlh, nlh->nlmsg_len, 0) < 0)
		die("loop: send");
	return fd;
}

static void place(pid_t pid, const char *program, int procs_fd)
{
	char path[32], target[PATH_MAX], text[16];
	ssize_t len;

	(void)snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return;
	target[len] = '\0';
	if (strcmp(target, program) != 0)
		return;
	len = snprintf(text, sizeof(text), "%d", (int)pid);
	(void)!write(procs_fd, text, (size_t)len);
}

int main(int argc, char **argv)
{
	int procs_fd, fd;
	unsigned char message[512];
	int32_t pid;

	if (argc != 3) {
		(void)fputs("usage: loop PROGRAM FILE\n", stderr);
		return 2;
	}
	procs_fd = open(argv[2], O_WRONLY | O_CLOEXEC);
	if (procs_fd < 0)
		die(argv[2]);
	fd = listen_to_kernel();
	for (;;) {
		ssize_t len = recv(fd, message, sizeof(message), 0);

		if (len < (ssize_t)(PID_OFFSET + sizeof(pid)))
			continue;
		memcpy(&pid, message + PID_OFFSET, sizeof(pid));
		place((pid_t)pid, argv[1], procs_fd);
	}
}
