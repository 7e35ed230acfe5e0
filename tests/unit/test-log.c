/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/log.h; syslog is left to the system tests. */
#include "config.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helpers.h"

static void open_file(const char *path, int level)
{
	const struct log_config config = { .level = level, .file = path, .facility = -1 };

	ck_assert_int_eq(log_open(&config), 0);
}

/* Open the log at dir_path/name. */
static void open_in_dir(const char *name, int level)
{
	cleanup_free char *path = dir_join(name);

	open_file(path, level); /* the string need not live on */
}

/* Each line without time, name and pid: "LEVEL: TEXT". */
static char *bare(char *text)
{
	char *out = text;

	for (char *line = text; *line;) {
		char *end = strchrnul(line, '\n');
		char *start = strstr(line, "] ");

		ck_assert(start && start < end);
		start += 2;
		memmove(out, start, (size_t)(end - start));
		out += end - start;
		line = end + (*end == '\n');
		if (*end == '\n' || *line)
			*out++ = '\n';
	}
	*out = '\0';
	return text;
}

static void assert_log(const char *name, const char *want)
{
	cleanup_free char *text = dir_read(name);

	ck_assert_ptr_nonnull(text);
	ck_assert_str_eq(bare(text), want);
}

START_TEST(line_has_time_pid_and_level)
{
	cleanup_free char *text = NULL;
	char pattern[128];
	regex_t regex;

	(void)snprintf(pattern, sizeof(pattern),
		       "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3} "
		       "cgred\\[%d\\] notice: text 7\n$",
		       (int)getpid());
	open_in_dir("log", LOG_DEBUG);
	log_notice("text %d", 7);
	text = dir_read("log");
	ck_assert_int_eq(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	ck_assert_msg(regexec(&regex, text, 0, NULL, 0) == 0, "%s", text);
	regfree(&regex);
}
END_TEST

static const struct {
	int level;
	const char *want;
} level_rows[] = {
	{ LOG_EMERG, "emergency: 0\n" },
	{ LOG_ERR, "emergency: 0\nerror: 3\n" },
	{ LOG_WARNING, "emergency: 0\nerror: 3\nwarning: 4\n" },
	{ LOG_NOTICE, "emergency: 0\nerror: 3\nwarning: 4\nnotice: 5\n" },
	{ LOG_INFO, "emergency: 0\nerror: 3\nwarning: 4\nnotice: 5\ninfo: 6\n" },
	{ LOG_DEBUG, "emergency: 0\nerror: 3\nwarning: 4\nnotice: 5\ninfo: 6\ndebug: 7\n" },
};

START_TEST(writes_what_is_important_enough)
{
	open_in_dir("log", level_rows[_i].level);
	ck_assert_int_eq(log_level(), level_rows[_i].level);
	ck_assert_int_eq(log_enabled(LOG_INFO), level_rows[_i].level >= LOG_INFO);
	log_emerg("0");
	log_err("3");
	log_warning("4");
	log_notice("5");
	log_info("6");
	log_debug("7");
	assert_log("log", level_rows[_i].want);
}
END_TEST

static const struct {
	const char *text, *want;
} byte_rows[] = {
	{ "a\nb", "error: a\\x0ab\n" },
	{ "\x1b[31mred", "error: \\x1b[31mred\n" },
	{ "a\tb\rc\x7f", "error: a\\x09b\\x0dc\\x7f\n" },
	{ "caf\xc3\xa9 100% \\x", "error: caf\xc3\xa9 100% \\x\n" },
	{ "", "error: \n" },
};

START_TEST(control_characters_become_visible)
{
	open_in_dir("log", LOG_DEBUG);
	log_err("%s", byte_rows[_i].text);
	assert_log("log", byte_rows[_i].want);
}
END_TEST

START_TEST(cuts_what_is_longer_than_a_pipe_takes_at_once)
{
	cleanup_free char *newlines = repeat('\n', 10000);
	cleanup_free char *letters = repeat('x', 10000);
	cleanup_free char *text = NULL;
	const char *second;

	open_in_dir("log", LOG_DEBUG);
	log_err("%s", letters);
	log_err("%s", newlines);
	text = dir_read("log");
	second = strchr(text, '\n') + 1;
	ck_assert_int_gt(second - text, 3900);
	ck_assert_int_le(second - text, PIPE_BUF);
	ck_assert_uint_gt(strlen(second), 3900);
	ck_assert_uint_le(strlen(second), PIPE_BUF);
	ck_assert_ptr_eq(strchr(second, '\n'), second + strlen(second) - 1);
}
END_TEST

START_TEST(appends_to_a_file_that_others_cannot_read)
{
	struct stat st;

	(void)umask(0);
	open_in_dir("log", LOG_INFO);
	log_info("1");
	log_close();
	open_in_dir("log", LOG_INFO);
	log_info("2");
	assert_log("log", "info: 1\ninfo: 2\n");
	ck_assert_int_eq(fstatat(dir_fd, "log", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0640);
}
END_TEST

START_TEST(goes_on_as_before_when_a_file_cannot_be_opened)
{
	cleanup_free char *path = dir_join("none/log");
	const struct log_config config = { .level = LOG_ERR, .file = path, .facility = -1 };

	open_in_dir("log", LOG_INFO);
	ck_assert_int_eq(log_open(&config), -ENOENT);
	log_info("still here");
	assert_log("log", "info: still here\n");
}
END_TEST

START_TEST(opens_the_file_anew)
{
	open_in_dir("log", LOG_INFO);
	log_info("1");
	ck_assert_int_eq(renameat(dir_fd, "log", dir_fd, "log.1"), 0);
	log_info("2");
	ck_assert_int_eq(log_reopen(), 0);
	log_info("3");
	assert_log("log.1", "info: 1\ninfo: 2\n");
	assert_log("log", "info: 3\n");
}
END_TEST

START_TEST(keeps_the_old_file_when_it_cannot_be_opened_anew)
{
	open_in_dir("sub/../log", LOG_INFO);
	ck_assert_int_eq(unlinkat(dir_fd, "sub", AT_REMOVEDIR), 0);
	ck_assert_int_eq(log_reopen(), -ENOENT);
	log_info("1");
	assert_log("log", "info: 1\n");
}
END_TEST

static void setup_sub(void)
{
	dir_make();
	dir_add("sub");
}

static void teardown(void)
{
	log_close();
	dir_remove();
}

START_TEST(counts_what_a_full_disk_does_not_take)
{
	open_file("/dev/full", LOG_INFO);
	log_info("1");
	ck_assert_uint_eq(log_dropped(), 1);
	log_info("2");
	ck_assert_uint_eq(log_dropped(), 2);
	open_in_dir("log", LOG_INFO);
	log_info("3");
	log_info("4");
	assert_log("log", "warning: log: 2 messages were dropped\ninfo: 3\ninfo: 4\n");
	ck_assert_uint_eq(log_dropped(), 2);
}
END_TEST

/* Write until the pipe is full; returns how many lines were taken. */
static unsigned fill(void)
{
	unsigned taken = 0;

	while (log_dropped() == 0) {
		log_info("line %u", taken++);
		ck_assert_uint_lt(taken, 1000000);
	}
	return taken - 1;
}

/* All that is in the pipe must be whole lines. Returns how many. */
static unsigned drain(int fd)
{
	size_t size = (size_t)4 << 20;
	cleanup_free char *text = malloc(size);
	ssize_t len = read(fd, text, size);
	unsigned lines = 0;

	ck_assert_int_gt(len, 0);
	ck_assert_int_eq(text[len - 1], '\n');
	for (ssize_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	return lines;
}

static void write_to_full_pipe(int reader)
{
	char text[256];
	ssize_t len;
	unsigned taken = fill();

	log_info("dropped too");
	ck_assert_uint_eq(log_dropped(), 2);
	ck_assert_uint_eq(drain(reader), taken);
	log_info("there is room");
	len = read(reader, text, sizeof(text) - 1);
	ck_assert_int_gt(len, 0);
	text[len] = '\0';
	ck_assert_str_eq(bare(text),
			 "warning: log: 2 messages were dropped\ninfo: there is room\n");
	ck_assert_uint_eq(log_dropped(), 2);
}

START_TEST(does_not_wait_for_a_pipe_that_nobody_reads)
{
	cleanup_close int reader = -1;

	ck_assert_int_eq(mkfifoat(dir_fd, "pipe", 0600), 0);
	reader = openat(dir_fd, "pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	open_in_dir("pipe", LOG_INFO);
	write_to_full_pipe(reader);
}
END_TEST

START_TEST(does_not_wait_for_standard_output)
{
	int fds[2];

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0); /* one that does wait */
	ck_assert_int_eq(dup2(fds[1], STDOUT_FILENO), STDOUT_FILENO);
	open_file("-", LOG_INFO);
	write_to_full_pipe(fds[0]);
	(void)close(fds[0]);
	(void)close(fds[1]);
}
END_TEST

/* ---- standard error -------------------------------------------------------------------------- */

static void capture_errors(void)
{
	cleanup_close int fd =
		openat(dir_fd, "stderr", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
}

START_TEST(says_warnings_on_standard_error_before_it_is_open)
{
	capture_errors();
	log_err("1");
	log_warning("2\n\x1b");
	log_notice("3");
	assert_file("stderr", "cgred: 1\ncgred: 2\\x0a\\x1b\n");
}
END_TEST

START_TEST(echoes_errors_for_as_long_as_it_is_told_to)
{
	capture_errors();
	open_in_dir("log", LOG_DEBUG);
	log_err("1");
	log_echo_errors(true);
	log_err("2");
	log_warning("3");
	log_echo_errors(false);
	log_err("4");
	assert_file("stderr", "cgred: 2\n");
	assert_log("log", "error: 1\nerror: 2\nwarning: 3\nerror: 4\n");
}
END_TEST

START_TEST(needs_no_target)
{
	const struct log_config config = { .level = LOG_DEBUG, .file = NULL, .facility = -1 };

	capture_errors();
	ck_assert_int_eq(log_open(&config), 0);
	log_err("1");
	ck_assert_int_eq(log_reopen(), 0);
	ck_assert_uint_eq(log_dropped(), 0);
	assert_file("stderr", "");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("log");

	tcase_add_checked_fixture(tcase, setup_sub, teardown);
	tcase_add_test(tcase, line_has_time_pid_and_level);
	tcase_add_loop_test(tcase, writes_what_is_important_enough, 0, ARRAY_SIZE(level_rows));
	tcase_add_loop_test(tcase, control_characters_become_visible, 0, ARRAY_SIZE(byte_rows));
	tcase_add_test(tcase, cuts_what_is_longer_than_a_pipe_takes_at_once);
	tcase_add_test(tcase, appends_to_a_file_that_others_cannot_read);
	tcase_add_test(tcase, goes_on_as_before_when_a_file_cannot_be_opened);
	tcase_add_test(tcase, opens_the_file_anew);
	tcase_add_test(tcase, keeps_the_old_file_when_it_cannot_be_opened_anew);
	tcase_add_test(tcase, counts_what_a_full_disk_does_not_take);
	tcase_add_test(tcase, does_not_wait_for_a_pipe_that_nobody_reads);
	tcase_add_test(tcase, does_not_wait_for_standard_output);
	tcase_add_test(tcase, says_warnings_on_standard_error_before_it_is_open);
	tcase_add_test(tcase, echoes_errors_for_as_long_as_it_is_told_to);
	tcase_add_test(tcase, needs_no_target);
	return run_tests(tcase);
}
