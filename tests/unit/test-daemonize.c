/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/daemonize.h */
#include "config.h"

#include "base/daemonize.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helpers.h"

/* ---- going to the background ----------------------------------------------------------------- */

/* What the daemon does after it said where it is. */
enum ending {
	READY,
	EXITS,
	DIES
};

struct facts {
	pid_t pid, parent, session;
	char directory[64];
	bool has_null_output;
};

struct daemon_test {
	int facts[2]; /* from the daemon */
	int go[2];    /* to the daemon: it must not go on before */
};

static bool is_null(int fd)
{
	struct stat st, null;

	return fstat(fd, &st) == 0 && stat("/dev/null", &null) == 0 && st.st_rdev == null.st_rdev;
}

static void tell_facts(const struct daemon_test *test)
{
	struct facts facts = { .pid = getpid(), .parent = getppid(), .session = getsid(0) };

	facts.has_null_output = is_null(0) && is_null(1) && is_null(2);
	if (!getcwd(facts.directory, sizeof(facts.directory)))
		facts.directory[0] = '\0';
	(void)!write(test->facts[1], &facts, sizeof(facts));
}

static _Noreturn void run_daemon(const struct daemon_test *test, enum ending ending)
{
	int ready_fd = -1;
	char byte;

	/* Whatever the output of the tests is: not /dev/null. */
	if (dup2(test->facts[1], STDOUT_FILENO) < 0 || daemonize_begin(&ready_fd) < 0)
		_exit(70);
	tell_facts(test);
	(void)!read(test->go[0], &byte, 1);
	if (ending == EXITS)
		_exit(99);
	if (ending == DIES)
		(void)raise(SIGKILL);
	daemonize_ready(ready_fd);
	tell_facts(test);
	_exit(0);
}

static void read_facts(const struct daemon_test *test, struct facts *ret)
{
	ck_assert_int_eq(read(test->facts[0], ret, sizeof(*ret)), sizeof(*ret));
}

/* A pipe's end of file would come too late if the test kept the other ends. */
static pid_t start_daemon(struct daemon_test *test, enum ending ending)
{
	pid_t parent;

	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	ck_assert_int_eq(pipe2(test->facts, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(test->go, O_CLOEXEC), 0);
	parent = fork();
	ck_assert_int_ge(parent, 0);
	if (parent == 0)
		run_daemon(test, ending);
	(void)close(test->facts[1]);
	(void)close(test->go[0]);
	return parent;
}

static void assert_status(pid_t pid, int want)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), want);
}

START_TEST(parent_leaves_when_the_daemon_is_ready)
{
	struct daemon_test test;
	struct facts facts;
	pid_t parent = start_daemon(&test, READY);

	read_facts(&test, &facts);
	ck_assert_int_eq(facts.parent, parent);
	ck_assert_int_ne(facts.session, getsid(0));
	ck_assert_int_eq(facts.session, facts.pid);
	ck_assert_str_eq(facts.directory, "/");
	ck_assert(!facts.has_null_output); /* what goes wrong until then is for the terminal */
	ck_assert_int_eq(waitpid(parent, NULL, WNOHANG), 0);
	ck_assert_int_eq(write(test.go[1], "", 1), 1);
	assert_status(parent, 0);
	read_facts(&test, &facts);
	ck_assert(facts.has_null_output);
	assert_status(facts.pid, 0);
}
END_TEST

static const struct {
	enum ending ending;
	int status;
} endings[] = { { EXITS, 99 }, { DIES, 128 + SIGKILL } };

START_TEST(parent_leaves_with_the_status_of_a_daemon_that_ended)
{
	struct daemon_test test;
	struct facts facts;
	pid_t parent = start_daemon(&test, endings[_i].ending);

	read_facts(&test, &facts);
	ck_assert_int_eq(write(test.go[1], "", 1), 1);
	assert_status(parent, endings[_i].status);
}
END_TEST

START_TEST(nothing_happens_when_nobody_waits)
{
	struct stat before, after;

	ck_assert_int_eq(fstat(STDOUT_FILENO, &before), 0);
	daemonize_ready(-1);
	ck_assert_int_eq(fstat(STDOUT_FILENO, &after), 0);
	ck_assert(before.st_ino == after.st_ino && before.st_dev == after.st_dev);
}
END_TEST

/* ---- before anything else ----------------------------------------------------------------------
 */

START_TEST(prepares_what_was_inherited_badly)
{
	static const int signals[] = { SIGTERM, SIGUSR2 };
	sigset_t blocked;
	struct stat st;
	mode_t mask;
	int status;
	pid_t child;

	(void)umask(077);
	(void)sigfillset(&blocked);
	(void)sigprocmask(SIG_SETMASK, &blocked, NULL);
	child = fork();
	if (child == 0) {
		(void)close(0);
		(void)close(2);
		daemonize_prepare(signals, ARRAY_SIZE(signals));
		mask = umask(0);
		(void)sigprocmask(SIG_SETMASK, NULL, &blocked);
		_exit(!is_null(0) || fstat(1, &st) < 0 || !is_null(2) || mask != 022 ||
		      sigismember(&blocked, SIGTERM) || sigismember(&blocked, SIGUSR2) ||
		      !sigismember(&blocked, SIGUSR1));
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

START_TEST(opens_nothing_that_is_there)
{
	int before, after;

	before = dup(0);
	(void)close(before);
	daemonize_prepare(NULL, 0);
	after = dup(0);
	ck_assert_int_eq(after, before);
	(void)close(after);
}
END_TEST

/* ---- the lock -------------------------------------------------------------------------------- */

START_TEST(lock_has_one_owner)
{
	int first = daemonize_lock(dir_path, "x");
	int other = daemonize_lock(dir_path, "y");

	ck_assert_int_ge(first, 0);
	ck_assert_int_ge(other, 0);
	ck_assert(fcntl(first, F_GETFD) & FD_CLOEXEC);
	ck_assert(dir_has("x.lock"));
	ck_assert_int_eq(daemonize_lock(dir_path, "x"), -EWOULDBLOCK);
	(void)close(first);
	first = daemonize_lock(dir_path, "x");
	ck_assert_int_ge(first, 0);
	(void)close(first);
	(void)close(other);
}
END_TEST

START_TEST(lock_ends_with_its_owner)
{
	int lock;
	pid_t child = fork();

	if (child == 0)
		_exit(daemonize_lock(dir_path, "x") < 0);
	assert_status(child, 0);
	lock = daemonize_lock(dir_path, "x");
	ck_assert_int_ge(lock, 0);
	(void)close(lock);
}
END_TEST

START_TEST(lock_waits_for_an_owner_that_ends)
{
	int held = daemonize_lock(dir_path, "x");
	int lock;
	pid_t child = fork();

	if (child == 0)
		_exit(usleep(100000) < 0);
	(void)close(held);
	lock = daemonize_lock(dir_path, "x");
	ck_assert_int_ge(lock, 0);
	(void)close(lock);
	assert_status(child, 0);
}
END_TEST

START_TEST(lock_says_why_it_cannot_be_made)
{
	cleanup_free char *none = dir_join("none");
	cleanup_free char *path = repeat('x', 5000);

	ck_assert_int_eq(daemonize_lock(none, "x"), -ENOENT);
	ck_assert_int_eq(daemonize_lock(path, "x"), -ENAMETOOLONG);
	ck_assert_int_eq(symlinkat("/dev/null", dir_fd, "x.lock"), 0);
	ck_assert_int_eq(daemonize_lock(dir_path, "x"), -ELOOP);
}
END_TEST

/* ---- the pid file ---------------------------------------------------------------------------- */

START_TEST(pid_file_has_the_pid)
{
	cleanup_free char *path = dir_join("pid");
	char want[32];

	dir_write("pid", "something older and longer\n");
	(void)snprintf(want, sizeof(want), "%d\n", (int)getpid());
	ck_assert_int_eq(daemonize_write_pid(path), 0);
	assert_file("pid", want);
	ck_assert(!dir_has("pid.new"));
}
END_TEST

START_TEST(pid_file_is_complete_or_not_there)
{
	cleanup_free char *directory = dir_join("directory");
	cleanup_free char *full = dir_join("full");
	cleanup_free char *none = dir_join("none/pid");
	cleanup_free char *path = repeat('x', 5000);

	dir_add("directory");
	ck_assert_int_eq(daemonize_write_pid(directory), -EISDIR);
	ck_assert(!dir_has("directory.new"));
	ck_assert_int_eq(symlinkat("/dev/full", dir_fd, "full.new"), 0);
	ck_assert_int_eq(daemonize_write_pid(full), -ENOSPC);
	ck_assert(!dir_has("full") && !dir_has("full.new"));
	ck_assert_int_eq(daemonize_write_pid(none), -ENOENT);
	ck_assert_int_eq(daemonize_write_pid(path), -ENAMETOOLONG);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("daemonize");

	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_test(tcase, parent_leaves_when_the_daemon_is_ready);
	tcase_add_loop_test(tcase, parent_leaves_with_the_status_of_a_daemon_that_ended, 0,
			    ARRAY_SIZE(endings));
	tcase_add_test(tcase, nothing_happens_when_nobody_waits);
	tcase_add_test(tcase, prepares_what_was_inherited_badly);
	tcase_add_test(tcase, opens_nothing_that_is_there);
	tcase_add_test(tcase, lock_has_one_owner);
	tcase_add_test(tcase, lock_ends_with_its_owner);
	tcase_add_test(tcase, lock_waits_for_an_owner_that_ends);
	tcase_add_test(tcase, lock_says_why_it_cannot_be_made);
	tcase_add_test(tcase, pid_file_has_the_pid);
	tcase_add_test(tcase, pid_file_is_complete_or_not_there);
	return run_tests(tcase);
}
