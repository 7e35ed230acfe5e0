/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* engine/placed.h */
#include "config.h"

#include "engine/placed.h"

#include <unistd.h>

#include "helpers.h"

#define PID	 4711
#define IDENTITY 100
#define PLACE	 200

static struct placed *placed;

static void setup(void)
{
	placed = placed_new();
	ck_assert_ptr_nonnull(placed);
}

static void teardown(void)
{
	placed_free(placed);
}

static enum placed_answer ask(enum placed_policy policy, uint64_t now_ms)
{
	return placed_ask(placed, PID, IDENTITY, PLACE, policy, now_ms);
}

static const struct {
	pid_t tgid;
	uint64_t identity, place;
	bool knows;
} rows[] = {
	{ PID, IDENTITY, PLACE, true },
	{ PID + 1, IDENTITY, PLACE, false },
	{ PID, IDENTITY + 1, PLACE, false }, /* another process of the same number */
	{ PID, IDENTITY, PLACE + 1, false }, /* its rule wants it elsewhere now */
};

START_TEST(knows_who_was_placed_where)
{
	placed_note(placed, PID, IDENTITY, PLACE, 0);
	ck_assert_int_eq(placed_knows(placed, rows[_i].tgid, rows[_i].identity, rows[_i].place),
			 rows[_i].knows);
	ck_assert_int_eq(placed_ask(placed, rows[_i].tgid, rows[_i].identity, rows[_i].place,
				    PLACED_YIELD, 1),
			 rows[_i].knows ? PLACED_LEAVE : PLACED_FIRST);
}
END_TEST

START_TEST(later_place_counts)
{
	placed_note(placed, PID, IDENTITY, PLACE, 0);
	placed_note(placed, PID, IDENTITY, PLACE + 1, 0);
	ck_assert(!placed_knows(placed, PID, IDENTITY, PLACE));
	ck_assert(placed_knows(placed, PID, IDENTITY, PLACE + 1));
	ck_assert_uint_eq(placed_count(placed), 1);
}
END_TEST

START_TEST(yields_to_who_moved_it)
{
	ck_assert_int_eq(ask(PLACED_YIELD, 0), PLACED_FIRST);
	placed_note(placed, PID, IDENTITY, PLACE, 0);
	for (uint64_t now_ms = 0; now_ms < 100000; now_ms += 1000)
		ck_assert_int_eq(ask(PLACED_YIELD, now_ms), PLACED_LEAVE);
}
END_TEST

START_TEST(puts_back_a_few_times_then_gives_up_for_good)
{
	placed_note(placed, PID, IDENTITY, PLACE, 1000);
	for (unsigned i = 0; i < PLACED_REASSERT_MAX; i++) {
		ck_assert_int_eq(ask(PLACED_REASSERT, 1000 + i), PLACED_PUT_BACK);
		placed_note(placed, PID, IDENTITY, PLACE, 1000 + i); /* and so it was */
	}
	ck_assert_int_eq(ask(PLACED_REASSERT, 1010), PLACED_GIVE_UP);
	ck_assert_int_eq(ask(PLACED_REASSERT, 1011), PLACED_LEAVE);
	ck_assert_int_eq(ask(PLACED_REASSERT, 1000000), PLACED_LEAVE);
}
END_TEST

START_TEST(puts_back_for_ever_who_is_seldom_moved)
{
	uint64_t now_ms = 1000;

	placed_note(placed, PID, IDENTITY, PLACE, now_ms);
	for (int i = 0; i < 20; i++) {
		now_ms += PLACED_REASSERT_TIME_MS / PLACED_REASSERT_MAX + 1;
		ck_assert_int_eq(ask(PLACED_REASSERT, now_ms), PLACED_PUT_BACK);
	}
}
END_TEST

START_TEST(new_process_has_a_new_count)
{
	placed_note(placed, PID, IDENTITY, PLACE, 0);
	for (unsigned i = 0; i <= PLACED_REASSERT_MAX; i++)
		(void)ask(PLACED_REASSERT, 0);
	placed_note(placed, PID, IDENTITY + 1, PLACE, 0);
	ck_assert_int_eq(placed_ask(placed, PID, IDENTITY + 1, PLACE, PLACED_REASSERT, 1),
			 PLACED_PUT_BACK);
}
END_TEST

/* Numbers above the largest that a process can have: all dead. */
#define DEAD 5000000

START_TEST(does_not_grow_with_the_dead)
{
	placed_note(placed, getpid(), IDENTITY, PLACE, 0);
	for (pid_t tgid = DEAD; tgid < DEAD + 100000; tgid++)
		placed_note(placed, tgid, IDENTITY, PLACE, 0);
	ck_assert_uint_lt(placed_count(placed), 5000);
	ck_assert(placed_knows(placed, getpid(), IDENTITY, PLACE));
}
END_TEST

START_TEST(frees_nothing)
{
	placed_free(NULL);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("placed");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, knows_who_was_placed_where, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, later_place_counts);
	tcase_add_test(tcase, yields_to_who_moved_it);
	tcase_add_test(tcase, puts_back_a_few_times_then_gives_up_for_good);
	tcase_add_test(tcase, puts_back_for_ever_who_is_seldom_moved);
	tcase_add_test(tcase, new_process_has_a_new_count);
	tcase_add_test(tcase, does_not_grow_with_the_dead);
	tcase_add_test(tcase, frees_nothing);
	return run_tests(tcase);
}
