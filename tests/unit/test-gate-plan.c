/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* engine/gate-plan.h, on directories of plain files. */
#include "config.h"

#include "engine/gate-plan.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "engine/exempt.h"
#include "helpers.h"
#include "rule/load.h"
#include "rule/ruleset.h"

#define GROUPS 40

static struct placer *placer;
static struct ruleset *rules;

static void add_hierarchy(struct hierarchies *hierarchies, const char *name)
{
	struct hierarchy *item = &hierarchies->items[hierarchies->n++];

	item->mount = strdup(name);
	item->root = strdup("");
	item->controllers = strdup(name);
	item->fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(item->fd, 0);
}

static void add_group(const char *path)
{
	cleanup_free char *name = NULL;

	ck_assert_int_ge(asprintf(&name, "%s/cgroup.procs", path), 0);
	dir_write(name, "");
}

static void load(const char *text)
{
	struct diag_list diags = { 0 };

	ck_assert_int_eq(ruleset_load_text(text, "f", &diags, &rules), 0);
	diag_list_done(&diags);
}

static void setup(void)
{
	struct hierarchies hierarchies = { .mode = CGROUP_V1 };

	dir_make();
	add_group("cpu");
	add_group("memory");
	for (int i = 0; i < GROUPS; i++) {
		char path[32];

		(void)snprintf(path, sizeof(path), "cpu/g%d", i);
		add_group(path);
		(void)snprintf(path, sizeof(path), "memory/g%d", i);
		add_group(path);
	}
	placer = placer_new(1000);
	add_hierarchy(&hierarchies, "cpu");
	add_hierarchy(&hierarchies, "memory");
	placer_set_hierarchies(placer, &hierarchies);
}

static void teardown(void)
{
	ruleset_unref(rules);
	rules = NULL;
	placer_free(placer);
	dir_remove();
}

static struct gate_plan *new_plan(void)
{
	const struct exemptions exemptions = { .own_cgroup = "/own" };
	struct gate_plan *plan = gate_plan_new(rules, placer, &exemptions, NULL, 0, 0);

	ck_assert_ptr_nonnull(plan);
	return plan;
}

static size_t open_descriptors(void)
{
	cleanup_dir DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir))
		n++;
	return n;
}

static size_t count_prepared(const struct gate_plan *plan)
{
	size_t n = 0;

	for (unsigned i = 0; i < rules->n_targets; i++) {
		const struct gate_target *target = gate_plan_target(plan, i);

		n += target && target->ready;
	}
	return n;
}

/* ---- what is prepared ------------------------------------------------------------------------ */

static const struct {
	const char *rule;
	bool prepared, ready;
} rows[] = {
	{ "*:/bin/x cpu g1", true, true },	{ "*:/bin/x cpu,memory g1", true, true },
	{ "*:x cpu g1", true, true },		{ "* cpu g1", false, false }, /* no program */
	{ "*:/bin/x cpu none", true, false },				      /* not there */
	{ "*:/bin/x cpu g%u", true, false },	/* differs from process to process */
	{ "*:/bin/x cpu g\\\\1", true, false }, /* has an escape */
	{ "*:/bin/x none g1", true, false },	/* no such hierarchy */
};

START_TEST(prepares_what_is_known_before)
{
	struct gate_plan *plan;
	const struct gate_target *target;

	load(rows[_i].rule);
	plan = new_plan();
	ck_assert_uint_eq(rules->n_targets, 1);
	target = gate_plan_target(plan, 0);
	ck_assert_int_eq(target != NULL, rows[_i].prepared);
	if (target)
		ck_assert_int_eq(target->ready, rows[_i].ready);
	gate_plan_unref(plan);
}
END_TEST

START_TEST(opens_a_descriptor_a_hierarchy)
{
	const struct gate_target *target;
	struct gate_plan *plan;
	size_t before;

	load("*:/bin/x cpu,memory g1\n");
	gate_plan_unref(new_plan()); /* what the placer keeps open */
	before = open_descriptors();
	plan = new_plan();
	target = gate_plan_target(plan, 0);
	ck_assert_uint_eq(target->hierarchies, 3);
	ck_assert_int_ge(target->fds[0], 0);
	ck_assert_int_ge(target->fds[1], 0);
	ck_assert_int_lt(target->fds[2], 0);
	ck_assert_uint_eq(open_descriptors(), before + 2);
	gate_plan_unref(gate_plan_ref(plan));
	ck_assert_uint_eq(open_descriptors(), before + 2);
	gate_plan_unref(plan);
	ck_assert_uint_eq(open_descriptors(), before);
}
END_TEST

/* ---- how many -------------------------------------------------------------------------------- */

static void load_many(const char *controllers)
{
	cleanup_free char *text = calloc(GROUPS, 64);
	size_t len = 0;

	for (int i = 0; i < GROUPS; i++)
		len += (size_t)sprintf(text + len, "*:/bin/x%d %s g%d\n", i, controllers, i);
	load(text);
}

/* A limit of the process, and how many of GROUPS targets are prepared then. */
static const struct {
	const char *controllers;
	rlim_t limit;
	size_t want;
} limits[] = {
	{ "cpu", 1024, GROUPS },
	{ "cpu", 64 + 8 * GROUPS, GROUPS },
	{ "cpu", 64 + 8 * GROUPS - 1, GROUPS - 1 },
	{ "cpu", 64 + 8 * 5, 5 },
	{ "cpu", 64 + 8, 1 },
	{ "cpu", 64 + 7, 0 },
	{ "cpu", 64, 0 },
	{ "cpu", 50, 0 },
	{ "cpu,memory", 64 + 8 * 2 * GROUPS, GROUPS },
	{ "cpu,memory", 64 + 8 * 11, 5 }, /* not half of one */
	{ "cpu,memory", 64 + 8 * 1, 0 },
};

START_TEST(leaves_descriptors_to_the_others)
{
	const struct rlimit limit = { limits[_i].limit, limits[_i].limit };
	struct gate_plan *plan;

	load_many(limits[_i].controllers);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	plan = new_plan();
	ck_assert_uint_eq(count_prepared(plan), limits[_i].want);
	gate_plan_unref(plan);
}
END_TEST

START_TEST(frees_nothing)
{
	gate_plan_unref(NULL);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("gate-plan");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, prepares_what_is_known_before, 0, ARRAY_SIZE(rows));
	tcase_add_test(tcase, opens_a_descriptor_a_hierarchy);
	tcase_add_loop_test(tcase, leaves_descriptors_to_the_others, 0, ARRAY_SIZE(limits));
	tcase_add_test(tcase, frees_nothing);
	return run_tests(tcase);
}
