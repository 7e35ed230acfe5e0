/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/file.h */
#include "config.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helpers.h"

START_TEST(reads_what_fits)
{
	char buf[8];

	dir_write("empty", "");
	dir_write("fits", "1234567");
	dir_write("long", "123456789");
	ck_assert_int_eq(file_read_buf(dir_fd, "empty", buf, sizeof(buf)), 0);
	ck_assert_str_eq(buf, "");
	ck_assert_int_eq(file_read_buf(dir_fd, "fits", buf, sizeof(buf)), 7);
	ck_assert_str_eq(buf, "1234567");
	ck_assert_int_eq(file_read_buf(dir_fd, "long", buf, sizeof(buf)), 7);
	ck_assert_str_eq(buf, "1234567");
	ck_assert_int_eq(file_read_buf(dir_fd, "missing", buf, sizeof(buf)), -ENOENT);
	ck_assert_int_eq(file_read_buf(dir_fd, ".", buf, sizeof(buf)), -EISDIR);
}
END_TEST

START_TEST(reads_on_from_the_present_position)
{
	cleanup_close int fd = -1;
	char buf[4];

	dir_write("f", "abcdef");
	fd = openat(dir_fd, "f", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(file_read_fd(fd, buf, sizeof(buf)), 3);
	ck_assert_str_eq(buf, "abc");
	ck_assert_int_eq(file_read_fd(fd, buf, sizeof(buf)), 3);
	ck_assert_str_eq(buf, "def");
	ck_assert_int_eq(file_read_fd(fd, buf, sizeof(buf)), 0);
	ck_assert_int_eq(file_read_fd(-1, buf, sizeof(buf)), -EBADF);
}
END_TEST

static const size_t sizes[] = { 0, 1, 4094, 4095, 4096, 4097, 100000 };

START_TEST(reads_a_whole_file)
{
	cleanup_free char *text = repeat('x', sizes[_i]);
	cleanup_free char *got = NULL;
	size_t len = 1;

	dir_write("f", text);
	ck_assert_int_eq(file_read_all(dir_fd, "f", sizes[_i], &got, &len), 0);
	ck_assert_uint_eq(len, sizes[_i]);
	ck_assert_str_eq(got, text);
}
END_TEST

START_TEST(reads_a_file_that_does_not_tell_its_size)
{
	cleanup_free char *got = NULL;
	size_t len;

	ck_assert_int_eq(file_read_all(AT_FDCWD, "/proc/self/mountinfo", 1 << 24, &got, &len), 0);
	ck_assert_uint_gt(len, 0);
	ck_assert_uint_eq(strlen(got), len);
}
END_TEST

START_TEST(refuses_what_is_not_a_file_of_a_sane_size)
{
	char *got = NULL;
	size_t len = 77;

	dir_write("f", "12345");
	ck_assert_int_eq(file_read_all(dir_fd, "f", 4, &got, &len), -EFBIG);
	ck_assert_int_eq(file_read_all(dir_fd, "missing", 4, &got, &len), -ENOENT);
	ck_assert_int_eq(file_read_all(dir_fd, ".", 4, &got, &len), -EISDIR);
	ck_assert_int_eq(file_read_all(AT_FDCWD, "/dev/zero", 100000, &got, &len), -EFBIG);
	ck_assert_ptr_null(got);
	ck_assert_uint_eq(len, 77);
	ck_assert_int_eq(file_read_all(AT_FDCWD, "/dev/null", 4, &got, &len), 0);
	ck_assert_uint_eq(len, 0);
	free(got);
}
END_TEST

START_TEST(reads_a_pipe_that_nobody_writes_to_as_empty)
{
	cleanup_free char *got = NULL;
	size_t len;

	ck_assert_int_eq(mkfifoat(dir_fd, "pipe", 0600), 0);
	ck_assert_int_eq(file_read_all(dir_fd, "pipe", 100, &got, &len), 0);
	ck_assert_uint_eq(len, 0);
}
END_TEST

/* The second piece only when the first was read: then the reader finds the pipe empty. */
static void *write_in_pieces(void *arg)
{
	const int *fd = arg;
	int unread = 1;

	(void)!write(*fd, "one ", 4);
	while (unread > 0 && ioctl(*fd, FIONREAD, &unread) == 0)
		(void)sched_yield();
	(void)!write(*fd, "two", 3);
	(void)close(*fd);
	return NULL;
}

/* Like <(command) of a shell. */
START_TEST(waits_for_the_writer_of_a_pipe)
{
	cleanup_free char *got = NULL;
	char path[32];
	pthread_t thread;
	size_t len;
	int fds[2];

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	(void)snprintf(path, sizeof(path), "/dev/fd/%d", fds[0]);
	ck_assert_int_eq(pthread_create(&thread, NULL, write_in_pieces, &fds[1]), 0);
	ck_assert_int_eq(file_read_all(AT_FDCWD, path, 100, &got, &len), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_str_eq(got, "one two");
	(void)close(fds[0]);
}
END_TEST

START_TEST(writes_a_string_to_a_file_that_is_there)
{
	dir_write("f", "old text");
	ck_assert_int_eq(file_write_str(dir_fd, "f", "new"), 0);
	assert_file("f", "new text"); /* files of a cgroup are not truncated either */
	ck_assert_int_eq(file_write_str(dir_fd, "missing", "x"), -ENOENT);
	ck_assert(!dir_has("missing"));
	ck_assert_int_eq(file_write_str(AT_FDCWD, "/dev/full", "x"), -ENOSPC);
	ck_assert_int_eq(file_write_str(dir_fd, ".", "x"), -EISDIR);
}
END_TEST

START_TEST(header_names_the_boot)
{
	char first[128], again[128], small[8];

	ck_assert_int_eq(file_boot_header("what", first, sizeof(first)), 0);
	ck_assert_int_eq(file_boot_header("what", again, sizeof(again)), 0);
	ck_assert_str_eq(first, again);
	ck_assert_int_eq(strncmp(first, "what 1 ", 7), 0);
	ck_assert_uint_eq(strlen(first), strlen("what 1 ") + 36 + 1);
	ck_assert_int_eq(first[strlen(first) - 1], '\n');
	ck_assert_int_eq(file_boot_header("what", small, sizeof(small)), 0);
	ck_assert_str_eq(small, "what 1 ");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("file");

	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_test(tcase, reads_what_fits);
	tcase_add_test(tcase, reads_on_from_the_present_position);
	tcase_add_loop_test(tcase, reads_a_whole_file, 0, ARRAY_SIZE(sizes));
	tcase_add_test(tcase, reads_a_file_that_does_not_tell_its_size);
	tcase_add_test(tcase, refuses_what_is_not_a_file_of_a_sane_size);
	tcase_add_test(tcase, reads_a_pipe_that_nobody_writes_to_as_empty);
	tcase_add_test(tcase, waits_for_the_writer_of_a_pipe);
	tcase_add_test(tcase, writes_a_string_to_a_file_that_is_there);
	tcase_add_test(tcase, header_names_the_boot);
	return run_tests(tcase);
}
