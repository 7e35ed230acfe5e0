/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/arena.h */
#include "config.h"

#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "helpers.h"

/* One assertion for all bytes: millions of them take a minute. */
static void assert_filled(const char *bytes, size_t size, char with)
{
	size_t good = 0;

	while (good < size && bytes[good] == with)
		good++;
	ck_assert_uint_eq(good, size);
}

START_TEST(gives_zeroed_aligned_memory_that_does_not_overlap)
{
	static const size_t sizes[] = { 1, 0, 3, 64, 65535, 65536, 17, 65537, 1000000, 5, 40000 };
	char *all[3 * ARRAY_SIZE(sizes)];
	struct arena arena = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		size_t size = sizes[i % ARRAY_SIZE(sizes)];

		all[i] = arena_alloc(&arena, size);
		ck_assert_ptr_nonnull(all[i]);
		ck_assert_uint_eq((uintptr_t)all[i] % alignof(max_align_t), 0);
		assert_filled(all[i], size, 0);
		memset(all[i], (int)i + 1, size);
		(void)arena_strndup(&arena, "x", i % 2); /* the next one starts unaligned */
	}
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		assert_filled(all[i], sizes[i % ARRAY_SIZE(sizes)], (char)(i + 1));
	arena_done(&arena);
}
END_TEST

START_TEST(copies_text_of_a_length)
{
	cleanup_free char *large = repeat('x', 100000);
	struct arena arena = { 0 };
	char *first = arena_strndup(&arena, "abcdef", 3);
	char *second = arena_strndup(&arena, "", 0);
	char *third = arena_strndup(&arena, large, 100000);

	ck_assert_str_eq(first, "abc");
	ck_assert_str_eq(second, "");
	ck_assert_str_eq(third, large);
	ck_assert_ptr_eq(second, first + 4); /* no byte is wasted between strings */
	arena_done(&arena);
}
END_TEST

START_TEST(fills_chunks_to_the_last_byte)
{
	struct arena arena = { 0 };

	for (int i = 0; i < 20000; i++) {
		char *text = arena_strndup(&arena, "0123456789", 10);

		ck_assert_str_eq(text, "0123456789");
	}
	arena_done(&arena);
}
END_TEST

START_TEST(is_empty_again_when_it_is_done)
{
	struct arena arena = { 0 };

	arena_done(&arena);
	ck_assert_ptr_nonnull(arena_alloc(&arena, 10));
	arena_done(&arena);
	ck_assert_ptr_null(arena.chunks);
	ck_assert_ptr_nonnull(arena_alloc(&arena, 10));
	arena_done(&arena);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("arena");

	tcase_add_test(tcase, gives_zeroed_aligned_memory_that_does_not_overlap);
	tcase_add_test(tcase, copies_text_of_a_length);
	tcase_add_test(tcase, fills_chunks_to_the_last_byte);
	tcase_add_test(tcase, is_empty_again_when_it_is_done);
	return run_tests(tcase);
}
