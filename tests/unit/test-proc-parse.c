/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "process/proc-parse.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_TAIL                                                                            \
	"Umask:\t0022\nState:\tS (sleeping)\nTgid:\t42\nNgid:\t0\nPid:\t42\nPPid:\t7\n"        \
	"TracerPid:\t0\nUid:\t1000\t1001\t1002\t1003\nGid:\t100\t101\t102\t103\nFDSize:\t64\n" \
	"Groups:\t4 24 4294967294 \nNStgid:\t42\n"
#define STATUS	     "Name:\tcat\n" STATUS_TAIL
#define STAT(comm)   "42 (" comm ") S 7 42 42 34816 99 4194304 104 0 0 0 1 2 0 0 20 0 1 0 31337 0\n"
#define STAT_F(s, f) "2 (x) " s " 0 0 0 0 -1 " f " 0 0 0 0 0 0 0 0 -20 0 1 0 18446744073709551615"

/* A copy without a byte behind it: a sanitizer sees a read that goes too far. */
static char *exact(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, len);
	return copy;
}

START_TEST(reads_status)
{
	struct proc_status status;
	gid_t groups[2] = { 0, 0 };
	gid_t more[4];

	ck_assert_int_eq(proc_parse_status(STATUS, strlen(STATUS), &status), 0);
	ck_assert_str_eq(status.comm, "cat");
	ck_assert_int_eq(status.state, 'S');
	ck_assert_int_eq(status.tgid, 42);
	ck_assert_int_eq(status.ppid, 7);
	ck_assert_uint_eq(status.euid, 1001);
	ck_assert_uint_eq(status.egid, 101);
	ck_assert(!status.kthread);
	ck_assert_uint_eq(proc_parse_groups(status.groups, status.groups_len, groups, 2), 3);
	ck_assert_uint_eq(groups[0], 4);
	ck_assert_uint_eq(groups[1], 24);
	ck_assert_uint_eq(proc_parse_groups(status.groups, status.groups_len, more, 4), 3);
	ck_assert_uint_eq(more[2], 4294967294U);
}
END_TEST

static const struct {
	const char *name;
	const char *comm;
} names[] = {
	{ "", "" },
	{ "a b", "a b" },
	{ " x ", " x " },
	{ "\t", "\t" },
	{ "a\\nUid:\\t0", "a\nUid:\\t0" },
	{ "a\\\\n", "a\\n" },
	{ "\\x", "\\x" },
	{ "\\", "\\" },
	{ "\xff\x01", "\xff\x01" },
	{ "123456789abcdef", "123456789abcdef" },
	{ "\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n", "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n" },
	{ "kworker/u8:0-events_unbound", "kworker/u8:0-ev" },
	{ "Tgid:\t1", "Tgid:\t1" },
};

START_TEST(reads_any_name)
{
	struct proc_status status;
	char text[512];

	snprintf(text, sizeof(text), "Name:\t%s\n%s", names[_i].name, STATUS_TAIL);
	ck_assert_int_eq(proc_parse_status(text, strlen(text), &status), 0);
	ck_assert_str_eq(status.comm, names[_i].comm);
	ck_assert_int_eq(status.tgid, 42);
}
END_TEST

START_TEST(reads_status_without_groups_and_of_a_kernel_thread)
{
	static const char text[] = "Name:\tx\nState:\tI (idle)\nTgid:\t2\nPPid:\t0\nUid:\t0\t0\n"
				   "Gid:\t0\t0\nGroups:\t \nKthread:\t1\n";
	struct proc_status status;

	ck_assert_int_eq(proc_parse_status(text, strlen(text), &status), 0);
	ck_assert(status.kthread);
	ck_assert_uint_eq(proc_parse_groups(status.groups, status.groups_len, NULL, 0), 0);
}
END_TEST

static const char *const bad_status[] = {
	"",
	"\n",
	"Name:\tx\n",
	STATUS_TAIL,
	STATUS "Tgid:\t1\n",
	STATUS "cut",
	"Name:\tx\nState:\tS\nTgid:\t2\nPPid:\t0\nUid:\t0\t0\nGid:\t0\t0\n",
	"Name:\tx\nState:\tS\nTgid:\t2\nPPid:\t0\nUid:\t0\nGid:\t0\t0\nGroups:\t\n",
	"Name:\tx\nState:\tS\nTgid:\t2\nPPid:\t-1\nUid:\t0\t0\nGid:\t0\t0\nGroups:\t\n",
	"Name:\tx\nState:\tS\nTgid:\t2147483648\nPPid:\t0\nUid:\t0\t0\nGid:\t0\t0\nGroups:\t\n",
	"Name:\tx\nState:\t\nTgid:\t2\nPPid:\t0\nUid:\t0\t0\nGid:\t0\t0\nGroups:\t\n",
	"Name:\tx\nState:\tS\nTgid:\t2\nPPid:\t0\nUid:\t0\t4294967296\nGid:\t0\t0\nGroups:\t\n",
	"Name:x\nState:\tS\nTgid:\t2\nPPid:\t0\nUid:\t0\t0\nGid:\t0\t0\nGroups:\t\n",
};

START_TEST(reads_what_set_ids_depend_on)
{
	static const char more[] = "Name:\tx\nState:\tS\nTgid:\t2\nPPid:\t0\nTracerPid:\t9\n"
				   "Uid:\t0\t0\nGid:\t0\t0\nGroups:\t \nNoNewPrivs:\t1\n";
	struct proc_status status;

	ck_assert_int_eq(proc_parse_status(STATUS, strlen(STATUS), &status), 0);
	ck_assert(!status.traced);
	ck_assert(!status.no_new_privs);
	ck_assert_int_eq(proc_parse_status(more, strlen(more), &status), 0);
	ck_assert(status.traced);
	ck_assert(status.no_new_privs);
}
END_TEST

START_TEST(refuses_bad_status)
{
	struct proc_status status = { .tgid = -5 };
	size_t len = strlen(bad_status[_i]);
	char *text = exact(bad_status[_i], len);

	ck_assert_int_eq(proc_parse_status(text, len, &status), -EBADMSG);
	ck_assert_int_eq(status.tgid, -5);
	free(text);
}
END_TEST

START_TEST(refuses_status_that_is_cut)
{
	struct proc_status status;

	/* All but the last line is required. */
	for (size_t len = 0; len < strlen(STATUS) - strlen("NStgid:\t42\n"); len++) {
		char *text = exact(STATUS, len);

		ck_assert_int_eq(proc_parse_status(text, len, &status), -EBADMSG);
		free(text);
	}
}
END_TEST

static const struct {
	const char *text;
	int ret;
	struct proc_stat want;
} stats[] = {
	{ STAT("cat"), 0, { .state = 'S', .ppid = 7, .tty = 34816, .start_ticks = 31337 } },
	{ STAT("a) R 1 1"), 0, { .state = 'S', .ppid = 7, .tty = 34816, .start_ticks = 31337 } },
	{ STAT(")"), 0, { .state = 'S', .ppid = 7, .tty = 34816, .start_ticks = 31337 } },
	{ STAT("("), 0, { .state = 'S', .ppid = 7, .tty = 34816, .start_ticks = 31337 } },
	{ STAT("a\nb c"), 0, { .state = 'S', .ppid = 7, .tty = 34816, .start_ticks = 31337 } },
	{ STAT(""), 0, { .state = 'S', .ppid = 7, .tty = 34816, .start_ticks = 31337 } },
	{ STAT_F("I", "69238880"),
	  0,
	  { .state = 'I', .kthread = true, .start_ticks = UINT64_MAX } },
	{ STAT_F("Z", "4228108"), 0, { .state = 'Z', .exiting = true, .start_ticks = UINT64_MAX } },
	{ STAT_F("R", "-1"), -EBADMSG, { 0 } },
	{ STAT_F("", ""), -EBADMSG, { 0 } },
	{ STAT_F("RR", "0"), -EBADMSG, { 0 } },
	{ "", -EBADMSG, { 0 } },
	{ "42 (cat", -EBADMSG, { 0 } },
	{ "42 (cat)", -EBADMSG, { 0 } },
	{ "42 (cat) S", -EBADMSG, { 0 } },
	{ "42 (cat) S 7 1 1 1 1 0 0 0 0 0", -EBADMSG, { 0 } },
	{ "42 (cat) S 7 42 42 34816 99 0 104 0 0 0 1 2 0 0 20 0 1 0 -31337 0", -EBADMSG, { 0 } },
};

START_TEST(reads_stat)
{
	struct proc_stat stat = { 0 };
	size_t len = strlen(stats[_i].text);
	char *text = exact(stats[_i].text, len);

	ck_assert_int_eq(proc_parse_stat(text, len, &stat), stats[_i].ret);
	ck_assert_int_eq(stat.state, stats[_i].want.state);
	ck_assert_int_eq(stat.ppid, stats[_i].want.ppid);
	ck_assert_uint_eq(stat.tty, stats[_i].want.tty);
	ck_assert_int_eq(stat.kthread, stats[_i].want.kthread);
	ck_assert_int_eq(stat.exiting, stats[_i].want.exiting);
	ck_assert(stat.start_ticks == stats[_i].want.start_ticks);
	free(text);
}
END_TEST

static const struct {
	const char *text;
	int ret;
	struct proc_schedstat want;
} schedstats[] = {
	{ "5000 77 3\n", 0, { 5000, 3 } },
	{ "0 0 0\n", 0, { 0, 0 } },
	{ "18446744073709551615 0 1", 0, { UINT64_MAX, 1 } },
	{ "5000 77\n", -EBADMSG, { 1, 1 } },
	{ "5000 77 x\n", -EBADMSG, { 1, 1 } },
	{ "18446744073709551616 0 1\n", -EBADMSG, { 1, 1 } },
	{ "", -EBADMSG, { 1, 1 } },
};

START_TEST(reads_schedstat)
{
	struct proc_schedstat schedstat = { 1, 1 };
	size_t len = strlen(schedstats[_i].text);
	char *text = exact(schedstats[_i].text, len);

	ck_assert_int_eq(proc_parse_schedstat(text, len, &schedstat), schedstats[_i].ret);
	ck_assert_uint_eq(schedstat.ran_ns, schedstats[_i].want.ran_ns);
	ck_assert_uint_eq(schedstat.times, schedstats[_i].want.times);
	free(text);
}
END_TEST

static const struct {
	const char *comm;
	const char *base;
	bool want;
} comms[] = {
	{ "cat", "cat", true },
	{ "cat", "cats", false },
	{ "cats", "cat", false },
	{ "123456789abcdef", "123456789abcdefgh", true },
	{ "123456789abcdef", "123456789abcdef", true },
	{ "123456789abcdef", "123456789abcde", false },
	{ "123456789abcde", "123456789abcdef", false },
	{ "", "", false },
	{ "", "cat", false },
};

START_TEST(compares_what_comm_keeps_of_a_name)
{
	ck_assert_int_eq(proc_comm_is(comms[_i].comm, comms[_i].base, strlen(comms[_i].base)),
			 comms[_i].want);
}
END_TEST

#define CMDLINE(text) text, sizeof(text) - 1

static const struct {
	const char *cmdline;
	size_t len;
	const char *comm;
	int index; /* -1: none */
	const char *arg;
} args[] = {
	{ CMDLINE("/usr/bin/python3\0/opt/x/tool\0"), "tool", 1, "/opt/x/tool" },
	{ CMDLINE("python3\0-u\0./tool\0tool\0"), "tool", 2, "./tool" },
	{ CMDLINE("sh\0-c\0sleep 1\0"), "sh", 0, "sh" },
	{ CMDLINE("-sh\0"), "sh", -1, NULL },
	{ CMDLINE("/bin/sh\0/opt/very-long-script-name"), "very-long-scrip", 1,
	  "/opt/very-long-script-name" },
	{ CMDLINE("tool"), "tool", 0, "tool" },
	{ CMDLINE("\0\0\0tool\0"), "tool", 3, "tool" },
	{ CMDLINE("1\0002\0003\0004\0005\0006\0007\0tool\0"), "tool", 7, "tool" },
	{ CMDLINE("1\0002\0003\0004\0005\0006\0007\0008\0tool\0"), "tool", -1, NULL },
	{ CMDLINE(""), "tool", -1, NULL },
	{ CMDLINE("\0"), "tool", -1, NULL },
	{ CMDLINE("\0\0"), "", -1, NULL },
	{ CMDLINE("tool/\0"), "tool", -1, NULL },
	{ CMDLINE("tool/\0"), "", -1, NULL },
	{ CMDLINE("a\0b/..\0"), "..", -1, NULL },
	{ CMDLINE("a\0.\0"), ".", -1, NULL },
};

START_TEST(finds_the_argument_that_gave_comm)
{
	char *cmdline = exact(args[_i].cmdline, args[_i].len);
	struct proc_arg arg = { .index = 99 };
	bool found = proc_find_arg(cmdline, args[_i].len, args[_i].comm, &arg);

	ck_assert_int_eq(found, args[_i].index >= 0);
	if (found) {
		ck_assert_int_eq((int)arg.index, args[_i].index);
		ck_assert_uint_eq(arg.len, strlen(args[_i].arg));
		ck_assert_mem_eq(arg.text, args[_i].arg, arg.len);
	} else {
		ck_assert_uint_eq(arg.index, 99);
	}
	free(cmdline);
}
END_TEST

static const struct {
	const char *dir;
	const char *path;
	const char *want; /* NULL: does not fit into 16 bytes */
} joins[] = {
	{ "/home/u", "/a/b", "/a/b" },
	{ "", "/a//b/./c/", "/a/b/c" },
	{ "", "/a/../b", "/b" },
	{ "", "/../../b", "/b" },
	{ "", "//b", "/b" },
	{ "/home/u", "./b", "/home/u/b" },
	{ "/home/u", "../b", "/home/b" },
	{ "/home/u", "../../../../b", "/b" },
	{ "/", "b", "/b" },
	{ "/home/u/", "b", "/home/u/b" },
	{ "/a/./x/..", "...", "/a/..." },
	{ "", "/", "/" },
	{ "/", "..", "/" },
	{ "/", "", "/" },
	{ "/a", "..", "/" },
	{ "", "/23456789abcdef", "/23456789abcdef" },
	{ "", "/23456789abcdef0", NULL },
	{ "/23456789abcdef/..", "b", "/b" },
	{ "/23456789abcdef0/..", "b", NULL },
	{ "", "/234567/9abcdef", "/234567/9abcdef" },
	{ "/234567", "9abcdef", "/234567/9abcdef" },
	{ "/234567", "9abcdef0", NULL },
};

START_TEST(joins_and_normalises_paths)
{
	char buf[16];
	int len = proc_join_path(joins[_i].dir, joins[_i].path, strlen(joins[_i].path), buf,
				 sizeof(buf));

	if (!joins[_i].want) {
		ck_assert_int_eq(len, -ENAMETOOLONG);
		return;
	}
	ck_assert_int_eq(len, (int)strlen(joins[_i].want));
	ck_assert_str_eq(buf, joins[_i].want);
}
END_TEST

START_TEST(knows_paths_that_are_descriptors)
{
	ck_assert(proc_path_is_fd("/dev/fd/3"));
	ck_assert(proc_path_is_fd("/proc/self/fd/3"));
	ck_assert(proc_path_is_fd("/proc/42/fd/3"));
	ck_assert(!proc_path_is_fd("/dev/fdx"));
	ck_assert(!proc_path_is_fd("/process"));
}
END_TEST

START_TEST(tells_the_ids_of_an_execution)
{
	const uint64_t wide[] = { 33, 0x7fff0000, 11, 1, 12, 2, 13, 3, 14, 4, 23, 1, 0, 0 };
	const uint64_t half[] = { 33, 0x7fff0000, 12, 2, 0, 0 };
	const uint32_t narrow[] = { 32, 0xf7f00000, 11, 1, 12, 5, 13, 3, 14, 6, 0, 0 };
	uid_t euid = 0;
	gid_t egid = 0;

	ck_assert(proc_parse_auxv((const char *)wide, sizeof(wide), &euid, &egid));
	ck_assert_uint_eq(euid, 2);
	ck_assert_uint_eq(egid, 4);
	ck_assert(proc_parse_auxv((const char *)narrow, sizeof(narrow), &euid, &egid));
	ck_assert_uint_eq(euid, 5);
	ck_assert_uint_eq(egid, 6);
	ck_assert(!proc_parse_auxv((const char *)half, sizeof(half), &euid, &egid));
	ck_assert(!proc_parse_auxv("", 0, &euid, &egid)); /* of a kernel thread */
	ck_assert(!proc_parse_auxv((const char *)wide, sizeof(wide) - 1, &euid, &egid));
}
END_TEST

#define LOOP(test, table) tcase_add_loop_test(tcase, test, 0, sizeof(table) / sizeof((table)[0]))

int main(void)
{
	Suite *suite = suite_create("proc-parse");
	TCase *tcase = tcase_create("proc-parse");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, reads_status);
	LOOP(reads_any_name, names);
	tcase_add_test(tcase, reads_status_without_groups_and_of_a_kernel_thread);
	tcase_add_test(tcase, reads_what_set_ids_depend_on);
	tcase_add_test(tcase, tells_the_ids_of_an_execution);
	LOOP(refuses_bad_status, bad_status);
	tcase_add_test(tcase, refuses_status_that_is_cut);
	LOOP(reads_stat, stats);
	LOOP(reads_schedstat, schedstats);
	LOOP(compares_what_comm_keeps_of_a_name, comms);
	LOOP(finds_the_argument_that_gave_comm, args);
	LOOP(joins_and_normalises_paths, joins);
	tcase_add_test(tcase, knows_paths_that_are_descriptors);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
