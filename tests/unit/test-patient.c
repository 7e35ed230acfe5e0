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

START_TEST(reads_links)
{
	char buf[PATH_MAX] = "?";
	ssize_t len = -EBUSY;

	dir_add("42/fd");
	dir_add("43");
	ck_assert_int_eq(symlinkat("/some/where", dir_fd, "42/fd/3"), 0);
	for (int i = 0; i < 1000 && len == -EBUSY; i++)
		len = read_link(42, buf);
	ck_assert_int_eq(len, (ssize_t)strlen("/some/where"));
	ck_assert_str_eq(buf, "/some/where");
	ck_assert_int_eq(read_link(43, buf), -ENOENT);
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

START_TEST(nobody_can_have_them_all)
{
	char path[32];

	for (unsigned i = 0; i < PATIENTS_OF_ONE; i++) {
		(void)snprintf(path, sizeof(path), "%u", 100 + i);
		make_slow(path);
		set_user((pid_t)(100 + i), 1000);
		ck_assert_int_eq(read_ids((pid_t)(100 + i)), -EBUSY);
	}
	write_auxv("42/auxv", 5, 6);
	set_user(42, 1000);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(read_ids(42), -EBUSY);
	set_user(42, 1001);
	ck_assert_int_eq(read_ids_at_last(42), 0);
	ck_assert_int_eq(read_ids(43), -ESRCH);
	set_user(42, 1000);
	ck_assert_int_eq(read_ids(42), -EBUSY);
	ck_assert(let_go("100/auxv"));
	ck_assert_int_eq(read_ids_at_last(42), 0);
	for (unsigned i = 1; i < PATIENTS_OF_ONE; i++) {
		(void)snprintf(path, sizeof(path), "%u/auxv", 100 + i);
		ck_assert(let_go(path));
	}
}
END_TEST

START_TEST(so_many_can_be_waited_for)
{
	char path[32];

	write_auxv("42/auxv", 5, 6);
	for (unsigned i = 0; i < PATIENTS_MAX; i++) {
		(void)snprintf(path, sizeof(path), "%u", 100 + i);
		make_slow(path);
		set_user((pid_t)(100 + i), 1000 + i);
		ck_assert_int_eq(read_ids((pid_t)(100 + i)), -EBUSY);
	}
	set_user(42, 5);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(read_ids(42), -EBUSY);
	ck_assert(let_go("100/auxv"));
	ck_assert_int_eq(read_ids_at_last(42), 0);
	ck_assert_uint_eq(process.exec_euid, 5);
	for (unsigned i = 1; i < PATIENTS_MAX; i++) {
		(void)snprintf(path, sizeof(path), "%u/auxv", 100 + i);
		ck_assert(let_go(path));
	}
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
