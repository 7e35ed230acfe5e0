/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/idmap.h, base/hash.h */
#include "config.h"

#include "base/idmap.h"

#include <string.h>

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

/* ---- hashes ---------------------------------------------------------------------------------- */

START_TEST(walk_gives_the_hash_of_every_beginning)
{
	static const char text[] = "/usr/lib/x86_64-linux-gnu/libexec/program";

	for (size_t step = 1; step < 20; step++) {
		struct hash_walk walk = { text, 7, 0 };

		for (size_t len = 0; len < sizeof(text); len += step)
			ck_assert_uint_eq(hash_walk_to(&walk, len), hash_text(7, text, len));
	}
}
END_TEST

START_TEST(texts_that_differ_have_other_hashes)
{
	static const char zeros[20];
	static const char *const texts[] = {
		"",	     "a",	   "b",		"ab",
		"ba",	     "12345678",   "123456781", "12345678123456781",
		"123456780", "0123456789", "0123456788"
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		for (size_t j = 0; j < i; j++)
			ck_assert_uint_ne(hash_text(0, texts[i], strlen(texts[i])),
					  hash_text(0, texts[j], strlen(texts[j])));
		ck_assert_uint_ne(hash_text(0, texts[i], strlen(texts[i])),
				  hash_text(1, texts[i], strlen(texts[i])));
	}
	for (size_t len = 1; len < sizeof(zeros); len++)
		ck_assert_uint_ne(hash_text(0, zeros, len), hash_text(0, zeros, len - 1));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("idmap");

	tcase_add_loop_test(tcase, finds_what_was_put_in_and_nothing_else, 0, ARRAY_SIZE(kinds));
	tcase_add_test(tcase, takes_the_largest_value);
	tcase_add_test(tcase, does_not_move_what_was_reserved);
	tcase_add_test(tcase, walk_gives_the_hash_of_every_beginning);
	tcase_add_test(tcase, texts_that_differ_have_other_hashes);
	return run_tests(tcase);
}
