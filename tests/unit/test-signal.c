/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* action/signal.h */
#include "config.h"

#include "action/signal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "helpers.h"
#include "process/identity.h"
#include "process/proc-parse.h"

static int proc_fd;
static pid_t child;

static void setup(void)
{
	proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(proc_fd, 0);
	/* Check's handlers of these are for all processes of a test. */
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			(void)pause();
	}
}

static void teardown(void)
{
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
	(void)close(proc_fd);
}

static uint64_t start_of(pid_t pid)
{
	struct proc_stat stat;
	char path[32], text[1024];
	ssize_t len;

	(void)snprintf(path, sizeof(path), "%d/stat", (int)pid);
	len = file_read_buf(proc_fd, path, text, sizeof(text));
	ck_assert_int_gt(len, 0);
	ck_assert_int_eq(proc_parse_stat(text, (size_t)len, &stat), 0);
	return stat.start_ticks;
}

static struct signal_target target_of(pid_t pid)
{
	return (struct signal_target){ .tgid = pid, .pidfd = -1, .start_ticks = start_of(pid) };
}

static int send_to(struct signal_target target, int signo)
{
	return signal_send(proc_fd, &target, signo, NULL, 0);
}

/* It has been killed, by this signal. */
static void assert_killed(int signo)
{
	int status;

	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), signo);
}

static void assert_alive(void)
{
	ck_assert_int_eq(waitpid(child, NULL, WNOHANG), 0);
}

START_TEST(knows_the_names_of_actions)
{
	static const struct {
		const char *name;
		int signo;
	} table[] = {
		{ "KILL", SIGKILL }, { "INTERRUPT", SIGINT }, { "TERM", SIGTERM },
		{ "STOP", SIGSTOP }, { "kill", 0 },	      { "HUP", 0 },
		{ "", 0 },	     { "KILL ", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		ck_assert_int_eq(signal_of_name(table[i].name), table[i].signo);
		if (table[i].signo)
			ck_assert_str_eq(signal_name(table[i].signo), table[i].name);
	}
	ck_assert_ptr_null(signal_name(SIGHUP));
}
END_TEST

static const int deadly[] = { SIGKILL, SIGINT, SIGTERM };

START_TEST(ends_a_process)
{
	ck_assert_int_eq(send_to(target_of(child), deadly[_i]), 0);
	assert_killed(deadly[_i]);
}
END_TEST

START_TEST(stops_a_process)
{
	int status;

	ck_assert_int_eq(send_to(target_of(child), SIGSTOP), 0);
	ck_assert_int_eq(waitpid(child, &status, WUNTRACED), child);
	ck_assert(WIFSTOPPED(status));
}
END_TEST

START_TEST(a_descriptor_is_enough)
{
	cleanup_close int pidfd = identity_open(child);

	ck_assert_int_ge(pidfd, 0);
	ck_assert_int_eq(send_to((struct signal_target){ .tgid = child, .pidfd = pidfd }, SIGTERM),
			 0);
	assert_killed(SIGTERM);
	ck_assert_int_eq(send_to((struct signal_target){ .tgid = child, .pidfd = pidfd }, SIGTERM),
			 -ESRCH);
}
END_TEST

/* A stat that keeps who opens it waiting is not opened. */
START_TEST(a_descriptor_waits_for_no_exec)
{
	cleanup_close int pidfd = identity_open(child);
	const struct signal_target target = { .tgid = child, .pidfd = pidfd };
	char path[64];

	ck_assert_int_ge(pidfd, 0);
	dir_make();
	(void)snprintf(path, sizeof(path), "%d/status", (int)child);
	dir_write(path, "Name:\tx\nVmPeak:\t1 kB\nVmSize:\t1 kB\n");
	(void)snprintf(path, sizeof(path), "%d/stat", (int)child);
	ck_assert_int_eq(mkfifoat(dir_fd, path, 0600), 0);
	ck_assert_int_eq(signal_send(dir_fd, &target, SIGTERM, NULL, 0), 0);
	assert_killed(SIGTERM);
	dir_remove();
}
END_TEST

START_TEST(a_number_alone_is_nobody)
{
	ck_assert_int_eq(send_to((struct signal_target){ .tgid = child, .pidfd = -1 }, SIGKILL),
			 -EINVAL);
	assert_alive();
}
END_TEST

/* As if the number had gone to another process. */
START_TEST(who_has_the_number_now_is_left_alone)
{
	cleanup_close int pidfd = identity_open(child);
	struct signal_target target = target_of(child);

	target.start_ticks++;
	ck_assert_int_eq(send_to(target, SIGKILL), -ESRCH);
	target.pidfd = pidfd;
	ck_assert_int_eq(send_to(target, SIGKILL), -ESRCH);
	assert_alive();
}
END_TEST

START_TEST(a_process_that_is_gone_is_normal)
{
	struct signal_target target = target_of(child);

	ck_assert_int_eq(send_to(target, SIGKILL), 0);
	assert_killed(SIGKILL);
	ck_assert_int_eq(send_to(target, SIGKILL), -ESRCH);
}
END_TEST

/* With signal 0, which hurts nobody if it is sent after all. */
START_TEST(spares_the_first_process_and_kernel_threads)
{
	ck_assert_int_eq(send_to(target_of(1), 0), -EPERM);
	ck_assert_int_eq(
		send_to((struct signal_target){ .tgid = 0, .pidfd = -1, .start_ticks = 1 }, 0),
		-EPERM);
	ck_assert_int_eq(
		send_to((struct signal_target){ .tgid = -1, .pidfd = -1, .start_ticks = 1 }, 0),
		-EPERM);
}
END_TEST

/* A /proc in which the child is one (PF_KTHREAD). */
START_TEST(spares_what_proc_calls_a_kernel_thread)
{
	cleanup_free char *path = NULL;
	cleanup_free char *text = NULL;
	struct signal_target target = { .tgid = child, .pidfd = -1, .start_ticks = 77 };

	dir_make();
	ck_assert_int_ge(asprintf(&path, "%d/stat", (int)child), 0);
	ck_assert_int_ge(asprintf(&text,
				  "%d (kworker/0:1) S 2 0 0 0 -1 69238880 0 0 0 0 0 0 0 0 20 0 1 0 "
				  "77 0 0\n",
				  (int)child),
			 0);
	dir_write(path, text);
	ck_assert_int_eq(signal_send(dir_fd, &target, SIGKILL, NULL, 0), -EPERM);
	assert_alive();
	dir_remove();
}
END_TEST

START_TEST(spares_whom_the_caller_names)
{
	const pid_t spared[] = { getpid(), child };
	struct signal_target target = target_of(child);

	ck_assert_int_eq(signal_send(proc_fd, &target, SIGKILL, spared, 2), -EPERM);
	assert_alive();
	ck_assert_int_eq(signal_send(proc_fd, &target, SIGKILL, spared, 1), 0);
	assert_killed(SIGKILL);
}
END_TEST

/* From here on two system calls fail with this error in this process. */
static void forbid_pidfds(unsigned error)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_send_signal, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { .len = ARRAY_SIZE(filter), .filter = filter };

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

static const unsigned missing[] = { ENOSYS, EPERM };

START_TEST(works_without_descriptors_of_processes)
{
	struct signal_target target = target_of(child), other = target;

	forbid_pidfds(missing[_i]);
	other.start_ticks++;
	ck_assert_int_eq(send_to(other, SIGKILL), -ESRCH);
	assert_alive();
	ck_assert_int_eq(send_to(target, SIGTERM), 0);
	assert_killed(SIGTERM);
	ck_assert_int_eq(send_to(target, SIGTERM), -ESRCH);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("signal");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, knows_the_names_of_actions);
	tcase_add_loop_test(tcase, ends_a_process, 0, ARRAY_SIZE(deadly));
	tcase_add_test(tcase, stops_a_process);
	tcase_add_test(tcase, a_descriptor_is_enough);
	tcase_add_test(tcase, a_descriptor_waits_for_no_exec);
	tcase_add_test(tcase, a_number_alone_is_nobody);
	tcase_add_test(tcase, who_has_the_number_now_is_left_alone);
	tcase_add_test(tcase, a_process_that_is_gone_is_normal);
	tcase_add_test(tcase, spares_the_first_process_and_kernel_threads);
	tcase_add_test(tcase, spares_what_proc_calls_a_kernel_thread);
	tcase_add_test(tcase, spares_whom_the_caller_names);
	tcase_add_loop_test(tcase, works_without_descriptors_of_processes, 0, ARRAY_SIZE(missing));
	return run_tests(tcase);
}
