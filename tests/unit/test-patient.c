/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* process/patient.h */
#include "config.h"

#include "process/patient.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helpers.h"

static struct patient *patient;
static struct process process;

static int read_ids(pid_t tgid)
{
	return patient_read(patient, tgid, FACT_EXEC_IDS, &process);
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
	ck_assert_int_eq(patient_new(dir_fd, &patient), 0);
}

static void end(void)
{
	patient_free(patient);
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
START_TEST(who_asks_does_not_wait)
{
	cleanup_close int fd = -1;

	write_auxv("43/auxv", 5, 6);
	dir_add("42");
	ck_assert_int_eq(mkfifoat(dir_fd, "42/auxv", 0600), 0);
	ck_assert_int_eq(read_ids(42), -EBUSY);
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(read_ids(42), -EBUSY);
		ck_assert_int_eq(read_ids(43), -EBUSY);
	}
	/* It goes on: and is no answer about another. */
	fd = openat(dir_fd, "42/auxv", O_WRONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(close(take_fd(&fd)), 0);
	ck_assert_int_eq(read_ids_at_last(43), 0);
	ck_assert(process.has_exec_ids);
	ck_assert_uint_eq(process.exec_euid, 5);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("patient");

	tcase_add_checked_fixture(tcase, begin, end);
	tcase_add_test(tcase, reads_what_is_asked_for);
	tcase_add_test(tcase, starts_over_with_each);
	tcase_add_test(tcase, who_is_gone_is_gone);
	tcase_add_test(tcase, who_asks_does_not_wait);
	return run_tests(tcase);
}
