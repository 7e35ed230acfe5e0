/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/diag.h */
#include "config.h"

#include "base/diag.h"

#include <string.h>

#include "helpers.h"

static const struct {
	enum diag_level level;
	const char *file;
	unsigned line, column;
	const char *full, *brief;
} rows[] = {
	{ DIAG_ERROR, "f", 3, 4, "f:3:4: error: x 7", "f:3:4: x 7" },
	{ DIAG_WARNING, "/etc/f", 3, 0, "/etc/f:3: warning: x 7", "/etc/f:3: x 7" },
	{ DIAG_NOTICE, "f", 0, 0, "f: notice: x 7", "f: x 7" },
	{ DIAG_ERROR, "f", 0, 4, "f: error: x 7", "f: x 7" },
	{ DIAG_ERROR, NULL, 1, 1, ":1:1: error: x 7", ":1:1: x 7" },
	{ DIAG_ERROR, "f", 4294967295U, 4294967295U, "f:4294967295:4294967295: error: x 7",
	  "f:4294967295:4294967295: x 7" },
};

START_TEST(says_where_and_what)
{
	struct diag_list list = { 0 };
	char text[80];

	diag_add(&list, rows[_i].level, rows[_i].file, rows[_i].line, rows[_i].column, "x %d", 7);
	diag_format_full(list.head, text, sizeof(text));
	ck_assert_str_eq(text, rows[_i].full);
	diag_format(list.head, text, sizeof(text));
	ck_assert_str_eq(text, rows[_i].brief);
	diag_list_done(&list);
}
END_TEST

START_TEST(cuts_a_message_to_the_buffer)
{
	struct diag_list list = { 0 };
	char text[10];

	diag_add(&list, DIAG_ERROR, "file", 1, 2, "message");
	diag_format_full(list.head, text, sizeof(text));
	ck_assert_str_eq(text, "file:1:2:");
	diag_list_done(&list);
}
END_TEST

START_TEST(keeps_the_order_and_counts_by_level)
{
	struct diag_list list = { 0 };
	char file[] = "a";
	cleanup_free char *text = NULL;

	diag_add(&list, DIAG_WARNING, file, 2, 0, "1");
	file[0] = 'b'; /* the name was copied */
	diag_add(&list, DIAG_ERROR, file, 1, 0, "2");
	diag_add(&list, DIAG_WARNING, file, 0, 0, "3");
	diag_add(&list, DIAG_NOTICE, file, 0, 0, "4");
	text = messages_of(&list);
	ck_assert_str_eq(text, "a:2: warning: 1\nb:1: error: 2\nb: warning: 3\nb: notice: 4\n");
	ck_assert_uint_eq(list.errors, 1);
	ck_assert_uint_eq(list.warnings, 2);
	ck_assert_uint_eq(list.notices, 1);
	ck_assert_uint_eq(list.kept, 4);
	diag_list_done(&list);
}
END_TEST

START_TEST(cuts_a_long_text)
{
	cleanup_free char *text = repeat('x', 10000);
	struct diag_list list = { 0 };

	diag_add(&list, DIAG_ERROR, "f", 1, 1, "%s", text);
	ck_assert_uint_eq(strlen(list.head->text), sizeof(list.head->text) - 1);
	diag_list_done(&list);
}
END_TEST

START_TEST(counts_what_it_does_not_keep)
{
	struct diag_list list = { 0 };
	unsigned found = 0;

	for (unsigned i = 0; i < DIAG_KEEP_MAX + 500; i++)
		diag_add(&list, DIAG_ERROR, "f", i, 0, "x");
	for (const struct diag *diag = list.head; diag; diag = diag->next)
		ck_assert_uint_eq(diag->line, found++);
	ck_assert_uint_eq(found, DIAG_KEEP_MAX);
	ck_assert_uint_eq(list.kept, DIAG_KEEP_MAX);
	ck_assert_uint_eq(list.errors, DIAG_KEEP_MAX + 500);
	diag_list_done(&list);
}
END_TEST

START_TEST(is_empty_again_when_it_is_done)
{
	struct diag_list list = { 0 };

	diag_list_done(&list);
	diag_add(&list, DIAG_ERROR, "f", 1, 1, "x");
	diag_list_done(&list);
	ck_assert_ptr_null(list.head);
	ck_assert_ptr_null(list.tail);
	ck_assert_uint_eq(list.errors + list.kept, 0);
	diag_add(&list, DIAG_NOTICE, "f", 1, 1, "x");
	ck_assert_ptr_eq(list.head, list.tail);
	diag_list_done(&list);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("diag");

	tcase_add_loop_test(tcase, says_where_and_what, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, cuts_a_message_to_the_buffer);
	tcase_add_test(tcase, keeps_the_order_and_counts_by_level);
	tcase_add_test(tcase, cuts_a_long_text);
	tcase_add_test(tcase, counts_what_it_does_not_keep);
	tcase_add_test(tcase, is_empty_again_when_it_is_done);
	return run_tests(tcase);
}
