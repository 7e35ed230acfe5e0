/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* engine/idnames.h, with a loader that asks this machine. */
#include "config.h"

#include "engine/idnames.h"

#include <errno.h>

#include "engine/loader.h"
#include "helpers.h"
#include "rule/ruleset.h"

#define NO_SUCH_ID 4123456789U

static const struct configuration_paths paths;
static struct loader *loader;
static struct idnames *names;

static void setup(void)
{
	ck_assert_int_eq(loader_new(&paths, &loader), 0);
	names = idnames_new(loader);
	ck_assert_ptr_nonnull(names);
}

static void teardown(void)
{
	idnames_free(names);
	loader_free(loader);
}

/* Hand the loader's next answer over. */
static void answer_next(void)
{
	struct loader_job *job;

	while (!(job = loader_next_answer(loader)))
		wait_readable(loader_fd(loader));
	idnames_answer(names, job, 0);
	loader_job_free(job);
}

/* An answer about a user that the loader might have given. */
static void answer(unsigned id, char *name, int error, uint64_t now_ms)
{
	const struct loader_job job = {
		.kind = LOADER_USER_NAME, .id = id, .name = name, .error = error
	};

	idnames_answer(names, &job, now_ms);
}

static void assert_unknown(unsigned id, bool is_group)
{
	const char *name = "unset";

	ck_assert(!idnames_find(names, id, is_group, &name));
}

static void assert_name(unsigned id, bool is_group, const char *want)
{
	const char *name = "unset";

	ck_assert(idnames_find(names, id, is_group, &name));
	ck_assert_pstr_eq(name, want);
}

static const struct {
	unsigned id;
	bool is_group;
	const char *want;
} rows[] = {
	{ 0, false, "root" },
	{ 0, true, "root" },
	{ NO_SUCH_ID, false, NULL },
	{ NO_SUCH_ID, true, NULL },
};

START_TEST(asks_once_and_waits_for_the_answer)
{
	assert_unknown(rows[_i].id, rows[_i].is_group);
	assert_unknown(rows[_i].id, rows[_i].is_group);
	answer_next();
	assert_name(rows[_i].id, rows[_i].is_group, rows[_i].want);
	/* Nothing else was asked for. */
	assert_unknown(1, false);
	answer_next();
	ck_assert_ptr_null(loader_next_answer(loader));
}
END_TEST

static char seven[] = "seven", other[] = "other";

START_TEST(users_are_not_groups)
{
	answer(7, seven, 0, 0);
	assert_name(7, false, "seven");
	assert_unknown(7, true);
}
END_TEST

START_TEST(knows_what_the_load_has_looked_up)
{
	static const struct ruleset_name looked_up[] = { { "john", 1000, false, true },
							 { "johnny", 1000, false, true },
							 { "staff", 50, true, true } };
	static struct ruleset set = { .refs = 1, .names = looked_up, .n_names = 3 };

	answer(7, seven, 0, 0);
	idnames_reset(names, &set);
	assert_name(1000, false, "john"); /* the first of two */
	assert_name(50, true, "staff");
	assert_unknown(7, false); /* forgotten: it may have another name now */
}
END_TEST

START_TEST(first_name_of_an_id_counts)
{
	answer(7, seven, 0, 0);
	answer(7, other, 0, 0);
	answer(7, NULL, -ENOENT, 0);
	assert_name(7, false, "seven");
	ck_assert(!idnames_retry(names, UINT64_MAX - 1));
	assert_name(7, false, "seven");
}
END_TEST

START_TEST(who_has_no_name_has_none_for_a_minute)
{
	answer(7, NULL, -ENOENT, 1000);
	assert_name(7, false, NULL);
	ck_assert(!idnames_retry(names, 1000));
	ck_assert(!idnames_retry(names, 60999));
	assert_name(7, false, NULL);
	ck_assert(idnames_retry(names, 61000));
	assert_unknown(7, false);
}
END_TEST

START_TEST(asks_a_name_service_that_failed_again)
{
	assert_unknown(0, false);
	answer(0, NULL, -EIO, 1000);
	assert_unknown(0, false);
	ck_assert(!idnames_retry(names, 5999));
	answer_next(); /* to the first question */
	assert_name(0, false, "root");
}
END_TEST

START_TEST(asks_again_itself)
{
	answer(0, NULL, -EIO, 1000);
	assert_unknown(0, false);
	ck_assert_ptr_null(loader_next_answer(loader));
	ck_assert(!idnames_retry(names, 6000)); /* nothing is known yet */
	answer_next();
	assert_name(0, false, "root");
}
END_TEST

START_TEST(frees_nothing)
{
	idnames_free(NULL);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("idnames");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, asks_once_and_waits_for_the_answer, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, users_are_not_groups);
	tcase_add_test(tcase, knows_what_the_load_has_looked_up);
	tcase_add_test(tcase, first_name_of_an_id_counts);
	tcase_add_test(tcase, who_has_no_name_has_none_for_a_minute);
	tcase_add_test(tcase, asks_a_name_service_that_failed_again);
	tcase_add_test(tcase, asks_again_itself);
	tcase_add_test(tcase, frees_nothing);
	return run_tests(tcase);
}
