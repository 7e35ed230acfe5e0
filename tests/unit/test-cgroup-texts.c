/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "process/cgroup-texts.h"

#include <stdio.h>

#include "tests/unit/helpers.h"

#define MANY 2000

static struct cgroup_texts *texts;

static void open_all(void)
{
	texts = cgroup_texts_new();
	ck_assert_ptr_nonnull(texts);
}

static void close_all(void)
{
	cgroup_texts_free(texts);
}

static void assert_text(struct cgroup_ids ids, const char *want)
{
	const char *text = cgroup_texts_find(texts, &ids);

	if (want)
		ck_assert_str_eq(text, want);
	else
		ck_assert_ptr_null(text);
}

static void add(struct cgroup_ids ids, bool all, const char *text)
{
	cgroup_texts_add(texts, &ids, all, text);
}

#define IDS(...)                                                        \
	(struct cgroup_ids)                                             \
	{                                                               \
		sizeof((uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t), \
		{                                                       \
			__VA_ARGS__                                     \
		}                                                       \
	}

START_TEST(all_numbers_count)
{
	add(IDS(1, 2, 3), true, "2:cpu:/a\n1:pids:/b\n0::/c\n");
	assert_text(IDS(1, 2, 3), "2:cpu:/a\n1:pids:/b\n0::/c\n");
	assert_text(IDS(1, 2, 4), NULL);
	assert_text(IDS(2, 1, 3), NULL);
	assert_text(IDS(1, 2), NULL);
	assert_text(IDS(1, 2, 3, 4), NULL);
	assert_text((struct cgroup_ids){ 0 }, NULL);
	add(IDS(1, 2, 3), true, "2:cpu:/x\n1:pids:/b\n0::/c\n");
	assert_text(IDS(1, 2, 3), "2:cpu:/x\n1:pids:/b\n0::/c\n");
	cgroup_texts_forget(texts);
	assert_text(IDS(1, 2, 3), NULL);
}
END_TEST

static const struct {
	bool all;
	const char *text;
	bool is_kept;
} rows[] = {
	{ true, "0::/a\n", true },
	{ false, "0::/a\n", true },
	{ true, "1:cpu:/a\n0::/\n", true },
	{ false, "1:cpu:/a\n0::/\n", false }, /* the number is not of all that is told */
	{ false, "0::/\n1:cpu:/a\n", false },
	{ false, "1:cpu:/a\n", false },
	{ true, "0::/a (deleted)\n", false },
	{ true, "1:cpu:/a (deleted)\n0::/\n", false },
	{ true, "", false },
};

START_TEST(keeps_what_is_true_of_all)
{
	add(IDS(7), rows[_i].all, rows[_i].text);
	assert_text(IDS(7), rows[_i].is_kept ? rows[_i].text : NULL);
}
END_TEST

START_TEST(tells_apart_more_than_it_keeps)
{
	char text[64];
	unsigned kept = 0;

	for (uint64_t i = 1; i <= MANY; i++) {
		(void)snprintf(text, sizeof(text), "1:cpu:/%lu\n0::/\n", (unsigned long)i);
		add(IDS(5, i, 9), true, text);
	}
	for (uint64_t i = 1; i <= MANY; i++) {
		const struct cgroup_ids ids = IDS(5, i, 9);

		(void)snprintf(text, sizeof(text), "1:cpu:/%lu\n0::/\n", (unsigned long)i);
		if (!cgroup_texts_find(texts, &ids))
			continue;
		ck_assert_str_eq(cgroup_texts_find(texts, &ids), text);
		kept++;
	}
	ck_assert_uint_ge(kept, 100);
}
END_TEST

START_TEST(takes_no_more_numbers_than_fit)
{
	struct cgroup_ids ids = { .n = LOOK_CGROUPS_MAX };

	add(ids, true, "0::/\n");
	assert_text(ids, "0::/\n");
	ids.n++;
	add(ids, true, "0::/\n");
	ids.n = 0;
	add(ids, true, "0::/\n");
	assert_text(ids, NULL);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("cgroup texts");

	tcase_add_checked_fixture(tcase, open_all, close_all);
	tcase_add_test(tcase, all_numbers_count);
	tcase_add_loop_test(tcase, keeps_what_is_true_of_all, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, tells_apart_more_than_it_keeps);
	tcase_add_test(tcase, takes_no_more_numbers_than_fit);
	return run_tests(tcase);
}
