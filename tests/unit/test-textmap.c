/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/textmap.h, and the hashes of base/hash.h */
#include "config.h"

#include "base/textmap.h"

#include <stdio.h>
#include <string.h>

#include "helpers.h"

#define MANY 50000U

static uint32_t get(const struct textmap *map, const char *text, size_t len)
{
	return textmap_get(map, textmap_hash(text, len), text, len);
}

START_TEST(finds_what_was_put_in_and_nothing_else)
{
	static char texts[MANY][16];
	struct textmap map = { 0 };
	unsigned wrong = 0;
	char other[16];

	ck_assert_uint_eq(get(&map, "", 0), IDMAP_NONE);
	for (uint32_t i = 0; i < MANY; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]), "/bin/x%u", i);
		ck_assert_int_eq(textmap_put(&map, texts[i], i), 0);
	}
	ck_assert_uint_eq(map.n, MANY);
	for (uint32_t i = 0; i < MANY; i++) {
		(void)snprintf(other, sizeof(other), "/bin/y%u", i);
		wrong += get(&map, texts[i], strlen(texts[i])) != i;
		wrong += get(&map, other, strlen(other)) != IDMAP_NONE;
	}
	ck_assert_uint_eq(wrong, 0);
	textmap_done(&map);
	ck_assert_uint_eq(get(&map, texts[0], strlen(texts[0])), IDMAP_NONE);
}
END_TEST

START_TEST(looks_at_as_much_of_a_text_as_it_is_told)
{
	struct textmap map = { 0 };

	ck_assert_int_eq(textmap_put(&map, "", 1), 0);
	ck_assert_int_eq(textmap_put(&map, "ab", 2), 0);
	ck_assert_int_eq(textmap_put(&map, "abc", 3), 0);
	ck_assert_uint_eq(get(&map, "abc", 0), 1);
	ck_assert_uint_eq(get(&map, "abc", 1), IDMAP_NONE);
	ck_assert_uint_eq(get(&map, "abc", 2), 2);
	ck_assert_uint_eq(get(&map, "abc", 3), 3);
	textmap_done(&map);
}
END_TEST

/* Whatever two texts have the same hash: here it is said to be the same. */
START_TEST(tells_texts_of_one_hash_apart)
{
	struct textmap map = { 0 };
	uint32_t hash = textmap_hash("one", 3);

	ck_assert_int_eq(textmap_put(&map, "one", 1), 0);
	ck_assert_uint_eq(textmap_get(&map, hash, "two", 3), IDMAP_NONE);
	ck_assert_uint_eq(textmap_get(&map, hash, "on", 2), IDMAP_NONE);
	ck_assert_uint_eq(textmap_get(&map, hash, "oneone", 6), IDMAP_NONE);
	ck_assert_uint_eq(textmap_get(&map, hash, "oneone", 3), 1);
	textmap_done(&map);
}
END_TEST

START_TEST(walk_gives_the_hash_of_every_beginning)
{
	static const char text[] = "/usr/lib/x86_64-linux-gnu/libexec/program";

	for (size_t step = 1; step < 20; step++) {
		struct hash_walk walk = { .text = text };

		for (size_t len = 0; len < sizeof(text); len += step)
			ck_assert_uint_eq(textmap_hash_to(&walk, len), textmap_hash(text, len));
	}
}
END_TEST

START_TEST(texts_that_differ_have_other_hashes)
{
	static const char zeros[20];
	static const char *const texts[] = {
		"",	     "a",	   "b",		 "ab",
		"ba",	     "12345678",   "123456781",	 "12345678123456781",
		"123456780", "0123456789", "0123456788",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		for (size_t j = 0; j < i; j++)
			ck_assert_uint_ne(textmap_hash(texts[i], strlen(texts[i])),
					  textmap_hash(texts[j], strlen(texts[j])));
	}
	for (size_t len = 1; len < sizeof(zeros); len++)
		ck_assert_uint_ne(textmap_hash(zeros, len), textmap_hash(zeros, len - 1));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("textmap");

	tcase_add_test(tcase, finds_what_was_put_in_and_nothing_else);
	tcase_add_test(tcase, looks_at_as_much_of_a_text_as_it_is_told);
	tcase_add_test(tcase, tells_texts_of_one_hash_apart);
	tcase_add_test(tcase, walk_gives_the_hash_of_every_beginning);
	tcase_add_test(tcase, texts_that_differ_have_other_hashes);
	return run_tests(tcase);
}
