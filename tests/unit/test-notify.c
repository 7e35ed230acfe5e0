/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/notify.h */
#include "config.h"

#include "base/notify.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "helpers.h"

/* A manager's socket at a path of the file system, or with "@" an abstract one, in NOTIFY_SOCKET.
 */
static int listen_at(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_uint_lt(len, sizeof(addr.sun_path));
	memcpy(addr.sun_path, path, len);
	if (path[0] == '@')
		addr.sun_path[0] = '\0';
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&addr,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
			 0);
	ck_assert_int_eq(setenv("NOTIFY_SOCKET", path, 1), 0);
	return fd;
}

static void assert_received(int fd, const char *want)
{
	char text[256];
	ssize_t len = recv(fd, text, sizeof(text) - 1, 0);

	ck_assert_int_ge(len, 0);
	text[len] = '\0';
	ck_assert_str_eq(text, want);
}

START_TEST(tells_the_manager)
{
	cleanup_free char *path = dir_join("notify");
	cleanup_close int fd = listen_at(path);

	ck_assert_int_eq(notify_send("READY=1"), 1);
	ck_assert_int_eq(notify_send("STOPPING=1"), 1);
	assert_received(fd, "READY=1");
	assert_received(fd, "STOPPING=1");
}
END_TEST

START_TEST(knows_abstract_sockets)
{
	char path[64];
	cleanup_close int fd = -1;

	(void)snprintf(path, sizeof(path), "@cgred-unit-%d", (int)getpid());
	fd = listen_at(path);
	ck_assert_int_eq(notify_send("READY=1"), 1);
	assert_received(fd, "READY=1");
}
END_TEST

START_TEST(stamps_a_reload_with_the_time)
{
	cleanup_free char *path = dir_join("notify");
	cleanup_close int fd = listen_at(path);
	long long before_us, stamp_us = 0;
	struct timespec now;
	char text[256] = "";

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	before_us = (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
	ck_assert_int_eq(notify_reloading(), 1);
	ck_assert_int_gt(recv(fd, text, sizeof(text) - 1, 0), 0);
	ck_assert_int_eq(sscanf(text, "RELOADING=1\nMONOTONIC_USEC=%lld", &stamp_us), 1);
	ck_assert_int_ge(stamp_us, before_us);
	ck_assert_int_le(stamp_us, before_us + 60000000);
}
END_TEST

START_TEST(is_silent_when_nobody_asked)
{
	ck_assert_int_eq(unsetenv("NOTIFY_SOCKET"), 0);
	ck_assert_int_eq(notify_send("READY=1"), 0);
	ck_assert_int_eq(setenv("NOTIFY_SOCKET", "", 1), 0);
	ck_assert_int_eq(notify_send("READY=1"), 0);
	ck_assert_int_eq(notify_reloading(), 0);
}
END_TEST

START_TEST(says_what_is_wrong_with_the_socket)
{
	cleanup_free char *path = dir_join("none");
	cleanup_free char *large = repeat('/', 5000);

	ck_assert_int_eq(setenv("NOTIFY_SOCKET", "relative", 1), 0);
	ck_assert_int_eq(notify_send("READY=1"), -EINVAL);
	ck_assert_int_eq(setenv("NOTIFY_SOCKET", large, 1), 0);
	ck_assert_int_eq(notify_send("READY=1"), -EINVAL);
	ck_assert_int_eq(setenv("NOTIFY_SOCKET", path, 1), 0);
	ck_assert_int_eq(notify_send("READY=1"), -ENOENT);
}
END_TEST

START_TEST(does_not_wait_for_a_manager_that_does_not_read)
{
	cleanup_free char *path = dir_join("notify");
	cleanup_close int fd = listen_at(path);
	int r = 1;

	for (int i = 0; r == 1 && i < 1000000; i++)
		r = notify_send("STATUS=1");
	ck_assert_int_eq(r, -EAGAIN);
	assert_received(fd, "STATUS=1");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("notify");

	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_test(tcase, tells_the_manager);
	tcase_add_test(tcase, knows_abstract_sockets);
	tcase_add_test(tcase, stamps_a_reload_with_the_time);
	tcase_add_test(tcase, is_silent_when_nobody_asked);
	tcase_add_test(tcase, says_what_is_wrong_with_the_socket);
	tcase_add_test(tcase, does_not_wait_for_a_manager_that_does_not_read);
	return run_tests(tcase);
}
