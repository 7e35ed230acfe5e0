/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* engine/family.h */
#include "config.h"

#include "engine/family.h"

#include <stdio.h>
#include <string.h>

#include "helpers.h"

static struct family *family;
static pid_t due, dead; /* who is still to be decided about, who has ended */

static void setup(void)
{
	due = dead = 0;
	family = family_new();
	ck_assert_ptr_nonnull(family);
}

static void teardown(void)
{
	family_free(family); /* with who is still in it */
}

static void place_at(pid_t tgid, const char *path, uint64_t now_ms)
{
	char copy[64];
	struct family_place place = { .n = 1, .moved = 1, .from = { 77 } };

	(void)snprintf(copy, sizeof(copy), "%s", path);
	place.items[0] = (struct placement){ "cpu", copy, "template" };
	ck_assert_int_eq(family_place(family, tgid, &place, now_ms), 0);
	memset(copy, 'x', sizeof(copy) - 1); /* the strings were copied */
}

/* path: NULL when the table does not know where the process belongs. */
static void assert_place(pid_t tgid, const char *path)
{
	const struct family_place *place = family_find(family, tgid);

	ck_assert_int_eq(place != NULL, path != NULL);
	if (!path)
		return;
	ck_assert_uint_eq(place->n, 1);
	ck_assert_str_eq(place->items[0].path, path);
	ck_assert_str_eq(place->items[0].controllers, "cpu");
	ck_assert_ptr_null(place->items[0].template_name);
	ck_assert_uint_eq(place->from[0], 77);
}

static bool waits(void *arg, pid_t opener, pid_t member)
{
	(void)arg;
	return opener == due && member != dead;
}

/* Those that joined at or before then_ms. */
static void expire(uint64_t then_ms)
{
	family_expire(family, then_ms + 50, 50, waits, NULL);
}

START_TEST(child_of_a_stranger_is_a_stranger)
{
	ck_assert_int_eq(family_fork(family, 1, 2, 0), FAMILY_STRANGER);
	assert_place(1, NULL);
	assert_place(2, NULL);
	ck_assert_uint_eq(family_count(family), 0);
	ck_assert_int_eq(family_take_waiting(family, 1), 0);
	family_close(family, 1);
}
END_TEST

START_TEST(child_belongs_where_its_parent_was_placed)
{
	place_at(1, "a", 0);
	ck_assert_int_eq(family_fork(family, 1, 2, 1), FAMILY_PLACED);
	ck_assert_int_eq(family_fork(family, 2, 3, 2), FAMILY_PLACED);
	assert_place(2, "a");
	assert_place(3, "a");
	ck_assert_int_eq(family_take_waiting(family, 1), 0); /* nobody waited */
}
END_TEST

START_TEST(child_waits_with_its_parent)
{
	ck_assert_int_eq(family_open(family, 1, 0), 0);
	ck_assert_int_eq(family_open(family, 1, 1), 0);
	ck_assert_int_eq(family_fork(family, 1, 2, 1), FAMILY_WAITS);
	ck_assert_int_eq(family_fork(family, 2, 3, 2), FAMILY_WAITS);
	assert_place(2, NULL);
	place_at(1, "a", 3);
	assert_place(2, "a");
	assert_place(3, "a");
	ck_assert_int_eq(family_take_waiting(family, 1), 2);
	ck_assert_int_eq(family_take_waiting(family, 1), 3);
	ck_assert_int_eq(family_take_waiting(family, 1), 0);
	ck_assert_uint_eq(family_count(family), 3); /* for later children */
}
END_TEST

START_TEST(children_stay_when_their_parent_stays)
{
	ck_assert_int_eq(family_open(family, 1, 0), 0);
	ck_assert_int_eq(family_fork(family, 1, 2, 1), FAMILY_WAITS);
	ck_assert_int_eq(family_fork(family, 2, 3, 1), FAMILY_WAITS);
	ck_assert_int_eq(family_open(family, 5, 1), 0);
	family_close(family, 2); /* not what they wait for */
	ck_assert_uint_eq(family_count(family), 4);
	family_close(family, 1);
	ck_assert_uint_eq(family_count(family), 1);
	ck_assert_int_eq(family_fork(family, 3, 4, 2), FAMILY_STRANGER);
}
END_TEST

START_TEST(placed_ones_are_not_closed)
{
	place_at(1, "a", 0);
	family_close(family, 1);
	assert_place(1, "a");
}
END_TEST

START_TEST(number_that_is_given_again_is_another_process)
{
	place_at(1, "a", 0);
	place_at(2, "b", 0);
	ck_assert_int_eq(family_fork(family, 1, 2, 1), FAMILY_PLACED);
	assert_place(2, "a");
	ck_assert_int_eq(family_fork(family, 9, 2, 2), FAMILY_STRANGER);
	assert_place(2, NULL);
}
END_TEST

START_TEST(child_with_a_place_of_its_own_leaves_the_family)
{
	ck_assert_int_eq(family_open(family, 1, 0), 0);
	ck_assert_int_eq(family_fork(family, 1, 2, 1), FAMILY_WAITS);
	ck_assert_int_eq(family_open(family, 2, 2), 0); /* it has run a program */
	ck_assert_int_eq(family_fork(family, 2, 3, 2), FAMILY_WAITS);
	place_at(1, "a", 3);
	ck_assert_int_eq(family_take_waiting(family, 1), 0);
	assert_place(2, "a"); /* if no rule names what it runs */
	place_at(2, "b", 3);
	assert_place(1, "a");
	assert_place(2, "b");
	ck_assert_int_eq(family_take_waiting(family, 2), 3);
}
END_TEST

/* It was placed before its last exec was heard of; its children may be older than that move. */
START_TEST(close_brings_back_what_was_known)
{
	place_at(1, "a", 0);
	ck_assert_int_eq(family_open(family, 1, 1), 0);
	assert_place(1, "a");
	ck_assert_int_eq(family_fork(family, 1, 2, 1), FAMILY_WAITS);
	ck_assert_int_eq(family_take_waiting(family, 1), 0);
	family_close(family, 1); /* in place */
	ck_assert_int_eq(family_take_waiting(family, 1), 2);
	assert_place(2, "a");
	ck_assert_int_eq(family_fork(family, 1, 3, 2), FAMILY_PLACED);
	assert_place(3, "a");
}
END_TEST

/* A child that waits for its parent, and then has an event of its own that changes nothing. */
START_TEST(close_of_a_child_lets_it_wait_on)
{
	ck_assert_int_eq(family_open(family, 1, 0), 0);
	ck_assert_int_eq(family_fork(family, 1, 2, 0), FAMILY_WAITS);
	ck_assert_int_eq(family_open(family, 2, 1), 0);
	family_close(family, 2);
	place_at(1, "a", 2);
	ck_assert_int_eq(family_take_waiting(family, 1), 2);
	assert_place(2, "a");
}
END_TEST

START_TEST(children_of_one_that_has_ended_are_on_their_own)
{
	ck_assert_int_eq(family_open(family, 1, 0), 0);
	ck_assert_int_eq(family_fork(family, 1, 2, 0), FAMILY_WAITS);
	ck_assert_int_eq(family_orphan(family, 1, 1), 0);
	ck_assert_int_eq(family_take_waiting(family, 1), 2);
	ck_assert_int_eq(family_take_waiting(family, 1), 0);
	ck_assert_int_eq(family_fork(family, 1, 3, 1), FAMILY_PLACED);
	assert_place(3, NULL);
	place_at(2, "a", 1);
	assert_place(2, "a");
	assert_place(3, NULL);
}
END_TEST

START_TEST(forget_leaves_nothing)
{
	place_at(1, "a", 0);
	ck_assert_int_eq(family_open(family, 1, 1), 0);
	ck_assert_int_eq(family_fork(family, 1, 2, 1), FAMILY_WAITS);
	family_forget(family, 1);
	ck_assert_uint_eq(family_count(family), 0);
	family_forget(family, 1);
}
END_TEST

/* A child that was too early is placed by what family_find() says of it, when its parent has
 * another place already. */
START_TEST(place_that_was_found_can_be_placed)
{
	struct family_place copy;

	place_at(1, "a", 0);
	ck_assert_int_eq(family_fork(family, 1, 2, 1), FAMILY_PLACED);
	place_at(1, "b", 2);
	copy = *family_find(family, 2);
	ck_assert_int_eq(family_place(family, 2, &copy, 3), 0);
	assert_place(2, "a");
	ck_assert_int_eq(family_place(family, 2, family_find(family, 2), 3), 0);
	assert_place(2, "a");
}
END_TEST

START_TEST(forgets_in_the_order_of_joining)
{
	place_at(1, "a", 100);
	place_at(2, "b", 200);
	ck_assert_int_eq(family_fork(family, 1, 3, 300), FAMILY_PLACED);
	place_at(1, "c", 400); /* joins anew */
	expire(199);
	ck_assert_uint_eq(family_count(family), 3);
	expire(200);
	assert_place(2, NULL);
	assert_place(3, "a"); /* its origin outlives the parent's membership */
	expire(399);
	assert_place(3, NULL);
	assert_place(1, "c");
	expire(400);
	ck_assert_uint_eq(family_count(family), 0);
}
END_TEST

/* However long the decision is put off. */
START_TEST(keeps_who_waits)
{
	ck_assert_int_eq(family_open(family, 1, 0), 0);
	ck_assert_int_eq(family_fork(family, 1, 2, 0), FAMILY_WAITS);
	ck_assert_int_eq(family_fork(family, 1, 3, 0), FAMILY_WAITS);
	ck_assert_int_eq(family_open(family, 5, 0), 0);
	ck_assert_int_eq(family_fork(family, 5, 6, 0), FAMILY_WAITS);
	due = 1;
	dead = 3;
	expire(100);
	ck_assert_uint_eq(family_count(family), 2); /* 5 is not decided about any more */
	expire(100);
	expire(250);
	ck_assert_uint_eq(family_count(family), 2);
	place_at(1, "a", 300);
	ck_assert_int_eq(family_take_waiting(family, 1), 2);
	ck_assert_int_eq(family_take_waiting(family, 1), 0);
	assert_place(2, "a");
	expire(400); /* it is decided: as ever */
	ck_assert_uint_eq(family_count(family), 0);
}
END_TEST

/* The opener ends before it is decided about: it is remembered for the sake of its children. */
START_TEST(keeps_who_waits_with_one_that_ended)
{
	ck_assert_int_eq(family_open(family, 1, 0), 0);
	ck_assert_int_eq(family_fork(family, 1, 2, 0), FAMILY_WAITS);
	due = 1;
	expire(100);
	ck_assert_uint_eq(family_count(family), 2);
	ck_assert_int_eq(family_orphan(family, 1, 200), 0);
	ck_assert_int_eq(family_take_waiting(family, 1), 2);
}
END_TEST

START_TEST(forgets_places_but_not_who_waits)
{
	place_at(1, "a", 0);
	ck_assert_int_eq(family_fork(family, 1, 2, 0), FAMILY_PLACED);
	ck_assert_int_eq(family_open(family, 3, 0), 0);
	ck_assert_int_eq(family_fork(family, 3, 4, 0), FAMILY_WAITS);
	family_forget_places(family);
	ck_assert_uint_eq(family_count(family), 2);
	place_at(3, "b", 1);
	ck_assert_int_eq(family_take_waiting(family, 3), 4);
}
END_TEST

START_TEST(keeps_all_placements)
{
	struct family_place place = { .n = 8, .moved = 3 };
	const struct family_place *found;

	for (size_t i = 0; i < 8; i++)
		place.items[i] = (struct placement){ "memory,cpu", i % 2 ? "odd" : "", NULL };
	ck_assert_int_eq(family_place(family, 1, &place, 0), 0);
	found = family_find(family, 1);
	ck_assert_uint_eq(found->n, 8);
	ck_assert_uint_eq(found->moved, 3);
	for (size_t i = 0; i < 8; i++) {
		ck_assert_str_eq(found->items[i].controllers, "memory,cpu");
		ck_assert_str_eq(found->items[i].path, i % 2 ? "odd" : "");
	}
}
END_TEST

START_TEST(frees_nothing)
{
	family_free(NULL);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("family");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, child_of_a_stranger_is_a_stranger);
	tcase_add_test(tcase, child_belongs_where_its_parent_was_placed);
	tcase_add_test(tcase, child_waits_with_its_parent);
	tcase_add_test(tcase, children_stay_when_their_parent_stays);
	tcase_add_test(tcase, placed_ones_are_not_closed);
	tcase_add_test(tcase, number_that_is_given_again_is_another_process);
	tcase_add_test(tcase, child_with_a_place_of_its_own_leaves_the_family);
	tcase_add_test(tcase, close_brings_back_what_was_known);
	tcase_add_test(tcase, close_of_a_child_lets_it_wait_on);
	tcase_add_test(tcase, children_of_one_that_has_ended_are_on_their_own);
	tcase_add_test(tcase, forget_leaves_nothing);
	tcase_add_test(tcase, place_that_was_found_can_be_placed);
	tcase_add_test(tcase, forgets_in_the_order_of_joining);
	tcase_add_test(tcase, keeps_who_waits);
	tcase_add_test(tcase, keeps_who_waits_with_one_that_ended);
	tcase_add_test(tcase, forgets_places_but_not_who_waits);
	tcase_add_test(tcase, keeps_all_placements);
	tcase_add_test(tcase, frees_nothing);
	return run_tests(tcase);
}
