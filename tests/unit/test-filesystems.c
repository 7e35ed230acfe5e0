/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/filesystems.h */
#include "config.h"

#include "base/filesystems.h"

#include <string.h>

#include "helpers.h"

static const char kinds[] = "nodev\tproc\nnodev\ttmpfs\nnodev\tnfs\n\text4\n\text3\n\tfuseblk\n"
			    "nodev\toverlay\n";

static const struct {
	const char *mountinfo, *want;
} rows[] = {
	{ "", "" },
	{ "1 0 8:1 / / rw - ext4 /dev/a rw\n", "/ " },
	{ "1 0 8:1 / / rw - ext rw rw\n2 1 8:2 / /b rw - ext44 /dev/b rw\n", "" },
	/* the kernel's own, and with a server */
	{ "1 0 8:1 / / rw - ext4 /dev/a rw\n2 1 0:5 / /proc rw - proc proc rw\n"
	  "3 1 0:6 / /n rw - nfs s:/ rw\n4 1 8:9 / /f rw - fuseblk /dev/f rw\n",
	  "/ " },
	/* in memory, and of others */
	{ "1 0 0:1 / / rw - overlay overlay rw\n2 1 0:5 / /dev/shm rw - tmpfs tmpfs rw\n",
	  "/ /dev/shm " },
	/* each once */
	{ "1 0 8:1 / / rw - ext4 /dev/a rw\n2 1 8:2 / /b\\040c rw - ext3 /dev/b rw\n"
	  "3 1 8:1 /x /y rw - ext4 /dev/a rw\n4 1 8:2 / /z rw - ext3 /dev/b rw\n"
	  "5 1 8:22 / /w rw - ext3 /dev/c rw\n",
	  "/ /b c /w " },
};

START_TEST(finds_those_that_programs_are_on)
{
	struct filesystems found;
	char text[256] = "";

	ck_assert_int_eq(filesystems_parse(kinds, rows[_i].mountinfo, &found), 0);
	for (size_t i = 0; i < found.n; i++) {
		strcat(text, found.mounts[i]);
		strcat(text, " ");
	}
	ck_assert_str_eq(text, rows[_i].want);
	filesystems_done(&found);
}
END_TEST

START_TEST(finds_that_of_this_program)
{
	struct filesystems found;

	ck_assert_int_eq(filesystems_find(&found), 0);
	ck_assert_uint_gt(found.n, 0);
	filesystems_done(&found);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("filesystems");

	tcase_add_loop_test(tcase, finds_those_that_programs_are_on, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, finds_that_of_this_program);
	return run_tests(tcase);
}
