/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "helpers.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

char dir_path[64];
int dir_fd = -1;

void dir_make(void)
{
	(void)snprintf(dir_path, sizeof(dir_path), "/tmp/cgred-unit-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir_path));
	dir_fd = open(dir_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(dir_fd, 0);
}

/* What is mounted below would be removed, too, and that may be anything. */
static bool has_mounts(void)
{
	cleanup_free char *text = NULL;
	char below[sizeof(dir_path) + 2];
	size_t len;

	ck_assert_int_eq(file_read_all(AT_FDCWD, "/proc/self/mounts", 1 << 24, &text, &len), 0);
	(void)snprintf(below, sizeof(below), " %s/", dir_path);
	return strstr(text, below) != NULL;
}

void dir_remove(void)
{
	char command[128];

	ck_assert_msg(!has_mounts(), "the test has left something mounted in %s", dir_path);
	(void)close(dir_fd);
	(void)snprintf(command, sizeof(command), "rm -rf --one-file-system '%s'", dir_path);
	ck_assert_int_eq(system(command), 0); /* NOLINT(cert-env33-c): a test's own directory */
}

char *dir_join(const char *name)
{
	char *path;

	ck_assert_int_ge(asprintf(&path, "%s/%s", dir_path, name), 0);
	return path;
}

static void add_above(const char *path)
{
	char prefix[PATH_MAX];

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		(void)snprintf(prefix, sizeof(prefix), "%.*s", (int)(slash - path), path);
		ck_assert(mkdirat(dir_fd, prefix, 0755) == 0 || errno == EEXIST);
	}
}

void dir_add(const char *path)
{
	add_above(path);
	ck_assert_int_eq(mkdirat(dir_fd, path, 0755), 0);
}

void dir_write(const char *path, const char *text)
{
	cleanup_close int fd = -1;
	size_t len = strlen(text);

	add_above(path);
	fd = openat(dir_fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, len), (ssize_t)len);
}

char *dir_read(const char *path)
{
	char *text = NULL;
	size_t len;

	return file_read_all(dir_fd, path, (size_t)1 << 24, &text, &len) == 0 ? text : NULL;
}

bool dir_has(const char *path)
{
	return faccessat(dir_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

void assert_file(const char *path, const char *want)
{
	cleanup_free char *text = dir_read(path);

	ck_assert_pstr_eq(text, want);
}

char *messages_of(const struct diag_list *diags)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	char line[512];

	ck_assert_ptr_nonnull(out);
	for (const struct diag *diag = diags->head; diag; diag = diag->next) {
		diag_format_full(diag, line, sizeof(line));
		(void)fprintf(out, "%s\n", line);
	}
	ck_assert_int_eq(fclose(out), 0);
	return text;
}

char *repeat(char c, size_t len)
{
	char *text = malloc(len + 1);

	ck_assert_ptr_nonnull(text);
	memset(text, c, len);
	text[len] = '\0';
	return text;
}

void wait_readable(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	ck_assert_int_eq(poll(&poll_fd, 1, 10000), 1);
}

int run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int run_tests(TCase *tcase)
{
	Suite *suite = suite_create("");

	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
