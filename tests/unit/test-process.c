/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* First on directories of plain files, then on real processes. */
#include "config.h"

#include "process/identity.h"
#include "process/look.h"
#include "process/process.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/btf.h"
#include "base/cleanup.h"
#include "base/executed.h"
#include "base/file.h"

#define STATUS(name, ids, groups)                                                               \
	"Name:\t" name "\nState:\tS (sleeping)\nTgid:\t42\nPPid:\t7\nUid:\t" ids "\nGid:\t" ids \
	"\nGroups:\t" groups "\n"
#define STAT(state, flags) \
	"42 (x) " state " 7 42 42 0 -1 " flags " 0 0 0 0 1 2 0 0 20 0 1 0 31337 0 0\n"
#define ALL_FACTS ((FACT_COMM << 1) - 1U)

/* Fixture: dir is what the tests make of /proc, with one process, 42. */
static char dir[PATH_MAX];
static int proc_fd;
static struct process_reader *reader;
static struct process process;

static void put(const char *name, const char *text)
{
	cleanup_close int fd = openat(proc_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0700);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void put_bytes(const char *name, const char *bytes, size_t len)
{
	cleanup_close int fd = openat(proc_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0700);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
}

static void put_link(const char *name, const char *target)
{
	(void)unlinkat(proc_fd, name, 0);
	ck_assert_int_eq(symlinkat(target, proc_fd, name), 0);
}

static void drop(const char *name)
{
	ck_assert_int_eq(unlinkat(proc_fd, name, 0), 0);
}

/* DIR/name, which lives until the next call. */
static const char *in_dir(const char *name)
{
	static char path[PATH_MAX + 256];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static ino_t inode_of(const char *name)
{
	struct stat st;

	ck_assert_int_eq(fstatat(proc_fd, name, &st, 0), 0);
	return st.st_ino;
}

static void setup(void)
{
	char made[] = "/tmp/test-process-XXXXXX";

	ck_assert_ptr_nonnull(mkdtemp(made));
	ck_assert_ptr_nonnull(realpath(made, dir));
	proc_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(proc_fd, 0);
	reader = process_reader_new(proc_fd);
	ck_assert_ptr_nonnull(reader);
	process_init(&process, 42);
	ck_assert_int_eq(mkdirat(proc_fd, "42", 0755), 0);
	ck_assert_int_eq(mkdirat(proc_fd, "bin", 0755), 0);
	ck_assert_int_eq(mkdirat(proc_fd, "cwd", 0755), 0);
	put("bin/prog", "");
	put("42/status", STATUS("prog", "1\t2\t3\t4", "5 6"));
	put("42/comm", "prog\n");
	put("42/stat", STAT("S", "4194304"));
	put("42/cgroup", "0::/a\n");
	put("42/cmdline", "");
	put_link("42/exe", in_dir("bin/prog"));
	put_link("42/cwd", in_dir("cwd"));
	put_link("42/root", "/");
	ck_assert_int_eq(mkdirat(proc_fd, "42/task", 0755), 0);
	ck_assert_int_eq(mkdirat(proc_fd, "42/task/42", 0755), 0);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void teardown(void)
{
	process_reader_free(reader);
	close(proc_fd);
	ck_assert_int_eq(nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static void read_facts(unsigned facts)
{
	ck_assert_int_eq(process_read(reader, &process, facts), 0);
	ck_assert_uint_eq(process.facts & facts, facts);
}

static void fails_with(unsigned facts, int error)
{
	ck_assert_int_eq(process_read(reader, &process, facts), error);
	ck_assert_uint_eq(process.facts & facts, 0);
}

START_TEST(reads_what_is_asked_for)
{
	read_facts(FACT_STATUS);
	ck_assert_uint_eq(process.facts, FACT_STATUS | FACT_GROUPS | FACT_PRIVILEGES | FACT_COMM);
	ck_assert_str_eq(process.comm, "prog");
	ck_assert_int_eq(process.state, 'S');
	ck_assert_int_eq(process.ppid, 7);
	ck_assert_uint_eq(process.euid, 2);
	ck_assert_uint_eq(process.egid, 2);

	read_facts(FACT_GROUPS);
	ck_assert_uint_eq(process.n_groups, 2);
	ck_assert_uint_eq(process.groups[0], 5);
	ck_assert_uint_eq(process.groups[1], 6);

	read_facts(FACT_EXE | FACT_EXE_FILE);
	ck_assert_str_eq(process.exe, in_dir("bin/prog"));
	ck_assert_str_eq(process.exe_base, "prog");
	ck_assert_ptr_eq(process.exe_base, strrchr(process.exe, '/') + 1);
	ck_assert_uint_eq(process.exe_file.ino, inode_of("bin/prog"));
	ck_assert(!process.kthread);

	read_facts(FACT_CGROUP | FACT_START);
	ck_assert_str_eq(process.cgroup, "0::/a\n");
	ck_assert_uint_eq(process.start_ticks, 31337);
}
END_TEST

START_TEST(reads_each_fact_once)
{
	read_facts(ALL_FACTS & ~FACT_SCHED);
	drop("42/status");
	drop("42/comm");
	drop("42/stat");
	drop("42/exe");
	drop("42/cgroup");
	read_facts(ALL_FACTS & ~FACT_SCHED);
	ck_assert_str_eq(process.comm, "prog");

	process_init(&process, 42);
	ck_assert_uint_eq(process.facts, 0);
	fails_with(FACT_STATUS, -ENOENT);
}
END_TEST

START_TEST(grows_with_groups_and_cgroup)
{
	const size_t count = 65536;
	cleanup_free char *text = malloc(count * 12 + 512);
	cleanup_free char *cgroup = malloc(100001);
	size_t len;

	ck_assert_ptr_nonnull(text);
	ck_assert_ptr_nonnull(cgroup);
	len = (size_t)sprintf(text, "%s", STATUS("prog", "1\t2\t3\t4", ""));
	for (size_t i = 0; i < count; i++)
		len += (size_t)sprintf(text + len - (i == 0), "%zu ", 4294000000 + i) - (i == 0);
	text[len] = '\n';
	text[len + 1] = '\0';
	put("42/status", text);
	memset(cgroup, 'x', 100000);
	cgroup[100000] = '\0';
	put("42/cgroup", cgroup);

	read_facts(FACT_GROUPS | FACT_CGROUP);
	ck_assert_uint_eq(process.n_groups, count);
	ck_assert_uint_eq(process.groups[0], 4294000000);
	ck_assert_uint_eq(process.groups[count - 1], 4294000000 + count - 1);
	ck_assert_str_eq(process.cgroup, cgroup);

	put("42/status", STATUS("prog", "1\t2\t3\t4", ""));
	put("42/cgroup", "");
	process_init(&process, 42);
	read_facts(FACT_GROUPS | FACT_CGROUP);
	ck_assert_uint_eq(process.n_groups, 0);
	ck_assert_str_eq(process.cgroup, "");
}
END_TEST

START_TEST(a_kernel_thread_has_no_executable)
{
	drop("42/exe");
	put("42/stat", STAT("S", "2129984"));
	read_facts(FACT_EXE | FACT_EXE_FILE | FACT_INVOKED);
	ck_assert(process.kthread);
	ck_assert_str_eq(process.exe, "");
	ck_assert_str_eq(process.exe_base, "");
	ck_assert_uint_eq(process.exe_file.ino, 0);
	ck_assert_ptr_null(process.invoked);
}
END_TEST

START_TEST(a_process_that_ends_has_no_executable)
{
	drop("42/exe");
	put("42/stat", STAT("Z", "4228108"));
	read_facts(FACT_EXE);
	ck_assert(!process.kthread);
	ck_assert_str_eq(process.exe, "");
	ck_assert_int_eq(process.state, 'Z');

	/* Between losing its memory and being a zombie. */
	put("42/stat", STAT("R", "4194308"));
	process_init(&process, 42);
	fails_with(FACT_EXE, -ESRCH);
}
END_TEST

/* /proc/PID tells nothing any more, /proc/PID/task/TID does. */
START_TEST(a_process_lives_on_in_its_other_threads)
{
	drop("42/exe");
	put("42/stat", STAT("Z", "4228108"));
	put("42/status", "Name:\tprog\nState:\tZ (zombie)\nTgid:\t42\nPPid:\t7\n"
			 "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t\n");
	put("42/cgroup", "0::/\n");
	ck_assert_int_eq(mkdirat(proc_fd, "42/task/43", 0755), 0);
	put("42/task/43/status", STATUS("prog", "1\t2\t3\t4", "5 6"));
	put("42/task/43/cgroup", "0::/b\n");
	put_link("42/task/43/exe", in_dir("bin/prog"));
	read_facts(FACT_START | FACT_STATUS | FACT_EXE | FACT_CGROUP);
	ck_assert_int_eq(process.tid, 43);
	ck_assert_int_eq(process.state, 'S');
	ck_assert_uint_eq(process.euid, 2);
	ck_assert_str_eq(process.exe, in_dir("bin/prog"));
	ck_assert_str_eq(process.cgroup, "0::/b\n");
	ck_assert_uint_eq(process.start_ticks, 31337); /* of the first thread */

	/* Between losing its memory and being a zombie. */
	put("42/stat", STAT("R", "4194308"));
	process_init(&process, 42);
	read_facts(FACT_EXE | FACT_CGROUP);
	ck_assert_int_eq(process.tid, 43);
	ck_assert_str_eq(process.exe, in_dir("bin/prog"));
	ck_assert_str_eq(process.cgroup, "0::/b\n");
}
END_TEST

static void cgroup_of(uint64_t id, const char *want)
{
	const struct cgroup_ids ids = { 1, { id } };

	process_init(&process, 42);
	process.cgroups = id ? &ids : NULL;
	read_facts(FACT_CGROUP);
	ck_assert_str_eq(process.cgroup, want);
}

/* Only what is all of the text, and of a group that is there. */
START_TEST(knows_a_group_of_the_unified_hierarchy_again)
{
	static const char *const others[] = { "1:cpu:/x\n0::/a\n", "0::/a (deleted)\n",
					      "1:cpu:/x\n" };

	cgroup_of(300, "0::/a\n");
	put("42/cgroup", "0::/b\n");
	cgroup_of(300, "0::/a\n");
	cgroup_of(44, "0::/b\n"); /* in the same place */
	cgroup_of(0, "0::/b\n");
	put("42/cgroup", "0::/c\n");
	cgroup_of(300, "0::/c\n");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		put("42/cgroup", others[i]);
		cgroup_of(7, others[i]);
		put("42/cgroup", "0::/d\n");
		cgroup_of(7, "0::/d\n");
		process_reader_forget_cgroups(reader);
	}
	cgroup_of(300, "0::/d\n");
}
END_TEST

/* The number was that of another group when the text was read. */
START_TEST(a_group_is_not_taken_for_the_one_before_a_move)
{
	static const char *const texts[] = { "0::/a\n", "0::/b\n" };
	static const struct cgroup_ids ids = { 1, { UINT64_MAX } };
	cleanup_close int pidfd = identity_open(getpid());

	ck_assert_int_ge(pidfd, 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		put("42/cgroup", texts[i]);
		process_init(&process, 42);
		process.pidfd = pidfd;
		process.cgroups = &ids; /* ours is another, or is not told */
		read_facts(FACT_CGROUP);
		ck_assert_str_eq(process.cgroup, texts[i]);
	}
}
END_TEST

/* A name may have a line feed in it, and fill its 15 bytes. */
START_TEST(reads_every_name)
{
	put("42/comm", "\nfourteen bytes\n");
	read_facts(FACT_COMM);
	ck_assert_str_eq(process.comm, "\nfourteen bytes");
	put("42/comm", "sixteen bytes are\n");
	process_init(&process, 42);
	fails_with(FACT_COMM, -EBADMSG);
	put("42/comm", "");
	fails_with(FACT_COMM, -EBADMSG);
}
END_TEST

START_TEST(says_that_a_process_is_gone)
{
	static const unsigned facts[] = { FACT_STATUS,	FACT_GROUPS, FACT_EXE,	FACT_EXE_FILE,
					  FACT_INVOKED, FACT_CGROUP, FACT_START };

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		process_init(&process, 43);
		fails_with(facts[i], -ESRCH);
		process_init(&process, 0);
		fails_with(facts[i], -ESRCH);
	}
	process_init(&process, 0);
	fails_with(FACT_SCHED, -ESRCH);
}
END_TEST

START_TEST(says_what_else_is_wrong)
{
	put("42/status", "Name:\tcut");
	fails_with(FACT_STATUS, -EBADMSG);
	put("42/stat", "42 (");
	fails_with(FACT_START, -EBADMSG);
	drop("42/cgroup");
	fails_with(FACT_CGROUP, -ENOENT);
	ck_assert_int_eq(mkdirat(proc_fd, "42/cgroup", 0755), 0);
	fails_with(FACT_CGROUP, -EISDIR);
	drop("42/exe");
	put("42/exe", "no link");
	fails_with(FACT_EXE, -EINVAL);
}
END_TEST

START_TEST(a_number_that_is_a_threads_now_is_gone)
{
	ck_assert_int_eq(mkdirat(proc_fd, "43", 0755), 0);
	put("43/status", STATUS("prog", "1\t2\t3\t4", ""));
	process_init(&process, 43);
	fails_with(FACT_STATUS, -ESRCH);
}
END_TEST

START_TEST(finds_the_process_of_a_thread)
{
	pid_t tgid = 0;

	ck_assert_int_eq(mkdirat(proc_fd, "43", 0755), 0);
	put("43/status", STATUS("prog", "1\t2\t3\t4", ""));
	ck_assert_int_eq(process_tgid_of(reader, 43, &tgid), 0);
	ck_assert_int_eq(tgid, 42);
	ck_assert_int_eq(process_tgid_of(reader, 44, &tgid), -ESRCH);
	ck_assert_int_eq(tgid, 42);
}
END_TEST

START_TEST(strips_what_the_kernel_says_of_deleted_files)
{
	put_link("42/exe", in_dir("bin/prog (deleted)"));
	read_facts(FACT_EXE);
	ck_assert_str_eq(process.exe, in_dir("bin/prog"));
	ck_assert_str_eq(process.exe_base, "prog");
}
END_TEST

START_TEST(keeps_a_name_that_is_like_the_kernels_words)
{
	put("bin/prog (deleted)", "");
	put_link("42/exe", in_dir("bin/prog (deleted)"));
	read_facts(FACT_EXE);
	ck_assert_str_eq(process.exe_base, "prog (deleted)");
	ck_assert_uint_eq(process.exe_file.ino, inode_of("bin/prog (deleted)"));

	/* Not where the process looks. */
	ck_assert_int_eq(mkdirat(proc_fd, "root", 0755), 0);
	put_link("42/root", in_dir("root"));
	process_init(&process, 42);
	read_facts(FACT_EXE);
	ck_assert_str_eq(process.exe_base, "prog");
}
END_TEST

static void set_cmdline(const char *comm, const char *bytes, size_t len)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "%s\n", comm);
	put("42/comm", text);
	put_bytes("42/cmdline", bytes, len);
	process_init(&process, 42);
}

#define SET_CMDLINE(comm, bytes) set_cmdline(comm, bytes, sizeof(bytes) - 1)

/* want: below DIR where it starts with '~'. */
static void invoked_is(const char *want, const char *base)
{
	read_facts(FACT_INVOKED);
	ck_assert_uint_eq(process.facts & (FACT_COMM | FACT_EXE), FACT_COMM | FACT_EXE);
	if (!want) {
		ck_assert_ptr_null(process.invoked);
		ck_assert_ptr_null(process.invoked_base);
		return;
	}
	ck_assert_str_eq(process.invoked, want[0] == '~' ? in_dir(want + 2) : want);
	ck_assert_str_eq(process.invoked_base, base);
}

START_TEST(finds_the_script)
{
	put("cwd/tool", "");

	SET_CMDLINE("tool", "prog\0-u\0./tool\0");
	invoked_is("~/cwd/tool", "tool");
	ck_assert_uint_eq(process.invoked_file.ino, inode_of("cwd/tool"));
	ck_assert_uint_ne(process.invoked_file.ino, 0);

	SET_CMDLINE("tool", "prog\0tool\0");
	invoked_is("~/cwd/tool", "tool");
	SET_CMDLINE("tool", "prog\0../cwd//tool");
	invoked_is("~/cwd/tool", "tool");
	SET_CMDLINE("tool", "x/tool");
	invoked_is("~/cwd/x/tool", "tool");
	ck_assert_uint_eq(process.invoked_file.ino, 0);
	SET_CMDLINE("tool", "/nowhere/./a/../tool\0");
	invoked_is("/nowhere/tool", "tool");
	ck_assert_uint_eq(process.invoked_file.ino, 0);
}
END_TEST

START_TEST(knows_only_the_name_of_a_link_in_path)
{
	SET_CMDLINE("tool", "tool\0-x\0");
	invoked_is("tool", "tool");
	ck_assert_uint_eq(process.invoked_file.ino, 0);
	SET_CMDLINE("very-long-tool-", "very-long-tool-name");
	invoked_is("very-long-tool-name", "very-long-tool-name");
}
END_TEST

START_TEST(knows_only_the_name_where_the_directory_is_gone)
{
	SET_CMDLINE("tool", "prog\0./tool\0");
	put_link("42/cwd", in_dir("cwd (deleted)"));
	invoked_is("tool", "tool");

	SET_CMDLINE("tool", "prog\0./tool\0");
	put_link("42/cwd", "(unreachable)/cwd");
	invoked_is("tool", "tool");

	SET_CMDLINE("tool", "prog\0./tool\0");
	drop("42/cwd");
	invoked_is("tool", "tool");

	SET_CMDLINE("tool", "prog\0./tool\0");
	ck_assert_int_eq(mkdirat(proc_fd, "cwd (deleted)", 0755), 0);
	put_link("42/cwd", in_dir("cwd (deleted)"));
	invoked_is("~/cwd (deleted)/tool", "tool");
}
END_TEST

START_TEST(finds_no_other_name_than_the_executables)
{
	/* comm is the executable's: argv is not even looked at. */
	SET_CMDLINE("prog", "tool\0");
	drop("42/cmdline");
	invoked_is(NULL, NULL);

	SET_CMDLINE("tool", "");
	invoked_is(NULL, NULL);
	SET_CMDLINE("tool", "a\0b\0");
	invoked_is(NULL, NULL);
	SET_CMDLINE("3", "prog\0/dev/fd/3\0");
	invoked_is(NULL, NULL);
	SET_CMDLINE("3", "prog\0/proc/self/fd/3\0");
	invoked_is(NULL, NULL);
	put_link("42/cwd", "/dev");
	SET_CMDLINE("3", "prog\0fd/3\0");
	invoked_is(NULL, NULL);
}
END_TEST

START_TEST(looks_at_the_beginning_of_a_huge_command_line)
{
	const size_t size = 2U << 20;
	char *cmdline = calloc(1, size);

	ck_assert_ptr_nonnull(cmdline);
	memset(cmdline, 'a', size);
	memcpy(cmdline, "prog\0/x/tool", 13);
	set_cmdline("tool", cmdline, size);
	invoked_is("/x/tool", "tool");

	/* An element that is cut is none: its last component could go on. */
	memset(cmdline, 'a', size);
	cmdline[32768 - 5] = '/';
	memset(cmdline + 32768 - 4, 't', 4);
	set_cmdline("tttt", cmdline, size);
	invoked_is(NULL, NULL);

	/* Whole, but too long for a path: its name is known. */
	memcpy(cmdline + 8192 - 5, "/tool", 6);
	set_cmdline("tool", cmdline, size);
	invoked_is("tool", "tool");
	free(cmdline);
}
END_TEST

/* Real processes from here on. */
static void setup_real(void)
{
	setup();
	process_reader_free(reader);
	close(proc_fd);
	proc_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(proc_fd, 0);
	reader = process_reader_new(open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
	ck_assert_ptr_nonnull(reader);
}

START_TEST(reads_itself)
{
	char exe[PATH_MAX] = "";
	gid_t groups[1024];
	struct stat st;

	process_init(&process, getpid());
	read_facts(ALL_FACTS);
	ck_assert_int_ge(readlink("/proc/self/exe", exe, sizeof(exe) - 1), 1);
	ck_assert_str_eq(process.exe, exe);
	ck_assert_int_eq(stat("/proc/self/exe", &st), 0);
	ck_assert(process.exe_file.dev == st.st_dev && process.exe_file.ino == st.st_ino);
	ck_assert_uint_eq(process.euid, geteuid());
	ck_assert_uint_eq(process.egid, getegid());
	ck_assert_int_eq(process.ppid, getppid());
	ck_assert_uint_eq(process.n_groups, (size_t)getgroups(1024, groups));
	ck_assert_int_eq(process.sched_policy, sched_getscheduler(0) & ~SCHED_RESET_ON_FORK);
	ck_assert_uint_gt(process.start_ticks, 0);
	ck_assert(!process.kthread);
	ck_assert_ptr_null(process.invoked);
}
END_TEST

static pid_t start_waiting(void)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		(void)pause();
		_exit(0);
	}
	return pid;
}

static void end_waiting(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

/* By its pidfd where the kernel has that, else from PID/status: it is the same. */
START_TEST(asks_the_pidfd_for_the_ids)
{
	pid_t pid = start_waiting();

	for (int i = 0; i < 2; i++) {
		int pidfd = identity_open(pid);

		process_init(&process, pid);
		process.pidfd = i == 0 ? pidfd : STDERR_FILENO; /* which is none */
		read_facts(FACT_STATUS);
		ck_assert_int_eq(process.ppid, getpid());
		ck_assert_uint_eq(process.euid, geteuid());
		ck_assert_uint_eq(process.egid, getegid());
		ck_assert_int_eq(close(pidfd), 0);
	}
	end_waiting(pid);
}
END_TEST

/* Anew, as after an exec that this was noted of. */
static void begin_noted(pid_t pid, int pidfd, const struct executed *executed)
{
	process_init(&process, pid);
	process.pidfd = pidfd;
	process.executed = executed;
}

#define OF_EXEC (FACT_EXE | FACT_EXE_FILE | FACT_INVOKED | FACT_GROUPS)

/* Of this process and no other, and only what is there; /proc says the rest. */
START_TEST(takes_what_was_noted_of_its_exec)
{
	pid_t pid = start_waiting();
	int pidfd = identity_open(pid);
	struct executed executed = {
		.identity = identity_number_in(pidfd),
		.has_one_name = true,
		.exe_dev = 1,
		.exe_ino = 2,
		.has_groups = true,
		.n_groups = 2,
		.groups = { 4711, 4712 },
		.exe = "/made/up",
	};

	for (int i = 0; i < 3; i++) {
		begin_noted(pid, i == 1 ? -1 : pidfd, &executed);
		executed.identity += i == 2;
		read_facts(OF_EXEC);
		ck_assert_ptr_null(process.invoked);
		ck_assert(!process.kthread);
		ck_assert_int_eq(strcmp(process.exe, "/made/up") == 0, i == 0);
		ck_assert_int_eq(strcmp(process.exe_base, "up") == 0, i == 0);
		ck_assert_int_eq(process.exe_file.ino == 2, i == 0);
		ck_assert_int_eq(process.n_groups == 2 && process.groups[1] == 4712, i == 0);
	}
	executed.identity--;
	executed.exe[0] = '\0';
	executed.has_groups = false;
	executed.exe_ino = 0;
	begin_noted(pid, pidfd, &executed);
	read_facts(OF_EXEC);
	ck_assert_str_ne(process.exe, "");
	ck_assert_uint_ne(process.exe_file.ino, 2);
	ck_assert(process.n_groups != 2 || process.groups[1] != 4712);
	ck_assert_int_eq(close(pidfd), 0);
	end_waiting(pid);
}
END_TEST

/* Since the exec it has become somebody else, or has ended. */
START_TEST(does_not_take_what_was_noted_of_another_time)
{
	pid_t pid = start_waiting();
	int pidfd = identity_open(pid);
	struct executed executed = {
		.identity = identity_number_in(pidfd),
		.has_ids = true,
		.euid = geteuid(),
		.egid = getegid(),
		.has_groups = true,
		.n_groups = 1,
		.groups = { 4711 },
		.exe = "/made/up",
	};
	siginfo_t info;

	for (int i = 0; i < 3; i++) {
		begin_noted(pid, pidfd, &executed);
		executed.euid = geteuid() + (i == 1);
		executed.egid = getegid() + (i == 2);
		read_facts(FACT_EXE | FACT_GROUPS);
		read_facts(FACT_STATUS);
		/* Where the pidfd cannot be asked, the ids are those of the note, too. */
		ck_assert_int_eq(strcmp(process.exe, "/made/up") == 0,
				 process.euid == executed.euid && process.egid == executed.egid);
		ck_assert_int_eq(process.n_groups == 1 && process.groups[0] == 4711,
				 process.euid == executed.euid && process.egid == executed.egid);
		ck_assert(i > 0 || strcmp(process.exe, "/made/up") == 0);
	}
	ck_assert(!identity_has_ended(pidfd));
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	ck_assert(identity_has_ended(pidfd));
	begin_noted(pid, pidfd, &executed);
	executed.egid = getegid();
	read_facts(FACT_EXE);
	ck_assert_str_eq(process.exe, "");
	ck_assert_int_eq(process.state, 'Z');
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_eq(close(pidfd), 0);
}
END_TEST

/* A name that is another's needs more than the note. */
START_TEST(looks_for_another_name_where_the_note_says_so)
{
	pid_t pid = start_waiting();
	int pidfd = identity_open(pid);
	struct executed executed = { .identity = identity_number_in(pidfd), .exe = "/made/up" };

	for (int i = 0; i < 2; i++) {
		executed.has_one_name = i == 0;
		begin_noted(pid, pidfd, &executed);
		read_facts(FACT_INVOKED);
		ck_assert_int_eq((process.facts & FACT_COMM) != 0, i == 1);
	}
	ck_assert_int_eq(close(pidfd), 0);
	end_waiting(pid);
}
END_TEST

/* Which facts come with the ids tells where they are from. */
START_TEST(goes_on_asking_pidfds_after_one_without_its_first_thread)
{
	pid_t pid = start_waiting();
	int pidfd = identity_open(pid);
	unsigned facts[3];

	for (int i = 0; i < 3; i++) {
		process_init(&process, pid);
		process.pidfd = pidfd;
		process.tid = i == 1 ? pid : 0;
		read_facts(FACT_STATUS);
		facts[i] = process.facts;
	}
	ck_assert(facts[1] & FACT_GROUPS);
	ck_assert_uint_eq(facts[2], facts[0]);
	ck_assert_int_eq(close(pidfd), 0);
	end_waiting(pid);
}
END_TEST

static int told; /* a pipe of the thread below */

static bool first_thread_has_ended(void)
{
	char stat[512] = "";
	const char *state;

	ck_assert_int_gt(file_read_buf(AT_FDCWD, "/proc/self/stat", stat, sizeof(stat)), 0);
	state = strrchr(stat, ')');
	return state && strncmp(state, ") Z", 3) == 0;
}

static void *outlive_the_first_thread(void *arg)
{
	char byte = 0;

	(void)arg;
	while (!first_thread_has_ended())
		(void)usleep(1000);
	/* Of this thread only, as after a setgid() that the first one did not live to see. */
	(void)syscall(SYS_setresgid, 12345, 12345, 12345);
	(void)!write(told, &byte, 1);
	(void)pause();
	return NULL;
}

/* A pidfd answers for the first thread, which may have ended with ids that are no longer true. */
START_TEST(does_not_ask_the_pidfd_for_what_its_ended_first_thread_was)
{
	int pipe_fds[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe2(pipe_fds, O_CLOEXEC), 0);
	told = pipe_fds[1];
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, outlive_the_first_thread, NULL) != 0)
			_exit(1);
		(void)syscall(SYS_exit, 0);
	}
	ck_assert_int_eq(close(pipe_fds[1]), 0);
	ck_assert_int_eq(read(pipe_fds[0], &byte, 1), 1);
	ck_assert_int_eq(close(pipe_fds[0]), 0);

	process_init(&process, pid);
	process.pidfd = identity_open(pid);
	ck_assert_int_ge(process.pidfd, 0);
	read_facts(FACT_STATUS);
	ck_assert_int_ne(process.tid, 0);
	ck_assert_uint_eq(process.egid, geteuid() == 0 ? 12345 : getegid());
	ck_assert_int_eq(close(process.pidfd), 0);
	end_waiting(pid);
}
END_TEST

START_TEST(knows_a_policy_that_children_do_not_inherit)
{
	const struct sched_param param = { 0 };

	ck_assert_int_eq(sched_setscheduler(0, SCHED_BATCH | SCHED_RESET_ON_FORK, &param), 0);
	process_init(&process, getpid());
	read_facts(FACT_SCHED);
	ck_assert_int_eq(process.sched_policy, SCHED_BATCH);
}
END_TEST

/* Run a program in DIR/cwd that copies its input or writes to its output once it runs. The caller
 * closes *ret_in, which ends it, and waits. */
static pid_t start(char *const argv[], const char *path, int *ret_in)
{
	int in[2];
	int out[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (chdir(in_dir("cwd")) < 0 || dup2(in[0], 0) < 0 || dup2(out[1], 1) < 0)
			_exit(1);
		(void)execv(path, argv);
		_exit(1);
	}
	close(in[0]);
	close(out[1]);
	ck_assert_int_eq(write(in[1], "\n", 1), 1);
	ck_assert_int_eq(read(out[0], &byte, 1), 1);
	close(out[0]);
	*ret_in = in[1];
	return pid;
}

static void stop(pid_t pid, int in)
{
	close(in);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

START_TEST(finds_a_script_that_runs)
{
	char *const argv[] = { (char[]){ "ignored" }, NULL };
	pid_t pid;
	int in;

	put("cwd/a very long script", "#!/bin/sh\nread a\necho\nread a\n");
	pid = start(argv, "./a very long script", &in);
	process_init(&process, pid);
	read_facts(ALL_FACTS);
	ck_assert_str_eq(process.comm, "a very long scr");
	ck_assert_str_eq(process.invoked, in_dir("cwd/a very long script"));
	ck_assert_uint_eq(process.invoked_file.ino, inode_of("cwd/a very long script"));
	ck_assert_uint_ne(process.exe_file.ino, process.invoked_file.ino);
	stop(pid, in);

	process_init(&process, pid);
	fails_with(FACT_STATUS, -ESRCH);
	process_init(&process, pid);
	fails_with(FACT_EXE, -ESRCH);
	fails_with(FACT_EXE_FILE, -ESRCH);
	fails_with(FACT_SCHED, -ESRCH);
}
END_TEST

static void copy_program(const char *from, const char *name)
{
	cleanup_close int in = open(from, O_RDONLY | O_CLOEXEC);
	cleanup_close int out = openat(proc_fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	char buf[65536];
	ssize_t len;

	ck_assert_int_ge(in, 0);
	ck_assert_int_ge(out, 0);
	while ((len = read(in, buf, sizeof(buf))) > 0)
		ck_assert_int_eq(write(out, buf, (size_t)len), len);
	ck_assert_int_eq(len, 0);
}

START_TEST(knows_a_deleted_program_that_runs)
{
	char *const argv[] = { (char[]){ "x" }, NULL };
	struct process other;
	pid_t pid[2];
	int in[2];

	copy_program("/bin/cat", "cwd/gone");
	copy_program("/bin/cat", "cwd/here (deleted)");
	pid[0] = start(argv, "./gone", &in[0]);
	pid[1] = start(argv, "./here (deleted)", &in[1]);
	drop("cwd/gone");
	process_init(&process, pid[0]);
	read_facts(FACT_EXE | FACT_EXE_FILE | FACT_INVOKED);
	ck_assert_str_eq(process.exe, in_dir("cwd/gone"));
	ck_assert_uint_ne(process.exe_file.ino, 0);
	process_init(&other, pid[1]);
	ck_assert_int_eq(process_read(reader, &other, FACT_EXE), 0);
	ck_assert_str_eq(other.exe, in_dir("cwd/here (deleted)"));
	stop(pid[0], in[0]);
	stop(pid[1], in[1]);
}
END_TEST

START_TEST(reads_a_zombie)
{
	pid_t pid = fork();
	siginfo_t info;

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(0);
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	process_init(&process, pid);
	read_facts(ALL_FACTS);
	ck_assert_str_eq(process.exe, "");
	ck_assert_int_eq(process.state, 'Z');
	ck_assert(!process.kthread);
	ck_assert_ptr_null(process.invoked);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}
END_TEST

/* A process that goes while it is read. Whatever was in time is whole, and the rest is not there.
 */
START_TEST(never_fills_in_half_of_a_process)
{
	for (int i = 0; i < 300; i++) {
		pid_t pid = fork();
		int ret;

		ck_assert_int_ge(pid, 0);
		if (pid == 0)
			_exit(0);
		/* Nobody waits for it: the kernel reaps it at once, SIGCHLD being ignored. */
		do {
			process_init(&process, pid);
			ret = process_read(reader, &process, ALL_FACTS);
			ck_assert(ret == 0 || ret == -ESRCH);
			ck_assert(ret < 0 || process.facts == ALL_FACTS);
			ck_assert(!(process.facts & FACT_STATUS) || process.ppid == getpid());
			ck_assert(!(process.facts & FACT_EXE) || process.exe);
			ck_assert(!(process.facts & FACT_EXE) || process.exe[0] == '/' ||
				  process.state == 'Z');
			ck_assert(!process.kthread);
		} while (ret == 0);
	}
}
END_TEST

static void setup_unwaited(void)
{
	setup_real();
	ck_assert(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
}

/* The same, where the kernel is asked in one call; else as before. */
static struct look *looking;

static void look_with_the_kernel(void)
{
	const char *tried;

	if (look_new(BTF_KERNEL, &looking, &tried) < 0)
		looking = NULL;
	process_reader_look_with(reader, looking);
}

static void setup_looking(void)
{
	setup_real();
	look_with_the_kernel();
}

static void setup_unwaited_looking(void)
{
	setup_unwaited();
	look_with_the_kernel();
}

static void teardown_looking(void)
{
	teardown();
	look_free(looking);
}

/* Who it is and where needs neither status nor pidfd. */
START_TEST(finds_out_by_one_look)
{
	pid_t pid = start_waiting();
	int pidfd = identity_open(pid);

	process_init(&process, pid);
	read_facts(FACT_STATUS | FACT_CGROUP);
	ck_assert_int_eq(process.looked != 0, looking != NULL);
	ck_assert_int_eq(process.ppid, getpid());
	ck_assert_uint_eq(process.euid, geteuid());
	ck_assert_uint_eq(process.egid, getegid());
	ck_assert_int_eq((process.facts & FACT_GROUPS) != 0, !looking);
	ck_assert(!looking || process.identity == identity_number(pidfd));
	ck_assert_int_eq(close(pidfd), 0);
	end_waiting(pid);
}
END_TEST

static void put_cgroup(pid_t pid, const char *text)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "%d", (int)pid);
	(void)mkdirat(proc_fd, name, 0755);
	(void)snprintf(name, sizeof(name), "%d/cgroup", (int)pid);
	put(name, text);
}

static void assert_cgroup(pid_t pid, const char *want)
{
	process_init(&process, pid);
	read_facts(FACT_CGROUP);
	ck_assert_str_eq(process.cgroup, want);
}

struct meanwhile {
	bool (*happens)(pid_t pid);
	pid_t pid;
	const char *text;
	char name[64];
	bool went_well;
};

static void *write_meanwhile(void *arg)
{
	struct meanwhile *meanwhile = arg;
	int fd = openat(proc_fd, meanwhile->name, O_WRONLY | O_CLOEXEC); /* waits for the reader */
	size_t len = strlen(meanwhile->text);

	meanwhile->went_well = fd >= 0 && meanwhile->happens(meanwhile->pid) &&
			       write(fd, meanwhile->text, len) == (ssize_t)len && close(fd) == 0;
	return NULL;
}

static void *execute_when_told(void *arg)
{
	static char sleeps[] = "sleep";
	static char for_long[] = "1000";
	char *const argv[] = { sleeps, for_long, NULL };
	sigset_t told_by;
	int signal_number;

	(void)arg;
	(void)sigemptyset(&told_by);
	(void)sigaddset(&told_by, SIGUSR1);
	(void)sigwait(&told_by, &signal_number);
	(void)execv("/bin/sleep", argv);
	_exit(1);
}

/* A process that waits, and has a thread that executes another program when it gets SIGUSR1. */
static pid_t start_with_thread(void)
{
	sigset_t told_by;
	pid_t pid;

	(void)sigemptyset(&told_by);
	(void)sigaddset(&told_by, SIGUSR1);
	ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &told_by, NULL), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, execute_when_told, NULL) != 0)
			_exit(1);
		for (;;)
			(void)pause();
	}
	return pid;
}

static bool runs_another_program(pid_t pid)
{
	char path[64];
	char exe[PATH_MAX] = "";
	char own[PATH_MAX] = "";

	(void)snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	/* Meanwhile there may be none. */
	return readlink(path, exe, sizeof(exe) - 1) > 0 &&
	       readlink("/proc/self/exe", own, sizeof(own) - 1) > 0 && strcmp(exe, own) != 0;
}

static bool let_a_thread_execute(pid_t pid)
{
	if (kill(pid, SIGUSR1) < 0)
		return false;
	for (int i = 0; i < 10000; i++) {
		if (runs_another_program(pid))
			return true;
		(void)usleep(1000);
	}
	return false;
}

static bool let_it_end(pid_t pid)
{
	return kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid;
}

/* Files of the test's own tell when they are read. */
START_TEST(reads_once_what_groups_are_called)
{
	pid_t one = start_waiting();
	pid_t other = start_waiting();
	const char *second = looking ? "1:cpu:/a\n0::/\n" : "1:cpu:/b\n0::/\n";

	process_reader_free(reader);
	reader = process_reader_new(proc_fd);
	process_reader_look_with(reader, looking);
	put_cgroup(one, "1:cpu:/a\n0::/\n");
	put_cgroup(other, "1:cpu:/b\n0::/\n");
	assert_cgroup(one, "1:cpu:/a\n0::/\n");
	assert_cgroup(other, second); /* in the same groups */
	process_reader_forget_cgroups(reader);
	assert_cgroup(other, "1:cpu:/b\n0::/\n");
	end_waiting(one);
	end_waiting(other);
}
END_TEST

/* A process whose PID/cgroup is a pipe: what happens() does, happens while that is read. */
static void read_while(pid_t pid, bool (*happens)(pid_t pid), const char *text)
{
	char name[64];
	pthread_t thread;
	struct meanwhile meanwhile = { .happens = happens, .pid = pid, .text = text };

	(void)snprintf(name, sizeof(name), "%d", (int)pid);
	(void)mkdirat(proc_fd, name, 0755);
	(void)snprintf(meanwhile.name, sizeof(meanwhile.name), "%d/cgroup", (int)pid);
	(void)unlinkat(proc_fd, meanwhile.name, 0);
	ck_assert_int_eq(mkfifoat(proc_fd, meanwhile.name, 0600), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, write_meanwhile, &meanwhile), 0);
	assert_cgroup(pid, text);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert(meanwhile.went_well);
	drop(meanwhile.name);
}

static bool nothing(pid_t pid)
{
	(void)pid;
	return true;
}

/* The text that is read then is of another process, or of none; it is not what others are told. */
START_TEST(what_is_read_while_a_process_goes_counts_for_nobody_else)
{
	static const struct {
		bool (*happens)(pid_t pid);
		bool counts;
	} cases[] = { { nothing, true }, { let_it_end, false }, { let_a_thread_execute, false } };
	const char *late = "1:cpu:/late\n0::/\n";
	const char *other = "1:cpu:/other\n0::/\n";

	process_reader_free(reader);
	reader = process_reader_new(proc_fd);
	process_reader_look_with(reader, looking);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pid_t one = start_with_thread();
		pid_t second = start_waiting();

		process_reader_forget_cgroups(reader);
		read_while(one, cases[i].happens, late);
		put_cgroup(second, other);
		assert_cgroup(second, looking && cases[i].counts ? late : other);
		if (cases[i].happens != let_it_end)
			end_waiting(one);
		end_waiting(second);
	}
}
END_TEST

/* Between ids and groups it is waited for: then the numbers are of before, too. */
START_TEST(looks_again_after_somebody_was_waited_for)
{
	static const struct cgroup_ids made_up = { 1, { 4711 } };
	pid_t pid = start_waiting();

	process_init(&process, pid);
	process.cgroups = &made_up;
	process.tid = pid; /* no look */
	read_facts(FACT_CGROUP);
	process_init(&process, pid);
	read_facts(FACT_STATUS);
	ck_assert_int_eq(process_reader_wait_not(reader), 0);
	process.cgroups = looking ? &made_up : NULL;
	read_facts(FACT_EXE | FACT_CGROUP);
	ck_assert(process.by_thread);
	ck_assert_ptr_ne(process.cgroups, &made_up);
	end_waiting(pid);
}
END_TEST

static TCase *fake_tests(void)
{
	TCase *tcase = tcase_create("plain files");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, reads_what_is_asked_for);
	tcase_add_test(tcase, reads_each_fact_once);
	tcase_add_test(tcase, grows_with_groups_and_cgroup);
	tcase_add_test(tcase, a_kernel_thread_has_no_executable);
	tcase_add_test(tcase, a_process_that_ends_has_no_executable);
	tcase_add_test(tcase, a_process_lives_on_in_its_other_threads);
	tcase_add_test(tcase, knows_a_group_of_the_unified_hierarchy_again);
	tcase_add_test(tcase, a_group_is_not_taken_for_the_one_before_a_move);
	tcase_add_test(tcase, reads_every_name);
	tcase_add_test(tcase, says_that_a_process_is_gone);
	tcase_add_test(tcase, says_what_else_is_wrong);
	tcase_add_test(tcase, a_number_that_is_a_threads_now_is_gone);
	tcase_add_test(tcase, finds_the_process_of_a_thread);
	tcase_add_test(tcase, strips_what_the_kernel_says_of_deleted_files);
	tcase_add_test(tcase, keeps_a_name_that_is_like_the_kernels_words);
	tcase_add_test(tcase, finds_the_script);
	tcase_add_test(tcase, knows_only_the_name_of_a_link_in_path);
	tcase_add_test(tcase, knows_only_the_name_where_the_directory_is_gone);
	tcase_add_test(tcase, finds_no_other_name_than_the_executables);
	tcase_add_test(tcase, looks_at_the_beginning_of_a_huge_command_line);
	return tcase;
}

static void add_real_tests(TCase *tcase)
{
	tcase_add_test(tcase, reads_itself);
	tcase_add_test(tcase, asks_the_pidfd_for_the_ids);
	tcase_add_test(tcase, takes_what_was_noted_of_its_exec);
	tcase_add_test(tcase, does_not_take_what_was_noted_of_another_time);
	tcase_add_test(tcase, looks_for_another_name_where_the_note_says_so);
	tcase_add_test(tcase, goes_on_asking_pidfds_after_one_without_its_first_thread);
	tcase_add_test(tcase, does_not_ask_the_pidfd_for_what_its_ended_first_thread_was);
	tcase_add_test(tcase, knows_a_policy_that_children_do_not_inherit);
	tcase_add_test(tcase, finds_a_script_that_runs);
	tcase_add_test(tcase, knows_a_deleted_program_that_runs);
	tcase_add_test(tcase, reads_a_zombie);
}

static TCase *real_tests(void)
{
	TCase *tcase = tcase_create("real processes");

	tcase_add_checked_fixture(tcase, setup_real, teardown);
	add_real_tests(tcase);
	return tcase;
}

static TCase *looking_tests(void)
{
	TCase *tcase = tcase_create("real processes, looked at");

	tcase_add_checked_fixture(tcase, setup_looking, teardown_looking);
	tcase_set_timeout(tcase,
			  60); /* on a slow machine the kernel looks at the program for long */
	add_real_tests(tcase);
	tcase_add_test(tcase, finds_out_by_one_look);
	tcase_add_test(tcase, reads_once_what_groups_are_called);
	tcase_add_test(tcase, what_is_read_while_a_process_goes_counts_for_nobody_else);
	tcase_add_test(tcase, looks_again_after_somebody_was_waited_for);
	return tcase;
}

static TCase *unwaited_tests(const char *name, void (*begin)(void), void (*end)(void))
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, begin, end);
	tcase_add_test(tcase, never_fills_in_half_of_a_process);
	tcase_set_timeout(tcase, 60);
	return tcase;
}

int main(void)
{
	Suite *suite = suite_create("process");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, fake_tests());
	suite_add_tcase(suite, real_tests());
	suite_add_tcase(suite, looking_tests());
	suite_add_tcase(suite, unwaited_tests("processes that go", setup_unwaited, teardown));
	suite_add_tcase(suite, unwaited_tests("processes that go, looked at",
					      setup_unwaited_looking, teardown_looking));
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
