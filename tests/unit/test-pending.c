/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* engine/pending.h */
#include "config.h"

#include "engine/pending.h"

#include "engine/event.h"
#include "helpers.h"

static struct pending *pending;

static void setup(void)
{
	pending = pending_new();
	ck_assert_ptr_nonnull(pending);
}

static void teardown(void)
{
	pending_free(pending); /* with what still waits */
}

static void add(pid_t tgid, uint64_t due_ms)
{
	const struct pending_item item = { tgid, EVENT_EXEC, (unsigned)tgid % 7 };

	ck_assert_int_eq(pending_add(pending, &item, due_ms), 0);
}

static void park(pid_t tgid)
{
	const struct pending_item item = { tgid, EVENT_UID, 0 };

	ck_assert_int_eq(pending_park(pending, &item), 0);
}

/* The process that is due by now, 0: none. */
static pid_t take(uint64_t now_ms)
{
	struct pending_item item = { 0 };

	return pending_take_due(pending, now_ms, &item) ? item.tgid : 0;
}

/* No process is due at now_ms; the first will be at due_ms (0: never). */
static void assert_waits(uint64_t now_ms, uint64_t due_ms)
{
	uint64_t next = 0;

	ck_assert_int_eq(take(now_ms), 0);
	ck_assert_int_eq(pending_next_due(pending, &next), due_ms != 0);
	ck_assert_uint_eq(next, due_ms);
}

START_TEST(is_empty_at_first)
{
	assert_waits(UINT64_MAX, 0);
	ck_assert_uint_eq(pending_count(pending), 0);
	pending_remove(pending, 1);
	pending_unpark(pending, 1);
}
END_TEST

START_TEST(gives_out_who_is_due_in_order)
{
	add(30, 100);
	add(10, 100);
	add(20, 105);
	ck_assert_uint_eq(pending_count(pending), 3);
	assert_waits(99, 100);
	ck_assert_int_eq(take(100), 30);
	ck_assert_int_eq(take(100), 10);
	assert_waits(100, 105);
	ck_assert_int_eq(take(1000), 20);
	assert_waits(1000, 0);
	ck_assert_uint_eq(pending_count(pending), 0);
}
END_TEST

START_TEST(delays_can_differ)
{
	static const uint64_t dues[] = { 50, 10, 30, 60, 20, 10, 40, 1, 60 };
	uint64_t last = 0;
	uint64_t next;

	for (size_t i = 0; i < ARRAY_SIZE(dues); i++)
		add((pid_t)i + 1, dues[i]);
	for (size_t i = 0; i < ARRAY_SIZE(dues); i++) {
		ck_assert(pending_next_due(pending, &next));
		ck_assert_uint_ge(next, last);
		ck_assert_uint_eq(dues[take(next) - 1], next);
		last = next;
	}
	assert_waits(UINT64_MAX, 0);
}
END_TEST

START_TEST(remembers_what_it_waits_for)
{
	const struct pending_item item = { 10, EVENT_GID, 3 };
	struct pending_item taken = { 0 };

	ck_assert_int_eq(pending_add(pending, &item, 100), 0);
	add(10, 50); /* it waits already */
	ck_assert(!pending_take_due(pending, 99, &taken));
	ck_assert_int_eq(taken.tgid, 0);
	ck_assert(pending_take_due(pending, 100, &taken));
	ck_assert_int_eq(taken.tgid, 10);
	ck_assert_int_eq(taken.kind, EVENT_GID);
	ck_assert_uint_eq(taken.tries, 3);
}
END_TEST

START_TEST(an_event_counts_for_more_than_a_scan)
{
	const struct pending_item found = { 10, EVENT_SCAN, 0 };
	const struct pending_item changed = { 10, EVENT_UID, 0 };
	struct pending_item taken = { 0 };

	ck_assert_int_eq(pending_add(pending, &found, 100), 0);
	ck_assert_int_eq(pending_add(pending, &changed, 200), 0);
	ck_assert_int_eq(pending_add(pending, &found, 300), 0);
	ck_assert(pending_take_due(pending, 100, &taken));
	ck_assert_int_eq(taken.kind, EVENT_UID);
	ck_assert_uint_eq(taken.tries, 0);
	assert_waits(1000, 0);
}
END_TEST

START_TEST(one_that_waits_keeps_its_time)
{
	add(10, 100);
	add(20, 101);
	add(10, 110);
	ck_assert_uint_eq(pending_count(pending), 2);
	ck_assert_int_eq(take(100), 10);
	ck_assert_int_eq(take(101), 20);
	assert_waits(1000, 0);
}
END_TEST

/* It is in the middle of something: its time to settle counts, not that of another try. */
START_TEST(one_that_is_tried_again_gets_the_time_of_an_event)
{
	const struct pending_item again = { 1, EVENT_EXEC, 3 };
	const struct pending_item event = { 1, EVENT_UID, 0 };
	struct pending_item item = { 0 };

	add(2, 150);
	ck_assert_int_eq(pending_add(pending, &again, 200), 0);
	ck_assert_int_eq(pending_add(pending, &again, 100), 0); /* another try of the same */
	assert_waits(149, 150);
	ck_assert_int_eq(pending_add(pending, &event, 110), 0);
	ck_assert_int_eq(pending_add(pending, &event, 120), 0); /* the rest of the sequence */
	assert_waits(109, 110);
	ck_assert(pending_take_due(pending, 110, &item));
	ck_assert_int_eq(item.tgid, 1);
	ck_assert_int_eq(item.kind, EVENT_EXEC); /* what it has done before is not forgotten */
	ck_assert_uint_eq(item.tries, 0);
	assert_waits(149, 150);
	ck_assert_int_eq(pending_add(pending, &again, 120), 0);
	ck_assert_int_eq(pending_add(pending, &event, 220), 0); /* also a later one */
	assert_waits(149, 150);
	ck_assert_int_eq(take(150), 2);
	assert_waits(219, 220);
}
END_TEST

START_TEST(removed_one_is_not_given_out)
{
	add(10, 100);
	add(20, 101);
	park(30);
	pending_remove(pending, 10);
	pending_remove(pending, 30);
	pending_remove(pending, 40);
	assert_waits(100, 101);
	ck_assert_int_eq(take(101), 20);
	pending_unpark(pending, 102);
	assert_waits(1000, 0);
}
END_TEST

START_TEST(knows_who_waits)
{
	ck_assert(!pending_has(pending, 10));
	add(10, 100);
	park(20);
	ck_assert(pending_has(pending, 10));
	ck_assert(pending_has(pending, 20));
	ck_assert(!pending_has(pending, 30));
	pending_remove(pending, 10);
	ck_assert(!pending_has(pending, 10));
}
END_TEST

START_TEST(one_that_was_taken_can_wait_again)
{
	add(10, 100);
	ck_assert_int_eq(take(100), 10);
	add(10, 110);
	assert_waits(109, 110);
	ck_assert_int_eq(take(110), 10);
}
END_TEST

START_TEST(parked_ones_wait_until_they_are_called)
{
	park(10);
	park(20);
	add(30, 200);
	add(40, 100);
	ck_assert_uint_eq(pending_count(pending), 4);
	assert_waits(99, 100);
	pending_unpark(pending, 150);
	ck_assert_int_eq(take(100), 40);
	assert_waits(149, 150);
	ck_assert_int_eq(take(150), 10);
	ck_assert_int_eq(take(150), 20);
	assert_waits(150, 200);
	pending_unpark(pending, 160); /* nobody is left */
	assert_waits(199, 200);
}
END_TEST

START_TEST(parking_takes_the_time_away)
{
	add(10, 100);
	park(10);
	park(10);
	ck_assert_uint_eq(pending_count(pending), 1);
	assert_waits(1000, 0);
	pending_unpark(pending, 2000);
	ck_assert_int_eq(take(2000), 10);
}
END_TEST

START_TEST(parked_one_can_get_a_time)
{
	park(10);
	add(10, 100);
	ck_assert_uint_eq(pending_count(pending), 1);
	pending_unpark(pending, 50);
	assert_waits(99, 100);
	ck_assert_int_eq(take(100), 10);
}
END_TEST

START_TEST(holds_a_storm)
{
	for (pid_t tgid = 1; tgid <= 50000; tgid++)
		add(tgid, (uint64_t)tgid / 100);
	for (pid_t tgid = 1; tgid <= 50000; tgid += 2)
		pending_remove(pending, tgid);
	for (pid_t tgid = 2; tgid <= 50000; tgid += 2)
		ck_assert_int_eq(take(500), tgid);
	ck_assert_uint_eq(pending_count(pending), 0);
}
END_TEST

START_TEST(frees_nothing)
{
	pending_free(NULL);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("pending");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, is_empty_at_first);
	tcase_add_test(tcase, gives_out_who_is_due_in_order);
	tcase_add_test(tcase, delays_can_differ);
	tcase_add_test(tcase, remembers_what_it_waits_for);
	tcase_add_test(tcase, an_event_counts_for_more_than_a_scan);
	tcase_add_test(tcase, one_that_waits_keeps_its_time);
	tcase_add_test(tcase, one_that_is_tried_again_gets_the_time_of_an_event);
	tcase_add_test(tcase, removed_one_is_not_given_out);
	tcase_add_test(tcase, knows_who_waits);
	tcase_add_test(tcase, one_that_was_taken_can_wait_again);
	tcase_add_test(tcase, parked_ones_wait_until_they_are_called);
	tcase_add_test(tcase, parking_takes_the_time_away);
	tcase_add_test(tcase, parked_one_can_get_a_time);
	tcase_add_test(tcase, holds_a_storm);
	tcase_add_test(tcase, frees_nothing);
	return run_tests(tcase);
}
