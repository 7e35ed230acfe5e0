/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* process/patient.h */
#include "config.h"

#include "process/patient.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helpers.h"

static struct process_reader *reader;
static struct process process;

static int read_ids(pid_t tgid)
{
	process_init(&process, tgid);
	return process_read(reader, &process, FACT_EXEC_IDS);
}

/* On a busy machine the thread may be late. */
static int read_ids_at_last(pid_t tgid)
{
	int r = read_ids(tgid);

	for (int i = 0; i < 1000 && r == -EBUSY; i++) {
		(void)usleep(10000);
		r = read_ids(tgid);
	}
	return r;
}

static void begin(void)
{
	dir_make();
	reader = process_reader_new(dir_fd);
	ck_assert_ptr_nonnull(reader);
	ck_assert_int_eq(process_reader_wait_not(reader), 0);
}

static void end(void)
{
	process_reader_free(reader);
	dir_remove();
}

static void write_auxv(const char *path, uid_t euid, gid_t egid)
{
	const Elf64_auxv_t entries[] = {
		{ .a_type = AT_EUID, .a_un = { .a_val = euid } },
		{ .a_type = AT_EGID, .a_un = { .a_val = egid } },
		{ .a_type = AT_NULL },
	};
	cleanup_close int fd = -1;

	dir_write(path, "");
	fd = openat(dir_fd, path, O_WRONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, entries, sizeof(entries)), sizeof(entries));
}

START_TEST(reads_what_is_asked_for)
{
	write_auxv("42/auxv", 1001, 1002);
	ck_assert_int_eq(read_ids_at_last(42), 0);
	ck_assert(process.has_exec_ids);
	ck_assert_uint_eq(process.exec_euid, 1001);
	ck_assert_uint_eq(process.exec_egid, 1002);
}
END_TEST

START_TEST(starts_over_with_each)
{
	write_auxv("42/auxv", 1001, 1002);
	dir_write("43/auxv", "");
	ck_assert_int_eq(read_ids_at_last(42), 0);
	ck_assert_int_eq(read_ids_at_last(43), 0);
	ck_assert_int_eq(process.tgid, 43);
	ck_assert(!process.has_exec_ids);
}
END_TEST

START_TEST(who_is_gone_is_gone)
{
	ck_assert_int_eq(read_ids_at_last(42), -ESRCH);
}
END_TEST

/* A file that keeps who opens it waiting, as the kernel's may do. */
static void make_slow(const char *dir)
{
	cleanup_free char *path = NULL;

	dir_add(dir);
	ck_assert_int_gt(asprintf(&path, "%s/auxv", dir), 0);
	ck_assert_int_eq(mkfifoat(dir_fd, path, 0600), 0);
}

/* False: nobody waits for it. */
static bool let_go(const char *path)
{
	cleanup_close int fd = openat(dir_fd, path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

	return fd >= 0;
}

START_TEST(who_asks_does_not_wait)
{
	make_slow("42");
	write_auxv("43/auxv", 5, 6);
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(read_ids(42), -EBUSY);
		ck_assert_int_eq(read_ids_at_last(43), 0);
		ck_assert(process.has_exec_ids);
		ck_assert_uint_eq(process.exec_euid, 5);
	}
	ck_assert(let_go("42/auxv"));
	ck_assert_int_eq(read_ids_at_last(43), 0);
	ck_assert_uint_eq(process.exec_euid, 5);
}
END_TEST

/* However often it is asked for. */
START_TEST(one_thread_waits_for_a_process)
{
	make_slow("42");
	for (int i = 0; i < 2 * PATIENTS_MAX; i++)
		ck_assert_int_eq(read_ids(42), -EBUSY);
	write_auxv("43/auxv", 5, 6);
	ck_assert_int_eq(read_ids_at_last(43), 0);
	ck_assert(let_go("42/auxv"));
}
END_TEST

static ssize_t read_link(pid_t tgid, char buf[PATH_MAX])
{
	return process_read_link(reader, tgid, "fd/3", buf);
}

static ssize_t read_link_at_last(pid_t tgid, char buf[PATH_MAX])
{
	ssize_t len = read_link(tgid, buf);

	for (int i = 0; i < 1000 && len == -EBUSY; i++) {
		(void)usleep(10000);
		len = read_link(tgid, buf);
	}
	return len;
}

START_TEST(reads_links)
{
	char buf[PATH_MAX] = "?";

	dir_add("42/fd");
	dir_add("43");
	ck_assert_int_eq(symlinkat("/some/where", dir_fd, "42/fd/3"), 0);
	ck_assert_int_eq(read_link_at_last(42, buf), (ssize_t)strlen("/some/where"));
	ck_assert_str_eq(buf, "/some/where");
	ck_assert_int_eq(read_link_at_last(43, buf), -ENOENT);
	ck_assert_str_eq(buf, "/some/where");
	ck_assert_int_eq(process_read_link(reader, 42, "a/name/too/long/", buf), -ENAMETOOLONG);
	/* Facts are asked for in between. */
	write_auxv("42/auxv", 5, 6);
	ck_assert_int_eq(read_ids_at_last(42), 0);
	ck_assert_uint_eq(process.exec_euid, 5);
	make_slow("44");
	ck_assert_int_eq(read_ids(44), -EBUSY);
	ck_assert_int_eq(read_link(44, buf), -EBUSY); /* one waits for that process already */
	ck_assert(let_go("44/auxv"));
}
END_TEST

static void set_user(pid_t tgid, uid_t uid)
{
	char path[32], text[256];

	(void)snprintf(path, sizeof(path), "%d/status", (int)tgid);
	(void)snprintf(text, sizeof(text),
		       "Name:\tx\nState:\tR (x)\nTgid:\t%d\nPPid:\t7\nUid:\t%u\t9\t9\t9\n"
		       "Gid:\t1\t1\t1\t1\nGroups:\t\n",
		       (int)tgid, uid);
	dir_write(path, text);
}

/* Processes that have to be waited for, from number first on. */
static void make_late(unsigned first, unsigned n, uid_t uid)
{
	char path[32];

	for (unsigned i = first; i < first + n; i++) {
		(void)snprintf(path, sizeof(path), "%u", i);
		make_slow(path);
		set_user((pid_t)i, uid);
		ck_assert_int_eq(read_ids((pid_t)i), -EBUSY);
	}
}

static void let_all_go(unsigned first, unsigned n)
{
	char path[32];

	for (unsigned i = first; i < first + n; i++) {
		(void)snprintf(path, sizeof(path), "%u/auxv", i);
		ck_assert(let_go(path));
	}
}

START_TEST(nobody_can_have_them_all)
{
	const unsigned most = PATIENTS_MAX - PATIENTS_SPARE;

	write_auxv("42/auxv", 5, 6);
	set_user(42, 1000);
	make_late(100, most - 1, 1000);
	ck_assert_int_eq(read_ids_at_last(42), 0);
	make_late(100 + most - 1, 1, 1000);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(read_ids(42), -EBUSY);
	/* Others can still be read. */
	set_user(42, 1001);
	ck_assert_int_eq(read_ids_at_last(42), 0);
	ck_assert_int_eq(read_ids(43), -ESRCH);
	make_late(200, PATIENTS_OF_ONE, 1001);
	ck_assert_int_eq(read_ids(42), -EBUSY);
	set_user(42, 1002);
	ck_assert_int_eq(read_ids_at_last(42), 0);
	set_user(42, 1000);
	ck_assert_int_eq(read_ids(42), -EBUSY);
	let_all_go(100, PATIENTS_OF_ONE + 1);
	ck_assert_int_eq(read_ids_at_last(42), 0);
	let_all_go(100 + PATIENTS_OF_ONE + 1, most - PATIENTS_OF_ONE - 1);
	let_all_go(200, PATIENTS_OF_ONE);
}
END_TEST

START_TEST(so_many_can_be_waited_for)
{
	write_auxv("42/auxv", 5, 6);
	set_user(42, 5);
	for (unsigned i = 0; i < PATIENTS_MAX; i++)
		make_late(100 + i, 1, 1000 + i);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(read_ids(42), -EBUSY);
	let_all_go(100, 1);
	ck_assert_int_eq(read_ids_at_last(42), 0);
	ck_assert_uint_eq(process.exec_euid, 5);
	let_all_go(101, PATIENTS_MAX - 1);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("patient");

	tcase_set_timeout(tcase, 60); /* many times PATIENT_MS */
	tcase_add_checked_fixture(tcase, begin, end);
	tcase_add_test(tcase, reads_what_is_asked_for);
	tcase_add_test(tcase, starts_over_with_each);
	tcase_add_test(tcase, who_is_gone_is_gone);
	tcase_add_test(tcase, who_asks_does_not_wait);
	tcase_add_test(tcase, one_thread_waits_for_a_process);
	tcase_add_test(tcase, reads_links);
	tcase_add_test(tcase, nobody_can_have_them_all);
	tcase_add_test(tcase, so_many_can_be_waited_for);
	return run_tests(tcase);
}
