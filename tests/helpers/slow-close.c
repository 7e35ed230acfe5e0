// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * slow-close DIR: mounts a file system of its own (fuse(4)) there, with one file, "file". To close
 * that lasts until the standard input of this ends. Says "ready", and "closing" each time.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILE_NODE   2
#define MAX_CLOSING 16

static int server;
static uint64_t closing[MAX_CLOSING];
static int n_closing;

static void answer(uint64_t unique, int error, void *data, size_t len)
{
	struct fuse_out_header header = { .len = (uint32_t)(sizeof(header) + len),
					  .error = -error,
					  .unique = unique };
	struct iovec parts[] = { { &header, sizeof(header) }, { data, len } };

	if (writev(server, parts, 2) < 0)
		perror("slow-close: answer");
}

static void fill_attr(struct fuse_attr *attr, uint64_t node)
{
	attr->ino = node;
	attr->mode = node == FILE_NODE ? S_IFREG | 0644 : S_IFDIR | 0755;
	attr->nlink = 1;
	attr->blksize = 4096;
}

static void look_up(const struct fuse_in_header *request)
{
	struct fuse_entry_out entry = { .nodeid = FILE_NODE,
					.entry_valid = 3600,
					.attr_valid = 3600 };

	fill_attr(&entry.attr, FILE_NODE);
	if (strcmp((const char *)(request + 1), "file") == 0)
		answer(request->unique, 0, &entry, sizeof(entry));
	else
		answer(request->unique, ENOENT, NULL, 0);
}

static void tell_attr(const struct fuse_in_header *request)
{
	struct fuse_attr_out out = { .attr_valid = 3600 };

	fill_attr(&out.attr, request->nodeid);
	answer(request->unique, 0, &out, sizeof(out));
}

static void close_later(const struct fuse_in_header *request)
{
	(void)puts("closing");
	if (n_closing < MAX_CLOSING)
		closing[n_closing++] = request->unique;
	else
		answer(request->unique, 0, NULL, 0);
}

static void serve(const struct fuse_in_header *request)
{
	struct fuse_init_out init = { .major = FUSE_KERNEL_VERSION,
				      .minor = 31,
				      .max_write = 4096 };
	struct fuse_open_out opened = { 0 };

	switch (request->opcode) {
	case FUSE_INIT:
		answer(request->unique, 0, &init, sizeof(init));
		break;
	case FUSE_LOOKUP:
		look_up(request);
		break;
	case FUSE_GETATTR:
		tell_attr(request);
		break;
	case FUSE_OPEN:
		answer(request->unique, 0, &opened, sizeof(opened));
		break;
	case FUSE_FLUSH:
		close_later(request);
		break;
	case FUSE_RELEASE:
		answer(request->unique, 0, NULL, 0);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break;
	default:
		answer(request->unique, ENOSYS, NULL, 0);
	}
}

static bool mount_at(const char *dir)
{
	char options[128];

	server = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (server < 0)
		return false;
	(void)snprintf(options, sizeof(options),
		       "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", server);
	return mount("slow-close", dir, "fuse", MS_NOSUID | MS_NODEV, options) == 0;
}

int main(int argc, char **argv)
{
	static union {
		struct fuse_in_header request;
		char space[65536];
	} in;
	struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .events = POLLIN } };

	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc != 2 || !mount_at(argv[1])) {
		perror("slow-close");
		return 1;
	}
	(void)puts("ready");
	fds[1].fd = server;
	while (poll(fds, 2, -1) >= 0 && !fds[0].revents) {
		ssize_t got = fds[1].revents ? read(server, &in, sizeof(in)) : 0;

		if (got > 0)
			serve(&in.request);
	}
	while (n_closing > 0)
		answer(closing[--n_closing], 0, NULL, 0);
	return umount2(argv[1], MNT_DETACH) < 0;
}
