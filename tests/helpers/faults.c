// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * faults.so: preloaded, it makes system and library calls fail as the first line of the file
 * $FAULTS says, which may change at any time (but not become shorter: it is mapped):
 *
 *   CALL ERROR [PART]   CALL is open, read, write, calloc, malloc or fork; ERROR a number;
 *                       only files with PART in their path, if given
 *   slow MS [PART]      writes work, but begin so many milliseconds later
 *   subscribe MS        a socket of the proc connector is made, but so many milliseconds later
 *   drop ERROR          what recvmmsg() would read in the middle of a decision about a process,
 *                       whose executable, status or pidfd was asked for since the loop waited, is
 *                       thrown away, and the call fails
 *
 * Anything else: nothing fails. Only the first thread's calls do, and those of the threads that
 * read /proc for it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/netlink.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define SIZE 256

int __openat64_2(int dir, const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);
ssize_t __read_chk(int fd, void *buf, size_t len, size_t size);
ssize_t __readlinkat_chk(int dir, const char *path, char *buf, size_t len, size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_malloc(size_t size);

static const char *order;

/* A process has been asked about since the loop waited. */
static atomic_bool deciding;

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("FAULTS");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *map = MAP_FAILED;

	if (fd >= 0)
		map = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0);
	if (fd >= 0)
		(void)close(fd);
	if (map != MAP_FAILED)
		order = map;
}

static bool is_first_thread(void)
{
	return syscall(SYS_gettid) == syscall(SYS_getpid);
}

/* The first, or one that reads for it (process/patient.h). */
static bool is_meant(void)
{
	char name[16] = "";

	return is_first_thread() ||
	       (prctl(PR_GET_NAME, name) == 0 && strcmp(name, "cgred-patient") == 0);
}

/* The error that the order has for the call, 0: none. */
static int error_of(const char *call, const char *path, int fd)
{
	char text[SIZE], link[PATH_MAX], name[64];
	char *rest = text;
	const char *word, *part;
	int error;

	if (!order || strncmp(order, call, strlen(call)) != 0 || !is_meant())
		return 0;
	memcpy(text, order, sizeof(text));
	text[SIZE - 1] = '\0';
	text[strcspn(text, "\n")] = '\0';
	word = strsep(&rest, " ");
	if (!rest || strcmp(word, call) != 0)
		return 0;
	error = (int)strtol(strsep(&rest, " "), NULL, 10);
	part = rest ? strsep(&rest, " ") : NULL;
	if (!part || !*part)
		return error;
	if (!path) {
		ssize_t len;

		(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
		len = readlink(name, link, sizeof(link) - 1);
		link[len > 0 ? len : 0] = '\0';
		path = link;
	}
	return strstr(path, part) ? error : 0;
}

static bool fails(const char *call, const char *path, int fd)
{
	int saved = errno;
	int error = error_of(call, path, fd);

	errno = error ? error : saved;
	return error != 0;
}

static void notice_decision(const char *path, const char *part)
{
	if (order && strstr(path, part) && is_meant())
		deciding = true;
}

static int open_at(int dir, const char *path, int flags, mode_t mode)
{
	notice_decision(path, "/status");
	if (fails("open", path, -1))
		return -1;
	return (int)syscall(SYS_openat, dir, path, flags, mode);
}

static mode_t mode_of(int flags, va_list args)
{
	return flags & (O_CREAT | __O_TMPFILE) ? va_arg(args, mode_t) : 0;
}

#define OPEN_AT(name)                                       \
	int name(int dir, const char *path, int flags, ...) \
	{                                                   \
		va_list args;                               \
		mode_t mode;                                \
                                                            \
		va_start(args, flags);                      \
		mode = mode_of(flags, args);                \
		va_end(args);                               \
		return open_at(dir, path, flags, mode);     \
	}

#define OPEN(name)                                           \
	int name(const char *path, int flags, ...)           \
	{                                                    \
		va_list args;                                \
		mode_t mode;                                 \
                                                             \
		va_start(args, flags);                       \
		mode = mode_of(flags, args);                 \
		va_end(args);                                \
		return open_at(AT_FDCWD, path, flags, mode); \
	}

OPEN_AT(openat)
OPEN_AT(openat64)
OPEN(open)
OPEN(open64)

int __openat_2(int dir, const char *path, int flags)
{
	return open_at(dir, path, flags, 0);
}

int __openat64_2(int dir, const char *path, int flags)
{
	return open_at(dir, path, flags, 0);
}

ssize_t readlinkat(int dir, const char *path, char *buf, size_t len)
{
	notice_decision(path, "/exe");
	return syscall(SYS_readlinkat, dir, path, buf, len);
}

ssize_t __readlinkat_chk(int dir, const char *path, char *buf, size_t len, size_t size)
{
	if (len > size)
		abort();
	return readlinkat(dir, path, buf, len);
}

ssize_t read(int fd, void *buf, size_t len)
{
	return fails("read", NULL, fd) ? -1 : syscall(SYS_read, fd, buf, len);
}

ssize_t __read_chk(int fd, void *buf, size_t len, size_t size)
{
	if (len > size)
		abort();
	return read(fd, buf, len);
}

ssize_t write(int fd, const void *buf, size_t len)
{
	int saved = errno;
	int slow_ms = error_of("slow", NULL, fd);

	if (slow_ms)
		(void)usleep((useconds_t)slow_ms * 1000);
	errno = saved;
	return fails("write", NULL, fd) ? -1 : syscall(SYS_write, fd, buf, len);
}

void *calloc(size_t count, size_t size)
{
	return fails("calloc", "", -1) ? NULL : __libc_calloc(count, size);
}

void *malloc(size_t size)
{
	return fails("malloc", "", -1) ? NULL : __libc_malloc(size);
}

pid_t fork(void)
{
	static pid_t (*next)(void);

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "fork");
	return fails("fork", "", -1) ? -1 : next();
}

int epoll_wait(int fd, struct epoll_event *events, int max, int timeout_ms)
{
	if (is_first_thread())
		deciding = false;
	return (int)syscall(SYS_epoll_pwait, fd, events, max, timeout_ms, NULL, 0);
}

/* A decision begins with a pidfd, for which the library has no call. */
long syscall(long number, ...)
{
	static long (*next)(long number, ...);
	long args[6];
	va_list list;

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "syscall");
	va_start(list, number);
	for (int i = 0; i < 6; i++)
		args[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_pidfd_open && order && is_meant())
		deciding = true;
	return next(number, args[0], args[1], args[2], args[3], args[4], args[5]);
}

int recvmmsg(int fd, struct mmsghdr *messages, unsigned n, int flags, struct timespec *timeout)
{
	int got = (int)syscall(SYS_recvmmsg, fd, messages, n, flags, timeout);
	int error = deciding ? error_of("drop", "", -1) : 0;

	if (got <= 0 || !error)
		return got;
	while (syscall(SYS_recvmmsg, fd, messages, n, flags, timeout) > 0)
		;
	errno = error;
	return -1;
}

int socket(int domain, int type, int protocol)
{
	int slow_ms = domain == AF_NETLINK && protocol == NETLINK_CONNECTOR
			      ? error_of("subscribe", NULL, -1)
			      : 0;

	if (slow_ms)
		(void)usleep((useconds_t)slow_ms * 1000);
	return (int)syscall(SYS_socket, domain, type, protocol);
}
