/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records as the kernel writes them, put together: without a kernel. */
#include "config.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "helpers.h"
#include "process/proc-file.h"
#include "process/process.h"
#include "source/audit-paths.h"
#include "source/audit-records.h"
#include "source/audit-text.h"
#include "source/audit.h"

#define SYSCALL 1300
#define PATH	1302
#define CONFIG	1305
#define CWD	1307
#define EXECVE	1309
#define EOE	1320
#define TITLE	1327
#define OPENAT2 1337

static struct audit_records *records;
static struct audit_record record;
static int64_t now_ms;

static const struct audit_place places[] = {
	{ 1, "/watched/file", "/watched/file", false, true },
	{ 2, "/watched/dir", "/watched/dir", true, false },
	{ 3, "/link/to", "/real/place", true, false },
	{ 4, "/not/there", NULL, false, false },
};

/* arg: the descriptor of a directory like /proc. */
static ssize_t read_link(void *arg, pid_t tid, int fd, char *buf)
{
	const int *proc_fd = arg;
	const struct process process = { .tgid = tid };
	char name[16];

	(void)snprintf(name, sizeof(name), "fd/%d", fd);
	return proc_file_link(*proc_fd, &process, name, buf);
}

static struct audit_records *new_records(int proc_fd, bool any_key)
{
	static int arg;

	arg = proc_fd;
	return audit_records_new((struct audit_links){ read_link, &arg }, any_key);
}

static void setup(void)
{
	now_ms = 1000;
	records = new_records(AT_FDCWD, false);
	ck_assert_ptr_nonnull(records);
	audit_records_set_places(records, places, ARRAY_SIZE(places));
}

static void teardown(void)
{
	audit_records_free(records);
}

static bool feed_at(unsigned time, unsigned serial, unsigned type, const char *rest)
{
	char text[8192];

	(void)snprintf(text, sizeof(text), "audit(%u.250:%u): %s", time, serial, rest);
	return audit_records_feed(records, now_ms, type, text, strlen(text));
}

static bool feed(unsigned serial, unsigned type, const char *rest)
{
	return feed_at(1700000000, serial, type, rest);
}

/* One of x86_64. */
static void feed_call(unsigned serial, int number, const char *arguments, const char *success,
		      const char *key)
{
	char rest[1024];

	(void)snprintf(rest, sizeof(rest),
		       "arch=c000003e syscall=%d success=%s exit=3 %s items=1 ppid=100 pid=101 "
		       "auid=4294967295 uid=1000 gid=1001 euid=1002 suid=1003 fsuid=1004 egid=1005 "
		       "sgid=1006 fsgid=1007 tty=pts0 ses=7 comm=\"cat\" exe=\"/usr/bin/cat\" "
		       "subj=unconfined key=%s",
		       number, success, arguments, key);
	(void)feed(serial, SYSCALL, rest);
}

#define OPEN_ARGUMENTS(flags) "a0=ffffff9c a1=7ffc0 a2=" flags " a3=0"

static void feed_open(unsigned serial, const char *arguments, const char *key, const char *path)
{
	char rest[4096];

	feed_call(serial, 257, arguments, "yes", key);
	(void)feed(serial, CWD, "cwd=\"/home\"");
	(void)snprintf(rest, sizeof(rest),
		       "item=0 name=%s inode=7 dev=fe:00 mode=0100644 ouid=0 ogid=0 rdev=00:00 "
		       "nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0",
		       path);
	(void)feed(serial, PATH, rest);
	(void)feed(serial, TITLE, "proctitle=\"cat\"");
	(void)feed(serial, EOE, "");
}

#define assert_event() ck_assert(audit_records_next(records, &record))
#define assert_none()  ck_assert(!audit_records_next(records, &record))

START_TEST(puts_the_records_of_a_call_together)
{
	static const char *const want[AUDIT_FIELDS] = {
		[AUDIT_A0] = "ffffff9c", [AUDIT_A1] = "7ffc0",
		[AUDIT_A2] = "0",	 [AUDIT_A3] = "0",
		[AUDIT_ARCH] = "x86_64", [AUDIT_AUID] = "unset",
		[AUDIT_COMM] = "cat",	 [AUDIT_EGID] = "1005",
		[AUDIT_EUID] = "1002",	 [AUDIT_EXE] = "/usr/bin/cat",
		[AUDIT_EXIT] = "3",	 [AUDIT_FSGID] = "1007",
		[AUDIT_FSUID] = "1004",	 [AUDIT_GID] = "1001",
		[AUDIT_ITEMS] = "1",	 [AUDIT_PID] = "101",
		[AUDIT_PPID] = "100",	 [AUDIT_RESULT] = "success",
		[AUDIT_SES] = "7",	 [AUDIT_SGID] = "1006",
		[AUDIT_SUID] = "1003",	 [AUDIT_SYSCALL] = "openat",
		[AUDIT_TTY] = "pts0",	 [AUDIT_UID] = "1000",
	};

	feed_open(5, OPEN_ARGUMENTS("0"), "\"cgred_1_r_1\"", "\"/watched/file\"");
	assert_event();
	ck_assert_int_eq(record.tid, 101);
	ck_assert_uint_eq(record.serial, 5);
	ck_assert_uint_eq(record.time_ms, 1700000000250);
	ck_assert(record.success);
	ck_assert_uint_eq(record.access, AUDIT_ACCESS_READ);
	ck_assert_str_eq(record.key, "cgred_1_r_1");
	ck_assert_uint_eq(record.n_paths, 1);
	ck_assert_str_eq(record.paths[0], "/watched/file");
	for (size_t i = 0; i < AUDIT_FIELDS; i++)
		ck_assert_str_eq(record.fields[i], want[i]);
	assert_none();
	ck_assert(!audit_records_is_waiting(records));
}
END_TEST

START_TEST(tells_records_of_several_calls_apart)
{
	const unsigned n = 60;
	unsigned seen = 0;

	for (unsigned i = 1; i <= n; i++)
		feed_call(i, 257, OPEN_ARGUMENTS("0"), "yes", "\"cgred_2_r_1\"");
	for (unsigned i = n; i >= 1; i--) {
		char rest[128];

		(void)feed(i, CWD, "cwd=\"/\"");
		(void)snprintf(rest, sizeof(rest),
			       "item=0 name=\"/watched/dir/%u\" inode=7 "
			       "nametype=NORMAL",
			       i);
		(void)feed(i, PATH, rest);
	}
	assert_none();
	ck_assert(audit_records_is_waiting(records));
	for (unsigned i = 1; i <= n; i += 2)
		(void)feed(i, EOE, "");
	for (unsigned i = 2; i <= n; i += 2)
		(void)feed(i, EOE, "");
	while (audit_records_next(records, &record)) {
		char path[64];

		(void)snprintf(path, sizeof(path), "/watched/dir/%u", (unsigned)record.serial);
		ck_assert_uint_eq(record.n_paths, 1);
		ck_assert_str_eq(record.paths[0], path);
		seen++;
	}
	ck_assert_uint_eq(seen, n);
	ck_assert(!audit_records_is_waiting(records));
}
END_TEST

START_TEST(takes_an_event_without_its_end_after_a_while)
{
	feed_call(8, 257, OPEN_ARGUMENTS("0"), "yes", "\"cgred_1_r_1\"");
	now_ms += 1500;
	(void)feed(8, PATH, "item=0 name=\"/watched/file\" inode=7 nametype=NORMAL");
	audit_records_age(records, now_ms + 1999);
	assert_none();
	ck_assert(audit_records_is_waiting(records));
	audit_records_age(records, now_ms + 2000);
	assert_event();
	ck_assert_uint_eq(record.serial, 8);
	ck_assert_str_eq(record.paths[0], "/watched/file");
	ck_assert(!audit_records_is_waiting(records));
	/* What comes after all is nobody's. */
	ck_assert(!feed(8, EOE, ""));
}
END_TEST

START_TEST(a_call_that_began_long_ago_is_whole)
{
	/* The time of an event is that of the call's beginning: an open() of a pipe may wait. */
	(void)feed_at(1600000000, 8, SYSCALL,
		      "arch=c000003e syscall=257 success=yes exit=3 " OPEN_ARGUMENTS(
			      "0") " pid=5 key=\"cgred_1_r_1\"");
	feed_open(9, OPEN_ARGUMENTS("0"), "\"cgred_1_r_1\"", "\"/watched/file\"");
	assert_event();
	ck_assert_uint_eq(record.serial, 9);
	assert_none();
	(void)feed_at(1600000000, 8, PATH, "item=0 name=\"/watched/file\" nametype=NORMAL");
	(void)feed_at(1600000000, 8, EOE, "");
	assert_event();
	ck_assert_uint_eq(record.serial, 8);
	ck_assert_uint_eq(record.n_paths, 1);
	assert_none();
}
END_TEST

START_TEST(events_without_an_end_do_not_pile_up)
{
	unsigned seen = 0;

	for (unsigned serial = 1; serial <= 10000; serial++) {
		(void)feed(serial, SYSCALL,
			   "arch=c000003e syscall=257 success=yes exit=3 " OPEN_ARGUMENTS(
				   "0") " pid=5 key=\"cgred_1_r_1\"");
		while (audit_records_next(records, &record))
			ck_assert_uint_eq(record.serial, ++seen);
	}
	ck_assert_uint_eq(seen, 10000 - 4096);
	audit_records_age(records, now_ms + 2000);
	while (audit_records_next(records, &record))
		seen++;
	ck_assert_uint_eq(seen, 10000);
	ck_assert(!audit_records_is_waiting(records));
}
END_TEST

START_TEST(an_event_of_endless_records_is_cut)
{
	char rest[4096];
	unsigned taken = 0;

	memset(rest, 'x', sizeof(rest));
	rest[sizeof(rest) - 1] = '\0';
	feed_call(8, 257, OPEN_ARGUMENTS("0"), "yes", "\"cgred_1_r_1\"");
	for (unsigned i = 0; i < 1000; i++)
		taken += feed(8, PATH, rest);
	ck_assert_uint_lt(taken, 70);
	audit_records_age(records, now_ms + 2000);
	assert_event();
}
END_TEST

START_TEST(drops_what_is_not_ours)
{
	static const char *const keys[] = {
		"(null)",
		"\"site\"",
		"\"cgred\"",
		"\"cgred_9_r_1\"",
		"\"cgred_1_q_1\"",
		"\"cgred_1_r\"",
		"\"fetter_x\"",
		"\"xcgred_1_r_1\"",
		"\"cgred_1_r_1x\"",
		"\"cgred__r_1\"",
		"73697465",
		"\"\"",
		"\"cgred_99999999999999999999_r_1\"",
	};

	for (unsigned i = 0; i < ARRAY_SIZE(keys); i++) {
		feed_open(20 + i, OPEN_ARGUMENTS("0"), keys[i], "\"/watched/file\"");
		assert_none();
	}
	ck_assert(!feed(90, PATH, "item=0 name=\"/watched/file\" nametype=NORMAL"));
	ck_assert(!feed(90, EOE, ""));
	ck_assert(!feed(91, CONFIG, "op=remove_rule key=\"cgred_1_r_1\" list=4 res=1"));
	ck_assert(!audit_records_feed(records, now_ms, SYSCALL, "", 0));
	ck_assert(!audit_records_feed(records, now_ms, SYSCALL, "audit(1.2:x): key=\"cgred_1_r_1\"",
				      32));
	ck_assert(!audit_records_is_waiting(records));
}
END_TEST

START_TEST(a_command_cannot_forge_a_key)
{
	/* comm is what the program says; blanks and quotes make it hexadecimal. */
	(void)feed(
		7, SYSCALL,
		"arch=c000003e syscall=257 success=yes exit=3 " OPEN_ARGUMENTS(
			"0") " pid=5 comm=206B65793D2263677265645F315F725F3122 exe=\"/x\" key=\"site\"");
	(void)feed(7, EOE, "");
	assert_none();
}
END_TEST

START_TEST(finds_its_key_among_several)
{
	/* "site", "cgred_2_r_4" */
	feed_open(7, OPEN_ARGUMENTS("0"), "736974650163677265645F325F725F34", "\"/watched/dir/a\"");
	assert_event();
	ck_assert_str_eq(record.key, "cgred_2_r_4");
}
END_TEST

START_TEST(any_key_of_ours_counts_with_reuse)
{
	audit_records_free(records);
	records = new_records(AT_FDCWD, true);
	feed_open(1, OPEN_ARGUMENTS("241"), "\"fetter_a\"", "\"/x\"");
	feed_open(2, OPEN_ARGUMENTS("0"), "\"cgred_mine\"", "\"/x\"");
	feed_open(3, OPEN_ARGUMENTS("0"), "\"site\"", "\"/x\"");
	feed_call(4, 59, "a0=1 a1=2 a2=3 a3=4", "yes", "\"fetter_a\"");
	(void)feed(4, EOE, "");
	feed_call(5, 87, "a0=1 a1=2 a2=3 a3=4", "yes", "\"fetter_a\"");
	(void)feed(5, EOE, "");
	assert_event();
	ck_assert_uint_eq(record.access, AUDIT_ACCESS_WRITE);
	ck_assert_str_eq(record.key, "fetter_a");
	assert_event();
	ck_assert_uint_eq(record.access, AUDIT_ACCESS_READ);
	assert_event();
	ck_assert_str_eq(record.fields[AUDIT_SYSCALL], "execve");
	ck_assert_uint_eq(record.access, AUDIT_ACCESS_EXECUTE);
	assert_event();
	ck_assert_str_eq(record.fields[AUDIT_SYSCALL], "unlink");
	ck_assert_uint_eq(record.access, AUDIT_ACCESS_WRITE);
	assert_none();
}
END_TEST

static const struct {
	int number;
	const char *arguments;
	const char *key;
	unsigned access;
} accesses[] = {
	{ 257, OPEN_ARGUMENTS("0"), "\"cgred_1_r_1\"", AUDIT_ACCESS_READ },
	{ 257, OPEN_ARGUMENTS("80000"), "\"cgred_1_r_1\"", AUDIT_ACCESS_READ },
	{ 257, OPEN_ARGUMENTS("1"), "\"cgred_1_w_1\"", AUDIT_ACCESS_WRITE },
	{ 257, OPEN_ARGUMENTS("241"), "\"cgred_1_w_1\"", AUDIT_ACCESS_WRITE },
	{ 257, OPEN_ARGUMENTS("2"), "\"cgred_1_r_1\"", AUDIT_ACCESS_READ | AUDIT_ACCESS_WRITE },
	{ 257, OPEN_ARGUMENTS("2"), "\"cgred_1_w_1\"", AUDIT_ACCESS_READ | AUDIT_ACCESS_WRITE },
	/* O_TRUNC alone writes, too */
	{ 257, OPEN_ARGUMENTS("200"), "\"cgred_1_r_1\"", AUDIT_ACCESS_READ | AUDIT_ACCESS_WRITE },
	{ 2, "a0=7ffc a1=2 a2=0 a3=0", "\"cgred_1_r_1\"", AUDIT_ACCESS_READ | AUDIT_ACCESS_WRITE },
	{ 85, "a0=7ffc a1=1b6 a2=0 a3=0", "\"cgred_1_w_1\"", AUDIT_ACCESS_WRITE },
	{ 59, "a0=7ffc a1=1 a2=0 a3=0", "\"cgred_1_x_1\"", AUDIT_ACCESS_EXECUTE },
	{ 87, "a0=7ffc a1=1 a2=0 a3=0", "\"cgred_1_w_1\"", AUDIT_ACCESS_WRITE },
	{ 89, "a0=7ffc a1=1 a2=0 a3=0", "\"cgred_1_r_1\"", AUDIT_ACCESS_READ },
	/* O_PATH: neither */
	{ 257, OPEN_ARGUMENTS("200000"), "\"cgred_1_r_1\"", 0 },
};

START_TEST(knows_the_access_by_flags_and_key)
{
	feed_open(5, "", "\"site\"", "\"/x\"");
	feed_call(6, accesses[_i].number, accesses[_i].arguments, "yes", accesses[_i].key);
	(void)feed(6, PATH, "item=0 name=\"/watched/file\" inode=7 nametype=NORMAL");
	(void)feed(6, EOE, "");
	if (accesses[_i].access == 0) {
		assert_none();
		return;
	}
	assert_event();
	ck_assert_uint_eq(record.access, accesses[_i].access);
}
END_TEST

START_TEST(openat2_has_its_flags_in_a_record_of_its_own)
{
	feed_call(6, 437, "a0=ffffff9c a1=7ffc a2=7ffd a3=18", "yes", "\"cgred_1_r_1\"");
	(void)feed(6, OPENAT2, "oflag=0100002 mode=00 resolve=0x0");
	(void)feed(6, PATH, "item=0 name=\"/watched/file\" inode=7 nametype=NORMAL");
	(void)feed(6, EOE, "");
	feed_call(7, 437, "a0=ffffff9c a1=7ffc a2=7ffd a3=18", "yes", "\"cgred_1_r_1\"");
	(void)feed(7, EOE, "");
	assert_event();
	ck_assert_uint_eq(record.access, AUDIT_ACCESS_READ | AUDIT_ACCESS_WRITE);
	assert_event(); /* older kernels have no such record */
	ck_assert_uint_eq(record.access, AUDIT_ACCESS_READ);
}
END_TEST

static void feed_exec(unsigned serial)
{
	feed_call(serial, 59, "a0=1 a1=2 a2=3 a3=4", "yes", "\"cgred_1_x_1\"");
}

static void feed_end_of_exec(unsigned serial)
{
	(void)feed(serial, PATH, "item=0 name=\"/watched/file\" inode=7 nametype=NORMAL");
	(void)feed(serial, EOE, "");
}

START_TEST(the_arguments_of_an_exec_are_told)
{
	feed_exec(6);
	(void)feed(6, EXECVE,
		   "argc=5 a0=\"file\" a1=\"\" a2=6120620A63 a3_len=6 a3[0]=\"lo\" a3[1]=6E6720");
	(void)feed(6, EXECVE, "a3[2]=\"er\" a4=\"end\"");
	feed_end_of_exec(6);
	feed_exec(7);
	feed_end_of_exec(7);
	assert_event();
	ck_assert_str_eq(record.argv, "file  a b\nc long er end");
	ck_assert_uint_eq(record.access, AUDIT_ACCESS_EXECUTE);
	assert_event(); /* not those of the one before */
	ck_assert_ptr_null(record.argv);
}
END_TEST

START_TEST(many_arguments_leave_room_for_the_paths)
{
	char rest[8000];

	feed_exec(8);
	for (unsigned i = 0; i < 200; i++) {
		(void)snprintf(rest, sizeof(rest), "a%u=\"%07000u\"", i, i);
		ck_assert(feed(8, EXECVE, rest));
	}
	feed_end_of_exec(8);
	assert_event();
	ck_assert_uint_eq(record.n_paths, 1);
	ck_assert_str_eq(record.paths[0], "/watched/file");
	ck_assert_uint_eq(strlen(record.argv), 4095);
}
END_TEST

START_TEST(tells_failed_calls)
{
	feed_call(6, 257, OPEN_ARGUMENTS("0"), "no", "\"cgred_1_r_1\"");
	(void)feed(6, PATH, "item=0 name=\"/watched/file\" inode=7 nametype=NORMAL");
	(void)feed(6, EOE, "");
	(void)feed(7, SYSCALL,
		   "arch=c000003e syscall=257 success=no exit=-13 " OPEN_ARGUMENTS(
			   "0") " pid=5 key=\"cgred_1_r_1\"");
	(void)feed(7, EOE, "");
	/* and not where nobody asked */
	feed_call(8, 257, OPEN_ARGUMENTS("0"), "no", "\"cgred_2_r_1\"");
	(void)feed(8, PATH, "item=0 name=\"/watched/dir/a\" inode=7 nametype=NORMAL");
	(void)feed(8, EOE, "");
	assert_event();
	ck_assert(!record.success);
	ck_assert_str_eq(record.fields[AUDIT_RESULT], "fail");
	assert_event();
	ck_assert_str_eq(record.fields[AUDIT_EXIT], "EACCES");
	ck_assert_ptr_null(record.fields[AUDIT_COMM]);
	assert_none();
}
END_TEST

static const struct {
	const char *name;
	const char *want;
} names[] = {
	{ "\"/watched/dir/a\"", "/watched/dir/a" },
	{ "\"/watched/dir\"", "/watched/dir" },
	{ "\"//watched/./dir//a/../b/\"", "/watched/dir/b" },
	{ "\"../watched/dir/x\"", "/watched/dir/x" },
	{ "\"../../../../watched/dir/x\"", "/watched/dir/x" },
	/* "/watched/dir/a b" */
	{ "2F776174636865642F6469722F612062", "/watched/dir/a b" },
	/* /watched/dir/"q" and a newline */
	{ "2F776174636865642F6469722F227122", "/watched/dir/\"q\"" },
	{ "2F776174636865642F6469722F0A", "/watched/dir/\n" },
	/* a name that looks hexadecimal is quoted */
	{ "\"/watched/dir/CAFE\"", "/watched/dir/CAFE" },
	/* through the real name */
	{ "\"/real/place\"", "/link/to" },
	{ "\"/real/place/x/y\"", "/link/to/x/y" },
	{ "\"/link/to/x\"", "/link/to/x" },
};

START_TEST(names_are_absolute_and_as_configured)
{
	feed_open(5, OPEN_ARGUMENTS("0"), "\"cgred_2_r_1\"", names[_i].name);
	assert_event();
	ck_assert_uint_eq(record.n_paths, 1);
	ck_assert_str_eq(record.paths[0], names[_i].want);
}
END_TEST

START_TEST(what_does_not_look_like_the_watch_is_told_with_it)
{
	static const char *const odd[] = { "\"/elsewhere/x\"", "\"/watched/directory\"",
					   "\"/watched\"", "\"/real/places\"" };

	for (unsigned i = 0; i < ARRAY_SIZE(odd); i++) {
		feed_open(5 + i, OPEN_ARGUMENTS("0"), "\"cgred_2_r_1\"", odd[i]);
		assert_event();
		ck_assert_uint_eq(record.n_paths, 2);
		ck_assert_str_eq(record.paths[0], "/watched/dir");
		ck_assert_int_eq(strncmp(record.paths[1], odd[i] + 1, strlen(record.paths[1])), 0);
	}
	feed_open(50, OPEN_ARGUMENTS("0"), "\"cgred_1_r_1\"", "(null)");
	assert_event();
	ck_assert_uint_eq(record.n_paths, 1);
	ck_assert_str_eq(record.paths[0], "/watched/file");
	/* A path below a file is not the file. */
	feed_open(51, OPEN_ARGUMENTS("0"), "\"cgred_1_r_1\"", "\"/watched/file/x\"");
	assert_event();
	ck_assert_str_eq(record.paths[0], "/watched/file");
}
END_TEST

static void feed_rename(unsigned serial)
{
	feed_call(serial, 82, "a0=1 a1=2 a2=3 a3=4", "yes", "\"cgred_2_w_1\"");
	(void)feed(serial, CWD, "cwd=\"/watched\"");
	(void)feed(serial, PATH, "item=0 name=\"/watched\" inode=1 nametype=PARENT");
	(void)feed(serial, PATH, "item=1 name=\"dir/\" inode=2 nametype=PARENT");
	(void)feed(serial, PATH, "item=2 name=\"old\" inode=3 nametype=DELETE");
	(void)feed(serial, PATH, "item=3 name=\"dir/new\" inode=4 nametype=DELETE");
	(void)feed(serial, PATH, "item=4 name=\"dir/new\" inode=3 nametype=CREATE");
	(void)feed(serial, EOE, "");
}

START_TEST(a_rename_has_both_paths_the_watched_one_first)
{
	feed_rename(5);
	assert_event();
	ck_assert_uint_eq(record.n_paths, 2);
	ck_assert_str_eq(record.paths[0], "/watched/dir/new");
	ck_assert_str_eq(record.paths[1], "/watched/old");
	ck_assert_uint_eq(record.access, AUDIT_ACCESS_WRITE);
}
END_TEST

START_TEST(more_paths_than_there_is_room_for_are_left_out)
{
	feed_call(5, 257, OPEN_ARGUMENTS("0"), "yes", "\"cgred_2_r_1\"");
	for (unsigned i = 0; i < 20; i++) {
		char rest[128];

		(void)snprintf(rest, sizeof(rest), "item=%u name=\"/x/%u\" nametype=NORMAL", i, i);
		(void)feed(5, PATH, rest);
	}
	(void)feed(5, EOE, "");
	assert_event();
	ck_assert_uint_eq(record.n_paths, AUDIT_PATHS_MAX);
	ck_assert_str_eq(record.paths[0], "/watched/dir");
	ck_assert_str_eq(record.paths[1], "/x/0");
}
END_TEST

START_TEST(long_names_are_read_whole)
{
	char name[3 * PATH_MAX] = "\"/watched/dir";

	while (strlen(name) < 4000)
		(void)strncat(name, "/0123456789", sizeof(name) - strlen(name) - 1);
	feed_open(5, OPEN_ARGUMENTS("0"), "\"cgred_2_r_1\"", strcat(name, "\""));
	assert_event();
	name[strlen(name) - 1] = '\0';
	ck_assert_str_eq(record.paths[0], name + 1);
}
END_TEST

START_TEST(threads_are_told_as_they_are)
{
	for (unsigned i = 1; i <= 8; i++) {
		char rest[256];

		(void)snprintf(rest, sizeof(rest),
			       "arch=c000003e syscall=257 success=yes exit=3 " OPEN_ARGUMENTS(
				       "0") " ppid=1 pid=%u key=\"cgred_1_r_1\"",
			       500 + i);
		(void)feed(i, SYSCALL, rest);
	}
	for (unsigned i = 1; i <= 8; i++)
		(void)feed(i, EOE, "");
	for (unsigned i = 1; i <= 8; i++) {
		assert_event();
		ck_assert_int_eq(record.tid, (pid_t)(500 + i));
	}
}
END_TEST

/* ---- names relative to a descriptor: a directory of links stands in for /proc ------------------
 */

static void link_descriptor(const char *target)
{
	char path[128];

	if (!dir_has("proc/101/fd"))
		dir_add("proc/101/fd");
	(void)snprintf(path, sizeof(path), "%s/proc/101/fd/5", dir_path);
	(void)unlink(path);
	ck_assert_int_eq(symlink(target, path), 0);
}

START_TEST(a_name_relative_to_a_descriptor_is_believed_when_the_inode_agrees)
{
	cleanup_free char *base = dir_join("tree");
	cleanup_free char *other = dir_join("other");
	cleanup_free char *want = dir_join("tree/x");
	cleanup_close int proc_fd = -1;
	struct audit_place place = { 2, base, base, true, false };
	char rest[256];
	struct stat st;

	dir_write("tree/x", "");
	dir_write("other/x", "");
	link_descriptor(base);
	proc_fd = openat(dir_fd, "proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	audit_records_free(records);
	records = new_records(proc_fd, false);
	audit_records_set_places(records, &place, 1);
	ck_assert_int_eq(stat(want, &st), 0);
	(void)snprintf(rest, sizeof(rest), "item=0 name=\"x\" inode=%llu nametype=NORMAL",
		       (unsigned long long)st.st_ino);
	for (unsigned serial = 1; serial <= 3; serial++) {
		feed_call(serial, 257, "a0=5 a1=7ffc a2=0 a3=0", "yes", "\"cgred_2_r_1\"");
		(void)feed(serial, CWD, "cwd=\"/home\"");
		(void)feed(serial, PATH, rest);
		(void)feed(serial, EOE, "");
		assert_event();
		ck_assert_uint_eq(record.n_paths, 1);
		/* Then the descriptor is another directory's, then the process is gone. */
		ck_assert_str_eq(record.paths[0], serial == 1 ? want : base);
		if (serial == 1)
			link_descriptor(other);
		else if (serial == 2)
			ck_assert_int_eq(unlinkat(dir_fd, "proc/101/fd/5", 0), 0);
	}
}
END_TEST

/* The process that is told of has just done so: else the kernel would have to note it. */
static void seem_followed(const char *link)
{
	struct timespec times[2] = { { .tv_sec = time(NULL) + 60 }, { .tv_sec = 1 } };

	ck_assert_int_eq(utimensat(AT_FDCWD, link, times, AT_SYMLINK_NOFOLLOW), 0);
}

START_TEST(a_link_into_a_watch_is_told_as_configured)
{
	cleanup_free char *base = dir_join("tree");
	cleanup_free char *real = realpath(dir_path, NULL);
	cleanup_free char *alias = dir_join("alias");
	struct audit_place place = { 2, base, NULL, true, false };
	char name[256];
	char want[256];

	dir_write("tree/x", "");
	ck_assert_int_eq(symlink("tree", alias), 0);
	seem_followed(alias);
	(void)snprintf(want, sizeof(want), "%s/tree", real);
	place.real = want;
	audit_records_set_places(records, &place, 1);
	(void)snprintf(name, sizeof(name), "\"%s/x\"", alias);
	feed_open(5, OPEN_ARGUMENTS("0"), "\"cgred_2_r_1\"", name);
	assert_event();
	ck_assert_uint_eq(record.n_paths, 2);
	(void)snprintf(name, sizeof(name), "%s/x", base);
	ck_assert_str_eq(record.paths[0], name);
	/* What is gone is told by its directory. */
	(void)snprintf(name, sizeof(name), "\"%s/gone\"", alias);
	feed_open(6, OPEN_ARGUMENTS("0"), "\"cgred_2_r_1\"", name);
	assert_event();
	(void)snprintf(name, sizeof(name), "%s/gone", base);
	ck_assert_str_eq(record.paths[0], name);
}
END_TEST

static const struct {
	const char *base, *path, *want;
} joins[] = {
	{ "/a", "b", "/a/b" },	    { "/a/", "./b/.", "/a/b" },
	{ "/", "b", "/b" },	    { "/a", "/b", "/b" },
	{ "", "/b/", "/b" },	    { "/a", "../..", "/" },
	{ "/a/b", "../c", "/a/c" }, { "/a", "", "/a" },
	{ "/", "", "/" },	    { "/a", "..b", "/a/..b" },
	{ "/a", "...", "/a/..." },  { "", "b", NULL },
	{ "a", "b", NULL },	    { "/x", "12345678901234567890123456789012", NULL },
};

START_TEST(paths_are_joined)
{
	char buf[32];
	bool ok = audit_path_join(joins[_i].base, joins[_i].path, buf, sizeof(buf));

	ck_assert_int_eq(ok, joins[_i].want != NULL);
	if (ok)
		ck_assert_str_eq(buf, joins[_i].want);
}
END_TEST

static const struct {
	const char *value, *want;
} values[] = {
	{ "\"abc\"", "abc" },
	{ "\"\"", "" },
	{ "6162", "ab" },
	{ "6162f", NULL },
	{ "", NULL },
	{ "(null)", NULL },
	{ "00", NULL },
	{ "6g", NULL },
	{ "\"abc", "abc" },
	{ "\"", "" },
	{ "0a0D", "\n\r" },
	{ "\"0123456789abcdef\"", NULL },
	{ "61616161616161616161616161616161", NULL },
};

START_TEST(values_are_decoded)
{
	char buf[16];
	bool ok = audit_text_decode(values[_i].value, strlen(values[_i].value), buf, sizeof(buf));

	ck_assert_int_eq(ok, values[_i].want != NULL);
	if (ok)
		ck_assert_str_eq(buf, values[_i].want);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("audit-records");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_test(tcase, puts_the_records_of_a_call_together);
	tcase_add_test(tcase, tells_records_of_several_calls_apart);
	tcase_add_test(tcase, takes_an_event_without_its_end_after_a_while);
	tcase_add_test(tcase, a_call_that_began_long_ago_is_whole);
	tcase_add_test(tcase, events_without_an_end_do_not_pile_up);
	tcase_add_test(tcase, an_event_of_endless_records_is_cut);
	tcase_add_test(tcase, drops_what_is_not_ours);
	tcase_add_test(tcase, a_command_cannot_forge_a_key);
	tcase_add_test(tcase, finds_its_key_among_several);
	tcase_add_test(tcase, any_key_of_ours_counts_with_reuse);
	tcase_add_loop_test(tcase, knows_the_access_by_flags_and_key, 0, ARRAY_SIZE(accesses));
	tcase_add_test(tcase, openat2_has_its_flags_in_a_record_of_its_own);
	tcase_add_test(tcase, the_arguments_of_an_exec_are_told);
	tcase_add_test(tcase, many_arguments_leave_room_for_the_paths);
	tcase_add_test(tcase, tells_failed_calls);
	tcase_add_loop_test(tcase, names_are_absolute_and_as_configured, 0, ARRAY_SIZE(names));
	tcase_add_test(tcase, what_does_not_look_like_the_watch_is_told_with_it);
	tcase_add_test(tcase, a_rename_has_both_paths_the_watched_one_first);
	tcase_add_test(tcase, more_paths_than_there_is_room_for_are_left_out);
	tcase_add_test(tcase, long_names_are_read_whole);
	tcase_add_test(tcase, threads_are_told_as_they_are);
	tcase_add_test(tcase, a_name_relative_to_a_descriptor_is_believed_when_the_inode_agrees);
	tcase_add_test(tcase, a_link_into_a_watch_is_told_as_configured);
	tcase_add_loop_test(tcase, paths_are_joined, 0, ARRAY_SIZE(joins));
	tcase_add_loop_test(tcase, values_are_decoded, 0, ARRAY_SIZE(values));
	return run_tests(tcase);
}
