/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* process/sticky.h */
#include "config.h"

#include "process/sticky.h"

#include "helpers.h"

static struct sticky *sticky;

static void setup(void)
{
	sticky = sticky_new();
	ck_assert_ptr_nonnull(sticky);
}

static void teardown(void)
{
	sticky_free(sticky);
}

static void add(pid_t tgid, uint64_t start_ticks, bool children)
{
	const struct sticky_entry entry = { tgid, start_ticks, children, 55 };

	ck_assert_int_eq(sticky_add(sticky, &entry), 0);
}

START_TEST(knows_nobody_at_first)
{
	ck_assert(!sticky_has(sticky, 1));
	ck_assert(!sticky_matches(sticky, 1, 0));
	ck_assert_ptr_null(sticky_find(sticky, 1));
	ck_assert_uint_eq(sticky_count(sticky), 0);
	sticky_remove(sticky, 1);
}
END_TEST

static const struct {
	uint64_t stored, asked;
	bool matches;
} start_rows[] = {
	{ 100, 100, true }, { 100, 101, false }, /* a later process of the same number */
	{ 100, 0, false },  { 0, 100, true },	 /* not known when it was stored */
	{ 0, 0, true },	    { UINT64_MAX, UINT64_MAX, true },
};

START_TEST(tells_a_process_from_a_later_one_of_its_number)
{
	add(7, start_rows[_i].stored, false);
	ck_assert(sticky_has(sticky, 7));
	ck_assert_int_eq(sticky_matches(sticky, 7, start_rows[_i].asked), start_rows[_i].matches);
	ck_assert(!sticky_matches(sticky, 8, start_rows[_i].asked));
}
END_TEST

START_TEST(remembers_what_was_said)
{
	const struct sticky_entry *entry;

	add(7, 100, true);
	add(8, 200, false);
	entry = sticky_find(sticky, 7);
	ck_assert_int_eq(entry->tgid, 7);
	ck_assert_uint_eq(entry->start_ticks, 100);
	ck_assert_uint_eq(entry->since_ticks, 55);
	ck_assert(entry->children);
	ck_assert(!sticky_find(sticky, 8)->children);
	ck_assert_ptr_null(sticky_find(sticky, 9));
}
END_TEST

START_TEST(last_word_counts)
{
	add(7, 100, true);
	add(7, 200, false);
	ck_assert_uint_eq(sticky_count(sticky), 1);
	ck_assert(!sticky_matches(sticky, 7, 100));
	ck_assert(sticky_matches(sticky, 7, 200));
	ck_assert(!sticky_find(sticky, 7)->children);
}
END_TEST

START_TEST(forgets_who_is_removed)
{
	add(7, 100, true);
	add(8, 100, true);
	sticky_remove(sticky, 7);
	sticky_remove(sticky, 7);
	ck_assert(!sticky_has(sticky, 7));
	ck_assert(sticky_has(sticky, 8));
	ck_assert_uint_eq(sticky_count(sticky), 1);
}
END_TEST

static bool is_even(void *arg, const struct sticky_entry *entry)
{
	unsigned *asked = arg;

	ck_assert_uint_eq(entry->start_ticks, (uint64_t)entry->tgid * 10);
	++*asked;
	return entry->tgid % 2 == 0;
}

START_TEST(keeps_whom_the_filter_keeps)
{
	unsigned asked = 0;

	sticky_filter(sticky, is_even, &asked);
	ck_assert_uint_eq(asked, 0);
	for (pid_t tgid = 1; tgid <= 1000; tgid++)
		add(tgid, (uint64_t)tgid * 10, false);
	sticky_filter(sticky, is_even, &asked);
	ck_assert_uint_eq(asked, 1000);
	ck_assert_uint_eq(sticky_count(sticky), 500);
	for (pid_t tgid = 1; tgid <= 1000; tgid++)
		ck_assert_int_eq(sticky_has(sticky, tgid), tgid % 2 == 0);
}
END_TEST

START_TEST(frees_nothing)
{
	sticky_free(NULL);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("sticky");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, knows_nobody_at_first);
	tcase_add_loop_test(tcase, tells_a_process_from_a_later_one_of_its_number, 0,
			    ARRAY_SIZE(start_rows));
	tcase_add_test(tcase, remembers_what_was_said);
	tcase_add_test(tcase, last_word_counts);
	tcase_add_test(tcase, forgets_who_is_removed);
	tcase_add_test(tcase, keeps_whom_the_filter_keeps);
	tcase_add_test(tcase, frees_nothing);
	return run_tests(tcase);
}
