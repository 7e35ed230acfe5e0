/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/mountinfo.h */
#include "config.h"

#include "base/mountinfo.h"

#include <stdlib.h>
#include <string.h>

#include "helpers.h"

static void check_field(struct mountinfo_field field, const char *want)
{
	ck_assert_msg(mountinfo_is(field, want), "\"%.*s\" is not \"%s\"", (int)field.len,
		      field.text, want);
}

START_TEST(splits_a_line_into_its_fields)
{
	const char *text =
		"36 35 98:0 /part /mnt\\040x rw,noatime master:1 shared:2 - ext3 /dev/root "
		"rw,errors=continue\n";
	struct mountinfo mount;

	ck_assert(mountinfo_next(&text, &mount));
	ck_assert_uint_eq(mount.id, 36);
	check_field(mount.device, "98:0");
	check_field(mount.root, "/part");
	check_field(mount.mount, "/mnt\\040x");
	check_field(mount.type, "ext3");
	check_field(mount.options, "rw,errors=continue");
	ck_assert(!mountinfo_next(&text, &mount));
}
END_TEST

START_TEST(passes_over_what_is_no_line)
{
	const char *text =
		"\nnonsense\nx 1 2:3 / /a rw - t s o\n1 2 3:4 / /a rw t s o\n1 2 3:4 / /a rw - t\n"
		"7 2 3:4 / /a rw - t s o";
	struct mountinfo mount;

	ck_assert(mountinfo_next(&text, &mount));
	ck_assert_uint_eq(mount.id, 7);
	check_field(mount.options, "o");
	ck_assert(!mountinfo_next(&text, &mount));
}
END_TEST

START_TEST(goes_through_the_options)
{
	struct mountinfo_field options = { .text = "rw,,cpu,name=x y", .len = 14 };
	struct mountinfo_field option;
	const char *const want[] = { "rw", "", "cpu", "name=x" };

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		ck_assert(mountinfo_next_option(&options, &option));
		check_field(option, want[i]);
	}
	ck_assert(!mountinfo_next_option(&options, &option));
}
END_TEST

START_TEST(undoes_the_escapes)
{
	static const struct {
		const char *escaped, *want;
	} cases[] = {
		{ "", "" },
		{ "/a\\040b", "/a b" },
		{ "/a\\134b\\011", "/a\\b\t" },
		{ "/a\\04", "/a\\04" },
		{ "/a\\999", "/a\\999" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *plain = mountinfo_unescape(
			(struct mountinfo_field){ cases[i].escaped, strlen(cases[i].escaped) });

		ck_assert_str_eq(plain, cases[i].want);
		free(plain);
	}
}
END_TEST

START_TEST(reads_the_table_of_this_process)
{
	char *text;
	const char *at;
	struct mountinfo mount;
	bool found = false;

	ck_assert_int_eq(mountinfo_read(&text), 0);
	for (at = text; mountinfo_next(&at, &mount);)
		found = found || mountinfo_is(mount.mount, "/");
	ck_assert(found);
	free(text);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("mountinfo");

	tcase_add_test(tests, splits_a_line_into_its_fields);
	tcase_add_test(tests, passes_over_what_is_no_line);
	tcase_add_test(tests, goes_through_the_options);
	tcase_add_test(tests, undoes_the_escapes);
	tcase_add_test(tests, reads_the_table_of_this_process);
	return run_tests(tests);
}
