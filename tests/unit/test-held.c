/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* engine/held.h */
#include "config.h"

#include "engine/held.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "helpers.h"

static int open_file(const char *name, const char *text, mode_t mode)
{
	int fd;

	dir_write(name, text);
	ck_assert_int_eq(fchmodat(dir_fd, name, mode, 0), 0);
	fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	return fd;
}

START_TEST(tells_a_program_from_a_script)
{
	cleanup_close int program = open_file("program", "\177ELF", 0755);
	cleanup_close int script = open_file("script", "#!/bin/sh\n", 0755);
	cleanup_close int empty = open_file("empty", "", 0755);
	cleanup_free char *program_path = dir_join("program");
	cleanup_free char *script_path = dir_join("script");
	struct held_exec held;
	struct process process = { .tgid = 7 };

	ck_assert(held_exec_read(&held, program));
	held_exec_apply(&held, &process);
	ck_assert_str_eq(process.exe, program_path);
	ck_assert_str_eq(process.exe_base, "program");
	ck_assert_ptr_null(process.invoked);
	ck_assert_uint_ne(process.exe_file.ino, 0);

	ck_assert(held_exec_read(&held, script));
	held_exec_apply(&held, &process);
	ck_assert_str_eq(process.exe, "");
	ck_assert_uint_eq(process.exe_file.ino, 0);
	ck_assert_str_eq(process.invoked, script_path);
	ck_assert_str_eq(process.invoked_base, "script");
	ck_assert_uint_ne(process.invoked_file.ino, 0);

	ck_assert(held_exec_read(&held, empty));
	ck_assert_str_eq(held.script, "");
}
END_TEST

START_TEST(knows_set_ids_by_the_mode)
{
	static const struct {
		const char *text;
		mode_t mode;
		bool set_uid, set_gid;
	} rows[] = {
		{ "x", 0755, false, false },	      { "x", 04755, true, false },
		{ "x", 02755, false, true },	      { "x", 06755, true, true },
		{ "x", 02745, false, false },	      /* mandatory locking, once */
		{ "#!/bin/sh", 06755, false, false }, /* not for scripts */
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_close int fd = open_file("file", rows[i].text, rows[i].mode);
		struct held_exec held;
		struct statvfs fs;
		bool counts;

		ck_assert(held_exec_read(&held, fd));
		ck_assert_int_eq(fstatvfs(fd, &fs), 0);
		counts = !(fs.f_flag & ST_NOSUID);
		ck_assert_int_eq(held.set_uid, counts && rows[i].set_uid);
		ck_assert_int_eq(held.set_gid, counts && rows[i].set_gid);
		if (held.set_uid)
			ck_assert_uint_eq(held.uid, geteuid());
		ck_assert_int_eq(unlinkat(dir_fd, "file", 0), 0);
	}
}
END_TEST

START_TEST(applies_set_ids_where_they_count)
{
	struct held_exec plain = { .uid = 5, .gid = 6 };
	struct held_exec both = { .set_uid = true, .set_gid = true, .uid = 5, .gid = 6 };
	struct held_exec kept = both;
	struct process process = { .euid = 1, .egid = 2 };

	ck_assert_uint_eq(held_exec_facts(&plain), FACT_STATUS);
	ck_assert_uint_eq(held_exec_facts(&both),
			  FACT_STATUS | FACT_PRIVILEGES | FACT_USER_NAMESPACE);

	process.traced = true;
	ck_assert(held_exec_apply_ids(&plain, &process));
	ck_assert(!held_exec_apply_ids(&both, &process));
	process.traced = false;
	process.other_user_namespace = true;
	ck_assert(held_exec_apply_ids(&plain, &process));
	ck_assert(!held_exec_apply_ids(&both, &process));
	ck_assert_uint_eq(process.euid, 1);
	process.no_new_privs = true;
	ck_assert(held_exec_apply_ids(&both, &process));
	ck_assert_uint_eq(process.euid, 1);
	ck_assert_uint_eq(process.egid, 2);
	ck_assert(!both.set_uid && !both.set_gid);

	both = kept;
	process.other_user_namespace = process.no_new_privs = false;
	ck_assert(held_exec_apply_ids(&both, &process));
	ck_assert_uint_eq(process.euid, 5);
	ck_assert_uint_eq(process.egid, 6);
}
END_TEST

START_TEST(knows_whether_the_set_ids_counted)
{
	const struct held_exec plain = { .uid = 5, .gid = 6 };
	const struct held_exec both = { .set_uid = true, .set_gid = true, .uid = 5, .gid = 6 };
	const struct process other = { .has_exec_ids = true, .exec_euid = 1, .exec_egid = 2 };
	const struct process half = { .has_exec_ids = true, .exec_euid = 5, .exec_egid = 2 };
	const struct process all = { .has_exec_ids = true, .exec_euid = 5, .exec_egid = 6 };
	const struct process gone = { .euid = 1, .egid = 2 };

	ck_assert(held_exec_was_right(&plain, &other));
	ck_assert(!held_exec_was_right(&both, &other));
	ck_assert(!held_exec_was_right(&both, &half));
	ck_assert(held_exec_was_right(&both, &all));
	ck_assert(held_exec_was_right(&both, &gone));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("held");

	tcase_add_checked_fixture(tcase, dir_make, dir_remove);
	tcase_add_test(tcase, tells_a_program_from_a_script);
	tcase_add_test(tcase, knows_set_ids_by_the_mode);
	tcase_add_test(tcase, applies_set_ids_where_they_count);
	tcase_add_test(tcase, knows_whether_the_set_ids_counted);
	return run_tests(tcase);
}
