/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The program on the running kernel, on children of the test. Where the kernel has it not, or the
 * right to load it is missing, there is nothing to see. */
#include "config.h"

#include "process/look.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/btf.h"
#include "process/identity.h"
#include "tests/unit/helpers.h"

#define EUID 0x7ffe0002U
#define EGID 0x7ffe0005U

static struct look *look;

/* From the kernel's linux/proc_ns.h: the first one's. */
#define FIRST_PID_NAMESPACE 0xeffffffcU

static bool is_locked_down(void)
{
	FILE *file = fopen("/sys/kernel/security/lockdown", "re");
	char text[128] = "";

	if (!file)
		return false;
	(void)!fread(text, 1, sizeof(text) - 1, file);
	ck_assert_int_eq(fclose(file), 0);
	return strstr(text, "[confidentiality]");
}

/* The kernel's ENOTSUPP, which user space has no name for: no functions of the kernel for programs
 * without a compiler (net.core.bpf_jit_enable). */
#define NOT_SUPPORTED 524

/* Linux 6.12 has it, for who may use it and has the kernel's own numbers of processes, if it is not
 * locked down. */
static bool must_be_there(int error)
{
	struct utsname name;
	struct stat namespace;
	unsigned major = 0, minor = 0;

	ck_assert_int_eq(uname(&name), 0);
	ck_assert_int_eq(sscanf(name.release, "%u.%u", &major, &minor), 2);
	ck_assert_int_eq(stat("/proc/self/ns/pid", &namespace), 0);
	return sizeof(long) == 8 && geteuid() == 0 && error != -EPERM && error != -NOT_SUPPORTED &&
	       !is_locked_down() && access(BTF_KERNEL, R_OK) == 0 &&
	       namespace.st_ino == FIRST_PID_NAMESPACE &&
	       (major > 6 || (major == 6 && minor >= 12));
}

static void open_all(void)
{
	const char *tried;
	int r = look_new(BTF_KERNEL, &look, &tried);

	ck_assert_msg(r == 0 || !must_be_there(r), "%s: %s", tried, strerror(-r));
	if (r < 0)
		look = NULL;
}

static void close_all(void)
{
	look_free(look);
	look = NULL;
}

/* A child that waits, after what become() does. */
static pid_t start(void (*become)(void))
{
	int ready[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		become();
		(void)!write(ready[1], "", 1);
		for (;;)
			(void)pause();
	}
	ck_assert_int_eq(close(ready[1]), 0);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	ck_assert_int_eq(close(ready[0]), 0);
	return pid;
}

static void end(pid_t pid)
{
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

/* As system calls: the library would tell threads, which are not here. */
static void take_ids(void)
{
	if (syscall(SYS_setresgid, EGID - 1, EGID, EGID + 1) < 0 ||
	    syscall(SYS_setresuid, EUID - 1, EUID, EUID + 1) < 0)
		_exit(1);
}

START_TEST(says_what_the_kernel_has)
{
	pid_t pid;
	int pidfd;
	struct looked looked, own;

	if (!look)
		return;
	pid = start(take_ids);
	pidfd = identity_open(pid);
	ck_assert_int_eq(look_at(look, pid, &looked), 0);
	ck_assert_uint_eq(looked.identity, identity_number(pidfd));
	ck_assert_int_eq(looked.ppid, getpid());
	ck_assert_uint_eq(looked.euid, EUID);
	ck_assert_uint_eq(looked.egid, EGID);
	ck_assert_int_eq(look_at(look, getpid(), &own), 0);
	ck_assert_uint_ne(own.identity, looked.identity);
	ck_assert_uint_ge(own.cgroups.n, 1);
	ck_assert(look_same_cgroups(&own.cgroups, &looked.cgroups));
	looked.cgroups.items[own.cgroups.n - 1]++;
	ck_assert(!look_same_cgroups(&own.cgroups, &looked.cgroups));
	ck_assert_int_eq(close(pidfd), 0);
	end(pid);
}
END_TEST

static void *stay(void *arg)
{
	(void)arg;
	for (;;)
		(void)pause();
	return NULL;
}

static void leave_to_a_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, stay, NULL) != 0)
		_exit(1);
}

static void *say_tid(void *arg)
{
	*(pid_t *)arg = (pid_t)syscall(SYS_gettid);
	return stay(NULL);
}

START_TEST(says_nothing_of_threads)
{
	static pid_t tid; /* outlives the test's frame */
	pthread_t thread;
	struct looked looked;

	if (!look)
		return;
	ck_assert_int_eq(pthread_create(&thread, NULL, say_tid, &tid), 0);
	while (!*(volatile pid_t *)&tid)
		(void)usleep(1000);
	ck_assert_int_eq(look_at(look, tid, &looked), -ESRCH);
	ck_assert_int_eq(look_at(look, getpid(), &looked), 0);
}
END_TEST

static bool is_zombie(pid_t pid)
{
	char path[64];
	char text[512] = "";
	FILE *file;
	size_t len;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	ck_assert_ptr_nonnull(file);
	len = fread(text, 1, sizeof(text) - 1, file);
	ck_assert_int_eq(fclose(file), 0);
	return len > 0 && strstr(text, ") Z ");
}

/* The first thread has ended, another lives; and all of it. Of neither is anything told. */
START_TEST(says_nothing_of_whose_first_thread_has_ended)
{
	int ready[2];
	char byte;
	struct looked looked;
	pid_t pid;

	if (!look)
		return;
	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		leave_to_a_thread();
		(void)!write(ready[1], "", 1);
		syscall(SYS_exit, 0);
	}
	ck_assert_int_eq(close(ready[1]), 0);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	while (!is_zombie(pid))
		(void)usleep(1000);
	ck_assert_int_eq(look_at(look, pid, &looked), -ESRCH);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(look_at(look, pid, &looked), -ESRCH);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_eq(look_at(look, pid, &looked), -ESRCH);
	ck_assert_int_eq(close(ready[0]), 0);
}
END_TEST

START_TEST(says_nothing_of_numbers_that_nobody_has)
{
	struct looked looked;

	if (!look)
		return;
	ck_assert_int_eq(look_at(look, 0, &looked), -ESRCH);
	ck_assert_int_eq(look_at(look, -1, &looked), -ESRCH);
	ck_assert_int_eq(look_at(look, 0x7fffffff, &looked), -ESRCH);
}
END_TEST

START_TEST(says_what_is_missing)
{
	struct look *none = NULL;
	const char *tried = NULL;

	ck_assert_int_eq(look_new("/nowhere", &none, &tried), -ENOENT);
	ck_assert_ptr_null(none);
	ck_assert_str_eq(tried, "the kernel's BTF");
	ck_assert_int_lt(look_new("/dev/null", &none, &tried), 0);
	ck_assert_ptr_null(none);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("look");

	tcase_add_checked_fixture(tcase, open_all, close_all);
	tcase_set_timeout(tcase,
			  60); /* on a slow machine the kernel looks at the program for long */
	tcase_add_test(tcase, says_what_the_kernel_has);
	tcase_add_test(tcase, says_nothing_of_threads);
	tcase_add_test(tcase, says_nothing_of_whose_first_thread_has_ended);
	tcase_add_test(tcase, says_nothing_of_numbers_that_nobody_has);
	tcase_add_test(tcase, says_what_is_missing);
	return run_tests(tcase);
}
