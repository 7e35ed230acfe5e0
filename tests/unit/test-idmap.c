/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/idmap.h */
#include "config.h"

#include "base/idmap.h"

#include "base/hash.h"
#include "helpers.h"

#define MANY 100000U

static uint64_t mixed(uint64_t i)
{
	return hash_word(1, i);
}

static uint64_t high(uint64_t i)
{
	return i << 40;
}

static uint64_t plain(uint64_t i)
{
	return i;
}

static uint64_t (*const kinds[])(uint64_t i) = { plain, high, mixed };

START_TEST(finds_what_was_put_in_and_nothing_else)
{
	uint64_t (*key_of)(uint64_t i) = kinds[_i];
	struct idmap map = { 0 };
	unsigned wrong = 0;

	ck_assert_uint_eq(idmap_get(&map, 0), IDMAP_NONE);
	for (uint32_t i = 0; i < MANY; i++)
		ck_assert_int_eq(idmap_put(&map, key_of(i), i ^ 1), 0);
	ck_assert_uint_eq(map.n, MANY);
	for (uint32_t i = 0; i < MANY; i++)
		wrong += idmap_get(&map, key_of(i)) != (i ^ 1);
	for (uint32_t i = MANY; i < 2 * MANY; i++)
		wrong += idmap_get(&map, key_of(i)) != IDMAP_NONE;
	ck_assert_uint_eq(wrong, 0);
	idmap_done(&map);
	ck_assert_uint_eq(idmap_get(&map, key_of(1)), IDMAP_NONE);
}
END_TEST

START_TEST(takes_the_largest_value)
{
	struct idmap map = { 0 };

	ck_assert_int_eq(idmap_put(&map, UINT64_MAX, IDMAP_NONE - 1), 0);
	ck_assert_uint_eq(idmap_get(&map, UINT64_MAX), IDMAP_NONE - 1);
	idmap_done(&map);
}
END_TEST

START_TEST(does_not_move_what_was_reserved)
{
	struct idmap map = { 0 };
	const struct idmap_slot *slots;

	ck_assert_int_eq(idmap_reserve(&map, 1000), 0);
	slots = map.slots;
	for (uint32_t i = 0; i < 1000; i++)
		ck_assert_int_eq(idmap_put(&map, i, i), 0);
	ck_assert_ptr_eq(map.slots, slots);
	idmap_done(&map);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("idmap");

	tcase_add_loop_test(tcase, finds_what_was_put_in_and_nothing_else, 0, ARRAY_SIZE(kinds));
	tcase_add_test(tcase, takes_the_largest_value);
	tcase_add_test(tcase, does_not_move_what_was_reserved);
	return run_tests(tcase);
}
