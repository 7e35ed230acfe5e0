/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base/similar.h */
#include "config.h"

#include "base/similar.h"

#include "helpers.h"

static const struct {
	const char *wanted, *names[4], *want;
	unsigned distance;
} rows[] = {
	{ "pahts", { "paths", "parent" }, "paths", 1 },	 /* swapped */
	{ "path", { "paths", "parent" }, "paths", 1 },	 /* left out */
	{ "pathss", { "paths", "parent" }, "paths", 1 }, /* put in */
	{ "pithz", { "paths", "parent" }, NULL, 0 },
	{ "gruop", { "users", "group" }, "group", 1 },
	{ "kill", { "TERM", "KILL" }, "KILL", 0 },
	{ "tigers", { "groups", "triggers" }, "triggers", 2 },
	{ "container", { "containers", "cgroup" }, "containers", 1 },
	{ "abc", { "abd", "abc" }, "abc", 0 }, /* the nearest, not the first */
	{ "abc", { "abd", "abe" }, "abd", 1 }, /* the first of equals */
	{ "ab", { "ac" }, NULL, 0 },
	{ "", { "a", "b" }, NULL, 0 },
	{ "a", { "" }, NULL, 0 },
	{ "wholly", { "different", "names" }, NULL, 0 },
};

START_TEST(finds_what_was_meant)
{
	struct similar similar = { .wanted = rows[_i].wanted };

	for (size_t i = 0; i < ARRAY_SIZE(rows[_i].names) && rows[_i].names[i]; i++)
		similar_try(&similar, rows[_i].names[i]);
	ck_assert_pstr_eq(similar.best, rows[_i].want);
	if (rows[_i].want)
		ck_assert_uint_eq(similar.distance, rows[_i].distance);
}
END_TEST

START_TEST(looks_at_names_up_to_64_bytes)
{
	cleanup_free char *fits = repeat('x', 64);
	cleanup_free char *does_not = repeat('x', 65);
	struct similar similar = { .wanted = fits };

	similar_try(&similar, does_not);
	ck_assert_ptr_null(similar.best);
	similar_try(&similar, fits);
	ck_assert_ptr_eq(similar.best, fits);
	similar = (struct similar){ .wanted = does_not };
	similar_try(&similar, does_not);
	ck_assert_ptr_null(similar.best);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("similar");

	tcase_add_loop_test(tcase, finds_what_was_meant, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, looks_at_names_up_to_64_bytes);
	return run_tests(tcase);
}
