/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* engine/sticky.c: what a fork, or its late news, does to sticky processes. */
#include "config.h"

#include "engine/parts.h"

#include <stdio.h>

#include "helpers.h"
#include "process/process.h"
#include "process/sticky.h"

#define PARENT 4000
#define CHILD  4711

static struct engine engine;

static void make_process(pid_t pid, pid_t parent, unsigned start_ticks)
{
	char path[32], text[256];

	(void)snprintf(path, sizeof(path), "%d/stat", (int)pid);
	(void)snprintf(
		text, sizeof(text),
		"%d (x) S %d 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %u 0 0 0 0 0 0 0 0 0 0 0 0 0 "
		"0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
		(int)pid, (int)parent, start_ticks);
	dir_write(path, text);
}

static void set_up(void)
{
	dir_make();
	engine = (struct engine){ .sticky = sticky_new() };
	engine.reader = process_reader_new(dir_fd);
	make_process(PARENT, 1, 90);
	make_process(CHILD, PARENT, 100);
}

static void tear_down(void)
{
	sticky_free(engine.sticky);
	process_reader_free(engine.reader);
	dir_remove();
}

static void fork_child(void)
{
	const struct event event = {
		.kind = EVENT_FORK,
		.tid = CHILD,
		.tgid = CHILD,
		.parent_tgid = PARENT,
	};

	engine_sticky_fork(&engine, &event);
}

static void stick(pid_t tgid, unsigned start_ticks, bool children)
{
	const struct sticky_entry entry = {
		.tgid = tgid,
		.start_ticks = start_ticks,
		.since_ticks = start_ticks,
		.children = children,
	};

	ck_assert_int_eq(sticky_add(engine.sticky, &entry), 0);
}

START_TEST(child_of_a_sticky_process_is_sticky)
{
	stick(PARENT, 90, true);
	fork_child();
	ck_assert(sticky_matches(engine.sticky, CHILD, 100));
}
END_TEST

START_TEST(child_of_one_that_is_sticky_alone_is_not)
{
	stick(PARENT, 90, false);
	fork_child();
	ck_assert(!sticky_has(engine.sticky, CHILD));
}
END_TEST

START_TEST(number_of_an_earlier_process_is_not_sticky)
{
	stick(CHILD, 50, true);
	fork_child();
	ck_assert(!sticky_has(engine.sticky, CHILD));
}
END_TEST

/* The client asks as soon as it has forked; forks are read when something else happens. */
START_TEST(one_whose_fork_is_told_late_stays_sticky)
{
	stick(CHILD, 100, true);
	fork_child();
	ck_assert(sticky_matches(engine.sticky, CHILD, 100));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("sticky-forks");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, child_of_a_sticky_process_is_sticky);
	tcase_add_test(tcase, child_of_one_that_is_sticky_alone_is_not);
	tcase_add_test(tcase, number_of_an_earlier_process_is_not_sticky);
	tcase_add_test(tcase, one_whose_fork_is_told_late_stays_sticky);
	return run_tests(tcase);
}
