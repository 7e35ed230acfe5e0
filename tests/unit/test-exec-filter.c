/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The filter on a socket of another kind, that the test's own children send to: the kernel runs it
 * in them, as it does for the connector in who executes. Without the right to load one there is
 * nothing to see. */
#include "config.h"

#include "source/exec-filter.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/cn_proc.h>
#include <linux/filter.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/btf.h"
#include "base/executed.h"
#include "engine/event.h"
#include "process/identity.h"
#include "source/connector-filter.h"
#include "tests/unit/helpers.h"

#define ALL_KINDS (EVENT_MASK(EVENT_SCAN) - 1)
#define MARK	  7 /* an exec's number that no process has */

struct datagram {
	unsigned char before[36];
	uint32_t what, cpu;
	uint64_t time_ns;
	uint32_t data[6];
} __attribute__((packed));

static struct exec_filter *filter;
static int fds[2];

static void open_all(void)
{
	const char *tried;
	int r;

	dir_make();
	r = exec_filter_new(BTF_KERNEL, &filter, &tried);
	ck_assert_msg(r == 0 || geteuid() != 0 || r == -ENOENT || r == -EPERM || r == -ENOSYS,
		      "%s: %s", tried, strerror(-r));
	if (r < 0)
		filter = NULL;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds), 0);
}

static void close_all(void)
{
	exec_filter_free(filter);
	filter = NULL;
	dir_remove();
	(void)close(fds[0]);
	(void)close(fds[1]);
}

/* Of a kernel that can, with the right to: else there are none to look at. */
static bool are_no_notes(void)
{
	ck_assert_msg(geteuid() != 0 || !identity_has_numbers(), "there is no note");
	return true;
}

static struct datagram datagram_of(uint32_t what, uint32_t tgid, uint64_t time_ns)
{
	return (struct datagram){ .what = what, .time_ns = time_ns, .data = { tgid, tgid, 9, 9 } };
}

static bool arrives(void)
{
	char buf[256];
	ssize_t got = recv(fds[1], buf, sizeof(buf), MSG_DONTWAIT);

	ck_assert(got == (ssize_t)sizeof(struct datagram) || (got < 0 && errno == EAGAIN));
	return got > 0;
}

static bool passes(const struct datagram *datagram)
{
	ck_assert_int_eq(send(fds[0], datagram, sizeof(*datagram), MSG_DONTWAIT),
			 (ssize_t)sizeof(*datagram));
	return arrives();
}

/* Who executes, in a process of its own. */
struct executor {
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;
	int n_groups;
	gid_t groups[40];
};

static bool passes_of(const struct executor *who)
{
	const struct datagram datagram = datagram_of(PROC_EVENT_EXEC, MARK, 1);
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (syscall(SYS_setgroups, who->n_groups, who->groups) < 0 ||
		    syscall(SYS_setresgid, who->rgid, who->egid, who->sgid) < 0 ||
		    syscall(SYS_setresuid, who->ruid, who->euid, who->suid) < 0)
			_exit(1);
		_exit(send(fds[0], &datagram, sizeof(datagram), 0) < 0);
	}
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	return arrives();
}

static const struct {
	struct executor who;
	bool passes;
} rows[] = {
	{ { 100, 100, 100, 5, 5, 5, 0, { 0 } }, true },
	{ { 100, 101, 100, 5, 5, 5, 0, { 0 } }, false }, /* only the effective one counts */
	{ { 101, 100, 101, 5, 5, 5, 0, { 0 } }, true },
	{ { 0, 0, 0, 0, 0, 0, 0, { 0 } }, false },
	{ { 200, 200, 200, 5, 5, 5, 0, { 0 } }, false }, /* a group's number */
	{ { 101, 101, 101, 200, 200, 200, 0, { 0 } }, true },
	{ { 101, 101, 101, 200, 201, 200, 0, { 0 } }, false },
	{ { 101, 101, 101, 201, 200, 201, 0, { 0 } }, true },
	{ { 101, 101, 101, 100, 100, 100, 0, { 0 } }, false }, /* a user's number */
	{ { 101, 101, 101, 5, 5, 5, 3, { 1, 2, 200 } }, true },
	{ { 101, 101, 101, 5, 5, 5, 3, { 1, 2, 3 } }, false },
	{ { 101, 101, 101, 5, 5, 5, 32, { [31] = 200 } }, true },
	{ { 101, 101, 101, 5, 5, 5, 32, { [31] = 199 } }, false },
	{ { 101, 101, 101, 5, 5, 5, 33, { [32] = 199 } }, true }, /* too many to look at */
};

START_TEST(execs_by_others_end_in_the_kernel)
{
	uint32_t uids[] = { 99, 100 };
	uint32_t gids[] = { 200, 300 };
	const struct exec_audience audience = {
		.uids = uids, .gids = gids, .n_uids = 2, .n_gids = 2
	};
	uint64_t dropped;

	if (!filter)
		return;
	dropped = exec_filter_count(filter);
	ck_assert_int_eq(exec_filter_attach(filter, fds[1], ALL_KINDS, &audience), 0);
	ck_assert_int_eq(passes_of(&rows[_i].who), rows[_i].passes);
	ck_assert_uint_eq(exec_filter_count(filter) - dropped, !rows[_i].passes);
}
END_TEST

START_TEST(other_events_are_everybodys)
{
	static const uint32_t others[] = { PROC_EVENT_UID, PROC_EVENT_GID, PROC_EVENT_EXIT,
					   PROC_EVENT_FORK, PROC_EVENT_NONE };
	uint32_t nobody[] = { 12345 };
	const struct exec_audience audience = { .uids = nobody, .n_uids = 1 };
	struct datagram datagram = datagram_of(PROC_EVENT_EXEC, MARK, 1);

	if (!filter)
		return;
	ck_assert_int_eq(exec_filter_attach(filter, fds[1], ALL_KINDS, &audience), 0);
	ck_assert(!passes(&datagram));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		datagram = datagram_of(others[i], MARK, 1);
		ck_assert(passes(&datagram));
	}
}
END_TEST

START_TEST(an_audience_of_nobody_drops_all)
{
	const struct exec_audience nobody = { 0 };
	const struct datagram datagram = datagram_of(PROC_EVENT_EXEC, MARK, 1);

	if (!filter)
		return;
	ck_assert_int_eq(exec_filter_attach(filter, fds[1], ALL_KINDS, &nobody), 0);
	ck_assert(!passes(&datagram));
}
END_TEST

/* Each kind for itself, and new threads: the same as by the plain one. */
START_TEST(does_what_the_plain_filter_does)
{
	const struct exec_audience everybody = { .everybody = true };
	static const uint32_t whats[] = { PROC_EVENT_NONE, PROC_EVENT_FORK, PROC_EVENT_EXEC,
					  PROC_EVENT_UID,  PROC_EVENT_GID,  PROC_EVENT_SID,
					  PROC_EVENT_COMM, PROC_EVENT_EXIT, 0x100,
					  0x20000000 };

	if (!filter)
		return;
	for (unsigned kind = 0; kind <= EVENT_SCAN; kind++) {
		unsigned kinds = kind == EVENT_SCAN ? ALL_KINDS : EVENT_MASK(kind);
		struct sock_filter plain[CONNECTOR_FILTER_LEN];
		const struct sock_fprog fprog = { CONNECTOR_FILTER_LEN, plain };

		for (size_t i = 0; i < ARRAY_SIZE(whats) * 2; i++) {
			struct datagram datagram =
				datagram_of(whats[i % ARRAY_SIZE(whats)], MARK, 1);
			bool want;

			datagram.data[2] += i >= ARRAY_SIZE(whats);
			connector_filter_build(kinds, plain);
			ck_assert_int_eq(setsockopt(fds[1], SOL_SOCKET, SO_ATTACH_FILTER, &fprog,
						    sizeof(fprog)),
					 0);
			want = passes(&datagram);
			ck_assert_int_eq(exec_filter_attach(filter, fds[1], kinds, &everybody), 0);
			ck_assert_msg(passes(&datagram) == want, "kinds %#x, event %#x", kinds,
				      datagram.what);
		}
	}
}
END_TEST

START_TEST(notes_are_of_one_exec)
{
	const struct exec_audience everybody = { .everybody = true };
	struct datagram datagram = datagram_of(PROC_EVENT_EXEC, MARK, 77);
	struct executed executed;

	if (!filter)
		return;
	ck_assert_int_eq(exec_filter_attach(filter, fds[1], ALL_KINDS, &everybody), 0);
	ck_assert(!exec_filter_find(filter, 0, MARK, 77, &executed));
	ck_assert(passes(&datagram));
	if (!exec_filter_find(filter, 0, MARK, 77, &executed) && are_no_notes())
		return;
	ck_assert_uint_ne(executed.identity, 0);
	ck_assert(!exec_filter_find(filter, 0, MARK, 78, &executed));
	ck_assert(!exec_filter_find(filter, 0, MARK + 4096, 77, &executed));
	datagram = datagram_of(PROC_EVENT_EXEC, MARK + 4096, 78);
	ck_assert(passes(&datagram));
	ck_assert(exec_filter_find(filter, 0, MARK + 4096, 78, &executed));
	ck_assert(!exec_filter_find(filter, 0, MARK, 77, &executed));
	/* Another processor has other places. */
	if (sysconf(_SC_NPROCESSORS_CONF) < 2)
		return;
	datagram = datagram_of(PROC_EVENT_EXEC, MARK, 79);
	datagram.cpu = 1;
	ck_assert(passes(&datagram));
	ck_assert(exec_filter_find(filter, 1, MARK, 79, &executed));
	ck_assert(!exec_filter_find(filter, 0, MARK, 79, &executed));
	ck_assert(exec_filter_find(filter, 0, MARK + 4096, 78, &executed));
}
END_TEST

START_TEST(knows_who_was_started_by_another_name)
{
	const struct exec_audience everybody = { .everybody = true };
	static const char *const others[] = { "x", "", "test-exec-filt", "test-exec-filte2" };
	struct datagram datagram = datagram_of(PROC_EVENT_EXEC, MARK, 1);
	struct executed executed;

	if (!filter)
		return;
	ck_assert_int_eq(exec_filter_attach(filter, fds[1], ALL_KINDS, &everybody), 0);
	ck_assert_int_eq(prctl(PR_SET_NAME, "test-exec-filter"), 0);
	ck_assert(passes(&datagram));
	if (!exec_filter_find(filter, 0, MARK, 1, &executed) && are_no_notes())
		return;
	ck_assert(executed.has_one_name);
	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(prctl(PR_SET_NAME, others[i]), 0);
		datagram.time_ns++;
		ck_assert(passes(&datagram));
		ck_assert(exec_filter_find(filter, 0, MARK, datagram.time_ns, &executed));
		ck_assert_msg(!executed.has_one_name, "\"%s\"", others[i]);
	}
}
END_TEST

/* ---- the executable: this program, under other names, tells of its own exec -------------------
 */

static int tell(const char *fd)
{
	const struct datagram datagram = datagram_of(PROC_EVENT_EXEC, MARK, 1);

	if (send(atoi(fd), &datagram, sizeof(datagram), 0) < 0)
		return 1;
	(void)pause();
	return 0;
}

static void copy_to(const char *path)
{
	char command[PATH_MAX + 64];

	(void)snprintf(command, sizeof(command), "cp /proc/%d/exe '%s'", (int)getpid(), path);
	ck_assert_int_eq(system(command), 0);
}

/* Before it executes; returns its path there. */
typedef const char *prepare_fn(const char *path);

struct seen {
	struct executed executed;
	char link[PATH_MAX]; /* what /proc says */
	struct stat file;
};

/* path is executed, as prepare() has it, if there is one. False: nothing is noted. */
static bool see_exec(const char *path, prepare_fn *prepare, struct seen *ret)
{
	const struct exec_audience everybody = { .everybody = true };
	char link[64], fd[16];
	ssize_t len;
	bool found;
	pid_t pid;

	*ret = (struct seen){ 0 };
	ck_assert_int_eq(exec_filter_attach(filter, fds[1], ALL_KINDS, &everybody), 0);
	(void)snprintf(fd, sizeof(fd), "%d", fds[0]);
	pid = fork();
	if (pid == 0) {
		int cleared = fcntl(fds[0], F_SETFD, 0);

		(void)execl(prepare && cleared == 0 ? prepare(path) : path, "test", "tell", fd,
			    NULL);
		_exit(1);
	}
	wait_readable(fds[1]);
	ck_assert(arrives());
	found = exec_filter_find(filter, 0, MARK, 1, &ret->executed);
	(void)snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
	len = readlink(link, ret->link, sizeof(ret->link) - 1);
	ck_assert_int_gt(len, 0);
	ck_assert_int_eq(stat(link, &ret->file), 0);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	return found;
}

static void assert_path_noted(const char *path, prepare_fn *prepare, bool is_noted)
{
	struct seen seen;

	if (!see_exec(path, prepare, &seen) && are_no_notes())
		return;
	ck_assert_str_eq(seen.executed.exe, is_noted ? seen.link : "");
	if (!seen.executed.exe_ino)
		return; /* of a file system that is not known to be plain */
	ck_assert_uint_eq(seen.executed.exe_ino, seen.file.st_ino);
	ck_assert_uint_eq(seen.executed.exe_dev, seen.file.st_dev);
}

/* Relative to the directory of the test. */
static void assert_noted(const char *name, bool is_noted)
{
	cleanup_free char *path = dir_join(name);

	copy_to(path);
	assert_path_noted(path, NULL, is_noted);
}

static bool can_mount(void)
{
	return filter && geteuid() == 0;
}

START_TEST(notes_the_path_that_proc_says)
{
	cleanup_free char *of_54 = repeat('y', 54);
	cleanup_free char *of_62 = repeat('z', 62);
	char name[PATH_MAX];

	if (!filter)
		return;
	assert_noted("a", true);
	dir_add("a b/\\/(deleted)");
	assert_noted("a b/\\/(deleted)/x (deleted)", true);
	assert_noted(of_62, true);
	dir_add(of_54);
	(void)snprintf(name, sizeof(name), "%s/%s", of_54, of_62);
	assert_noted(name, true);
}
END_TEST

START_TEST(notes_no_path_that_does_not_fit)
{
	cleanup_free char *of_63 = repeat('z', 63);
	cleanup_free char *of_62 = repeat('z', 62);
	cleanup_free char *of_55 = repeat('y', 55);
	cleanup_free char *deep = strdup("1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20");
	char name[PATH_MAX];

	if (!filter)
		return;
	assert_noted(of_63, false);
	dir_add(of_55);
	(void)snprintf(name, sizeof(name), "%s/%s", of_55, of_62);
	assert_noted(name, false);
	dir_add(deep);
	(void)snprintf(name, sizeof(name), "%s/x", deep);
	assert_noted(name, false);
	(void)snprintf(name, sizeof(name), "d%s", of_63);
	dir_add(name);
	(void)snprintf(name, sizeof(name), "d%s/x", of_63);
	assert_noted(name, false);
}
END_TEST

/* What executes the file, whatever happens to its name. */
static const char *by_descriptor(const char *path)
{
	static char fd_path[64];
	int fd = open(path, O_PATH | O_CLOEXEC);

	(void)snprintf(fd_path, sizeof(fd_path), "/proc/self/fd/%d", fd);
	return fd < 0 ? "/" : fd_path;
}

static const char *renamed(const char *path)
{
	cleanup_free char *other = dir_join("other");
	const char *file = by_descriptor(path);

	return rename(path, other) < 0 ? "/" : file;
}

static const char *removed(const char *path)
{
	cleanup_free char *other = dir_join("other");
	const char *file = renamed(path);

	return unlink(other) < 0 ? "/" : file;
}

START_TEST(notes_where_the_file_is_now)
{
	cleanup_free char *path = dir_join("x");

	if (!filter)
		return;
	copy_to(path);
	assert_path_noted(path, renamed, true);
	copy_to(path);
	assert_path_noted(path, removed, false);
}
END_TEST

START_TEST(goes_through_mounts)
{
	cleanup_free char *dir = dir_join("m");
	cleanup_free char *file = dir_join("n");
	cleanup_free char *bound = dir_join("m/in/it");
	cleanup_free char *path = dir_join("m/x");

	if (!can_mount())
		return;
	dir_add("m");
	dir_write("n", "");
	ck_assert_int_eq(mount("none", dir, "tmpfs", 0, NULL), 0);
	dir_add("m/in");
	dir_add("m/in/it");
	assert_noted("m/x", true);
	ck_assert_int_eq(mount(path, file, NULL, MS_BIND, NULL), 0);
	assert_path_noted(file, NULL, true);
	ck_assert_int_eq(mount(dir, bound, NULL, MS_BIND, NULL), 0);
	assert_noted("m/in/it/y", true);
	/* And one on top of another. */
	ck_assert_int_eq(mount("none", bound, "tmpfs", 0, NULL), 0);
	assert_noted("m/in/it/z", true);
	ck_assert(umount2(bound, MNT_DETACH) == 0 && umount2(bound, MNT_DETACH) == 0 &&
		  umount2(file, MNT_DETACH) == 0 && umount2(dir, MNT_DETACH) == 0);
}
END_TEST

/* A mount that only the process has. */
static const char *in_own_mount(const char *path)
{
	static char other[PATH_MAX];
	cleanup_free char *dir = dir_join("m");

	(void)snprintf(other, sizeof(other), "%s/x", dir);
	return unshare(CLONE_NEWNS) == 0 && mount("none", dir, "tmpfs", 0, NULL) == 0 &&
			       (copy_to(other), access(path, X_OK)) == 0
		       ? other
		       : "/";
}

static const char *detached(const char *path)
{
	cleanup_free char *dir = dir_join("m");
	const char *file = by_descriptor(path);

	return umount2(dir, MNT_DETACH) < 0 ? "/" : file;
}

START_TEST(notes_paths_from_the_daemons_root)
{
	cleanup_free char *dir = dir_join("m");
	cleanup_free char *path = dir_join("m/x");
	if (!can_mount())
		return;
	dir_add("m");
	copy_to(path);
	assert_path_noted(path, in_own_mount, false);
	ck_assert_int_eq(mount(dir, dir, NULL, MS_BIND, NULL), 0);
	assert_path_noted(path, detached, false);
}
END_TEST

START_TEST(notes_who_executes)
{
	const struct exec_audience everybody = { .everybody = true };
	struct executed executed;

	if (!filter)
		return;
	for (int n = 0; n <= 17; n++) {
		struct executor who = { 100, 101, 102, 200, 201, 202, n, { 0 } };

		for (int i = 0; i < n; i++)
			who.groups[i] = 300 + (gid_t)i;
		ck_assert_int_eq(exec_filter_attach(filter, fds[1], ALL_KINDS, &everybody), 0);
		ck_assert(passes_of(&who));
		if (!exec_filter_find(filter, 0, MARK, 1, &executed) && are_no_notes())
			return;
		ck_assert(executed.has_ids);
		ck_assert_int_eq(executed.ppid, getpid());
		ck_assert_uint_eq(executed.euid, 101);
		ck_assert_uint_eq(executed.egid, 201);
		ck_assert(executed.has_groups == (n <= 16));
		ck_assert_uint_eq(executed.n_groups, n <= 16 ? n : 0);
		for (uint32_t i = 0; i < executed.n_groups; i++)
			ck_assert_uint_eq(executed.groups[i], 300 + i);
	}
}
END_TEST

/* As the service has it: with these capabilities and no others (scripts/cgred.service). */
START_TEST(works_with_the_capabilities_of_the_service)
{
	static const int kept[] = { CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_SYS_PTRACE, CAP_SETUID,
				    CAP_SETGID };
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = { 0 };
	struct exec_filter *other;
	const char *tried;
	int r;

	if (!filter)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		sets[kept[i] / 32].permitted |= 1U << (kept[i] % 32);
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		sets[i].effective = sets[i].permitted;
	ck_assert_int_eq(syscall(SYS_capset, &header, sets), 0);
	r = exec_filter_new(BTF_KERNEL, &other, &tried);
	ck_assert_msg(r == 0, "%s: %s", tried, strerror(-r));
	ck_assert_str_eq(exec_filter_notes(other), exec_filter_notes(filter));
	exec_filter_free(other);
}
END_TEST

START_TEST(says_what_is_missing)
{
	struct exec_filter *none = NULL;
	const char *tried = NULL;

	ck_assert_int_eq(exec_filter_new("/nonexistent", &none, &tried), -ENOENT);
	ck_assert_str_eq(tried, "the kernel's BTF");
	ck_assert_int_eq(exec_filter_new("/proc/self/comm", &none, &tried), -EBADMSG);
	ck_assert_ptr_null(none);
	exec_filter_free(NULL);
}
END_TEST

/* Mounts of the tests are theirs. Started anew, by its path: the program of who only enters a
 * namespace stays one of the old namespace. */
static int in_own_namespace(const char *program)
{
	cleanup_free char *path = realpath("/proc/self/exe", NULL);

	if (path && unshare(CLONE_NEWNS) == 0 &&
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		(void)execl(path, program, "in its own namespace", NULL);
	perror("test-exec-filter");
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	TCase *tcase = tcase_create("exec-filter");

	if (argc == 3 && strcmp(argv[1], "tell") == 0)
		return tell(argv[2]);
	if (argc == 1 && geteuid() == 0)
		return in_own_namespace(argv[0]);

	tcase_add_checked_fixture(tcase, open_all, close_all);
	tcase_set_timeout(tcase, 60); /* the kernel verifies a program each time it is attached */
	tcase_add_loop_test(tcase, execs_by_others_end_in_the_kernel, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, other_events_are_everybodys);
	tcase_add_test(tcase, an_audience_of_nobody_drops_all);
	tcase_add_test(tcase, does_what_the_plain_filter_does);
	tcase_add_test(tcase, notes_are_of_one_exec);
	tcase_add_test(tcase, knows_who_was_started_by_another_name);
	tcase_add_test(tcase, notes_the_path_that_proc_says);
	tcase_add_test(tcase, notes_no_path_that_does_not_fit);
	tcase_add_test(tcase, notes_where_the_file_is_now);
	tcase_add_test(tcase, goes_through_mounts);
	tcase_add_test(tcase, notes_paths_from_the_daemons_root);
	tcase_add_test(tcase, notes_who_executes);
	tcase_add_test(tcase, works_with_the_capabilities_of_the_service);
	tcase_add_test(tcase, says_what_is_missing);
	return run_tests(tcase);
}
