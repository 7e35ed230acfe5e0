// SPDX-License-Identifier: LGPL-2.1-or-later
/* clang-format off: a table */
/*
 * steps STEP...: one process that does what its arguments say, in that order:
 *
 *   groups GID[,GID...]  sets the supplementary groups
 *   gid GID, egid GID, uid UID, euid UID
 *   fifo, rr, other      takes a real-time policy, goes back to the usual one
 *   threads N            starts N idle threads
 *   enter FILE           writes itself to cgroup.procs
 *   say TEXT             prints a line
 *   ms N                 lets N milliseconds pass
 *   wait FILE            until the file exists
 *   await FILE TEXT      until it contains the text
 *   kill SIGNAL PID      sends a signal
 *   cd DIR
 *   read, write, both FILE
 *                        opens it so, and prints "opened FILE" or "not opened: ERROR"
 *   below FILE           the same as read, by the file's name in its directory
 *   keep FILE            opens it for reading, and keeps it open until an exec
 *   flood N              changes its euid to nobody's and back, N times
 *   fork                 goes on in a child that dies with it, and prints "child PID"
 *   thread               goes on in another thread
 *   leave                the same, and this one ends
 *   bound                gives up CAP_SYS_ADMIN for good
 *   nnp                  gives up gaining any privilege
 *   sharefs              shares its root and directory with a child that dies with it (CLONE_FS)
 *   try, big, check PROGRAM
 *                        an exec that shall fail, of more arguments than may be, or that only asks
 *                        (AT_EXECVE_CHECK): prints "not executed: ERROR" and goes on
 *   idle                 (the last)
 *   exec PROGRAM ARG...  (the last)
 *
 * The waits do neither fork nor exec. "await" gives up after half a minute, the others
 * after two.
 */
/* clang-format on */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LIMIT_MS 120000
#define AWAIT_MS 30000
#define POLL_MS	 5

/* Of Linux 6.14. */
#ifndef AT_EXECVE_CHECK
#define AT_EXECVE_CHECK 0x10000
#endif

/* An argument may have 128 KiB. */
#define BIG_BYTES (1024 * 1024)

static void pass(unsigned int time_ms)
{
	usleep(time_ms * 1000);
}

static unsigned int number(const char *text)
{
	return (unsigned int)strtoul(text, NULL, 10);
}

static int set_groups(char *list)
{
	gid_t ids[64];
	size_t count = 0;
	char *next = list;

	while (next && count < 64) {
		char *item = strsep(&next, ",");

		if (*item)
			ids[count++] = number(item);
	}
	return setgroups(count, ids);
}

static int set_policy(int policy)
{
	struct sched_param param = { .sched_priority = policy == SCHED_OTHER ? 0 : 1 };

	return sched_setscheduler(0, policy, &param);
}

static void *idle_thread(void *arg)
{
	unsigned int left_s = LIMIT_MS / 1000;

	while (left_s)
		left_s = sleep(left_s); /* setuid() in another thread interrupts it */
	return arg;
}

static int start_threads(unsigned int count)
{
	pthread_t thread;

	while (count--)
		if (pthread_create(&thread, NULL, idle_thread, NULL) != 0)
			return -1;
	return 0;
}

static int enter(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int error = fd < 0 || write(fd, "0", 1) != 1;

	if (fd >= 0)
		(void)close(fd);
	return error ? -1 : 0;
}

static bool contains(const char *path, const char *text)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	bool found = false;

	while (file && !found && getline(&line, &size, file) > 0)
		found = strstr(line, text);
	free(line);
	if (file)
		(void)fclose(file);
	return found;
}

static int await(const char *path, const char *text)
{
	int limit_ms = text ? AWAIT_MS : LIMIT_MS;

	for (int waited_ms = 0; waited_ms < limit_ms; waited_ms += POLL_MS) {
		if (text ? contains(path, text) : access(path, F_OK) == 0)
			return 0;
		pass(POLL_MS);
	}
	return -1;
}

static int flood(unsigned int count)
{
	while (count--)
		if (seteuid(65534) < 0 || seteuid(0) < 0)
			return -1;
	return 0;
}

static int go_on_in_child(void)
{
	pid_t pid = fork();

	if (pid > 0) {
		sleep(LIMIT_MS / 1000);
		_exit(0);
	}
	if (pid < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -1;
	printf("child %d\n", (int)getpid());
	return 0;
}

/* An exec that shall not happen. */
static int do_not_execute(const char *how, char *program)
{
	char *empty[] = { NULL };
	char *args[] = { program, NULL, NULL };
	int flags = strcmp(how, "check") == 0 ? AT_EXECVE_CHECK : 0;

	if (strcmp(how, "big") == 0) {
		args[1] = malloc(BIG_BYTES);
		if (!args[1])
			return -1;
		memset(args[1], 'x', BIG_BYTES - 1);
		args[1][BIG_BYTES - 1] = '\0';
	}
	if (syscall(SYS_execveat, AT_FDCWD, program, args, empty, flags) == 0)
		errno = 0;
	printf("not executed: %s\n", strerror(errno));
	free(args[1]);
	return 0;
}

static int open_file(const char *how, const char *path)
{
	int flags = strcmp(how, "read") == 0	? O_RDONLY
		    : strcmp(how, "write") == 0 ? O_WRONLY
						: O_RDWR;
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		return printf("not opened: %s\n", strerror(errno)) < 0;
	(void)close(fd);
	return printf("opened %s\n", path) < 0;
}

static int open_below(const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	char *dir = strndup(path, (size_t)(name - path));
	int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return printf("not opened: %s\n", strerror(errno)) < 0;
	(void)close(fd);
	free(dir);
	/* The directory stays open, also behind an exec: who hears of this later may ask for it. */
	(void)fcntl(dir_fd, F_SETFD, 0);
	return printf("opened %s\n", path) < 0;
}

static int keep_file(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC) < 0 ? -1 : 0;
}

static long share_fs(void)
{
	const pid_t parent = getpid();
	long pid = syscall(SYS_clone, CLONE_FS | SIGCHLD, 0, 0, 0, 0);

	if (pid != 0)
		return pid;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(1);
	(void)sleep(LIMIT_MS / 1000);
	_exit(0);
}

/* Returns how many arguments the step took, or -1. */
static int step(char **argv)
{
	const char *name = argv[0];
	char *arg = argv[1];
	int error;

	if (strcmp(name, "fifo") == 0)
		return set_policy(SCHED_FIFO) < 0 ? -1 : 1;
	if (strcmp(name, "rr") == 0)
		return set_policy(SCHED_RR) < 0 ? -1 : 1;
	if (strcmp(name, "other") == 0)
		return set_policy(SCHED_OTHER) < 0 ? -1 : 1;
	if (strcmp(name, "fork") == 0)
		return go_on_in_child() < 0 ? -1 : 1;
	if (strcmp(name, "bound") == 0)
		return prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN, 0, 0, 0) < 0 ? -1 : 1;
	if (strcmp(name, "nnp") == 0)
		return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -1 : 1;
	if (strcmp(name, "sharefs") == 0)
		return share_fs() < 0 ? -1 : 1;
	if (strcmp(name, "idle") == 0)
		return sleep(LIMIT_MS / 1000), 1;
	if (!arg)
		return -1;
	if (strcmp(name, "exec") == 0)
		return execv(arg, argv + 1);
	if (strcmp(name, "await") == 0)
		return argv[2] && await(arg, argv[2]) == 0 ? 3 : -1;
	if (strcmp(name, "kill") == 0)
		return argv[2] && kill((pid_t)number(argv[2]), (int)number(arg)) == 0 ? 3 : -1;

	if (strcmp(name, "groups") == 0)
		error = set_groups(arg);
	else if (strcmp(name, "gid") == 0)
		error = setgid(number(arg));
	else if (strcmp(name, "egid") == 0)
		error = setegid(number(arg));
	else if (strcmp(name, "uid") == 0)
		error = setuid(number(arg));
	else if (strcmp(name, "euid") == 0)
		error = seteuid(number(arg));
	else if (strcmp(name, "threads") == 0)
		error = start_threads(number(arg));
	else if (strcmp(name, "flood") == 0)
		error = flood(number(arg));
	else if (strcmp(name, "enter") == 0)
		error = enter(arg);
	else if (strcmp(name, "wait") == 0)
		error = await(arg, NULL);
	else if (strcmp(name, "try") == 0 || strcmp(name, "big") == 0 || strcmp(name, "check") == 0)
		error = do_not_execute(name, arg);
	else if (strcmp(name, "cd") == 0)
		error = chdir(arg);
	else if (strcmp(name, "read") == 0 || strcmp(name, "write") == 0 ||
		 strcmp(name, "both") == 0)
		error = open_file(name, arg);
	else if (strcmp(name, "below") == 0)
		error = open_below(arg);
	else if (strcmp(name, "keep") == 0)
		error = keep_file(arg);
	else if (strcmp(name, "say") == 0)
		error = puts(arg) < 0;
	else if (strcmp(name, "ms") == 0)
		pass(number(arg)), error = 0;
	else
		error = -1;
	return error ? -1 : 2;
}

static void *take_steps(void *arg)
{
	char **argv = arg;
	int taken;

	for (; *argv; argv += taken) {
		pthread_t thread;

		if (strcmp(*argv, "thread") == 0) {
			if (pthread_create(&thread, NULL, take_steps, argv + 1) == 0)
				(void)pthread_join(thread, NULL);
			return NULL;
		}
		if (strcmp(*argv, "leave") == 0) {
			/* Not pthread_exit(), which looks for libgcc_s.so. */
			if (pthread_create(&thread, NULL, take_steps, argv + 1) == 0)
				syscall(SYS_exit, 0);
			return NULL;
		}
		taken = step(argv);
		if (taken < 0) {
			fprintf(stderr, "steps: %s %s: ", argv[0], argv[1] ? argv[1] : "");
			perror("failed");
			exit(1);
		}
		fflush(stdout);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	(void)argc;
	take_steps(argv + 1);
	return 0;
}
