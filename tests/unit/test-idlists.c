/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/idlists.h */
#include "config.h"

#include "base/idlists.h"

#include <stdio.h>

#include "helpers.h"

/* "KEY:NUMBER,NUMBER " for each of the first keys. */
static void dump(const struct idlists *lists, uint64_t keys, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (uint64_t key = 0; key < keys; key++) {
		struct idlist list = idlists_open(lists, idmap_get(&lists->map, key));

		for (size_t i = 0; i < list.n; i++)
			len += (size_t)snprintf(buf + len, size - len, "%s%u", i ? "," : " ",
						idlist_item(&list, i));
		len += (size_t)snprintf(buf + len, size - len, ";");
	}
}

START_TEST(keeps_the_order_in_each_list)
{
	struct idlists_new building = { 0 };
	struct idlists lists = { 0 };
	char got[64];

	ck_assert_int_eq(idlists_add(&building, 2, 5, false), 0);
	ck_assert_int_eq(idlists_add(&building, 0, 7, false), 0);
	ck_assert_int_eq(idlists_add(&building, 2, 9, false), 0);
	ck_assert_int_eq(idlists_add(&building, 3, 0, false), 0);
	ck_assert_int_eq(idlists_add(&building, 2, 3, false), 0);
	ck_assert_int_eq(idlists_finish(&building, &lists), 0);
	dump(&lists, 5, got, sizeof(got));
	ck_assert_str_eq(got, " 7;; 5,9,3; 0;;");
	idlists_done(&lists);
}
END_TEST

START_TEST(a_number_twice_in_a_row_is_one)
{
	struct idlists_new building = { 0 };
	struct idlists lists = { 0 };
	char got[64];

	for (unsigned i = 0; i < 6; i++)
		ck_assert_int_eq(idlists_add(&building, 0, i / 2, false), 0);
	ck_assert_int_eq(idlists_finish(&building, &lists), 0);
	dump(&lists, 1, got, sizeof(got));
	ck_assert_str_eq(got, " 0,1,2;");
	idlists_done(&lists);
}
END_TEST

START_TEST(a_closed_list_takes_no_more)
{
	struct idlists_new building = { 0 };
	struct idlists lists = { 0 };
	char got[64];

	ck_assert_int_eq(idlists_add(&building, 0, 1, true), 0);
	ck_assert_int_eq(idlists_add(&building, 1, 1, false), 0);
	ck_assert_int_eq(idlists_add(&building, 0, 2, false), 0);
	/* the number that is there already closes it, too */
	ck_assert_int_eq(idlists_add(&building, 1, 1, true), 0);
	ck_assert_int_eq(idlists_add(&building, 1, 2, false), 0);
	ck_assert_int_eq(idlists_finish(&building, &lists), 0);
	dump(&lists, 2, got, sizeof(got));
	ck_assert_str_eq(got, " 1; 1;");
	idlists_done(&lists);
}
END_TEST

START_TEST(of_nothing_is_empty)
{
	struct idlists_new building = { 0 };
	struct idlists lists = { 0 };

	ck_assert_int_eq(idlists_finish(&building, &lists), 0);
	ck_assert_uint_eq(idmap_get(&lists.map, 0), IDMAP_NONE);
	ck_assert_uint_eq(idlists_open(&lists, IDMAP_NONE).n, 0);
	idlists_done(&lists);
}
END_TEST

START_TEST(holds_many_lists)
{
	struct idlists_new building = { 0 };
	struct idlists lists = { 0 };
	unsigned wrong = 0;

	for (uint32_t i = 0; i < 300000; i++)
		ck_assert_int_eq(idlists_add(&building, i % 70001, i, false), 0);
	ck_assert_int_eq(idlists_finish(&building, &lists), 0);
	for (uint32_t key = 0; key < 70001; key++) {
		struct idlist list = idlists_open(&lists, idmap_get(&lists.map, key));

		wrong += list.n != (key < 300000 % 70001 ? 5 : 4);
		for (size_t i = 0; i < list.n; i++)
			wrong += idlist_item(&list, i) != key + i * 70001;
	}
	ck_assert_uint_eq(wrong, 0);
	idlists_done(&lists);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("idlists");

	tcase_add_test(tcase, keeps_the_order_in_each_list);
	tcase_add_test(tcase, a_number_twice_in_a_row_is_one);
	tcase_add_test(tcase, a_closed_list_takes_no_more);
	tcase_add_test(tcase, of_nothing_is_empty);
	tcase_add_test(tcase, holds_many_lists);
	return run_tests(tcase);
}
